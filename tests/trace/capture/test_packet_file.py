"""Opening, the two formats, gzip, damage, progress, places."""

import gzip
import struct
from pathlib import Path

import pytest

from sipbreakout_tui.trace import capture
from sipbreakout_tui.trace.capture import CaptureUnreadable, Endpoint, NotACapture, PacketFile, Source
from tests.trace.capture.packets import (
    T0,
    Read,
    block,
    enhanced,
    ether,
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

NANO = 0xA1B23C4D


def test_public_names() -> None:
    assert capture.__all__ == sorted(capture.__all__)
    assert all(hasattr(capture, name) for name in capture.__all__)


def test_it_is_a_source(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap([usual(sip())]))
    with PacketFile(path) as source:
        as_source: Source = source
        assert [message[5] for message in as_source.messages()] == [sip()]
        assert list(source.messages()) == []


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("magic", "extra"), [(0xA1B2C3D4, 0), (NANO, 0), (0xA1B2CD34, 8)])
def test_pcap_of_every_kind(tmp_path: Path, order: str, magic: int, extra: int) -> None:
    frames = [(0.25, usual(sip("a"))), (1.5, usual(sip("b"), 5062, 5064))]
    content = pcap(frames, order=order, magic=magic, extra=extra)
    read = Read(tmp_path, content)
    assert PacketFile.is_packets(content[:24])
    assert read.heard == [
        (1, T0 + 0.25, Endpoint("10.0.0.1", 5060), Endpoint("10.0.0.2", 5060), "UDP", sip("a"), read.heard[0][6]),
        (2, T0 + 1.5, Endpoint("10.0.0.1", 5062), Endpoint("10.0.0.2", 5064), "UDP", sip("b"), read.heard[1][6]),
    ]
    assert all(content[place:].startswith(body) for *_, body, place in read.heard)
    assert (read.frames, read.unread, read.other) == (2, {}, {})


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng(tmp_path: Path, order: str) -> None:
    content = pcapng([(0.25, usual(sip("a"))), (1.5, usual(sip("b")))], order=order)
    read = Read(tmp_path, content)
    assert PacketFile.is_packets(content[:12])
    assert [message[:2] for message in read.heard] == [(1, T0 + 0.25), (2, T0 + 1.5)]
    assert all(content[place:].startswith(body) for *_, body, place in read.heard)


@pytest.mark.parametrize(
    ("resolution", "offset", "when", "expected"),
    [
        (None, None, 1_500_000, 1.5),
        (6, None, 1_500_000, 1.5),
        (9, None, 1_500_000_000, 1.5),
        (3, None, 1_500, 1.5),
        (0x80 | 10, None, 1536, 1.5),
        (0, 1_000_000, 7, 1_000_007.0),
        (6, 1_000_000, 500_000, 1_000_000.5),
        (6, -10, 500_000, -9.5),
        (127, None, 5, 5e-127),
        (6, 1 << 62, 500_000, 0.5),
    ],
)
def test_time_of_an_interface(
    tmp_path: Path, resolution: int | None, offset: int | None, when: int, expected: float
) -> None:
    content = section() + interface(resolution=resolution, offset=offset) + enhanced(usual(sip()), when)
    assert Read(tmp_path, content).heard[0][1] == expected


def test_interfaces_and_sections_of_a_pcapng(tmp_path: Path) -> None:
    raw = ipv4(udp(sip("raw")))
    content = (
        section()
        + interface(1)
        + interface(101, resolution=9)
        + enhanced(usual(sip("a")), 1_000_000, 0)
        + enhanced(raw, 2_000_000_000, 1)
        + block(0x0BAD, b"nobody knows this one")
        + enhanced(usual(sip("b")), 3_000_000, 0)
        + section(">")
        + interface(101, order=">")
        + enhanced(raw, 4_000_000, 0, ">")
        + enhanced(raw, 4_000_000, 1, ">")
        + old(raw, 5_000_000, 0, ">")
    )
    read = Read(tmp_path, content)
    assert [message[:2] for message in read.heard] == [(1, 1.0), (2, 2.0), (3, 3.0), (4, 4.0), (5, 5.0)]
    assert read.unread == {"packet of an unknown interface": 1}


def test_simple_packets_are_cut_by_their_interface(tmp_path: Path) -> None:
    packet = usual(sip())
    content = section() + interface(snaplen=80) + simple(packet[:80], len(packet)) + interface() + simple(b"", 0)
    read = Read(tmp_path, content)
    assert read.bodies == [packet[42:80]]
    assert read.unread == {"cut short by the capture (snaplen)": 1, "malformed packet": 1}


def test_secrets_are_noticed(tmp_path: Path) -> None:
    content = pcapng([usual(sip())])
    assert not Read(tmp_path, content).has_secrets
    read = Read(tmp_path, content + block(10, struct.pack("<II", 0x544C534B, 4) + b"KEYS"))
    assert read.has_secrets
    assert read.unread == {}


def test_a_block_larger_than_what_is_read_at_once(tmp_path: Path) -> None:
    content = section() + block(10, bytes(3 << 20)) + interface() + enhanced(usual(sip()), 1)
    read = Read(tmp_path, content)
    assert read.has_secrets
    assert read.bodies == [sip()]


@pytest.mark.parametrize("form", [pcap, pcapng])
def test_a_file_that_ends_in_a_packet(tmp_path: Path, form: object) -> None:
    content = (pcap if form is pcap else pcapng)([usual(sip("a")), usual(sip("b"))])
    for missing in (1, 100, len(usual(sip("b"))) + 4):
        read = Read(tmp_path, content[:-missing])
        assert read.bodies == [sip("a")]
        assert read.unread == {"the file ends in the middle of a packet": 1}
        assert read.frames == 1


def test_a_pcap_with_nonsense_lengths_goes_on_behind_them(tmp_path: Path) -> None:
    frames = [usual(sip(str(number))) for number in range(6)]
    content = bytearray(pcap(frames))
    third = 24 + 2 * (16 + len(frames[0]))
    struct.pack_into("<I", content, third + 8, 0xF0000000)
    read = Read(tmp_path, bytes(content))
    assert read.bodies == [sip("0"), sip("1"), sip("3"), sip("4"), sip("5")]
    assert read.unread == {"damaged packet record": 1}


def test_a_pcap_whose_length_leads_astray_is_read_from_there_on_again(tmp_path: Path) -> None:
    frames = [usual(sip(str(number))) for number in range(6)]
    content = bytearray(pcap(frames))
    struct.pack_into("<I", content, 24 + 2 * (16 + len(frames[0])) + 8, len(frames[0]) + 50)
    read = Read(tmp_path, bytes(content))
    assert read.bodies == [sip(str(number)) for number in range(6)]
    assert read.unread == {"damaged packet record": 1}


def test_a_pcapng_with_nonsense_lengths_goes_on_behind_them(tmp_path: Path) -> None:
    whole = pcapng([usual(sip(str(number))) for number in range(6)])
    start = whole.index(sip("2")) - 42 - 28
    for length in (0xF0000000, 13, 0, 200):
        content = bytearray(whole)
        struct.pack_into("<I", content, start + 4, length)
        read = Read(tmp_path, bytes(content))
        assert read.bodies == [sip(number) for number in "01345"]
        assert read.unread == {"damaged block": 1}


@pytest.mark.parametrize("kind", [2, 3, 6])
def test_a_packet_block_too_short_for_its_numbers(tmp_path: Path, kind: int) -> None:
    content = pcapng([usual(sip("a"))])
    for behind in (b"", enhanced(usual(sip("b")), 1)):
        read = Read(tmp_path, content + block(kind, b"") + behind)
        assert read.bodies == [sip("a"), sip("b")][: 1 + bool(behind)]
        assert read.unread == {"damaged block": 1}


def test_junk_only_is_given_up(tmp_path: Path) -> None:
    read = Read(tmp_path, pcap([]) + b"\xff" * 100_000)
    assert (read.heard, read.unread) == ([], {"damaged packet record": 1})


@pytest.mark.parametrize("form", [pcap, pcapng])
def test_gzip(tmp_path: Path, form: object) -> None:
    content = (pcap if form is pcap else pcapng)([usual(sip(str(number))) for number in range(50)])
    half = len(content) // 2
    packed = gzip.compress(content[:half]) + gzip.compress(content[half:]) + bytes(512)
    assert PacketFile.is_packets(packed[:24])
    read = Read(tmp_path, packed)
    assert read.bodies == [sip(str(number)) for number in range(50)]
    assert read.unread == {}


def test_a_broken_gzip_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    packed = gzip.compress(pcap([usual(sip(str(number))) for number in range(500)]), 0)
    read = Read(tmp_path, packed[:-40_000])
    assert read.bodies[:3] == [sip("0"), sip("1"), sip("2")]
    assert read.unread == {"the gzip ends early": 1, "the file ends in the middle of a packet": 1}
    damaged = bytearray(packed)
    damaged[80_000] ^= 0xFF
    damaged[-8:] = bytes(8)
    assert "the gzip is damaged: what follows was not read" in Read(tmp_path, bytes(damaged)).unread


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xd4\xc3\xb2\xa1",
        b"INVITE sip:a SIP/2.0\r\n",
        b"\x1f\x8b",
        gzip.compress(b"text", mtime=0),
        b"\n\r\r\n" + bytes(40),
    ],
)
def test_what_is_no_capture(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "no\x1bthing"
    path.write_bytes(content)
    with pytest.raises(NotACapture, match=r"no\\x1bthing: it is neither pcap nor pcapng"):
        PacketFile(path)


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CaptureUnreadable, match=r"cannot read .*No such file"):
        PacketFile(tmp_path / "missing")
    with pytest.raises(CaptureUnreadable, match="directory"):
        PacketFile(tmp_path)
    with pytest.raises(CaptureUnreadable, match="cannot read"):
        PacketFile(tmp_path / "a\0b")


def test_a_closed_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap([usual(sip())]))
    source = PacketFile(path)
    source.close()
    with pytest.raises(CaptureUnreadable, match="closed"):
        next(source.messages())


@pytest.mark.parametrize("packed", [False, True])
def test_progress_reaches_its_total(tmp_path: Path, packed: bool) -> None:
    content = pcap([ether(bytes(60_000), 0x1234)] * 200)
    path = tmp_path / "a.pcap"
    path.write_bytes(gzip.compress(content, 0) if packed else content)
    told: list[tuple[int, int]] = []
    with PacketFile(path, progress=lambda done, total: told.append((done, total))) as source:
        assert list(source.messages()) == []
    assert len(told) >= 4
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] == path.stat().st_size * (2 if packed else 1)


def test_equal_ends_are_one_object(tmp_path: Path) -> None:
    heard = Read(tmp_path, pcap([usual(sip("a")), usual(sip("b")), ether(ipv4(udp(sip("c")), options=bytes(4)))])).heard
    assert heard[0][2] is heard[1][2] is heard[2][2]
    assert heard[0][3] is heard[1][3] is heard[2][3]
