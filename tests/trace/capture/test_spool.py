"""Messages kept outside memory."""

import tempfile
from pathlib import Path

import pytest

from sipbreakout_tui.trace.capture import CaptureUnreadable, PacketFile, sip_stream
from sipbreakout_tui.trace.capture.spool import Spool
from tests.trace.capture.packets import Read, Talk, pcap, sip


def test_what_is_put_is_given_back() -> None:
    spool = Spool()
    messages = [bytes([number % 256]) * (number * 37 % 9000) for number in range(300)]
    places = [spool.put(message) for message in messages[:150]]
    assert all(place < 0 for place in places)
    assert [spool.get(place, len(message)) for place, message in zip(places, messages, strict=False)] == messages[:150]
    places += [spool.put(message) for message in messages[150:]]
    for place, message in sorted(zip(places, messages, strict=True)):
        assert spool.get(place, len(message)) == message
    spool.close()


def split_messages() -> bytes:
    talk = Talk().shake()
    for number in range(40):
        message = sip(str(number), b"x" * 20_000)
        talk.say(0, message[:15_000])
        talk.say(0, message[15_000:])
    return pcap(talk.frames)


def test_messages_over_many_segments_go_through_the_file(tmp_path: Path) -> None:
    assert Read(tmp_path, split_messages()).bodies == [sip(str(number), b"x" * 20_000) for number in range(40)]


def test_no_place_for_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "capture"
    path.write_bytes(split_messages())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with PacketFile(path) as source, pytest.raises(CaptureUnreadable, match="cannot write a temporary file"):
        list(source.messages())


def test_what_is_unfinished_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sip_stream, "_MOST_HELD", 100_000)
    frames = []
    for port in range(20):
        talk = Talk(1000 + port).shake()
        talk.say(0, sip("a", b"x" * 20_000)[:10_000])
        frames += talk.frames
    read = Read(tmp_path, pcap(frames))
    assert read.unread == {"SIP message given up: too many are unfinished": 10, "SIP message without its end": 10}
