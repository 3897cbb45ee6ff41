"""The makers make what they say: a witness reads it, and what they read they can write again."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.trace.blackbox.command import DATA
from tests.trace.blackbox.lab import KNOWN, packets_of
from tests.trace.blackbox.test_verdicts import CASES
from tests.trace.traffic import rewriting
from tests.trace.traffic.pcap import Packet, datagram, pcap_bytes, read_pcap, write_pcap
from tests.trace.traffic.rewriting import Names
from tests.trace.traffic.script import Lab
from tests.trace.traffic.sip import Message


def _scripted(name: str) -> list[Packet]:
    lab = Lab()
    CASES[name].scene(lab)
    return lab.wire.packets


def test_a_capture_is_written_as_it_was_read(tmp_path: Path) -> None:
    for name in KNOWN:
        assert pcap_bytes(packets_of(name)) == (DATA / f"{name}.pcap").read_bytes(), name
    packets = _scripted("returned")
    assert read_pcap(write_pcap(tmp_path / "made.pcap", packets)) == packets


@pytest.mark.parametrize("name", KNOWN)
def test_rewriting_with_the_same_names_keeps_every_message(name: str) -> None:
    packets = packets_of(name)
    again = rewriting.rewritten(packets, Names())
    assert [packet.at for packet in again] == [packet.at for packet in packets]
    for old, new in zip(packets, again, strict=True):
        seen, made = datagram(old), datagram(new)
        assert seen is not None
        assert made is not None
        assert (seen.source, seen.target) == (made.source, made.target)
        assert Message.parse(seen.payload).having("Content-Length") == Message.parse(made.payload).having(
            "Content-Length"
        )


def test_a_rewritten_capture_keeps_none_of_the_old_names() -> None:
    from tests.trace.blackbox.test_worse_seen import NAMES

    for name in KNOWN:
        data = pcap_bytes(rewriting.rewritten(packets_of(name), NAMES))
        for old in ("4711111111", "4722222222", "lab.test", "127.0.0.", ":5060", ":5061"):
            assert old.encode() not in data, (name, old)


def test_what_is_scripted_is_sound_to_tshark(tmp_path: Path) -> None:
    """All scenes in one capture: every message is SIP, none malformed, and the requests' lengths fit."""
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.skip("tshark is not installed")
    packets = [packet for name in CASES if "TLS" not in name for packet in _scripted(name)]
    path = write_pcap(tmp_path / "all.pcap", packets)
    fields = ("_ws.malformed", "sip.CSeq.method", "tcp.flags", "udp.length")
    command = [tshark, "-n", "-r", str(path), "-d", "udp.port==5061,sip", "-T", "fields"]
    for field in fields:
        command += ["-e", field]
    lines = subprocess.run(command, capture_output=True, check=True, text=True, timeout=60).stdout.splitlines()
    assert len(lines) == len(packets)
    for number, line in enumerate(lines, 1):
        malformed, method, flags, _ = line.split("\t")
        assert not malformed, number
        assert method or flags, number
