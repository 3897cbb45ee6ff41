"""How long 200,000 SIP messages take to be read, correlated and diagnosed, beside tshark and sngrep on the same file.

The capture holds 10,000 calls of two legs, core to TAS and TAS to core, each with a Call-ID of its own: 20,000
Call-IDs, ten messages each. tshark extracts six fields, sngrep loads its call list; neither says why a call looped.
Each runs in a process of its own, in turns; time is wall clock, memory the process's peak.
"""

import os
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

CALLS = 10_000
LARGE = 50_000
"""Calls of the capture that shows how time grows: 1,000,000 messages."""
ROUNDS = 3
CORE, TAS = "10.0.0.10", "10.0.0.20"
DOMAIN = "ims.mnc001.mcc242.3gppnetwork.org"
START = 1_700_000_000.0
FIELDS = ("frame.number", "frame.time_epoch", "sip.Method", "sip.Status-Code", "sip.Call-ID", "sip.Max-Forwards")
OURS = """
import sys
from pathlib import Path
from sipbreakout_tui.trace.capture import PacketFile
from sipbreakout_tui.trace.trace import read_trace
with PacketFile(Path(sys.argv[1])) as source:
    trace = read_trace([source])
    print(len(trace.messages), len(trace.calls), dict(trace.verdicts))
"""
SDP = (
    "v=0\r\no=- {n} {n} IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 116 107 118 96 8 0\r\n"
    "b=AS:41\r\na=rtpmap:116 AMR-WB/16000\r\na=fmtp:116 mode-change-capability=2;max-red=220\r\n"
    "a=rtpmap:118 AMR/8000\r\na=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\na=sendrecv\r\na=ptime:20\r\n"
)


def leg(call: int, back: bool) -> Iterator[tuple[float, str, str, bytes]]:
    """Yield the ten messages of one leg: seconds after the call began, source, target, bytes."""
    source, target = (TAS, CORE) if back else (CORE, TAS)
    caller, callee = f"+4722{call:07d}", f"+4723{call * 7 % 10_000_000:07d}"
    name = f"{call:08x}{int(back)}-{(call * 2654435761 + back) % 2**64:016x}"
    uuid, shift = f"{call + 1:032x}", 0.004 * back

    def headers(sequence: str, tagged: bool, session: str, more: str, body: str) -> str:
        tag = f";tag=t{name}" if tagged else ""
        content = f"Content-Type: application/sdp\r\nContent-Length: {len(body)}" if body else "Content-Length: 0"
        return (
            f'From: "A {call}" <sip:{caller}@{DOMAIN};user=phone>;tag=f{name}\r\n'
            f"To: <sip:{callee}@{DOMAIN};user=phone>{tag}\r\nCall-ID: {name}@{source}\r\nCSeq: {sequence}\r\n{more}"
            f"Session-ID: {session}\r\n{content}\r\n\r\n{body}"
        )

    def request(method: str, number: int, more: str = "", body: str = "") -> bytes:
        start = f"{method} sip:{callee}@{DOMAIN};user=phone SIP/2.0\r\n"
        via = f"Via: SIP/2.0/UDP {source}:5060;branch=z9hG4bK{name}.{number}{method[0]};rport\r\n"
        hops = f"Max-Forwards: {68 - back}\r\n"
        session = f"{uuid};remote={'0' * 32}"
        return (start + via + hops + headers(f"{number} {method}", method != "INVITE", session, more, body)).encode()

    def response(status: str, method: str, number: int, more: str = "", body: str = "") -> bytes:
        via = (
            f"Via: SIP/2.0/UDP {source}:5060;branch=z9hG4bK{name}.{number}{method[0]};rport=5060;received={source}\r\n"
        )
        session = f"{'0' * 32};remote={uuid}"
        return (
            f"SIP/2.0 {status}\r\n{via}" + headers(f"{number} {method}", status != "100 Trying", session, more, body)
        ).encode()

    offered = (
        f'Contact: <sip:{source}:5060;transport=udp>;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel"\r\n'
        f"Route: <sip:{target};lr>,<sip:orig@scscf1.{DOMAIN};lr;odi={call:x}>\r\nRecord-Route: <sip:{source};lr>\r\n"
        f"P-Asserted-Identity: <tel:{caller}>\r\nP-Served-User: <sip:{caller}@{DOMAIN}>;sescase=orig;regstate=reg\r\n"
        f'P-Charging-Vector: icid-value="icid-{call:08d}.scscf1.{DOMAIN}";orig-ioi=home1\r\n'
        f"P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=242010001{call % 65536:07x}\r\n"
        "Allow: INVITE,ACK,CANCEL,BYE,PRACK,UPDATE,REFER,NOTIFY,MESSAGE,INFO,OPTIONS\r\n"
        "Supported: timer,100rel,histinfo,precondition\r\nSession-Expires: 1800\r\nMin-SE: 90\r\n"
    )
    answered = (
        f"Contact: <sip:{target}:5060>\r\nRecord-Route: <sip:{source};lr>\r\nAllow: INVITE,ACK,CANCEL,BYE,PRACK\r\n"
    )
    sdp = SDP.format(n=call, host=source, port=20000 + 2 * (call % 20000))
    yield shift, source, target, request("INVITE", 1, offered, sdp)
    yield shift + 0.001, target, source, response("100 Trying", "INVITE", 1)
    yield 1.2 - shift, target, source, response("183 Session Progress", "INVITE", 1, answered, sdp)
    yield 1.22 + shift, source, target, request("PRACK", 2, "RAck: 1 1 INVITE\r\n")
    yield 1.26 - shift, target, source, response("200 OK", "PRACK", 2)
    yield 1.9 - shift, target, source, response("180 Ringing", "INVITE", 1, answered)
    yield 5.0 - shift, target, source, response("200 OK", "INVITE", 1, answered)
    yield 5.03 + shift, source, target, request("ACK", 1)
    yield 35.0 + shift, source, target, request("BYE", 3, 'Reason: Q.850;cause=16;text="Terminated"\r\n')
    yield 35.02 - shift, target, source, response("200 OK", "BYE", 3)


def write_capture(path: Path, calls: int) -> int:
    """Write a pcap of so many calls, 20 begun each second; return how many messages it holds."""
    count = 0
    waiting: list[tuple[float, str, str, bytes]] = []
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for call in range(calls + 1):
            began = START + 0.05 * call
            waiting.sort(key=lambda item: item[0])
            due = [item for item in waiting if item[0] < began or call == calls]
            waiting = waiting[len(due) :]
            for at, source, target, data in due:
                file.write(packet(at, source, target, data))
            count += len(due)
            if call < calls:
                both = (message for back in (False, True) for message in leg(call, back))
                waiting += [(began + after, source, target, data) for after, source, target, data in both]
    return count


def packet(at: float, source: str, target: str, data: bytes) -> bytes:
    """Return a record of a pcap: Ethernet, IPv4, UDP."""
    ends = bytes(map(int, source.split("."))) + bytes(map(int, target.split(".")))
    udp = struct.pack(">HHHH", 5060, 5060, 8 + len(data), 0) + data
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + ends
    frame = b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" + ip + udp
    seconds = int(at)
    return struct.pack("<IIII", seconds, int((at - seconds) * 1e6), len(frame), len(frame)) + frame


def timed(command: list[str]) -> tuple[float, float, str]:
    """Return the seconds a command takes, its peak memory in MiB, and the end of what it wrote."""
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(max(0, out.seek(0, os.SEEK_END) - 300))
        said = out.read().decode(errors="replace").strip()
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}: {said}")
    return took, usage.ru_maxrss / 1024, said


def main() -> None:
    """Print time, memory and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        path, large = Path(folder) / "calls.pcap", Path(folder) / "large.pcap"
        messages = write_capture(path, CALLS)
        print(f"{messages:,} messages, {path.stat().st_size / 1e6:.0f} MB")
        fields = [word for field in FIELDS for word in ("-e", field)]
        commands = {"ours": [sys.executable, "-c", OURS, str(path)]}
        if shutil.which("tshark"):
            commands["tshark"] = ["tshark", "-n", "-r", str(path), "-T", "fields", *fields]
        if shutil.which("sngrep"):
            commands["sngrep"] = ["sngrep", "-N", "-q", "-I", str(path)]
        runs = {name: [timed(command) for name_, command in commands.items() if name_ == name] for name in commands}
        for _ in range(ROUNDS - 1):
            for name, command in commands.items():
                runs[name].append(timed(command))
        seconds = {name: statistics.median(run[0] for run in taken) for name, taken in runs.items()}
        memory = {name: max(run[1] for run in taken) for name, taken in runs.items()}
        print(f"ours said: {runs['ours'][0][2]}")
        for name in ("ours", "tshark", "sngrep"):
            if name not in seconds:
                print(f"{name:8} not installed: not measured")
                continue
            ratio = "" if name == "ours" else f"  ours is {seconds[name] / seconds['ours']:.2f} x as fast"
            rate = messages / seconds[name] / 1000
            print(f"{name:8} {seconds[name]:6.2f} s  {rate:5.0f} k messages/s  {memory[name]:5.0f} MiB{ratio}")
        more = write_capture(large, LARGE)
        took, peak, _ = timed([sys.executable, "-c", OURS, str(large)])
        growth = (took / seconds["ours"]) / (more / messages)
        print(f"{more:,} messages: {took:.1f} s, {peak:.0f} MiB, {growth:.2f} x the time of one message")
        print("bounds: tshark at least 2.00 x, sngrep at least 1.00 x, memory below sngrep's, growth about 1.00")


if __name__ == "__main__":
    main()
