"""Packets written as a capture of their own."""

import gzip
import stat
import struct
from pathlib import Path

import pytest

from sipbreakout_tui.trace.capture import PacketFile, TraceError
from tests.trace.capture.packets import (
    Read,
    block,
    enhanced,
    interface,
    ipv4,
    old,
    pcap,
    pcapng,
    section,
    simple,
    sip,
    udp,
    usual,
)

SECRETS = block(10, struct.pack("<II", 0x544C534B, 4) + b"KEYS")


def export(folder: Path, content: bytes, frames: list[int]) -> bytes:
    path, out = folder / "from", folder / "to"
    path.write_bytes(content)
    with PacketFile(path) as source:
        count = source.export(frames, out)
        assert sum(1 for _ in source.messages()) == source.frames
        assert count == len({frame for frame in frames if 0 < frame <= source.frames})
    assert sorted(entry.name for entry in folder.iterdir()) == ["from", "to"]
    return out.read_bytes()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("magic", "extra"), [(0xA1B2C3D4, 0), (0xA1B23C4D, 0), (0xA1B2CD34, 8)])
def test_pcap(tmp_path: Path, order: str, magic: int, extra: int) -> None:
    frames = [(number / 8, usual(sip(str(number)))) for number in range(5)]
    written = export(tmp_path, pcap(frames, 1, order, magic, extra), [2, 4, 4, 99, -1])
    assert written == pcap([frames[1], frames[3]], 1, order, magic, extra)


def test_gzip_is_written_unpacked(tmp_path: Path) -> None:
    frames = [(number / 8, usual(sip(str(number)))) for number in range(5)]
    assert export(tmp_path, gzip.compress(pcap(frames)), [5]) == pcap([frames[4]])


def test_pcapng_takes_what_the_packets_need_and_no_secrets(tmp_path: Path) -> None:
    a, b, raw = usual(sip("a")), usual(sip("b")), ipv4(udp(sip("c")))
    sized = section()[:16] + struct.pack("<q", 5000) + section()[24:]
    first = sized + SECRETS + interface(1) + block(4, bytes(8))
    second = enhanced(a, 5) + interface(101, resolution=9) + SECRETS
    third = enhanced(raw, 6, 1) + simple(b, len(b)) + old(a, 7)
    other = section(">") + interface(101, order=">") + enhanced(raw, 8, 0, ">")
    content = first + second + third + other
    plain = section() + interface(1)
    more = interface(101, resolution=9)
    for frames, expected in {
        (1,): plain + enhanced(a, 5),
        (2,): plain + more + enhanced(raw, 6, 1),
        (1, 3): plain + enhanced(a, 5) + more + simple(b, len(b)),
        (4, 5): plain + more + old(a, 7) + other,
        (5,): other,
        (1, 2, 3, 4, 5): plain + enhanced(a, 5) + more + third + other,
    }.items():
        written = export(tmp_path, content, list(frames))
        assert written == expected
        read = Read(tmp_path, written)
        assert (len(read.heard), read.has_secrets, read.unread) == (len(frames), False, {})
        (tmp_path / "capture").unlink()


@pytest.mark.parametrize("content", [pcap([usual(sip())]), pcapng([usual(sip())])])
def test_nothing_chosen_is_an_empty_capture(tmp_path: Path, content: bytes) -> None:
    written = export(tmp_path, content, [])
    assert PacketFile.is_packets(written[:24])
    assert len(written) < len(content)
    assert Read(tmp_path, written).frames == 0


def test_exporting_while_reading(tmp_path: Path) -> None:
    path = tmp_path / "from"
    path.write_bytes(pcap([usual(sip(str(number))) for number in range(5000)]))
    with PacketFile(path) as source:
        messages = source.messages()
        next(messages)
        assert source.export(range(1, 5001), tmp_path / "to") == 5000
        assert sum(1 for _ in messages) == 4999
    assert (tmp_path / "to").read_bytes() == path.read_bytes()


def test_where_it_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "from"
    path.write_bytes(pcap([usual(sip())]))
    (tmp_path / "link").symlink_to(path)
    with PacketFile(path) as source:
        for out in (path, tmp_path / "link"):
            with pytest.raises(TraceError, match="it is the capture itself"):
                source.export([1], out)
        with pytest.raises(TraceError, match=r"cannot write .*No such file"):
            source.export([1], tmp_path / "missing" / "to")
        (tmp_path / "folder").mkdir()
        with pytest.raises(TraceError, match="cannot write"):
            source.export([1], tmp_path / "folder")
        (tmp_path / "round").symlink_to(tmp_path / "round")
        with pytest.raises(TraceError, match="cannot write"):
            source.export([1], tmp_path / "round")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["folder", "from", "link", "round"]


def test_a_file_that_is_replaced_hands_on_its_permissions(tmp_path: Path) -> None:
    path, out = tmp_path / "from", tmp_path / "to"
    path.write_bytes(pcap([usual(sip())]))
    out.write_bytes(b"old")
    out.chmod(0o640)
    with PacketFile(path) as source:
        source.export([1], out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o640
