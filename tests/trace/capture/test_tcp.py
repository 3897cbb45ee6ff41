"""SIP out of TCP: framing, order, losses."""

import itertools
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbreakout_tui.trace.capture.reassembly import Reassembly, Segment
from tests.trace.capture.packets import ACK, FIN, PSH, RST, A, B, Frame, Read, Talk, ether, ipv4, pcap, sip, tcp

LOST = "lost TCP segments"
NO_END = "SIP message without its end"
OUT_OF_STEP = "bytes between SIP messages"


def parts(message: bytes, size: int) -> list[bytes]:
    return [message[at : at + size] for at in range(0, len(message), size)]


def test_one_message_a_segment_stays_in_the_file(tmp_path: Path) -> None:
    talk = Talk().shake()
    talk.say(0, sip("a"))
    talk.say(1, b"SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n")
    content = pcap(talk.frames)
    read = Read(tmp_path, content)
    assert read.numbers == [4, 5]
    assert [str(end) for end in read.heard[1][2:4]] == ["10.0.0.2:5060", "10.0.0.1:40000"]
    assert all(message[4] == "TCP" and content[message[6] :].startswith(message[5]) for message in read.heard)
    assert (read.unread, read.other, read.events) == ({}, {"tcp": 3}, [])


def test_pipelined_messages_with_keep_alives(tmp_path: Path) -> None:
    talk = Talk().shake()
    talk.say(0, b"\r\n\r\n" + sip("a", b"body") + sip("b") + b"\r\n" + sip("c", b"", "BYE")[:40])
    talk.say(0, sip("c", b"", "BYE")[40:] + b"\r\n\r\n")
    talk.say(0, b"\r\n\r\n")
    read = Read(tmp_path, pcap(talk.frames))
    assert read.bodies == [sip("a", b"body"), sip("b"), sip("c", b"", "BYE")]
    assert read.numbers == [4, 4, 5]
    assert [message[6] < 0 for message in read.heard] == [False, False, True]


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_message_over_many_segments(tmp_path: Path, size: int) -> None:
    messages = [sip("a", b"x" * 300), sip("b", b"y" * 50, length="l"), sip("c", length=None), sip("d", b"\r\n\r\n")]
    talk = Talk(seq=2**32 - 50).shake()
    for part in parts(b"".join(messages), size):
        talk.say(0, part)
    read = Read(tmp_path, pcap(talk.frames))
    assert read.bodies == messages
    assert read.unread == {}


@pytest.mark.parametrize(
    "header", ["Content-Length: 4", "content-length:4", "l : 4", "CONTENT-LENGTH\t:\t0004", "L:\r\n 4", "l: 4\r\nl: 9"]
)
def test_forms_of_content_length(tmp_path: Path, header: str) -> None:
    message = f"BYE sip:a SIP/2.0\r\n{header}\r\nX: Content-Length: 7\r\n\r\nbody".encode()
    talk = Talk().shake()
    talk.say(0, message + sip("b"))
    assert Read(tmp_path, pcap(talk.frames)).bodies == [message, sip("b")]


def test_line_feeds_alone(tmp_path: Path) -> None:
    message = sip("a").replace(b"\r\n", b"\n")
    talk = Talk().shake()
    talk.say(0, message + sip("b"))
    assert Read(tmp_path, pcap(talk.frames)).bodies == [message, sip("b")]


def test_retransmissions_overlaps_and_mirrors(tmp_path: Path) -> None:
    message = sip("a", b"x" * 100)
    talk = Talk().shake()
    first = talk.say(0, message[:50])
    talk.frames += [first, talk.packet(0, b"?" * 20 + message[50:90], seq=talk.next[0] - 20)]
    talk.next[0] += 40
    talk.say(0, message[90:])
    talk.say(0, flags=FIN | ACK)
    talk.say(1, flags=FIN | ACK)
    mirrored = [frame for frame in talk.frames for _ in range(2)]
    assert Read(tmp_path, pcap(talk.frames)).bodies == [message]
    read = Read(tmp_path, pcap(mirrored))
    assert (read.bodies, read.unread, read.events) == ([message], {}, [])


def test_out_of_order(tmp_path: Path) -> None:
    message = sip("a", b"x" * 100)
    talk = Talk().shake()
    pieces = [talk.say(0, part) for part in parts(message + sip("b"), 40)]
    talk.frames[-len(pieces) :] = reversed(pieces)
    read = Read(tmp_path, pcap(talk.frames))
    assert read.bodies == [message, sip("b")]
    assert read.numbers == [3 + len(pieces)] * 2


def test_the_first_bytes_win(tmp_path: Path) -> None:
    message = sip("a", b"x" * 100)
    talk = Talk().shake()
    start = talk.next[0]
    talk.frames += [
        talk.packet(0, message[60:80], seq=start + 60),
        talk.packet(0, b"?" * 10, seq=start + 65),
        talk.packet(0, message[:60] + b"?" * 20 + message[80:], seq=start),
    ]
    assert Read(tmp_path, pcap(talk.frames)).bodies == [message]


@pytest.mark.parametrize("end", ["file", "reset", "fin"])
def test_a_lost_segment(tmp_path: Path, end: str) -> None:
    talk = Talk().shake()
    talk.say(0, sip("a"))
    for part in parts(sip("b", b"x" * 100), 80):
        talk.say(0, part)
    talk.frames.pop()
    talk.say(0, sip("c"))
    talk.say(0, sip("d"))
    if end == "reset":
        talk.say(1, flags=RST | ACK)
    elif end == "fin":
        talk.say(0, flags=FIN | ACK)
        talk.say(1, flags=FIN | ACK)
    read = Read(tmp_path, pcap(talk.frames))
    assert read.bodies == [sip("a"), sip("c"), sip("d")]
    assert read.unread == {LOST: 1}
    assert read.numbers == sorted(read.numbers)


def test_a_gap_is_given_up_when_the_other_side_has_what_is_missing(tmp_path: Path) -> None:
    talk = Talk().shake()
    talk.say(0, sip("lost"))
    talk.frames.pop()
    frames: list[Frame] = [(0, frame) for frame in talk.frames]
    frames += [(1, talk.say(0, sip("b"))), (1.1, talk.say(1)), (3, talk.say(0, sip("c"))), (4, talk.say(0, sip("d")))]
    read = Read(tmp_path, pcap(frames))
    assert (read.bodies, read.numbers) == ([sip("b"), sip("c"), sip("d")], [4, 6, 7])
    assert read.unread == {LOST: 1}


def test_a_gap_does_not_hold_up_more_than_some_segments(tmp_path: Path) -> None:
    talk = Talk().shake()
    talk.say(0, sip("a"))
    talk.say(0, sip("lost"))
    talk.frames.pop()
    for number in range(200):
        talk.say(0, sip(str(number)))
    read = Read(tmp_path, pcap(talk.frames))
    assert read.bodies == [sip("a"), *(sip(str(number)) for number in range(200))]
    assert read.unread == {LOST: 1}


def test_a_connection_that_stood_before(tmp_path: Path) -> None:
    talk = Talk()
    for part in (sip("z", b"x" * 50)[120:], b"\r\n\r\n", sip("a"), sip("b")):
        talk.say(0, part)
    read = Read(tmp_path, pcap(talk.frames))
    assert read.bodies == [sip("a"), sip("b")]
    assert (read.unread, read.other) == ({}, {"tcp": 2})


def test_out_of_step_and_in_again(tmp_path: Path) -> None:
    talk = Talk().shake()
    talk.say(0, sip("a") + b"more of a body than its length told")
    talk.say(0, b"still that")
    talk.say(0, sip("b"))
    read = Read(tmp_path, pcap(talk.frames))
    assert read.bodies == [sip("a"), sip("b")]
    assert read.unread == {OUT_OF_STEP: 1}


def test_messages_that_do_not_end(tmp_path: Path) -> None:
    unfinished, large, endless = Talk(1).shake(), Talk(2).shake(), Talk(3).shake()
    unfinished.say(0, sip("a")[:-2])
    large.say(0, sip("b").replace(b"Content-Length: 0", b"Content-Length: 99999999"))
    large.say(0, sip("c"))
    for _ in range(10):
        endless.say(0, sip("d")[:-2] + b"X: y\r\n" * 9000)
    read = Read(tmp_path, pcap([*unfinished.frames, *large.frames, *endless.frames]))
    assert read.bodies == [sip("c")]
    assert read.unread["SIP message over 16 MB"] == 1
    assert read.unread[NO_END] >= 2


def test_segments_cut_by_the_capture(tmp_path: Path) -> None:
    talk = Talk().shake()
    frames: list[Frame] = list(talk.frames)
    first, second = talk.say(0, sip("a", b"x" * 100)), talk.say(0, sip("b"))
    frames += [(1, first[:-60], len(first)), (2, second)]
    read = Read(tmp_path, pcap(frames))
    assert read.bodies == [sip("a", b"x" * 100)[:-60], sip("b")]
    assert read.unread == {"cut short by the capture (snaplen)": 1}


def test_ports_are_used_again(tmp_path: Path) -> None:
    first, second = Talk(seq=1000).shake(), Talk(seq=800).shake()
    first.say(0, sip("a")[:50])
    second.say(0, sip("b"))
    read = Read(tmp_path, pcap([*first.frames, *second.frames]))
    assert (read.bodies, read.unread) == ([sip("b")], {NO_END: 1})


def test_what_is_no_sip_costs_no_memory(tmp_path: Path) -> None:
    talk = Talk(dport=80).shake()
    talk.say(0, b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
    for number in range(3000):
        talk.say(1, bytes([number % 251]) * 1400)
    content = pcap(talk.frames[:50] + talk.frames[60:])
    tracemalloc.start()
    try:
        read = Read(tmp_path, content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (read.heard, read.unread, read.other) == ([], {}, {"tcp": 2994})
    assert peak < 4 << 20


def test_text_without_line_ends_is_no_sip(tmp_path: Path) -> None:
    talk = Talk().shake()
    for _ in range(100):
        talk.say(0, b"INVITE " + b"x" * 1000)
    assert Read(tmp_path, pcap(talk.frames)).heard == []


def test_a_malformed_header(tmp_path: Path) -> None:
    short = tcp(b"", 1, 2, 3)[:12] + b"\x10" + tcp(b"", 1, 2, 3)[13:]
    read = Read(tmp_path, pcap([ether(ipv4(short, A, B, 6)), ether(ipv4(bytes(10), A, B, 6))]))
    assert read.unread == {"malformed packet": 2}


def test_options_are_skipped(tmp_path: Path) -> None:
    body = tcp(sip(), 1, 2, 3, flags=PSH | ACK, options=bytes(12))
    assert Read(tmp_path, pcap([ether(ipv4(body, A, B, 6))])).bodies == [sip()]


def test_a_syn_without_its_answer_in_the_capture(tmp_path: Path) -> None:
    talk = Talk().shake()
    del talk.frames[0]
    talk.say(0, sip("a")[:30])
    talk.say(0, sip("a")[30:])
    assert Read(tmp_path, pcap(talk.frames)).bodies == [sip("a")]


@given(st.data())
def test_reassembly_gives_the_stream_in_whatever_order(data: st.DataObject) -> None:
    stream = data.draw(st.binary(min_size=1, max_size=60))
    start = data.draw(st.sampled_from([0, 5, 2**32 - 10]))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(stream)), max_size=8)) | {0, len(stream)})
    spans = list(itertools.pairwise(cuts))
    bounds = st.integers(0, len(stream))
    spans += [(min(pair), max(pair)) for pair in data.draw(st.lists(st.tuples(bounds, bounds), max_size=6))]
    order = Reassembly(start)
    got = b""
    for a, b in data.draw(st.permutations(spans)):
        if a < b:
            ready = order.add((start + a) % 2**32, Segment(1, 0.0, stream[a:b], 100 + a))
            for segment in ready:
                assert segment.place == 100 + len(got)
                got += segment.body
    assert got == stream
    assert not order.has_gap
    assert order.waiting == 0
