import ssl
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from sipbreakout_tui.trace.capture import tshark
from sipbreakout_tui.trace.capture.findings import ENDS_EARLY, TLS_UNREAD
from sipbreakout_tui.trace.capture.heard import CaptureUnreadable, DecoderMissing, Heard, NotACapture, TraceError
from sipbreakout_tui.trace.capture.tshark import TsharkFile, tshark_path
from sipbreakout_tui.trace.sip import SipMessage

LAB = Path(__file__).parents[1] / "data"
LOOP = LAB / "loop-on-the-wire-tls.pcapng"
FORK = LAB / "fork_bob_answers-on-the-wire-tls.pcapng"
OPTIONS = (
    b"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TLS 192.0.2.1\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: 1\r\n"
    b"CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)
A, B = ("192.0.2.1", 40000), ("192.0.2.2", 5061)

needs_tshark = pytest.mark.skipif(tshark_path() is None, reason="tshark is not installed")


def read(path: Path, **options: Path | tuple[int, ...] | None) -> tuple[list[Heard], TsharkFile]:
    source = TsharkFile(path, **options)  # type: ignore[arg-type]
    try:
        heard = list(source.messages())
        for message in heard:
            assert source.raw(message[6], len(message[5])) == message[5]
    finally:
        source.close()
    assert source.events == []
    return heard, source


class Wire:
    """Packets of one TCP connection or of UDP, written as a pcap of plain IP."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self._next = {A: 999, B: 999}

    def tcp(self, source: tuple[str, int], target: tuple[str, int], payload: bytes, flags: int = 0x18) -> None:
        numbers = (source[1], target[1], self._next[source], self._next[target], 0x50, flags, 65535, 0, 0)
        self._next[source] += len(payload) + (flags >> 1 & 1)
        self.packets.append(ip(source[0], target[0], 6, struct.pack(">HHIIBBHHH", *numbers) + payload))

    def save(self, path: Path) -> Path:
        records = [struct.pack("<IIII", 1_700_000_000 + at, 5, len(p), len(p)) + p for at, p in enumerate(self.packets)]
        path.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101) + b"".join(records))
        return path


def ip(source: str, target: str, protocol: int, payload: bytes) -> bytes:
    ends = [bytes(int(number) for number in address.split(".")) for address in (source, target)]
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0, *ends) + payload


def udp(source: str, target: str, port: int, payload: bytes) -> bytes:
    return ip(source, target, 17, struct.pack(">HHHH", port, port, 8 + len(payload), 0) + payload)


def over_tls(folder: Path, *, old: bool = False, port: int = 5061, pieces: tuple[bytes, ...] = (OPTIONS,)) -> Path:
    """Save a capture of a TLS connection whose client sends the pieces, with its secrets and key beside it."""
    authority = trustme.CA()
    certificate = authority.issue_cert("tas.example", key_type=trustme.KeyType.RSA)
    certificate.private_key_pem.write_to_path(str(folder / "key 1.pem"))
    client_side, server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_trust(client_side)
    certificate.configure_cert(server_side)
    client_side.keylog_filename = str(folder / "keys")
    if old:
        for side in (client_side, server_side):
            side.maximum_version = ssl.TLSVersion.TLSv1_2
            side.set_ciphers("AES128-GCM-SHA256:@SECLEVEL=0")
    to_client, to_server, from_client, from_server = (ssl.MemoryBIO() for _ in range(4))
    client = client_side.wrap_bio(to_client, from_client, server_hostname="tas.example")
    server = server_side.wrap_bio(to_server, from_server, server_side=True)
    wire, target = Wire(), (B[0], port)
    wire._next[target] = 999
    for source, to, flags in ((A, target, 2), (target, A, 0x12), (A, target, 0x10)):
        wire.tcp(source, to, b"", flags)

    def pass_on() -> None:
        if flight := from_client.read():
            wire.tcp(A, target, flight)
            to_server.write(flight)
        if flight := from_server.read():
            wire.tcp(target, A, flight)
            to_client.write(flight)

    for _ in range(4):
        for end in (client, server):
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
            pass_on()
    for piece in pieces:
        client.write(piece)
        pass_on()
    return wire.save(folder / "tls.pcap")


def without_secrets(path: Path, secrets: Path) -> bytes:
    """Return a pcapng of little endian without its secrets, which are written to a file."""
    content, kept, at = path.read_bytes(), b"", 0
    while at < len(content):
        kind, length = struct.unpack_from("<II", content, at)
        if kind == 10:
            size = struct.unpack_from("<I", content, at + 12)[0]
            secrets.write_bytes(content[at + 16 : at + 16 + size])
        else:
            kept += content[at : at + length]
        at += length
    return kept


@needs_tshark
def test_loop_over_tls_with_the_secrets_in_the_file() -> None:
    heard, source = read(LOOP)
    expected = [1, 2, 8, 10, 17, 19, 22, 24, 26, 28, 29, 31, 32, *range(34, 40), 43, 44, 46, 48, *range(50, 54)]
    assert [message[0] for message in heard] == expected
    assert (source.frames, source.unread) == (56, {})
    assert {(str(message[2]), str(message[3]), message[4]) for message in heard[:7]} == {
        ("127.0.0.2:5060", "127.0.0.1:5060", "UDP"),
        ("127.0.0.1:5060", "127.0.0.2:5060", "UDP"),
        ("127.0.0.1:40636", "127.0.0.10:5061", "TLS"),
        ("127.0.0.10:5061", "127.0.0.1:40636", "TLS"),
        ("127.0.0.10:37255", "127.0.0.1:5061", "TLS"),
        ("127.0.0.1:5061", "127.0.0.10:37255", "TLS"),
        ("127.0.0.1:57580", "127.0.0.3:5060", "TCP"),
    }
    assert {message[2].address for message in heard} == {f"127.0.0.{last}" for last in (1, 2, 3, 10)}
    parsed = [SipMessage.parse(message[5]) for message in heard]
    assert all(not message.problems and message.call_id == "1-8685@127.0.0.2" for message in parsed)


@needs_tshark
@pytest.mark.parametrize("path", [LOOP, FORK], ids=["loop", "fork"])
def test_frames_times_and_messages_are_what_tshark_itself_shows(path: Path) -> None:
    program = tshark_path()
    assert program is not None
    fields = ("frame.number", "frame.time_epoch", "sip.Method", "sip.Status-Code", "sip.Call-ID")
    layers = ("-d", "tcp.port==5061,tls", "-d", "tls.port==5061,sip")
    wanted = [part for field in fields for part in ("-e", field)]
    table = subprocess.run(
        [program, "-n", "-r", path, *layers, "-Y", "sip", "-T", "fields", *wanted], capture_output=True, check=True
    ).stdout.decode()
    heard, _ = read(path)
    rows = []
    for frame, _, _, _, _, raw, _ in heard:
        message = SipMessage.parse(raw)
        rows.append([str(frame), message.method or "", str(message.status or ""), message.call_id])
    shown = [line.split("\t") for line in table.splitlines()]
    assert [row[:1] + row[2:] for row in shown] == rows
    assert [message[1] for message in heard] == pytest.approx([float(row[1]) for row in shown], rel=0, abs=1e-6)


@needs_tshark
def test_secrets_in_a_file_of_their_own(tmp_path: Path) -> None:
    capture, keys = tmp_path / "-r.pcapng", tmp_path / "keys of\ttoday"
    capture.write_bytes(without_secrets(LOOP, keys))
    locked, source = read(capture)
    assert [message[4] for message in locked] == ["UDP"] * 2 + ["TCP"] * 3 + ["UDP"] * 3 + ["TCP"] + ["UDP"] + [
        "TCP"
    ] * 2 + ["UDP"]
    assert source.unread == {TLS_UNREAD: 18}
    heard, source = read(capture, keylog=keys)
    assert source.unread == {}
    with_secrets_inside, _ = read(LOOP)
    assert heard == with_secrets_inside


@needs_tshark
@pytest.mark.parametrize("old", [False, True], ids=["TLS 1.3", "TLS 1.2"])
def test_messages_do_not_keep_to_tls_records(tmp_path: Path, old: bool) -> None:
    pieces = (b"\r\n\r\n", OPTIONS[:40], OPTIONS[40:], b"\r\n" + OPTIONS * 2 + OPTIONS[:9], OPTIONS[9:])
    path = over_tls(tmp_path, old=old, pieces=pieces)
    heard, source = read(path, keylog=tmp_path / "keys")
    last = source.frames
    assert [(message[0], message[4], message[5]) for message in heard] == [
        (last - 2, "TLS", OPTIONS),
        (last - 1, "TLS", OPTIONS),
        (last - 1, "TLS", OPTIONS),
        (last, "TLS", OPTIONS),
    ]
    assert heard[0][1] == pytest.approx(1_700_000_000.000005 + last - 3, rel=0, abs=1e-6)
    assert source.unread == {}
    _, source = read(path)
    assert source.unread[TLS_UNREAD] >= len(pieces)


@needs_tshark
def test_a_private_key(tmp_path: Path) -> None:
    path = over_tls(tmp_path, old=True)
    heard, source = read(path, tls_key=tmp_path / "key 1.pem")
    assert [(message[4], message[5]) for message in heard] == [("TLS", OPTIONS)]
    assert source.unread == {}


@needs_tshark
def test_another_port(tmp_path: Path) -> None:
    path = over_tls(tmp_path, port=9443)
    heard, source = read(path, keylog=tmp_path / "keys", ports=(9443,))
    assert [(message[4], message[5], message[3].port) for message in heard] == [("TLS", OPTIONS, 9443)]
    assert source.unread == {}


@needs_tshark
def test_messages_do_not_keep_to_tcp_segments(tmp_path: Path) -> None:
    wire, target = Wire(), (B[0], 5060)
    wire._next[target] = 999
    for source, to, flags in ((A, target, 2), (target, A, 0x12), (A, target, 0x10)):
        wire.tcp(source, to, b"", flags)
    for piece in (OPTIONS * 2 + OPTIONS[:30], OPTIONS[30:], OPTIONS + b"\r\n\r\n"):
        wire.tcp(A, target, piece)
    heard, _ = read(wire.save(tmp_path / "tcp.pcap"))
    assert [(message[0], message[4], message[5]) for message in heard] == [
        (frame, "TCP", OPTIONS) for frame in (4, 4, 5, 6)
    ]


@needs_tshark
def test_gtp_and_a_message_within_an_icmp_error(tmp_path: Path) -> None:
    wire = Wire()
    call = udp(A[0], B[0], 5060, OPTIONS)
    wire.packets += [
        call,
        udp("198.51.100.1", "198.51.100.2", 2152, struct.pack(">BBHI", 0x30, 255, len(call), 7) + call),
        ip(B[0], A[0], 1, struct.pack(">BBHI", 3, 3, 0, 0) + call),
    ]
    heard, source = read(wire.save(tmp_path / "gtp.pcap"))
    assert [(message[0], str(message[2]), message[4], message[5]) for message in heard] == [
        (1, "192.0.2.1:5060", "UDP", OPTIONS),
        (2, "192.0.2.1:5060", "UDP", OPTIONS),
    ]
    assert source.frames == 3


@needs_tshark
def test_a_capture_of_one_packet(tmp_path: Path) -> None:
    wire = Wire()
    wire.packets.append(udp(A[0], B[0], 5060, OPTIONS))
    heard, source = read(wire.save(tmp_path / "one.pcap"))
    assert (len(heard), source.frames) == (1, 1)


@needs_tshark
def test_a_capture_that_ends_early(tmp_path: Path) -> None:
    path = tmp_path / "short.pcap"
    path.write_bytes((LAB / "loop.pcap").read_bytes()[:5000])
    heard, source = read(path)
    assert len(heard) == source.frames > 0
    assert source.unread == {ENDS_EARLY: 1}


@needs_tshark
def test_close_ends_the_reading() -> None:
    source = TsharkFile(LOOP)
    messages = source.messages()
    assert next(messages)[0] == 1
    source.close()
    assert list(messages) == []


@needs_tshark
def test_what_is_no_capture(tmp_path: Path) -> None:
    path = tmp_path / "notes\x1b[2J"
    path.write_bytes(bytes(range(1, 256)) * 100)
    with pytest.raises(NotACapture, match=r"tshark cannot read .*notes\\x1b\[2J: The file .* isn't a capture file"):
        read(path)


@needs_tshark
def test_the_users_own_configuration_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (tmp_path / ".config" / "wireshark", tmp_path / "wireshark"):
        folder.mkdir(parents=True)
        (folder / "disabled_protos").write_text("sip\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    heard, _ = read(LOOP)
    assert len(heard) == 27


def test_tshark_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DecoderMissing, match="apt install tshark"):
        TsharkFile(LOOP)


@pytest.fixture
def slow_tshark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the place of tshark that says that it runs, and never ends."""
    program = tmp_path / "tshark"
    lines = (
        "import pathlib, signal",
        f"pathlib.Path({str(tmp_path)!r}, 'started').write_text('yes')",
        "signal.pause()",
    )
    program.write_text("\n".join((f"#!{sys.executable}", *lines)))
    program.chmod(0o755)
    (tmp_path / "started").touch()
    monkeypatch.setattr(tshark, "tshark_path", lambda: str(program))
    return tmp_path / "started"


def test_close_ends_tshark(slow_tshark: Path) -> None:
    source = TsharkFile(LOOP)
    heard: list[Heard] = []
    reader = threading.Thread(target=lambda: heard.extend(source.messages()))
    reader.start()
    for _ in range(1000):
        if slow_tshark.read_text():
            break
        reader.join(0.01)
    source.close()
    reader.join(5)
    assert not reader.is_alive()
    assert heard == []


def test_a_failure_says_what_tshark_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "tshark"
    program.write_text("#!/bin/sh\nprintf 'Running as root\\ntshark: no \\033[2J room\\n' >&2\nexit 4\n")
    program.chmod(0o755)
    monkeypatch.setattr(tshark, "tshark_path", lambda: str(program))
    with pytest.raises(TraceError, match=r"pcapng: no \\x1b\[2J room$"):
        read(LOOP)


@pytest.mark.parametrize("missing", ["path", "keylog", "tls_key"])
def test_a_file_that_is_not_there(missing: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tshark, "tshark_path", lambda: "tshark")
    files = {"path": LOOP, "keylog": LOOP, "tls_key": LOOP} | {missing: tmp_path / "none"}
    with pytest.raises(CaptureUnreadable, match="none"):
        TsharkFile(files["path"], keylog=files["keylog"], tls_key=files["tls_key"])


def test_raw_once_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tshark, "tshark_path", lambda: "tshark")
    source = TsharkFile(LOOP)
    source.close()
    with pytest.raises(CaptureUnreadable, match="is closed"):
        source.raw(-1, 1)
