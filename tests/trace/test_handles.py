"""What finds a leg in the logs of either side, and how it ended."""

from collections.abc import Iterable

import pytest

from sipbreakout_tui.trace.capture import ConnectionEvent, ConnectionTrouble
from sipbreakout_tui.trace.handles import LegHandle, leg_handle
from sipbreakout_tui.trace.trace import read_trace
from tests.trace.hearing import CORE, T0, TAS, A, B, Memory, answer, branch_of, event, follow, invite

SESSION = "ab30317f1a784dc48ff824d0d3715d86"

Said = tuple[float, str, str, bytes]


def handles(said: Iterable[Said], events: Iterable[ConnectionEvent] = ()) -> list[LegHandle]:
    """Return the handles of the first call's legs."""
    trace = read_trace([Memory(((T0 + at, *rest) for at, *rest in said), events)], core=[CORE], tas=[TAS])  # type: ignore[misc]
    return [leg_handle(leg, trace.messages) for leg in trace.calls[0].legs]


def test_an_invite_says_who_and_which() -> None:
    one = invite(session=f"{SESSION};remote={'0' * 32}", icid="77aa", call_id="a@b", extra=["User-Agent: phone 1"])
    (handle,) = handles([(0, A, CORE, one), (0.1, CORE, A, answer(one, 486, "Server: core 2"))])
    assert (handle.call_id, handle.icid) == ("a@b", "77aa")
    assert handle.session_id == f"{SESSION};remote={'0' * 32}"
    assert (handle.agent, handle.answering_agent) == ("phone 1", "core 2")
    assert (handle.released_by, handle.released_with) == ("core", "486")
    assert handle.ring_seconds is None
    assert (handle.reason, handle.warning, handle.trouble) == ((), (), ())


def test_what_is_not_there_is_none() -> None:
    (handle,) = handles([(0, A, CORE, invite())])
    assert (handle.session_id, handle.icid, handle.agent, handle.answering_agent) == (None,) * 4
    assert (handle.released_by, handle.released_with, handle.ring_seconds) == (None,) * 3


@pytest.mark.parametrize(("by_answerer", "who"), [(False, "core"), (True, "callee")])
def test_a_bye_releases(by_answerer: bool, who: str) -> None:
    one = invite()
    ends = (B, CORE) if by_answerer else (CORE, B)
    said = [
        (0, CORE, B, one),
        (1, B, CORE, answer(one, 180)),
        (3.5, B, CORE, answer(one, 200)),
        (3.6, CORE, B, follow(one, "ACK")),
        (9, *ends, follow(one, "BYE", by_answerer=by_answerer)),
    ]
    (handle,) = handles(said)
    assert (handle.released_by, handle.released_with) == (who, "BYE")
    assert handle.ring_seconds == pytest.approx(2.5)


def test_a_cancel_releases_and_says_why() -> None:
    one = invite()
    cancel = follow(one, "CANCEL", tag=None, branch=branch_of(one)).replace(
        b"Content-Length", b'Reason: SIP;cause=200;text="Call completed elsewhere"\r\nContent-Length'
    )
    said = [
        (0, CORE, B, one),
        (1, B, CORE, answer(one, 180)),
        (4, CORE, B, cancel),
        (4.2, B, CORE, answer(one, 487)),
    ]
    (handle,) = handles(said)
    assert (handle.released_by, handle.released_with) == ("core", "CANCEL")
    assert handle.reason == ("SIP cause 200: Call completed elsewhere",)
    assert handle.ring_seconds == pytest.approx(3)


def test_a_487_that_nobody_asked_for_is_the_answerers() -> None:
    one = invite()
    (handle,) = handles([(0, CORE, B, one), (4.2, B, CORE, answer(one, 487))])
    assert (handle.released_by, handle.released_with) == ("callee", "487")


def test_reason_and_warning_come_once_and_harmless() -> None:
    one = invite()
    told = ("Reason: Q.850;cause=17", 'Warning: 399 core "gone \x1b[2J \u202e"', 'warning : 399 core "again"')
    said = [(0, A, CORE, one), (1, CORE, A, answer(one, 486, *told)), (1.5, CORE, A, answer(one, 486, *told))]
    (handle,) = handles(said)
    assert handle.reason == ("Q.850 cause 17",)
    assert handle.warning == (r"399 core: gone \x1b[2J \u202e", "399 core: again")


def test_trouble_with_a_connection_is_told_without_an_invite() -> None:
    one = invite()
    alert = event(CORE, TAS, 0.1, ConnectionTrouble.TLS_ALERT, frame=7)
    syn = event(CORE, TAS, 0.2, ConnectionTrouble.UNANSWERED, frame=8)
    _, handle = handles([(0, A, CORE, one), (2, CORE, A, answer(one, 408))], [alert, syn])
    assert handle.call_id == ""
    assert handle.trouble == ("TLS alert (frame 7)", "TCP connect without an answer (frame 8)")
    assert handle.released_by is None


@pytest.mark.parametrize("trouble", ConnectionTrouble)
def test_every_trouble_has_words(trouble: ConnectionTrouble) -> None:
    one = invite()
    said = [(0, A, CORE, one), (0.1, CORE, TAS, invite())]
    found = [text for handle in handles(said, [event(CORE, TAS, 0.1, trouble)]) for text in handle.trouble]
    assert all("frame 1" in text for text in found)
