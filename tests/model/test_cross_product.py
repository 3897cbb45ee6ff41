"""Every caller type, callee type, callee behaviour, TAS behaviour and policy, against `expectations`."""

import re
from collections.abc import Iterable

import pytest

from sipbreakout_model import CallFlow, RouteType, ScenarioError, TasBehaviour, route
from tests.model.expectations import (
    POLICIES,
    TYPES,
    Case,
    Expected,
    ImpossibleError,
    expected,
    scenarios,
)

RULE = re.compile(r"R([1-9]|1[0-6]|6b)")
SHOWN = 5


def words(text: str) -> str:
    """Return the text in lower case with one way to write a behaviour's name."""
    return text.lower().replace("_", " ").replace("-", " ")


def wrong_error(error: ScenarioError, impossible: ImpossibleError | None) -> list[str]:
    if impossible is None:
        return [f"raises {error}"]
    message = words(str(error))
    return [
        f"the error does not name {name}: {error}"
        for name in (impossible.behaviour.name, impossible.route_type.name)
        if words(name) not in message
    ]


def wrong_flow(flow: CallFlow, wanted: Expected) -> list[str]:
    wrong = []
    legs = [(leg.source, leg.target, leg.called, leg.starts_after) for leg in flow.legs]
    if wanted.outcome is None:
        legs = legs[: len(wanted.legs)]
    if legs != wanted.legs:
        got, want = (
            "; ".join(f"{s}→{t} {called} at {at:g} s" for s, t, called, at in some) for some in (legs, wanted.legs)
        )
        wrong.append(f"legs are {got}\n      and should be {want}")
    wrong += [f"leg {leg.number} has the rule {leg.rule!r}" for leg in flow.legs if not RULE.fullmatch(leg.rule)]
    if [leg.number for leg in flow.legs] != list(range(1, len(flow.legs) + 1)):
        wrong.append(f"legs are numbered {[leg.number for leg in flow.legs]}")
    if wanted.outcome is None:
        return wrong
    outcome = (flow.outcome.kind, flow.outcome.by, flow.outcome.status)
    if outcome != wanted.outcome:
        wrong.append(f"outcome is {outcome}, should be {wanted.outcome}")
    loop = flow.loop and (flow.loop.first_leg, flow.loop.last_leg, flow.loop.turns, flow.loop.seconds)
    if loop != wanted.loop:
        wrong.append(f"loop is {loop}, should be {wanted.loop}")
    return wrong


def differences(case: Case) -> list[str]:
    """Return what `route` gives that the rules do not."""
    impossible: ImpossibleError | None = None
    wanted: Expected | None = None
    try:
        wanted = expected(case)
    except ImpossibleError as error:
        impossible = error
    try:
        flow = route(case.call, case.book(), case.scenario, case.policy)
    except ScenarioError as error:
        return wrong_error(error, impossible)
    if wanted is None:
        return [f"raises nothing, should raise ScenarioError for {impossible}"]
    return wrong_flow(flow, wanted)


def check(cases: Iterable[Case]) -> None:
    """Compare all cases; the message shows the first that differ."""
    total, failures = 0, []
    for case in cases:
        total += 1
        failures += [f"{case}:\n    {difference}" for difference in differences(case)]
    assert total
    if failures:
        shown = "\n".join(failures[:SHOWN])
        pytest.fail(f"{len(failures)} differences in {total} cases, the first {SHOWN}:\n{shown}", pytrace=False)


@pytest.mark.parametrize("callee", TYPES, ids=lambda kind: f"callee {kind}")
@pytest.mark.parametrize("caller", TYPES, ids=lambda kind: f"caller {kind}")
def test_every_behaviour_and_policy(caller: RouteType | None, callee: RouteType | None) -> None:
    check(Case(caller, callee, scenario, policy) for scenario in scenarios() for policy in POLICIES)


@pytest.mark.parametrize("fallback_tas", TasBehaviour, ids=lambda behaviour: f"fallback {behaviour}")
def test_fallback_of_the_callee_after_the_callers_loop(fallback_tas: TasBehaviour) -> None:
    # R6b; callers that do not loop are in it too: there this behaviour is ignored, whatever it is.
    check(
        Case(caller, RouteType.FALLBACK, scenario, policy)
        for caller in TYPES
        for scenario in scenarios(fallback_tas)
        for policy in POLICIES
    )


@pytest.mark.parametrize("fallback_tas", TasBehaviour, ids=lambda behaviour: f"fallback {behaviour}")
def test_fallback_of_a_forwards_target(fallback_tas: TasBehaviour) -> None:
    # R12 for LOOP, R15 for FALLBACK.
    check(
        Case(caller, callee, scenario, policy, other=RouteType.FALLBACK)
        for caller in TYPES
        for callee in TYPES
        for scenario in scenarios(fallback_tas)
        for policy in POLICIES
        if TasBehaviour.FORWARDS is scenario.tas
    )


@pytest.mark.parametrize("other", [kind for kind in TYPES if kind is not RouteType.FALLBACK], ids=str)
def test_no_other_registration_of_a_forwards_target_applies(other: RouteType | None) -> None:
    # R12: its LOOP or FORK does not, so the flow is the one without it.
    for caller in TYPES:
        for callee in TYPES:
            for scenario in scenarios():
                if scenario.tas is TasBehaviour.FORWARDS:
                    check(Case(caller, callee, scenario, policy, other=other) for policy in POLICIES)


def test_expectations_cover_every_outcome() -> None:
    # Guards the oracle: a table with a hole would pass unnoticed.
    seen, errors = set(), set()
    for caller in TYPES:
        for callee in TYPES:
            for scenario in scenarios():
                for policy in POLICIES:
                    try:
                        outcome = expected(Case(caller, callee, scenario, policy)).outcome
                    except ImpossibleError as error:
                        errors.add((error.behaviour, error.route_type))
                    else:
                        seen.add(outcome and (outcome[0].name, outcome[2]))
    assert seen == {
        ("ANSWERED", 200),
        *(("REJECTED", status) for status in (302, 403, 404, 486, 603)),
        ("NO_ANSWER", 408),
        *(("FAILED", status) for status in (408, 480)),
        ("LOOPED", 483),
    }
    assert len(errors) == 6 + 3
