"""Direct examples of R10 to R15: loops, stale prefixes, forwards, calls that a TAS places."""

import pytest

from sipbreakout_model import (
    E164,
    Call,
    CalleeBehaviour,
    CallFlow,
    LegEnd,
    OutcomeKind,
    Party,
    Policy,
    Scenario,
    TasBehaviour,
    UnmatchedReturn,
    route,
)
from tests.model.examples import AT, A, B, C, a_calls_b, book_of, ending, leased, lines

WITHOUT = TasBehaviour.RETURNS_WITHOUT_SESSION_ID
REJECT = Policy(unmatched_return=UnmatchedReturn.REJECT)


# R10


@pytest.mark.parametrize(
    ("max_forwards", "hops", "turns"),
    [(70, 2, 35), (70, 4, 18), (70, 1, 69), (70, 3, 23), (71, 2, 35), (2, 2, 1), (3, 2, 1), (4, 2, 2), (255, 2, 127)],
)
def test_r10_turns_are_the_ceiling_of_max_forwards_less_one_by_hops(max_forwards: int, hops: int, turns: int) -> None:
    scenario = Scenario(tas=WITHOUT, hops_per_turn=hops, max_forwards=max_forwards)
    flow = route(a_calls_b(), book_of(leased(A, "LOOP")), scenario)
    assert flow.loop is not None
    assert flow.loop.turns == turns
    assert flow.loop.legs == 2 * turns
    assert flow.loop.seconds == 0
    assert flow.loop.ended_by is not None
    assert "483" in flow.loop.ended_by
    assert ending(flow) == (OutcomeKind.LOOPED, None, 483)


def test_r10_a_tas_that_sets_max_forwards_anew_takes_the_bound_away() -> None:
    scenario = Scenario(tas=WITHOUT, resets_max_forwards=True)
    flow = route(a_calls_b(), book_of(leased(A, "LOOP")), scenario)
    assert flow.loop is not None
    assert (flow.loop.turns, flow.loop.seconds, flow.loop.legs) == (None, None, None)
    assert ending(flow) == (OutcomeKind.LOOPED, None, None)


def test_r10_is_ignored_where_nothing_loops() -> None:
    plain = route(a_calls_b(), book_of(leased(A, "LOOP")))
    other = Scenario(resets_max_forwards=True, hops_per_turn=9, max_forwards=1)
    assert route(a_calls_b(), book_of(leased(A, "LOOP")), other) == plain


# R11


def with_prefix(flow: CallFlow, called: str) -> None:
    assert lines(flow)[:3] == [f"caller→core {B}", f"core→TAS {called}", f"TAS→core {called}"]


def test_r11_the_prefix_left_on_reaches_nobody() -> None:
    flow = route(a_calls_b(), book_of(leased(A, "LOOP")), Scenario(tas=TasBehaviour.RETURNS_WITH_PREFIX))
    with_prefix(flow, f"+21{B[1:]}")
    assert len(flow.legs) == 3
    assert (flow.legs[2].end, flow.legs[2].status) == (LegEnd.REJECTED, 404)
    assert ending(flow) == (OutcomeKind.REJECTED, None, 404)


@pytest.mark.parametrize("kind", ["LOOP", "LOOP_MT", "FORK", "INGRESS", "LOOP_MO", "FALLBACK"])
@pytest.mark.parametrize("callee", CalleeBehaviour)
def test_r11_or_the_wrong_party(kind: str, callee: CalleeBehaviour) -> None:
    wrong = f"+21{B[1:]}"
    book = book_of(leased(A, "LOOP"), leased(wrong, kind, host="wrong.example", mo="51", mt="52"))
    flow = route(a_calls_b(), book, Scenario(callee, TasBehaviour.RETURNS_WITH_PREFIX))
    with_prefix(flow, wrong)
    # R12: its FALLBACK applies, nothing else does.
    falls_back = kind == "FALLBACK" and callee.name in ("BUSY", "SILENT", "UNREACHABLE")
    rest = [f"core→TAS +52{wrong[1:]}"] if falls_back else []
    assert lines(flow)[3:] == [f"core→other party {wrong}", *rest]
    if callee is CalleeBehaviour.ANSWERS:
        assert ending(flow) == (OutcomeKind.ANSWERED, Party.OTHER, 200)


@pytest.mark.parametrize("callee", CalleeBehaviour)
def test_r11_with_an_empty_prefix_is_r8(callee: CalleeBehaviour) -> None:
    book = book_of(leased(A, "LOOP", mo=""), leased(B, "FALLBACK"))
    flow = route(a_calls_b(), book, Scenario(callee, TasBehaviour.RETURNS_WITH_PREFIX))
    returned = route(a_calls_b(), book, Scenario(callee, TasBehaviour.RETURNS))
    assert lines(flow) == lines(returned)
    assert ending(flow) == ending(returned)


# R12


@pytest.mark.parametrize("number", [A, B])
def test_r12_a_forward_goes_to_the_other_number(number: str) -> None:
    scenario = Scenario(tas=TasBehaviour.FORWARDS, forwards_to=E164(C))
    flow = route(a_calls_b(), book_of(leased(number, "LOOP"), leased(C, "LOOP")), scenario)
    assert lines(flow)[2:] == [f"TAS→core {C}", f"core→other party {C}"]
    assert flow.legs[3].rule in ("R8", "R12")
    assert ending(flow) == (OutcomeKind.ANSWERED, Party.OTHER, 200)


def test_r12_the_fallback_of_the_target_applies_and_not_the_callees() -> None:
    scenario = Scenario(CalleeBehaviour.SILENT, TasBehaviour.FORWARDS, forwards_to=E164(C))
    book = book_of(leased(A, "LOOP"), leased(B, "FALLBACK"), leased(C, "FALLBACK"))
    flow = route(a_calls_b(), book, scenario)
    assert lines(flow)[3:] == [f"core→other party {C}", f"core→TAS +42{C[1:]}"]
    assert flow.legs[4].starts_after == 30
    assert ending(flow) == (OutcomeKind.ANSWERED, Party.TAS, 200)


# R13


INGRESS_LEGS = [f"TAS→core {B}", f"core→callee {B}"]


@pytest.mark.parametrize("placed_by", ["sips:tas-b.example", "sips:TAS-B.Example", "sips:tas-b.example:5063"])
@pytest.mark.parametrize("policy", [Policy(), REJECT], ids=["new call", "reject"])
def test_r13_compares_hosts_without_case_and_ignores_the_port(placed_by: str, policy: Policy) -> None:
    book = book_of(leased(A, "LOOP"), leased(B, "INGRESS", host="tas-b.example:5061"))
    flow = route(a_calls_b(placed_by), book, policy=policy)
    assert lines(flow) == INGRESS_LEGS, "the LOOP of the caller is not looked at"
    assert {leg.rule for leg in flow.legs} == {"R13"}
    assert ending(flow) == (OutcomeKind.ANSWERED, Party.CALLEE, 200)


@pytest.mark.parametrize("callee", CalleeBehaviour)
def test_r13_ends_as_the_callee_ends(callee: CalleeBehaviour) -> None:
    flow = route(a_calls_b("sips:tas-b.example"), book_of(leased(B, "INGRESS")), Scenario(callee))
    assert lines(flow) == INGRESS_LEGS
    assert ending(flow) == ending(route(a_calls_b(), book_of(), Scenario(callee)))


@pytest.mark.parametrize(
    ("placed_by", "kind", "ago"),
    [
        ("sips:other.example", "INGRESS", 0),
        ("sips:tas-b.example", "INGRESS", 3600),
        ("sips:tas-b.example", "LOOP_MO", 0),
    ],
    ids=["another TAS", "expired", "another type"],
)
def test_r13_a_call_to_any_other_number_is_unmatched(placed_by: str, kind: str, ago: float) -> None:
    book = book_of(leased(B, kind, ago=ago))
    refused = route(a_calls_b(placed_by), book, policy=REJECT)
    assert lines(refused) == [f"TAS→core {B}"]
    assert ending(refused) == (OutcomeKind.REJECTED, None, 403)
    assert lines(route(a_calls_b(placed_by), book)) == INGRESS_LEGS


@pytest.mark.parametrize(("number", "prefix"), [(A, "21"), (B, "32")])
def test_r13_an_unmatched_call_meets_registrations_as_a_new_call(number: str, prefix: str) -> None:
    flow = route(a_calls_b("sips:other.example"), book_of(leased(number, "LOOP")))
    assert lines(flow) == [
        f"TAS→core {B}",
        f"core→TAS +{prefix}{B[1:]}",
        f"TAS→core {B}",
        f"core→callee {B}",
    ]


def test_r13_an_unmatched_call_to_a_short_number_meets_nothing() -> None:
    call = Call.parse(A, "112", AT, "sips:tas-a.example")
    book = book_of(leased(A, "LOOP"))
    assert lines(route(call, book)) == ["TAS→core 112", "core→callee 112"]
    assert ending(route(call, book, policy=REJECT)) == (OutcomeKind.REJECTED, None, 403)


def test_r13_a_subscribers_call_to_an_ingress_number_is_untouched() -> None:
    flow = route(a_calls_b(), book_of(leased(B, "INGRESS")))
    assert lines(flow) == [f"caller→core {B}", f"core→callee {B}"]


@pytest.mark.parametrize("policy", [Policy(), REJECT], ids=["new call", "reject"])
def test_r13_comes_before_r9(policy: Policy) -> None:
    # The returned call is one that its TAS may place: it is matched after all.
    book = book_of(leased(A, "LOOP"), leased(B, "INGRESS", host="TAS-A.example:5061"))
    flow = route(a_calls_b(), book, Scenario(tas=WITHOUT), policy)
    assert lines(flow)[2:] == [f"TAS→core {B}", f"core→callee {B}"]
    assert flow.loop is None
    assert ending(flow) == (OutcomeKind.ANSWERED, Party.CALLEE, 200)


# R14


def test_r14_loop_fails_with_408() -> None:
    flow = route(a_calls_b(), book_of(leased(A, "LOOP")), Scenario(tas=TasBehaviour.UNREACHABLE))
    assert len(flow.legs) == 2, "the leg is attempted"
    assert ending(flow) == (OutcomeKind.FAILED, None, 408)


@pytest.mark.parametrize("callee", CalleeBehaviour)
@pytest.mark.parametrize("kind", ["FORK", "FALLBACK"])
def test_r14_elsewhere_the_call_ends_as_the_callee_ends(kind: str, callee: CalleeBehaviour) -> None:
    flow = route(a_calls_b(), book_of(leased(B, kind)), Scenario(callee, TasBehaviour.UNREACHABLE))
    assert ending(flow) == ending(route(a_calls_b(), book_of(), Scenario(callee)))
    attempted = kind == "FORK" or callee.name in ("BUSY", "SILENT", "UNREACHABLE")
    assert len(flow.legs) == 2 + attempted
    if attempted:
        # A callee who declines may cancel the attempt before it fails.
        assert flow.legs[2].end in (LegEnd.FAILED, LegEnd.CANCELLED)


# R15


@pytest.mark.parametrize(
    ("callee", "seconds"),
    [(CalleeBehaviour.SILENT, 35 * 30), (CalleeBehaviour.BUSY, 0), (CalleeBehaviour.UNREACHABLE, 0)],
)
def test_r15_voicemail_that_dials_its_own_number_goes_round(callee: CalleeBehaviour, seconds: float) -> None:
    flow = route(a_calls_b(), book_of(leased(B, "FALLBACK")), Scenario(callee, WITHOUT))
    assert lines(flow)[2:] == [f"core→TAS +32{B[1:]}", f"TAS→core {B}"]
    assert flow.loop is not None
    assert (flow.loop.first_leg, flow.loop.last_leg, flow.loop.turns) == (2, 4, 35)
    assert flow.loop.seconds == seconds
    assert flow.loop.legs == 105
    assert ending(flow) == (OutcomeKind.LOOPED, None, 483)


def test_r15_after_a_loop_the_whole_way_repeats() -> None:
    book = book_of(leased(A, "LOOP"), leased(B, "FALLBACK"))
    flow = route(a_calls_b(), book, Scenario(CalleeBehaviour.SILENT, fallback_tas=WITHOUT))
    assert flow.loop is not None
    assert (flow.loop.first_leg, flow.loop.last_leg, flow.loop.turns) == (2, 6, 35)
    assert flow.loop.seconds == 35 * 30


@pytest.mark.parametrize("callee", CalleeBehaviour)
def test_r15_with_the_session_id_it_ends(callee: CalleeBehaviour) -> None:
    flow = route(a_calls_b(), book_of(leased(B, "FALLBACK")), Scenario(callee, TasBehaviour.RETURNS))
    assert len(flow.legs) == (5 if callee.name in ("BUSY", "SILENT", "UNREACHABLE") else 2)
    assert flow.loop is None
    assert ending(flow) == ending(route(a_calls_b(), book_of(), Scenario(callee)))


@pytest.mark.parametrize("does", [TasBehaviour.RETURNS, TasBehaviour.FORWARDS])
def test_r15_a_forward_to_the_callee_is_a_return(does: TasBehaviour) -> None:
    to = E164(B) if does is TasBehaviour.FORWARDS else None
    flow = route(a_calls_b(), book_of(leased(B, "FALLBACK")), Scenario(CalleeBehaviour.BUSY, does, forwards_to=to))
    assert [(leg.rule, leg.called) for leg in flow.legs[3:]] == [("R15", B), ("R8", B)]


def test_r15_each_numbers_fallback_is_met_once_a_call() -> None:
    # Both TASes forward to the second number: its own is rung once, then its number only.
    scenario = Scenario(CalleeBehaviour.BUSY, TasBehaviour.FORWARDS, TasBehaviour.FORWARDS, E164(C))
    flow = route(a_calls_b(), book_of(leased(B, "FALLBACK"), leased(C, "FALLBACK")), scenario)
    assert lines(flow)[2:] == [
        f"core→TAS +32{B[1:]}",
        f"TAS→core {C}",
        f"core→other party {C}",
        f"core→TAS +42{C[1:]}",
        f"TAS→core {C}",
        f"core→other party {C}",
    ]
    assert ending(flow) == (OutcomeKind.REJECTED, None, 486)


@pytest.mark.parametrize("kind", ["FALLBACK", "LOOP", "LOOP_MT"])
def test_r15_a_forwards_targets_voicemail_that_dials_its_own_number_goes_round(kind: str) -> None:
    # The TAS of C is one TAS: it drops the Session-ID each time it is rung, so each return is a new call.
    scenario = Scenario(CalleeBehaviour.SILENT, TasBehaviour.FORWARDS, WITHOUT, E164(C))
    flow = route(a_calls_b(), book_of(leased(B, kind), leased(C, "FALLBACK")), scenario)
    assert flow.loop is not None, lines(flow)
    assert ending(flow) == (OutcomeKind.LOOPED, None, 483)


def test_r9_the_end_of_one_lease_ends_no_loop_that_another_goes_on_with() -> None:
    # After 60 s the caller's LOOP is over, but the callee's voicemail goes on dialling its own number.
    book = book_of(leased(A, "LOOP", ago=3560), leased(B, "FALLBACK"))
    flow = route(a_calls_b(), book, Scenario(CalleeBehaviour.SILENT, fallback_tas=WITHOUT))
    assert flow.outcome.kind is OutcomeKind.LOOPED
    assert flow.loop is not None
    assert A not in (flow.loop.ended_by or "")
