"""What is read from real captures beside what tshark and dpkt read."""

import importlib
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.trace.capture.packets import Read

ROOT = Path(__file__).resolve().parents[3]
PUBLIC = ROOT.parent / "shared" / "data" / "public"
CAPTURES = sorted((ROOT / "tests" / "trace" / "data").glob("*.pcap*")) + sorted(PUBLIC.glob("*.pcap*"))
PCAPS = [path for path in CAPTURES if path.suffix == ".pcap"]
OF_THE_LAB = {
    "expired": 13,
    "fallback_busy": 17,
    "fallback_noanswer": 21,
    "fork_bob_answers": 20,
    "loop": 27,
    "loop_mt": 27,
    "loop_sid_dropped": 283,
    "loop_sippy_b2bua": 27,
    "loop_tas_rejects": 7,
    "loop_topoh": 27,
    "tls_untrusted": 5,
    "fork_bob_answers-on-the-wire-tls": 20,
    "loop-on-the-wire-tls": 13,
}


def call_ids(read: Read) -> Counter[str]:
    found: Counter[str] = Counter()
    for body in read.bodies:
        for line in body.split(b"\r\n\r\n")[0].split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.strip().lower() in {b"call-id", b"i"}:
                found[value.strip().decode()] += 1
    return found


@pytest.mark.parametrize("name", OF_THE_LAB)
def test_captures_of_the_lab(tmp_path: Path, name: str) -> None:
    path = next((ROOT / "tests" / "trace" / "data").glob(f"{name}.pcap*"))
    read = Read(tmp_path, path.read_bytes())
    assert len(read.heard) == OF_THE_LAB[name]
    assert read.events == []
    assert read.has_secrets == (path.suffix == ".pcapng")
    assert set(read.unread) == ({"TLS without its keys"} if read.has_secrets else set())
    assert set(read.tls_servers) <= {"127.0.0.1:5061", "127.0.0.10:5061"}


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_tshark_hears_the_same(tmp_path: Path, path: Path) -> None:
    command = [
        "tshark",
        "-r",
        str(path),
        "-Y",
        "sip && !tls",
        "-T",
        "fields",
        "-e",
        "frame.number",
        "-e",
        "sip.Call-ID",
    ]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    frames, calls = [], Counter[str]()
    for line in result.stdout.splitlines():
        frame, ids = line.split("\t")
        frames += [int(frame)] * len(ids.split(","))
        calls.update(ids.split(","))
    read = Read(tmp_path, path.read_bytes())
    assert read.numbers == frames
    assert call_ids(read) == calls


@pytest.mark.parametrize("path", PCAPS, ids=lambda path: path.name)
def test_dpkt_hears_the_same_over_udp(tmp_path: Path, path: Path) -> None:
    pytest.importorskip("dpkt")
    dpkt: Any = importlib.import_module("dpkt")
    expected = []
    with path.open("rb") as file:
        reader = dpkt.pcap.Reader(file)
        layer = {0: dpkt.loopback.Loopback, 1: dpkt.ethernet.Ethernet}[reader.datalink()]
        for number, (at, packet) in enumerate(reader, 1):
            datagram = layer(packet).data
            if isinstance(datagram, dpkt.ip.IP) and isinstance(datagram.data, dpkt.udp.UDP):
                payload = datagram.data.data
                if b"SIP/2.0" in payload.split(b"\n")[0]:
                    expected.append((number, round(float(at), 6), datagram.data.sport, datagram.data.dport, payload))
    heard = [
        (frame, round(when, 6), source.port, target.port, body)
        for frame, when, source, target, transport, body, _ in Read(tmp_path, path.read_bytes()).heard
        if transport == "UDP"
    ]
    assert heard == expected
