"""Scripted calls and what must be said of them.

Where the issue leaves open which of two verdict ids applies, both are accepted, and why is said beside the case.
"""

from typing import NamedTuple

from tests.trace.blackbox.command import registration
from tests.trace.traffic import loops, others
from tests.trace.traffic.loops import Scene
from tests.trace.traffic.script import CALLEE, CALLER, OTHER
from tests.trace.traffic.wire import START

Outcome = tuple[str | None, str | None, int]
"""Kind, who has the call, status; a kind of None where the domain has no word for it."""

LOOP = registration(CALLER, "LOOP")
LOOP_MO = registration(CALLER, "LOOP_MO")
LOOP_MT = registration(CALLEE, "LOOP_MT", mo="00", mt="11")
LOOP_OF_CALLEE = registration(CALLEE, "LOOP", mo="00", mt="11")
LOOP_11 = registration(CALLER, "LOOP", mo="11", mt="22")
LOOP_46 = registration(CALLER, "LOOP", mo="46", mt="11")
FORK = registration(CALLER, "FORK")
FORK_OF_CALLEE = registration(CALLEE, "FORK", mo="11", mt="00")
FALLBACK = registration(CALLEE, "FALLBACK", mo="11", mt="00")
INGRESS = registration(CALLEE, "INGRESS")
TWO_FALLBACKS = FALLBACK + registration(OTHER, "FALLBACK", mo="11", mt="00", host="pbx.lab.test")
ANSWERED_BY_CALLEE: Outcome = ("answered", "callee", 200)
ANSWERED_BY_TAS: Outcome = ("answered", "tas", 200)
ANSWERED_BY_OTHER: Outcome = ("answered", "other", 200)
LOOPED: Outcome = ("looped", None, 483)

AT = START / 1e6


class Case(NamedTuple):
    """One call, the registrations given, and what must be said."""

    scene: Scene
    registrations: str
    verdicts: str
    """Accepted ids, separated by spaces."""
    turns: int
    outcome: Outcome
    legs: str = ""
    """Ways of the first turn's legs, where they are certain."""


def _rejected(status: int) -> Outcome:
    return ("rejected", None, status)


ONE = "caller>core"
OUT = f"{ONE} core>tas"
BACK = f"{OUT} tas>core"
ROUND = f"{BACK} core>callee"
DIRECT = f"{ONE} core>callee"
FALLEN = f"{DIRECT} core>tas"

LOOP_CASES = {
    "returned": Case(loops.returned, LOOP, "intended-loop", 1, ANSWERED_BY_CALLEE, ROUND),
    "returned, LOOP_MO": Case(loops.returned, LOOP_MO, "intended-loop", 1, ANSWERED_BY_CALLEE, ROUND),
    "returned, LOOP_MT": Case(
        loops.returned_because_of_the_callee, LOOP_MT, "intended-loop", 1, ANSWERED_BY_CALLEE, ROUND
    ),
    "returned, LOOP of the callee": Case(
        loops.returned_because_of_the_callee, LOOP_OF_CALLEE, "intended-loop", 1, ANSWERED_BY_CALLEE, ROUND
    ),
    "returned, busy": Case(loops.returned_callee_busy, LOOP, "intended-loop", 1, _rejected(486), ROUND),
    "returned, silent": Case(loops.returned_callee_silent, LOOP, "intended-loop", 1, ("no_answer", None, 408), ROUND),
    "returned, unreachable": Case(
        loops.returned_callee_unreachable, LOOP, "intended-loop", 1, ("failed", None, 480), ROUND
    ),
    "returned, declined": Case(loops.returned_callee_declines, LOOP, "intended-loop", 1, _rejected(603), ROUND),
    "returned, given up": Case(loops.returned_caller_gives_up, LOOP, "caller-cancelled", 1, (None, None, 487), ROUND),
    "re-INVITE": Case(loops.returned_and_reinvited, LOOP, "intended-loop", 1, ANSWERED_BY_CALLEE, ROUND),
    "authentication": Case(loops.returned_after_authentication, LOOP, "intended-loop", 1, ANSWERED_BY_CALLEE, ROUND),
    "retransmissions": Case(loops.returned_with_retransmissions, LOOP, "intended-loop", 1, ANSWERED_BY_CALLEE, ROUND),
    "hops anew": Case(loops.returned_with_hops_anew, LOOP, "intended-loop", 1, ANSWERED_BY_CALLEE, ROUND),
    "national form": Case(loops.returned_in_national_form, LOOP_11, "intended-loop", 1, ANSWERED_BY_CALLEE, ROUND),
    "caller changed": Case(loops.returned_caller_changed, LOOP, "caller-changed", 1, ANSWERED_BY_CALLEE, ROUND),
    "refused": Case(loops.returned_and_refused, LOOP, "return-refused", 1, _rejected(403), BACK),
    "no Session-ID, refused": Case(
        loops.returned_without_session_and_refused, LOOP, "session-id-lost", 1, _rejected(403), BACK
    ),
    "482 on leg 3": Case(loops.returned_and_482, LOOP, "loop-detected", 1, (None, None, 482), BACK),
    "plain media to the TAS": Case(loops.tas_refuses_the_media, LOOP, "media-refused", 1, (None, None, 488), OUT),
    # return-refused stands before media-refused, and the core refuses leg 3; but only 488 says why.
    "plain media from the TAS": Case(
        loops.returned_with_plain_media, LOOP, "media-refused return-refused", 1, (None, None, 488), BACK
    ),
    "prefix left on": Case(loops.prefix_left_on, LOOP, "prefix-left-on", 1, _rejected(404), BACK),
    "prefix left on, wrong party": Case(
        loops.prefix_left_on_rings_another, LOOP_46, "prefix-left-on", 1, ANSWERED_BY_OTHER, f"{BACK} core>other"
    ),
    "forwarded": Case(loops.forwarded, LOOP, "forwarded", 1, ANSWERED_BY_OTHER, f"{BACK} core>other"),
    "hunted twice": Case(loops.hunted_twice_for_the_callee, LOOP, "tas-hunted", 1, ANSWERED_BY_CALLEE),
    # forwarded stands before tas-hunted, and one of the leg 3s asks for another number; but it hunts, too.
    "hunted for others": Case(loops.hunted_for_others, LOOP, "tas-hunted forwarded", 1, ANSWERED_BY_OTHER),
    "answers": Case(loops.tas_answers, LOOP, "tas-answered", 1, ANSWERED_BY_TAS, OUT),
    "answers, returns": Case(loops.tas_answers_then_returns, LOOP, "intended-loop", 1, ANSWERED_BY_CALLEE, ROUND),
    # tas-answered stands before transferred and no leg 3 joins; but REFER is what transferred is for.
    "answers, refers": Case(loops.tas_answers_then_refers, LOOP, "transferred tas-answered", 1, (None, None, 200)),
    "replaced": Case(loops.replaced, LOOP, "transferred", 1, (None, None, 200)),
    "returned, referred": Case(loops.returned_and_referred, LOOP, "transferred", 1, ANSWERED_BY_CALLEE, ROUND),
    "rejects": Case(loops.tas_fails_with(603), LOOP, "tas-rejected", 1, _rejected(603), OUT),
    "rejects, LOOP_MO": Case(loops.tas_fails_with(603), LOOP_MO, "tas-rejected", 1, _rejected(603), OUT),
    "busy": Case(loops.tas_fails_with(486), LOOP, "tas-rejected", 1, _rejected(486), OUT),
    "redirects": Case(
        loops.tas_fails_with(302, Contact="<sip:+4733333333@tas.lab.test>"),
        LOOP,
        "tas-redirected",
        1,
        _rejected(302),
        OUT,
    ),
    "482 of the TAS": Case(
        # It rejects, but loop-detected stands first.
        loops.tas_fails_with(482),
        LOOP,
        "loop-detected",
        1,
        (None, None, 482),
        OUT,
    ),
    # no-return and tas-silent both say of a TAS that it neither answers nor returns.
    "only 100": Case(loops.tas_says_only_trying, LOOP, "no-return tas-silent", 1, ("no_answer", None, 408), OUT),
    "rings on": Case(loops.tas_rings_on, LOOP, "no-return tas-silent", 1, ("no_answer", None, 408), OUT),
    # caller-cancelled stands behind both, but the caller may have had another reason.
    "rings on, given up": Case(
        loops.tas_rings_until_the_caller_gives_up,
        LOOP,
        "no-return tas-silent caller-cancelled",
        1,
        (None, None, 487),
        OUT,
    ),
    # The same as tls_untrusted of the lab, with retransmissions: no word from the TAS.
    "no word": Case(loops.tas_says_nothing, LOOP, "tas-unreachable tas-silent", 1, (None, None, 408), OUT),
    "connection reset": Case(loops.tas_resets_the_connection, LOOP, "tas-unreachable", 1, ("failed", None, 408), OUT),
    "no connection": Case(loops.tas_takes_no_connection, LOOP, "tas-unreachable", 1, ("failed", None, 408), OUT),
    "TLS alert": Case(loops.tls_fails, LOOP, "tas-unreachable", 1, ("failed", None, 408), OUT),
}

_LOST = "session-id-lost"
LOST_CASES = {
    **{f"Session-ID {how}": Case(loops.loop(how), LOOP, _LOST, 3, LOOPED, BACK) for how in loops.SESSIONS},
    "seven turns": Case(loops.loop(turns=7), LOOP, _LOST, 7, LOOPED, BACK),
    "LOOP_MT": Case(loops.loop(), registration(CALLEE, "LOOP_MT", mo="11", mt="00"), _LOST, 3, LOOPED, BACK),
    # session-id-lost stands before loop-detected.
    "482": Case(loops.loop(end=482), LOOP, _LOST, 3, ("looped", None, 482), BACK),
    "overload": Case(loops.loop(end=503), LOOP, _LOST, 3, (None, None, 503), BACK),
    "given up": Case(loops.loop(end=487, turns=5), LOOP, _LOST, 5, (None, None, 487), BACK),
    "hops anew": Case(loops.loop(end=487, turns=5, max_forwards=70), LOOP, _LOST, 5, (None, None, 487), BACK),
    "prefixes stacked": Case(loops.loop_with_prefixes_stacked, LOOP, _LOST, 3, LOOPED, BACK),
    "voicemail that dials its own number": Case(others.fallback_loop, FALLBACK, _LOST, 3, LOOPED),
    "each forwards to the other": Case(
        others.each_forwards_to_the_other(keep=True), TWO_FALLBACKS, "forward-loop", 4, LOOPED
    ),
    # session-id-lost stands before forward-loop; but a forward is what goes round.
    "each forwards to the other, Session-ID lost": Case(
        others.each_forwards_to_the_other(keep=False), TWO_FALLBACKS, "forward-loop session-id-lost", 4, LOOPED
    ),
}

OTHER_CASES = {
    "fork, callee": Case(others.fork_callee_answers, FORK, "as-predicted", 1, ANSWERED_BY_CALLEE, FALLEN),
    "fork of the callee": Case(others.fork_callee_answers, FORK_OF_CALLEE, "as-predicted", 1, ANSWERED_BY_CALLEE),
    "fork, TAS": Case(others.fork_tas_answers, FORK, "fork-won-by-tas", 1, ANSWERED_BY_TAS, FALLEN),
    # The domain knows a FORK whose TAS rejects and whose callee goes on; tas-rejected is no less true.
    "fork, TAS busy": Case(others.fork_tas_busy, FORK, "as-predicted tas-rejected", 1, ANSWERED_BY_CALLEE, FALLEN),
    "fork, TAS 603": Case(
        # As before; the finding fork-6xx says the rest.
        others.fork_tas_declines_for_all,
        FORK,
        "tas-rejected as-predicted",
        1,
        _rejected(603),
        FALLEN,
    ),
    "fork, callee 603": Case(others.fork_callee_declines_for_all, FORK, "as-predicted", 1, _rejected(603), FALLEN),
    "fork, TAS unreachable": Case(others.fork_tas_unreachable, FORK, "tas-unreachable", 1, ANSWERED_BY_CALLEE),
    # A FORK nobody answers ends as the callee's leg did; that the TAS is silent is no less true.
    "fork, nobody": Case(
        others.fork_nobody_answers, FORK, "as-predicted tas-silent", 1, ("no_answer", None, 408), FALLEN
    ),
    "fork, given up": Case(others.fork_caller_gives_up, FORK, "caller-cancelled", 1, (None, None, 487), FALLEN),
    "fallback, answered": Case(others.direct, FALLBACK, "as-predicted", 0, ANSWERED_BY_CALLEE, DIRECT),
    "fallback, busy": Case(others.fallback_callee_busy, FALLBACK, "fallback-taken", 1, ANSWERED_BY_TAS, FALLEN),
    "fallback, silent": Case(others.fallback_callee_silent, FALLBACK, "fallback-taken", 1, ANSWERED_BY_TAS, FALLEN),
    "fallback, unreachable": Case(
        others.fallback_callee_unreachable, FALLBACK, "fallback-taken", 1, ANSWERED_BY_TAS, FALLEN
    ),
    "fallback, declined": Case(others.fallback_callee_declines, FALLBACK, "as-predicted", 0, _rejected(603), DIRECT),
    "fallback, TAS rejects": Case(others.fallback_tas_rejects, FALLBACK, "tas-rejected", 1, _rejected(603), FALLEN),
    # What no-return is to LOOP, tas-silent is here; no-return stands first.
    "fallback, TAS silent": Case(
        others.fallback_tas_silent, FALLBACK, "tas-silent no-return", 1, _rejected(486), FALLEN
    ),
    "fallback, TAS returns": Case(
        others.fallback_tas_returns,
        FALLBACK,
        "fallback-taken",
        1,
        _rejected(486),
        f"{FALLEN} tas>core core>callee",
    ),
    "fallback, TAS forwards": Case(
        others.fallback_tas_forwards, FALLBACK, "forwarded", 1, ANSWERED_BY_OTHER, f"{FALLEN} tas>core core>other"
    ),
    "given up": Case(others.direct_caller_gives_up, FALLBACK, "caller-cancelled", 0, (None, None, 487), DIRECT),
    "ingress": Case(others.placed_by_the_tas, INGRESS, "as-predicted", 0, ANSWERED_BY_CALLEE, "tas>core core>callee"),
}

REGISTRATION_CASES = {
    "expired": Case(
        others.direct,
        registration(CALLER, "LOOP", accepted_at=AT - 3601),
        "registration-expired",
        0,
        ANSWERED_BY_CALLEE,
        DIRECT,
    ),
    "expired, of the callee": Case(
        others.direct,
        registration(CALLEE, "LOOP_MT", accepted_at=AT - 7000),
        "registration-expired",
        0,
        ANSWERED_BY_CALLEE,
        DIRECT,
    ),
    "not yet": Case(
        others.direct,
        registration(CALLER, "LOOP", accepted_at=AT + 60),
        "registration-not-in-force",
        0,
        ANSWERED_BY_CALLEE,
        DIRECT,
    ),
    "never": Case(others.direct, registration("+4755555555", "LOOP"), "no-registration", 0, ANSWERED_BY_CALLEE, DIRECT),
    "LOOP_MT of the caller": Case(
        others.direct, registration(CALLER, "LOOP_MT"), "other-direction", 0, ANSWERED_BY_CALLEE, DIRECT
    ),
    "LOOP_MO of the callee": Case(
        others.direct, registration(CALLEE, "LOOP_MO"), "other-direction", 0, ANSWERED_BY_CALLEE, DIRECT
    ),
    "FALLBACK of the caller": Case(
        others.direct_callee_busy, registration(CALLER, "FALLBACK"), "other-direction", 0, _rejected(486), DIRECT
    ),
    "LOOP in force, and yet direct": Case(others.direct, LOOP, "unexplained", 0, ANSWERED_BY_CALLEE, DIRECT),
    "FALLBACK in force, busy, no TAS": Case(
        others.direct_callee_busy, FALLBACK, "unexplained", 0, _rejected(486), DIRECT
    ),
    "one second before the end": Case(
        loops.returned,
        registration(CALLER, "LOOP", accepted_at=AT - 3599),
        "intended-loop",
        1,
        ANSWERED_BY_CALLEE,
        ROUND,
    ),
}
