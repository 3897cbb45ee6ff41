"""Properties of every flow, for random books, calls, scenarios and policies."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sipbreakout_model import (
    E164,
    Call,
    CalleeBehaviour,
    CallFlow,
    Lease,
    Leg,
    OutcomeKind,
    Party,
    Policy,
    PrefixReading,
    Registration,
    RegistrationBook,
    RouteType,
    Scenario,
    ScenarioError,
    TasBehaviour,
    TasUri,
    UnmatchedReturn,
    route,
)

AT = 1_700_000_000.0
TTL = 3600.0
RULE = re.compile(r"R\d+b?")

# The last is what the second becomes with the prefix 21: a stale prefix reaches it (R11).
NUMBERS = [E164(text) for text in ("+4711111111", "+4722222222", "+4733333333", "+214722222222")]
STRANGER = E164("+4799999999")
URIS = [TasUri.parse(text) for text in ("sips:tas.example", "sips:TAS.example:5061", "sips:other.example")]
PREFIXES = ["", "21", "22", "00"]

# Long expired, expired at this moment, about to end, in the middle, fresh, not yet; None: time not given.
ACCEPTED = [AT - 9999, AT - TTL, AT - TTL + 0.5, AT - TTL + 40, AT - 60, AT, AT + 0.5, AT + 20, None]

EXAMPLES = settings(
    max_examples=300, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.filter_too_much]
)

uris = st.sampled_from(URIS)
prefixes = st.sampled_from(PREFIXES)


def leases(numbers: st.SearchStrategy[E164]) -> st.SearchStrategy[Lease]:
    registrations = st.builds(Registration, numbers, uris, st.sampled_from(RouteType), prefixes, prefixes)
    return st.builds(Lease, registrations, st.sampled_from(ACCEPTED), st.just(TTL))


books = st.lists(leases(st.sampled_from(NUMBERS)), max_size=4, unique_by=lambda lease: lease.registration.number)
calls = st.builds(
    Call,
    st.none() | st.sampled_from(NUMBERS),
    st.sampled_from([*NUMBERS, "112"]),
    st.just(AT),
    st.none() | st.none() | uris,
)
policies = st.builds(Policy, st.sampled_from(PrefixReading), st.sampled_from(UnmatchedReturn))


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Draw a scenario; mostly one in which FORWARDS has its target."""
    tas, fallback_tas = draw(st.sampled_from(TasBehaviour)), draw(st.sampled_from(TasBehaviour))
    forwards = TasBehaviour.FORWARDS in (tas, fallback_tas)
    target = st.sampled_from(NUMBERS) if forwards else st.sampled_from([None] * 9 + NUMBERS[:1])
    return Scenario(
        draw(st.sampled_from(CalleeBehaviour)),
        tas,
        fallback_tas,
        draw(target),
        draw(st.booleans()),
        draw(st.integers(1, 5)),
        draw(st.sampled_from([2, 3, 70, 255])),
    )


def book_of(held: Sequence[Lease]) -> RegistrationBook:
    book = RegistrationBook()
    for lease in held:
        book.upsert(lease.registration, lease.accepted_at, lease.ttl)
    return book


def flow_of(call: Call, book: RegistrationBook, scenario: Scenario, policy: Policy) -> CallFlow:
    """Return the flow; a scenario that does not fit is no example."""
    try:
        return route(call, book, scenario, policy)
    except ScenarioError:
        assume(False)
        raise


def moments(flow: CallFlow, leg: Leg, scenario: Scenario) -> set[float]:
    """Return when the registration behind a leg can have been met.

    That is at leg 1 (R1); only where a TAS drops the Session-ID, also whenever a TAS came back (R9).
    """
    result = {AT}
    if TasBehaviour.RETURNS_WITHOUT_SESSION_ID in (scenario.tas, scenario.fallback_tas):
        result |= {
            AT + earlier.starts_after
            for earlier in flow.legs[: leg.number]
            if (earlier.source, earlier.target) == (Party.TAS, Party.CORE)
        }
    return result


def active(held: Sequence[Lease], number: E164 | None, at: float) -> Registration | None:
    """Return what V2 says is in force; written again, the book is not asked."""
    for lease in held:
        since = lease.accepted_at
        if lease.registration.number == number and (since is None or since <= at < since + lease.ttl):
            return lease.registration
    return None


def prefix_by_r7(registration: Registration, caller: Registration | None, call: Call, reading: PrefixReading) -> str:
    """Return the prefix for the TAS of `registration`; `caller` is the caller's registration in force."""
    if reading is PrefixReading.PRESENCE:
        mobile_originating = caller is not None and caller.route_type is not RouteType.INGRESS
    else:
        # Somebody who calls the own number is met as caller first, if the type applies to MO (R2).
        mobile_originating = registration.number == call.caller and registration.route_type.name in (
            "LOOP",
            "LOOP_MO",
            "FORK",
        )
    if mobile_originating:
        return registration.mobile_originating_prefix
    return registration.mobile_terminating_prefix


@given(call=calls, held=books, scenario=scenarios(), policy=policies)
@EXAMPLES
def test_route_ends_with_a_well_formed_flow(call: Call, held: list[Lease], scenario: Scenario, policy: Policy) -> None:
    flow = flow_of(call, book_of(held), scenario, policy)
    assert flow.call == call
    assert [leg.number for leg in flow.legs] == list(range(1, len(flow.legs) + 1))
    assert all(RULE.fullmatch(leg.rule) for leg in flow.legs)
    assert all(RULE.fullmatch(step.rule) for step in (*flow.steps, *flow.assumptions))
    starts = [leg.starts_after for leg in flow.legs]
    assert starts[0] == 0
    assert starts == sorted(starts)
    assert flow.legs[0].source is (Party.CALLER if call.placed_by is None else Party.TAS)
    assert flow.legs[0].called == str(call.callee)
    for leg in flow.legs:
        assert (leg.source is Party.CORE) is not (leg.target is Party.CORE), "every leg has the core at one end"
        assert leg.request_uri.startswith(f"sip:{leg.called}@")
    outcome = flow.outcome
    assert (outcome.by is not None) is (outcome.kind is OutcomeKind.ANSWERED)
    assert (outcome.kind is OutcomeKind.ANSWERED) is (outcome.status == 200)
    if outcome.kind is OutcomeKind.LOOPED:
        assert flow.loop is not None
    if flow.loop is not None:
        assert 1 <= flow.loop.first_leg < flow.loop.last_leg == len(flow.legs)
        assert (flow.loop.turns is None) is (flow.loop.seconds is None)


@given(call=calls, held=books, scenario=scenarios(), policy=policies)
@EXAMPLES
def test_everything_has_a_sentence(call: Call, held: list[Lease], scenario: Scenario, policy: Policy) -> None:
    flow = flow_of(call, book_of(held), scenario, policy)
    for part in (*flow.steps, *flow.absent, *flow.assumptions):
        text = str(part)
        assert text.strip() == text != ""
        assert "{" not in text
        assert "object at 0x" not in text
    assert str(flow.outcome)


@given(call=calls, held=books, scenario=scenarios(), policy=policies)
@EXAMPLES
def test_same_inputs_give_equal_flows(call: Call, held: list[Lease], scenario: Scenario, policy: Policy) -> None:
    book = book_of(held)
    flow = flow_of(call, book, scenario, policy)
    assert route(call, book, scenario, policy) == flow
    assert route(call, book_of(held[::-1]), scenario, policy) == flow
    assert list(book) == held, "routing changes no book"


@given(call=calls, held=books, scenario=scenarios(), policy=policies)
@EXAMPLES
def test_every_invite_to_a_tas_carries_the_prefix_of_r7(
    call: Call, held: list[Lease], scenario: Scenario, policy: Policy
) -> None:
    flow = flow_of(call, book_of(held), scenario, policy)
    asked = ""  # the number that the leg towards the core asked for last
    for leg in flow.legs:
        if leg.target is Party.CORE:
            asked = leg.called
        elif leg.target is Party.TAS:
            assert leg.registration is not None
            allowed = {
                prefix_by_r7(leg.registration, active(held, call.caller, at), call, policy.prefix_reading)
                for at in moments(flow, leg, scenario)
            }
            assert leg.called in {f"+{prefix}{asked[1:]}" for prefix in allowed}
        else:
            assert leg.called == asked


@given(call=calls, held=books, scenario=scenarios(), policy=policies)
@EXAMPLES
def test_nothing_applies_that_is_not_in_force(
    call: Call, held: list[Lease], scenario: Scenario, policy: Policy
) -> None:
    flow = flow_of(call, book_of(held), scenario, policy)
    for leg in flow.legs:
        if leg.registration is not None:
            number = leg.registration.number
            assert leg.registration in [active(held, number, at) for at in moments(flow, leg, scenario)]


@given(call=calls, held=books, scenario=scenarios(), policy=policies)
@EXAMPLES
def test_without_its_expired_leases_a_book_gives_the_same_legs(
    call: Call, held: list[Lease], scenario: Scenario, policy: Policy
) -> None:
    kept = [lease for lease in held if lease.accepted_at is None or lease.accepted_at + lease.ttl > AT]
    flow = flow_of(call, book_of(held), scenario, policy)
    without = route(call, book_of(kept), scenario, policy)
    assert (without.legs, without.outcome, without.loop) == (flow.legs, flow.outcome, flow.loop)


@given(call=calls, held=books, scenario=scenarios(), policy=policies, data=st.data())
@EXAMPLES
def test_a_third_numbers_registration_changes_nothing(
    call: Call, held: list[Lease], scenario: Scenario, policy: Policy, data: st.DataObject
) -> None:
    flow = flow_of(call, book_of(held), scenario, policy)
    # Not irrelevant is whatever a leg asks for: a forward's target, a number that a stale prefix reaches.
    reached = {call.caller, call.callee, scenario.forwards_to, *(E164(n) for n in called(flow))}
    others = [number for number in (*NUMBERS, STRANGER) if number not in reached]
    third = data.draw(leases(st.sampled_from(others)))
    rest = [lease for lease in held if lease.registration.number != third.registration.number]
    assert route(call, book_of([*rest, third]), scenario, policy) == flow


def called(flow: CallFlow) -> set[str]:
    """Return the numbers of the legs that are E.164."""
    return {leg.called for leg in flow.legs if re.fullmatch(r"\+[1-9][0-9]+", leg.called)}


@pytest.mark.parametrize("policy", [Policy(), Policy(unmatched_return=UnmatchedReturn.REJECT)])
@given(held=books, callee=st.sampled_from(NUMBERS), scenario=scenarios())
@settings(EXAMPLES, max_examples=100)
def test_a_scenario_error_names_what_does_not_fit(
    policy: Policy, held: list[Lease], callee: E164, scenario: Scenario
) -> None:
    try:
        route(Call(NUMBERS[0], callee, AT), book_of(held), scenario, policy)
    except ScenarioError as error:
        text = re.sub("[-_]", " ", str(error).lower())
        behaviours = {scenario.tas.name, scenario.fallback_tas.name}
        types = {lease.registration.route_type.name for lease in held}
        assert any(name.lower().replace("_", " ") in text for name in behaviours)
        assert any(name.lower().replace("_", " ") in text for name in types)
