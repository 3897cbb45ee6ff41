"""A message as lines for a terminal or a page: harmless, and without credentials and media keys."""

import re
from collections.abc import Iterable, Iterator

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.sip.header import SENSITIVE, canonical
from sipbreakout_tui.trace.sip.message import SipMessage
from sipbreakout_tui.trace.sip.splitting import WHITE, params, split

HIDDEN = "(hidden)"

_BINARY = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_KEYS = re.compile(r"(inline:)[^|;\s]+", re.IGNORECASE)
_NAME = re.compile(r"[^\s=\",;<>]+[ \t]*")
_SECRET_LINE = re.compile(r"(k=|a=(?:ice-pwd|key-mgmt):).*", re.IGNORECASE)


def shown(message: SipMessage) -> list[str]:
    """Return the message's lines: headers unfolded, credentials and media keys hidden, nothing that does not print.

    Binary bodies and parts stand there as `(N bytes of TYPE)`.

    Args:
        message: Any message.
    """
    lines = [_start_line(message)]
    lines += _masked(f"{header.given}: {header.value}" if header.name else header.value for header in message.headers)
    if message.body:
        lines.append("")
        lines += _body_lines(message)
    return [visible(line) for line in lines]


def _start_line(message: SipMessage) -> str:
    line = message.raw.lstrip(b"\r\n").partition(b"\n")[0]
    return line.rstrip(b"\r").decode("utf-8", "surrogateescape")


def _body_lines(message: SipMessage) -> list[str]:
    kind = message.content_type or "an unknown type"
    if not _BINARY.search(message.body):
        return list(_masked(_text_lines(message.body)))
    boundary = params(split(message.first("Content-Type") or "", ";")).get("boundary")
    if not kind.startswith("multipart/") or not boundary:
        return [_count(message.body, kind)]
    mark = b"--" + boundary.encode("utf-8", "surrogateescape")
    lines: list[str] = []
    first, *parts = message.body.split(mark)
    lines += _part_lines(first.strip(b"\r\n"))
    for part in parts:
        ending = "--" if part.startswith(b"--") else ""
        lines.append(mark.decode("utf-8", "surrogateescape") + ending)
        lines += _part_lines(part.removeprefix(ending.encode()).strip(b"\r\n"))
    return lines


def _part_lines(part: bytes) -> Iterator[str]:
    if not _BINARY.search(part):
        yield from _masked(_text_lines(part)) if part else ()
        return
    head, _, content = part.partition(b"\r\n\r\n")
    if _BINARY.search(head):
        yield _count(part, "an unknown type")
        return
    heads = _text_lines(head)
    yield from _masked(heads)
    yield ""
    fields = {canonical(name.strip(WHITE)): value for name, _, value in (line.partition(":") for line in heads)}
    yield _count(content, fields.get("Content-Type", "an unknown type").partition(";")[0].strip(WHITE))


def _masked(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines without secrets, also where a body holds headers or a credential's line was broken in two."""
    hiding = False
    for line in lines:
        name, colon, _ = line.partition(":")
        if colon and canonical(name.strip(WHITE)) in SENSITIVE:
            hiding = True
            yield f"{name}: {HIDDEN}"
        elif hiding and line and not (colon and _NAME.fullmatch(name)):
            yield HIDDEN
        else:
            hiding = False
            yield _SECRET_LINE.sub(rf"\1{HIDDEN}", _KEYS.sub(rf"\1{HIDDEN}", line), count=1)


def _text_lines(body: bytes) -> list[str]:
    text = body.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    return text.removesuffix("\n").split("\n")


def _count(content: bytes, kind: str) -> str:
    return f"({len(content)} bytes of {kind})"
