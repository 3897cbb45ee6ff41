import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sipbreakout_tui.trace.capture.heard import CaptureUnreadable, Endpoint, Heard
from sipbreakout_tui.trace.capture.textlog import NO_MESSAGE, TextLog

OPTIONS = (
    b"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1:5060\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n"
    b"Content-Length: 0\r\n\r\n"
)
OK = b"SIP/2.0 200 OK\r\nv: SIP/2.0/TCP 192.0.2.1\r\ni: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 6\r\n\r\nhello\n"
A, B = Endpoint("192.0.2.1", 5060), Endpoint("192.0.2.2", 5062)
LINE = b"2023/05/05 10:11:12.123456 192.0.2.1:5060 -> 192.0.2.2:5062"


def sipdump(
    message: bytes, *, src: bytes = b"192.0.2.1", proto: bytes = b"tls ipv4", ending: bytes = b"|" * 20 + b"\n"
) -> bytes:
    return (
        b"=" * 20
        + b"\ntag: rcv\npid: 7\nprocess: 1\ntime: 1683281472.123456\ndate: Fri May  5 10:11:12 2023\nproto: "
        + proto
        + b"\nsrcip: "
        + src
        + b"\nsrcport: 5060\ndstip: 192.0.2.2\ndstport: 5062\n"
        + b"~" * 20
        + b"\n"
        + message
        + ending
    )


def read(tmp_path: Path, content: bytes) -> tuple[list[Heard], TextLog]:
    path = tmp_path / "log.txt"
    path.write_bytes(content)
    log = TextLog(path)
    heard = list(log.messages())
    for message in heard:
        assert log.raw(message[6], len(message[5])) == message[5]
    log.close()
    assert log.events == []
    assert log.frames == len(heard)
    return heard, log


@pytest.fixture
def norway(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Oslo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("norway")
def test_sngrep(tmp_path: Path) -> None:
    answer = b"2023-01-05 10:11:12 192.0.2.2:5062 -> 192.0.2.1:5060"
    heard, log = read(tmp_path, LINE + b"\n" + OPTIONS + b"\n\n" + answer + b"\n" + OK + b"\n\n")
    first, second = heard
    assert first[1] == pytest.approx(1683274272.123456)
    assert first[:1] + first[2:] == (1, A, B, "TCP", OPTIONS, len(LINE) + 1)
    assert second[:6] == (2, 1672909872.0, B, A, "TCP", OK)
    assert first[2] is second[3]
    assert log.unread == {}


@pytest.mark.parametrize("ending", [b"", b"\n", b"\n\n"])
def test_the_last_message_may_lack_its_separator(tmp_path: Path, ending: bytes) -> None:
    heard, _ = read(tmp_path, LINE + b"\n" + OPTIONS + ending)
    assert [message[5] for message in heard] == [OPTIONS]


def test_changed_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    content = (LINE + b"\n" + OPTIONS + b"\n\n" + LINE + b"\n" + OK + b"\n\n").replace(b"\r\n", b"\n")
    for ending in (b"\n", b"\r\n"):
        heard, log = read(tmp_path, content.replace(b"\n", ending))
        assert [message[5] for message in heard] == [
            message.replace(b"\r\n", b"\n").replace(b"\n", ending) for message in (OPTIONS, OK)
        ]
        assert log.unread == {}


@pytest.mark.parametrize(
    ("line", "source", "transport"),
    [
        (b"2023/05/05 10:11:12.1 [2001:db8::1]:5060 -> 192.0.2.2:5062", Endpoint("2001:db8::1", 5060), "TCP"),
        (b"2023/05/05 10:11:12.1 2001:db8::1:5060 -> 192.0.2.2:5062", Endpoint("2001:db8::1", 5060), "TCP"),
        (b"2023/05/05 10:11:12.1 UDP 192.0.2.1:5060 -> 192.0.2.2:5062", A, "UDP"),
        (b"2023/05/05 10:11:12,1 192.0.2.1:5060 -> 192.0.2.2:5062 (tls)", A, "TLS"),
    ],
)
def test_forms_of_the_line(tmp_path: Path, line: bytes, source: Endpoint, transport: str) -> None:
    assert TextLog.is_log(line + b"\nSIP/2.0 200 OK\n")
    heard, _ = read(tmp_path, line + b"\n" + OPTIONS + b"\n\n")
    assert [(message[2], message[4]) for message in heard] == [(source, transport)]


def test_a_transport_nobody_tells_is_unknown(tmp_path: Path) -> None:
    heard, _ = read(tmp_path, LINE + b"\nSIP/2.0 100 Trying\r\n\r\n\n\n")
    assert heard[0][4] == "unknown"


@pytest.mark.parametrize(
    "line",
    [
        b"2023/13/05 10:11:12.1 192.0.2.1:5060 -> 192.0.2.2:5062",
        b"2023/05/05 10:11:12.1 192.0.2.1 -> 192.0.2.2:5062",
        b"2023/05/05 10:11:12.1 192.0.2.1:5060 -> 192.0.2.2:x",
        b"2023/05/05 10:11:12.1 \x1b[2J:5060 -> 192.0.2.2:5062",
    ],
)
def test_other_lines_are_no_messages(tmp_path: Path, line: bytes) -> None:
    heard, log = read(tmp_path, b"notes\n\n" + line + b"\n" + OPTIONS + b"\n\n")
    assert heard == []
    assert log.unread == {NO_MESSAGE: 2 + OPTIONS.count(b"\n") - 1}


def test_a_block_that_is_no_sip_is_counted(tmp_path: Path) -> None:
    heard, log = read(tmp_path, LINE + b"\nhello\nyou\n\n\n" + LINE + b"\n" + OPTIONS + b"\n\n" + sipdump(b"\0\0\n"))
    assert [message[:1] + message[5:6] for message in heard] == [(1, OPTIONS)]
    assert log.unread == {NO_MESSAGE: 3}


def test_sipdump(tmp_path: Path) -> None:
    content = sipdump(OPTIONS) + sipdump(OK, src=b"2001:db8::1", proto=b"udp ipv6") + sipdump(OK[:-1], proto=b"none")
    heard, log = read(tmp_path, content)
    assert heard[0] == (1, 1683281472.123456, A, B, "TLS", OPTIONS, content.index(b"OPTIONS"))
    assert heard[1][2:6] == (Endpoint("2001:db8::1", 5060), B, "UDP", OK)
    assert heard[2][4:6] == ("TCP", OK[:-1])
    assert log.unread == {}


def test_sipdump_cut_off_within_a_message(tmp_path: Path) -> None:
    content = sipdump(OPTIONS[:50], ending=b"\n") + sipdump(OPTIONS) + sipdump(OK[:20], ending=b"")
    heard, log = read(tmp_path, content)
    assert [message[5] for message in heard] == [OPTIONS[:50] + b"\n", OPTIONS, OK[:20]]
    assert log.unread == {}


@pytest.mark.parametrize("missing", [b"time: ", b"srcip: ", b"dstport: ", b"~" * 20])
def test_sipdump_with_a_field_missing(tmp_path: Path, missing: bytes) -> None:
    heard, log = read(tmp_path, sipdump(OPTIONS).replace(missing, b"x: ") + sipdump(OK))
    assert [message[5] for message in heard] == [OK]
    assert log.unread[NO_MESSAGE] > 0


def test_what_is_a_log() -> None:
    assert TextLog.is_log(LINE + b"\nINVITE sip:a@b SIP/2.0\r\n")
    assert TextLog.is_log(sipdump(OPTIONS))
    assert not TextLog.is_log(OPTIONS)
    assert not TextLog.is_log(b"=" * 20 + b"\nchapter one\n")
    assert not TextLog.is_log(b"")


def test_a_message_of_more_than_16_mb_is_counted_and_not_kept(tmp_path: Path) -> None:
    content = LINE + b"\n" + OPTIONS + b"x" * (17 * 1024 * 1024) + b"\n\n" + LINE + b"\n" + OK + b"\n\n"
    heard, log = read(tmp_path, content)
    assert [message[5] for message in heard] == [OK]
    assert log.unread == {"a message of more than 16 MB": 1}


def test_any_part_of_a_log(tmp_path: Path) -> None:
    content = LINE + b"\n" + OPTIONS + b"\n\n" + sipdump(OK) + LINE + b"\n" + OK + b"\n\n"
    for place in range(0, len(content), 3):
        read(tmp_path, content[place:])
        read(tmp_path, content[:place])


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CaptureUnreadable, match=r"none\\x1b\.txt: No such file"):
        TextLog(tmp_path / "none\x1b.txt")
