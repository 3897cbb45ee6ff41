"""What the sides of a call are called that have no number, and that a mask leaves nothing of it."""

from types import SimpleNamespace
from typing import cast

import pytest

from sipbreakout_tui.report.redaction import Redaction
from sipbreakout_tui.services.traces.words import who_calls_whom
from sipbreakout_tui.trace.call import SeenCall
from sipbreakout_tui.trace.invite import read_invite
from sipbreakout_tui.trace.names import callee_name, caller_name, shown_name
from sipbreakout_tui.trace.numbers import international


def call(from_value: str, uri: str = "sip:bob@example.com") -> SeenCall:
    """Return a call of one INVITE, as far as names go."""
    invite = read_invite(f"INVITE {uri} SIP/2.0\r\nFrom: {from_value}\r\n\r\n".encode())
    caller = None if invite.caller is None else international(invite.caller)
    callee = None if invite.called is None else international(invite.called)
    legs = (SimpleNamespace(leg=SimpleNamespace(invite=invite)),)
    return cast(SeenCall, SimpleNamespace(caller=caller, callee=callee, legs=legs))


@pytest.mark.parametrize(
    ("from_value", "name"),
    [
        ("<sip:+4711111111@example.com>;tag=1", "+4711111111"),
        ("<sip:alice@example.com>;tag=1", "alice@example.com"),
        ('"Alice <sip:mallory@x>" <sip:alice@example.com:5060;user=phone>', "alice@example.com"),
        ("sip:alice:secret@example.com", "alice@example.com"),
        ("<sips:example.com>", "example.com"),
        ("<sip:alice@[2001:db8::1]:5061>", "alice@[2001:db8::1]"),
        ("<sip:anonymous@anonymous.invalid>", "anonymous"),
        ("<sip:Anonymous@example.com>", "anonymous"),
        ("<sip:thing@anonymous.invalid>", "anonymous"),
        ("<sip:unavailable@unknown.invalid>", "anonymous"),
        ("<sip:not-anonymous@example.com>", "not-anonymous@example.com"),
        (f"<sip:{'a' * 99}@{'b' * 99}>", f"{'a' * 60}…@{'b' * 60}…"),
        ("", None),
        ("<tel:alice>", None),
        ("<mailto:alice@example.com>", None),
    ],
)
def test_only_who_withheld_it_is_anonymous(from_value: str, name: str | None) -> None:
    assert caller_name(call(from_value)) == name


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("sip:+4722222222@example.com", "+4722222222"),
        ("sip:bob@example.com;transport=tls", "bob@example.com"),
        ("sip:example.com", "example.com"),
        ("urn:service:sos", None),
    ],
)
def test_the_called_side(uri: str, name: str | None) -> None:
    assert callee_name(call("", uri)) == name


def test_who_calls_whom() -> None:
    seen = call("<sip:alice@example.com>")
    assert who_calls_whom(seen) == "alice@example.com calls bob@example.com"
    assert who_calls_whom(seen, Redaction().text) == "user-1@host-1.example calls user-2@host-1.example"
    assert who_calls_whom(call("", "x")) == "nobody calls no readable number"


@pytest.mark.parametrize(
    "from_value",
    [
        "<sip:secret@intern>",
        "<sip:secret@192.168.7.7>",
        "<sip:secret%20name@intern>",
        '<sip:sec"secret@intern>',
        "<sip:secret,more@intern>",
        "<sip:intern>",
        f"<sip:{'secret' * 20}@{'intern' * 20}>",
        "<sip:secret\x1b[2J@intern>",
    ],
)
def test_a_mask_leaves_nothing_of_it(from_value: str) -> None:
    shown = shown_name(caller_name(call(from_value)), "–", Redaction().text)
    assert shown.isprintable()
    assert not any(part in shown for part in ("sec", "intern", "192.168"))
    assert shown_name(caller_name(call(from_value)), "–").isprintable()
