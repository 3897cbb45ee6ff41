"""Captures told apart by what is in them."""

import gzip
import os
from pathlib import Path

import pytest

from sipbreakout_tui.services.traces.captures import (
    CaptureMissing,
    Decoder,
    NoCapture,
    Reader,
    open_capture,
    open_captures,
)
from sipbreakout_tui.trace.capture.heard import DecoderMissing
from tests.trace.blackbox.command import DATA

LOOP = DATA / "loop.pcap"
SNGREP = (
    "2026/11/22 21:11:04.470000 127.0.0.2:5060 -> 127.0.0.1:5060\n"
    "OPTIONS sip:a SIP/2.0\r\nCall-ID: 1\r\nContent-Length: 0\r\n\r\n\n"
)


@pytest.mark.parametrize(
    ("content", "decoder"),
    [
        (LOOP.read_bytes(), "builtin"),
        (gzip.compress(LOOP.read_bytes(), mtime=0), "builtin"),
        ((DATA / "loop-on-the-wire-tls.pcapng").read_bytes(), "builtin"),
        (SNGREP.encode(), "text"),
    ],
    ids=["pcap", "gzip", "pcapng", "text log"],
)
def test_what_it_is_is_told_by_its_content(content: bytes, decoder: str, tmp_path: Path) -> None:
    path = tmp_path / "whatever.doc"
    path.write_bytes(content)
    capture = open_capture(path, Reader())
    try:
        assert capture.decoder == decoder
        assert capture.name == "whatever.doc"
        assert next(iter(capture.source.messages()))
    finally:
        capture.source.close()


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"hello\n" * 9, b"\0" * 64, gzip.compress(b"hello", mtime=0), b"\xd4\xc3\xb2\xa1"]
)
def test_anything_else_is_no_capture(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(content)
    with pytest.raises(
        NoCapture, match=r"x\.pcap is no capture: expected pcap, pcapng \(also as a gzip\) or a text log"
    ):
        open_capture(path, Reader())


def test_what_is_not_there_or_no_file_says_so(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, why in (
        (tmp_path / "none.pcap", "No such file"),
        (tmp_path, "no regular file"),
        (pipe, "no regular file. Save the capture to a file first"),
        (Path("a\0b"), "embedded null"),
        (tmp_path / "evil\x1b[2J", r"evil\x1b[2J cannot be read"),
    ):
        with pytest.raises(CaptureMissing) as raised:
            open_capture(path, Reader())
        assert why in str(raised.value)


def test_one_that_cannot_be_opened_closes_the_others(tmp_path: Path) -> None:
    with pytest.raises(CaptureMissing):
        open_captures([LOOP, tmp_path / "none"], Reader())


def test_keys_that_are_not_there_are_said_even_where_nothing_needs_them(tmp_path: Path) -> None:
    for reader in (Reader(keylog=tmp_path / "none"), Reader(tls_key=tmp_path / "none")):
        with pytest.raises(CaptureMissing, match="none cannot be read: No such file"):
            open_captures([LOOP], reader)


def test_progress_counts_the_bytes_of_all_files(tmp_path: Path) -> None:
    packed = tmp_path / "loop.pcap.gz"
    packed.write_bytes(gzip.compress(LOOP.read_bytes()))
    told: list[tuple[int, int]] = []
    captures = open_captures([LOOP, packed], Reader(), lambda done, total: told.append((done, total)))
    for capture in captures:
        for _ in capture.source.messages():
            pass
        capture.source.close()
    size = LOOP.stat().st_size + packed.stat().st_size
    assert told[-1] == (size, size)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_tshark_that_is_asked_for_and_not_there_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DecoderMissing, match="tshark is not installed"):
        open_capture(LOOP, Reader(Decoder.TSHARK))
