"""Wireshark's exported PDUs."""

import struct
from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.trace.capture.packets import A6, B6, A, B, Read, pcapng, sip


def tag(kind: int, value: bytes) -> bytes:
    value += bytes(-len(value) % 4)
    return struct.pack("!HH", kind, len(value)) + value


def pdu(
    payload: bytes, *, name: bytes = b"sip", port_type: int = 2, frame: int | None = 7, ends: tuple[str, str] = (A, B)
) -> bytes:
    source, target = (ip_address(end).packed for end in ends)
    shift = 0 if len(source) == 4 else 2
    tags = tag(12, name) + tag(20 + shift, source) + tag(21 + shift, target)
    tags += tag(24, port_type.to_bytes(4, "big")) + tag(25, (5062).to_bytes(4, "big"))
    tags += tag(26, (5060).to_bytes(4, "big"))
    if frame is not None:
        tags += tag(30, frame.to_bytes(4, "big"))
    return tags + tag(99, b"unknown") + tag(0, b"") + payload


def read_pdus(folder: Path, *pdus: bytes) -> Read:
    return Read(folder, pcapng(pdus, 252))


@pytest.mark.parametrize(("port_type", "transport"), [(1, "SCTP"), (2, "TCP"), (3, "UDP"), (9, "unknown")])
def test_the_tags_say_where_a_message_comes_from(tmp_path: Path, port_type: int, transport: str) -> None:
    read = read_pdus(tmp_path, pdu(sip(), port_type=port_type), pdu(sip("b"), frame=None, ends=(A6, B6)))
    first, second = read.heard
    assert (first[0], str(first[2]), str(first[3]), first[4], first[5]) == (
        7,
        f"{A}:5062",
        f"{B}:5060",
        transport,
        sip(),
    )
    assert (second[0], str(second[2]), str(second[3])) == (2, f"[{A6}]:5062", f"[{B6}]:5060")
    assert first[6] > 0


def test_a_message_behind_a_decrypted_record_came_by_tls(tmp_path: Path) -> None:
    read = read_pdus(
        tmp_path,
        pdu(sip("a"), frame=3),
        pdu(sip("b"), name=b"sip.tcp", frame=4),
        pdu(sip("b"), frame=4),
        pdu(sip("c")[:40], name=b"sip.tcp", frame=5),
        pdu(sip("c")[40:], name=b"sip.tcp", frame=6),
        pdu(sip("c"), frame=6),
        pdu(sip("d"), frame=8),
    )
    assert [(message[0], message[4], message[5]) for message in read.heard] == [
        (3, "TCP", sip("a")),
        (4, "TLS", sip("b")),
        (6, "TLS", sip("c")),
        (8, "TCP", sip("d")),
    ]


def test_pipelined_messages_are_exported_all_for_each(tmp_path: Path) -> None:
    both = sip("a", b"body") + sip("b") + b"\r\n\r\n"
    read = read_pdus(tmp_path, pdu(both), pdu(both), pdu(sip("a"), frame=8))
    assert read.bodies == [sip("a", b"body"), sip("b"), sip("a")]


def test_what_is_no_sip_or_broken(tmp_path: Path) -> None:
    read = read_pdus(tmp_path, pdu(b"x", name=b"http"), pdu(b"\r\n\r\n"), pdu(sip())[:30], pdu(sip())[:3], b"")
    assert (read.heard, read.other, read.unread) == ([], {"PDU that is no SIP": 2}, {"malformed packet": 3})


def test_a_message_that_ends_too_early_is_given_out(tmp_path: Path) -> None:
    assert read_pdus(tmp_path, pdu(sip(body=b"12345")[:-2])).bodies == [sip(body=b"12345")[:-2]]
