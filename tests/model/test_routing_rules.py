"""One or a few direct examples of each rule R1 to R9, and of R16."""

import re
from collections.abc import Callable

import pytest

from sipbreakout_model import (
    E164,
    Call,
    CalleeBehaviour,
    CallFlow,
    Lease,
    LegEnd,
    OutcomeKind,
    Party,
    Policy,
    PrefixReading,
    Registration,
    Scenario,
    ScenarioError,
    TasBehaviour,
    UnmatchedReturn,
    route,
)
from tests.model.examples import AT, A, B, C, a_calls_b, book_of, ending, leased, lines, said

UNANSWERED = [CalleeBehaviour.BUSY, CalleeBehaviour.SILENT, CalleeBehaviour.UNREACHABLE]
STRAIGHT = [f"caller→core {B}", f"core→callee {B}"]


class History:
    """Registrations that change while a call goes on; a book knows only the last."""

    def __init__(self, number: str, state: Callable[[float], Lease | None]) -> None:
        self.number = number
        self.state = state

    def active(self, number: E164, at: float, /) -> Lease | None:
        lease = self.state(at) if number.text == self.number else None
        return lease if lease is not None and lease.active_at(at) else None

    def last(self, number: E164, /) -> Lease | None:
        return self.state(AT) if number.text == self.number else None


# R1


@pytest.mark.parametrize(("ago", "counts"), [(0, True), (3599.5, True), (3600, False), (3612, False), (-1, False)])
def test_r1_a_registration_counts_only_while_active(ago: float, counts: bool) -> None:
    flow = route(a_calls_b(), book_of(leased(A, "LOOP", ago=ago)))
    assert ("core→TAS +21" + B[1:] in lines(flow)) is counts


def test_r1_what_has_expired_is_named_with_its_age() -> None:
    flow = route(a_calls_b(), book_of(leased(A, "LOOP", ago=3612)))
    assert lines(flow) == STRAIGHT
    assert any("expired" in text and "12 s" in text and A in text for text in said(flow))


def test_r1_a_lease_that_ends_before_its_tas_leg_still_counts_and_is_named() -> None:
    silent = Scenario(CalleeBehaviour.SILENT)
    short = route(a_calls_b(), book_of(leased(B, "FALLBACK", ago=3590)), silent)
    long = route(a_calls_b(), book_of(leased(B, "FALLBACK")), silent)
    assert lines(short) == lines(long) == [*STRAIGHT, f"core→TAS +32{B[1:]}"]
    assert ending(short) == ending(long)
    codes = [{step.code for step in (*flow.steps, *flow.assumptions)} for flow in (short, long)]
    assert codes[0] > codes[1]
    new = [step for step in (*short.steps, *short.assumptions) if step.code not in codes[1]]
    assert {step.rule for step in new} == {"R1"}
    assert any("20 s" in str(step) for step in new), "it ended 20 s before the leg to the TAS"


def test_r1_a_later_change_alters_nothing() -> None:
    fallback, loop = leased(B, "FALLBACK"), leased(B, "LOOP", host="new.example")
    changing = History(B, lambda at: fallback if at < AT + 10 else loop)
    scenario = Scenario(CalleeBehaviour.SILENT, TasBehaviour.RETURNS)
    assert lines(route(a_calls_b(), changing, scenario)) == [
        *STRAIGHT,
        f"core→TAS +32{B[1:]}",
        f"TAS→core {B}",
        f"core→callee {B}",
    ]


@pytest.mark.parametrize(("ago", "applies"), [(3590, True), (-10, False)])
def test_r1_the_first_invite_decides_for_a_forwards_target_too(ago: float, applies: bool) -> None:
    # The target is rung 30 s after leg 1: then the first lease is over and the second has begun.
    book = book_of(leased(B, "FALLBACK"), leased(C, "FALLBACK", ago=ago))
    scenario = Scenario(CalleeBehaviour.SILENT, TasBehaviour.FORWARDS, forwards_to=E164(C))
    assert (lines(route(a_calls_b(), book, scenario))[5:] == [f"core→TAS +42{C[1:]}"]) is applies


# R2


@pytest.mark.parametrize(
    ("caller", "callee", "rung"),
    [
        ("LOOP", "LOOP", "+21"),
        ("LOOP_MO", "LOOP_MT", "+21"),
        ("FORK", "LOOP", "+21"),
        ("LOOP_MT", "LOOP", "+32"),
        ("FALLBACK", "FORK", "+32"),
        ("INGRESS", "LOOP_MT", "+32"),
        ("LOOP_MT", "LOOP_MO", None),
        ("INGRESS", "INGRESS", None),
        ("FALLBACK", "LOOP_MO", None),
    ],
)
def test_r2_the_callers_registration_decides_first(caller: str, callee: str, rung: str | None) -> None:
    flow = route(a_calls_b(), book_of(leased(A, caller), leased(B, callee)))
    called = [leg.called for leg in flow.legs if leg.target is Party.TAS]
    assert called == ([] if rung is None else [rung + B[1:]])


@pytest.mark.parametrize("caller", [None, "anonymous", "112"])
def test_r2_a_caller_without_e164_number_meets_no_registration_as_caller(caller: str | None) -> None:
    book = book_of(leased(A, "LOOP"), leased(B, "LOOP_MT"))
    flow = route(Call.parse(caller, B, AT), book)
    assert lines(flow)[:2] == [f"caller→core {B}", f"core→TAS +32{B[1:]}"]


@pytest.mark.parametrize(
    ("leases", "words"),
    [
        ((leased(A, "LOOP"), leased(B, "LOOP")), ("LOOP", B, A)),
        ((leased(A, "LOOP_MT"),), ("LOOP_MT", A)),
        ((leased(B, "INGRESS"),), ("INGRESS", B)),
    ],
    ids=["masked", "wrong direction", "ingress"],
)
def test_r2_what_is_ignored_is_named(leases: tuple[Lease, ...], words: tuple[str, ...]) -> None:
    flow = route(a_calls_b(), book_of(*leases))
    assert any(all(word in text for word in words) for text in said(flow))


@pytest.mark.parametrize("kind", ["LOOP", "FORK"])
def test_r2_of_a_call_to_oneself_the_one_registration_masks_nothing(kind: str) -> None:
    flow = route(Call.parse(A, A, AT), book_of(leased(A, kind)))
    assert [leg.called for leg in flow.legs if leg.target is Party.TAS] == [f"+21{A[1:]}"]
    assert "masked" not in {step.code for step in (*flow.steps, *(absent.reason for absent in flow.absent))}
    assert "assume_caller_first" not in {step.code for step in flow.assumptions}


# R3, R16


@pytest.mark.parametrize(
    ("callee", "outcome"),
    [
        (CalleeBehaviour.ANSWERS, (OutcomeKind.ANSWERED, Party.CALLEE, 200)),
        (CalleeBehaviour.BUSY, (OutcomeKind.REJECTED, None, 486)),
        (CalleeBehaviour.SILENT, (OutcomeKind.NO_ANSWER, None, 408)),
        (CalleeBehaviour.UNREACHABLE, (OutcomeKind.FAILED, None, 480)),
        (CalleeBehaviour.DECLINES, (OutcomeKind.REJECTED, None, 603)),
    ],
)
def test_r3_nothing_applies(callee: CalleeBehaviour, outcome: object) -> None:
    flow = route(a_calls_b(), book_of(), Scenario(callee, TasBehaviour.REJECTS))
    assert lines(flow) == STRAIGHT
    assert ending(flow) == outcome
    assert flow.legs[1].rule == "R3"
    assert flow.loop is None


@pytest.mark.parametrize("number", ["112", "1880", "*21#"])
@pytest.mark.parametrize("kind", ["LOOP", "LOOP_MO", "FORK"])
def test_r16_a_short_number_meets_nobodys_registration(number: str, kind: str) -> None:
    flow = route(Call.parse(A, number, AT), book_of(leased(A, kind)))
    assert lines(flow) == [f"caller→core {number}", f"core→callee {number}"]
    assert "R16" in {step.rule for step in (*flow.steps, *flow.assumptions)}


# R4


@pytest.mark.parametrize(("caller", "callee"), [("LOOP", None), ("LOOP_MO", None), (None, "LOOP"), (None, "LOOP_MT")])
def test_r4_through_the_tas_first(caller: str | None, callee: str | None) -> None:
    leases = [leased(number, kind) for number, kind in ((A, caller), (B, callee)) if kind]
    flow = route(a_calls_b(), book_of(*leases))
    prefix = "21" if caller else "32"
    assert lines(flow) == [
        f"caller→core {B}",
        f"core→TAS +{prefix}{B[1:]}",
        f"TAS→core {B}",
        f"core→callee {B}",
    ]
    assert flow.legs[1].rule == "R4"
    assert flow.legs[1].registration == leases[0].registration
    assert ending(flow) == (OutcomeKind.ANSWERED, Party.CALLEE, 200)


def test_r4_the_tas_answers_and_leg_4_is_said_to_be_absent() -> None:
    flow = route(a_calls_b(), book_of(leased(A, "LOOP")), Scenario(tas=TasBehaviour.ANSWERS))
    assert len(flow.legs) == 2
    assert ending(flow) == (OutcomeKind.ANSWERED, Party.TAS, 200)
    assert [str(leg) for leg in flow.absent if (leg.number, leg.target) == (4, Party.CALLEE)]


@pytest.mark.parametrize("callee", CalleeBehaviour)
def test_r4_a_tas_that_has_answered_may_still_return_the_call(callee: CalleeBehaviour) -> None:
    scenario = Scenario(callee, TasBehaviour.ANSWERS_THEN_RETURNS)
    flow = route(a_calls_b(), book_of(leased(A, "LOOP")), scenario)
    assert len(flow.legs) == 4
    has_the_call = Party.CALLEE if callee is CalleeBehaviour.ANSWERS else Party.TAS
    assert ending(flow) == (OutcomeKind.ANSWERED, has_the_call, 200)


# R5


@pytest.mark.parametrize(
    ("callee", "tas", "ends"),
    [
        (CalleeBehaviour.ANSWERS, TasBehaviour.USUAL, (LegEnd.ANSWERED, LegEnd.CANCELLED)),
        (CalleeBehaviour.ANSWERS, TasBehaviour.ANSWERS, (LegEnd.CANCELLED, LegEnd.ANSWERED)),
        (CalleeBehaviour.ANSWERS, TasBehaviour.REJECTS, (LegEnd.ANSWERED, LegEnd.REJECTED)),
        (CalleeBehaviour.DECLINES, TasBehaviour.USUAL, (LegEnd.REJECTED, LegEnd.CANCELLED)),
    ],
)
def test_r5_both_are_rung_together(callee: CalleeBehaviour, tas: TasBehaviour, ends: tuple[LegEnd, LegEnd]) -> None:
    flow = route(a_calls_b(), book_of(leased(B, "FORK")), Scenario(callee, tas))
    assert lines(flow) == [*STRAIGHT, f"core→TAS +32{B[1:]}"]
    assert [leg.starts_after for leg in flow.legs] == [0, 0, 0]
    assert tuple(leg.end for leg in flow.legs[1:]) == ends
    assert flow.legs[2].rule == "R5"


def test_r5_the_tas_rejects_with_486() -> None:
    flow = route(a_calls_b(), book_of(leased(B, "FORK")), Scenario(tas=TasBehaviour.REJECTS))
    assert flow.legs[2].status == 486
    assert ending(flow) == (OutcomeKind.ANSWERED, Party.CALLEE, 200)


# R6, R6b


@pytest.mark.parametrize("callee", CalleeBehaviour)
def test_r6_the_tas_is_rung_only_if_the_callee_does_not_answer(callee: CalleeBehaviour) -> None:
    flow = route(a_calls_b(), book_of(leased(B, "FALLBACK")), Scenario(callee))
    if callee in UNANSWERED:
        assert lines(flow) == [*STRAIGHT, f"core→TAS +32{B[1:]}"]
        assert flow.legs[2].starts_after == (30 if callee is CalleeBehaviour.SILENT else 0)
        assert flow.legs[2].rule == "R6"
        assert ending(flow) == (OutcomeKind.ANSWERED, Party.TAS, 200)
    else:
        assert lines(flow) == STRAIGHT
        assert [str(leg) for leg in flow.absent if leg.target is Party.TAS]


@pytest.mark.parametrize("callee", CalleeBehaviour)
@pytest.mark.parametrize("caller", ["LOOP", "LOOP_MO"])
def test_r6b_a_fallback_follows_a_call_brought_back(caller: str, callee: CalleeBehaviour) -> None:
    book = book_of(leased(A, caller), leased(B, "FALLBACK"))
    flow = route(a_calls_b(), book, Scenario(callee))
    assert lines(flow)[4:] == ([f"core→TAS +32{B[1:]}"] if callee in UNANSWERED else [])
    if callee in UNANSWERED:
        assert flow.legs[4].rule == "R6b"
        assert flow.legs[4].registration is not None
        assert flow.legs[4].registration.number == E164(B)


@pytest.mark.parametrize("tas", [TasBehaviour.REJECTS, TasBehaviour.SILENT, TasBehaviour.UNREACHABLE])
def test_r6b_not_when_the_first_tas_did_not_return_the_call(tas: TasBehaviour) -> None:
    book = book_of(leased(A, "LOOP"), leased(B, "FALLBACK"))
    assert len(route(a_calls_b(), book, Scenario(CalleeBehaviour.SILENT, tas)).legs) == 2


def test_r6b_not_after_fork() -> None:
    book = book_of(leased(A, "FORK"), leased(B, "FALLBACK"))
    flow = route(a_calls_b(), book, Scenario(CalleeBehaviour.SILENT))
    assert len(flow.legs) == 3
    assert ending(flow) == (OutcomeKind.NO_ANSWER, None, 408)


# R7


def test_r7_the_example_of_the_api() -> None:
    flow = route(Call.parse(A, "+47112334455", AT), book_of(leased(A, "LOOP", mo="00")))
    assert flow.legs[1].called == "+0047112334455"
    assert flow.legs[1].request_uri.startswith("sip:+0047112334455@")


def test_r7_an_empty_prefix_leaves_the_number() -> None:
    flow = route(a_calls_b(), book_of(leased(A, "LOOP", mo="")))
    assert flow.legs[1].called == B


@pytest.mark.parametrize("callee", ["LOOP", "LOOP_MT", "FORK", "FALLBACK"])
@pytest.mark.parametrize(
    ("caller", "presence"), [(None, "32"), ("INGRESS", "32"), ("LOOP_MT", "31"), ("FALLBACK", "31")]
)
def test_r7_the_readings_differ_only_where_an_idle_registration_of_the_caller_exists(
    caller: str | None, callee: str, presence: str
) -> None:
    leases = [leased(number, kind) for number, kind in ((A, caller), (B, callee)) if kind]
    scenario = Scenario(CalleeBehaviour.BUSY)
    for reading, prefix in ((PrefixReading.CAUSE, "32"), (PrefixReading.PRESENCE, presence)):
        flow = route(a_calls_b(), book_of(*leases), scenario, Policy(reading))
        assert [leg.called for leg in flow.legs if leg.target is Party.TAS] == [f"+{prefix}{B[1:]}"]
        assert names_both(flow) is (presence == "31"), said(flow)


def names_both(flow: CallFlow) -> bool:
    return any(re.search(r"\b31", text) and re.search(r"\b32", text) for text in said(flow))


def test_r7_presence_does_not_count_an_expired_registration_of_the_caller() -> None:
    book = book_of(leased(A, "LOOP_MT", ago=3600), leased(B, "LOOP"))
    flow = route(a_calls_b(), book, policy=Policy(PrefixReading.PRESENCE))
    assert flow.legs[1].called == f"+32{B[1:]}"


# R8, R9


def test_r8_a_returned_call_meets_no_second_registration() -> None:
    flow = route(a_calls_b(), book_of(leased(A, "LOOP"), leased(B, "LOOP")))
    assert lines(flow)[2:] == [f"TAS→core {B}", f"core→callee {B}"]
    assert flow.legs[2].rule == "R8"


@pytest.mark.parametrize("number", [A, B])
def test_r9_a_return_without_session_id_is_a_new_call_and_loops(number: str) -> None:
    scenario = Scenario(tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID)
    flow = route(a_calls_b(), book_of(leased(number, "LOOP")), scenario)
    assert [leg.target for leg in flow.legs] == [Party.CORE, Party.TAS, Party.CORE]
    assert flow.legs[2].rule == "R9"
    assert ending(flow) == (OutcomeKind.LOOPED, None, 483)
    assert flow.loop is not None
    assert (flow.loop.first_leg, flow.loop.last_leg) == (2, 3)
    assert flow.loop.legs == 70


@pytest.mark.parametrize(("number", "kind"), [(A, "LOOP_MO"), (B, "LOOP_MT"), (B, "FALLBACK")])
def test_r9_or_the_core_refuses_it(number: str, kind: str) -> None:
    scenario = Scenario(CalleeBehaviour.BUSY, TasBehaviour.RETURNS_WITHOUT_SESSION_ID)
    policy = Policy(unmatched_return=UnmatchedReturn.REJECT)
    flow = route(a_calls_b(), book_of(leased(number, kind)), scenario, policy)
    assert lines(flow)[-1] == f"TAS→core {B}"
    assert (flow.legs[-1].end, flow.legs[-1].status) == (LegEnd.REJECTED, 403)
    assert ending(flow) == (OutcomeKind.REJECTED, None, 403)
    assert flow.loop is None


def test_r9_rules_apply_again_at_that_moment() -> None:
    scenario = Scenario(CalleeBehaviour.SILENT, TasBehaviour.RETURNS_WITHOUT_SESSION_ID)
    flow = route(a_calls_b(), book_of(leased(B, "FALLBACK", ago=3590)), scenario)
    assert lines(flow)[3:] == [f"TAS→core {B}", f"core→callee {B}"], "the lease ended before the return"
    assert flow.loop is None
    assert ending(flow) == (OutcomeKind.NO_ANSWER, None, 408)


def test_r9_a_registration_that_is_new_by_then_is_met() -> None:
    fallback, loop = leased(B, "FALLBACK"), leased(B, "LOOP", host="new.example", mt="99")
    changing = History(B, lambda at: fallback if at < AT + 10 else loop)
    scenario = Scenario(CalleeBehaviour.SILENT, TasBehaviour.RETURNS_WITHOUT_SESSION_ID)
    flow = route(a_calls_b(), changing, scenario)
    assert lines(flow)[4] == f"core→TAS +99{B[1:]}"
    assert flow.legs[4].registration == loop.registration


# Errors of the scenario


@pytest.mark.parametrize(
    ("scenario", "names"),
    [
        (Scenario(tas=TasBehaviour.FORWARDS), ("FORWARDS", "forwards_to")),
        (Scenario(forwards_to=E164(C)), ("USUAL", "forwards_to")),
        (Scenario(tas=TasBehaviour.REJECTS, forwards_to=E164(C)), ("REJECTS", "forwards_to")),
    ],
)
def test_forwards_and_its_target_belong_together(scenario: Scenario, names: tuple[str, str]) -> None:
    with pytest.raises(ScenarioError) as caught:
        route(a_calls_b(), book_of(leased(A, "LOOP")), scenario)
    assert all(name.lower() in str(caught.value).lower() for name in names)


def test_a_behaviour_is_ignored_where_no_tas_is_rung() -> None:
    for tas in TasBehaviour:
        scenario = Scenario(tas=tas, fallback_tas=tas)
        assert lines(route(a_calls_b(), book_of(leased(B, "FALLBACK")), scenario)) == STRAIGHT
        assert lines(route(a_calls_b(), book_of(), scenario)) == STRAIGHT


def test_leases_without_time_are_in_force() -> None:
    registration: Registration = leased(A, "LOOP").registration
    book = book_of()
    book.upsert(registration, None)
    assert len(route(a_calls_b(), book).legs) == 4
