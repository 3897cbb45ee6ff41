"""What rules out that a registration rang the TAS: who else was rung, when, and for which host."""

from typing import Any

import pytest

from sipbreakout_model import E164, Party, Registration, RouteType, TasUri
from sipbreakout_tui.trace.call import PlacedLeg, SeenCall
from sipbreakout_tui.trace.diagnosis.contradiction import Why, contradiction
from tests.trace.hearing import CALLEE, CALLER, CORE, PREFIXED, TAS, A, B, leg

HOST = "tas.example"
OWN = "core.example"
"""The core's domain, which the caller's INVITE names."""


def _why(
    kind: RouteType,
    callee: dict[str, Any] | None,
    tas: dict[str, Any],
    *,
    visible: bool = True,
    gap: bool = False,
    registered: str = HOST,
    otherwise: bool = False,
) -> Why | None:
    """Return why a registration did not ring the TAS in a call of the caller's leg, the callee's and the TAS's."""
    entry = PlacedLeg(leg(A, CORE, host=OWN), Party.CALLER, Party.CORE, None)
    rung = PlacedLeg(leg(CORE, TAS, **{"host": HOST, **tas}), Party.CORE, Party.TAS, entry)
    legs = [entry, rung]
    if callee is not None:
        legs.append(PlacedLeg(leg(CORE, B, host=B, **callee), Party.CORE, Party.CALLEE, entry, gap=gap))
    legs.sort(key=lambda each: each.at)
    entry.after += [each for each in legs if each is not entry]
    call = SeenCall(1, tuple(legs), (), (), (), (rung,), CALLEE)
    number = CALLEE if kind is RouteType.FALLBACK else CALLER
    registration = Registration(E164(number), TasUri(registered), kind)
    found = contradiction(call, rung, registration, callee_visible=visible, called_otherwise=otherwise)
    assert found is None or (found.leg is rung and found.registration.route_type is kind)
    return None if found is None else found.why


BUSY = {"at": 0.01, "status": 486, "final_at": 0.2}
RINGS = {"at": 0.01, "status": 200, "final_at": 4.0}
SILENT = {"at": 0.01, "status": 487, "final_at": 30.1}
NO_END = {"at": 0.01}
BEHIND = {"at": 0.3, "status": 200, "final_at": 4.0, "hops": 66}
LATE = {"at": 3.0, "status": 200, "final_at": 4.0}
SOON, AFTER_BUSY, AT_30 = {"at": 0.02}, {"at": 0.21}, {"at": 30.0}

# who the core rang beside the TAS, when it rang the TAS, and what that rules out of LOOP, FORK and FALLBACK
ORDERS: dict[str, tuple[dict[str, Any] | None, dict[str, Any], tuple[Why | None, Why | None, Why | None]]] = {
    "the TAS alone": (None, SOON, (None, Why.CALLEE_NOT_RUNG, Why.CALLEE_NOT_RUNG)),
    "through the TAS": (BEHIND, SOON, (None, Why.CALLEE_NOT_RUNG, Why.CALLEE_NOT_RUNG)),
    "the callee long after": (LATE, SOON, (None, Why.CALLEE_NOT_RUNG, Why.CALLEE_NOT_RUNG)),
    "both, callee answers": (RINGS, SOON, (Why.CALLEE_FIRST, None, Why.CALLEE_ANSWERED)),
    "both, callee silent": (SILENT, SOON, (Why.CALLEE_FIRST, None, Why.CALLEE_RINGS_ON)),
    "both, no end seen": (NO_END, SOON, (Why.CALLEE_FIRST, None, Why.CALLEE_RINGS_ON)),
    "callee busy": (BUSY, AFTER_BUSY, (Why.CALLEE_FIRST, Why.CALLEE_GIVEN_UP, None)),
    "callee busy, clocks differ": (BUSY, {"at": 0.16}, (Why.CALLEE_FIRST, None, None)),
    "callee given up": (SILENT, AT_30, (Why.CALLEE_FIRST, Why.CALLEE_GIVEN_UP, None)),
    "callee rings on": (SILENT, {"at": 5.0}, (Why.CALLEE_FIRST, None, Why.CALLEE_RINGS_ON)),
    "given up for the TAS's answer": (
        {"at": 0.01, "status": 487, "final_at": 5.4},
        {"at": 5.0, "status": 200, "final_at": 5.3},
        (Why.CALLEE_FIRST, None, None),
    ),
    "late, no end seen": (NO_END, AT_30, (Why.CALLEE_FIRST, None, None)),
}


@pytest.mark.parametrize("order", ORDERS)
def test_the_order_of_legs_rules_types_out(order: str) -> None:
    callee, tas, expected = ORDERS[order]
    kinds = (RouteType.LOOP, RouteType.FORK, RouteType.FALLBACK)
    assert tuple(_why(kind, callee, tas) for kind in kinds) == expected


@pytest.mark.parametrize("kind", [RouteType.FORK, RouteType.FALLBACK])
def test_a_side_that_is_not_captured_rules_nothing_out(kind: RouteType) -> None:
    assert _why(kind, None, SOON, visible=False) is None


@pytest.mark.parametrize("kind", [RouteType.LOOP, RouteType.FORK, RouteType.FALLBACK])
def test_a_leg_that_is_missing_between_rules_nothing_out(kind: RouteType) -> None:
    assert _why(kind, RINGS, SOON, gap=True) is None


@pytest.mark.parametrize(
    ("asked", "registered", "why"),
    [
        ("tas.example", "tas.example", None),
        ("TAS.Example.", "tas.example", None),
        ("other.example", "tas.example", Why.OTHER_HOST),
        ("sub.tas.example", "tas.example", Why.OTHER_HOST),
        ("192.0.2.7", "tas.example", None),
        ("[2001:db8::1]", "tas.example", None),
        ("tas.example", "192.0.2.7", None),
        ("", "tas.example", None),
        (OWN, "tas.example", None),
    ],
)
def test_another_host_name_rules_the_registration_out(asked: str, registered: str, why: Why | None) -> None:
    assert _why(RouteType.LOOP, None, {"at": 0.02, "host": asked}, registered=registered) is why


@pytest.mark.parametrize(
    ("called", "why"),
    [
        (PREFIXED, Why.OTHER_PREFIX),
        (CALLEE, Why.OTHER_PREFIX),
        ("+4799999999", None),
        (None, None),
    ],
)
def test_another_prefix_rules_the_registration_out(called: str | None, why: Why | None) -> None:
    tas = {**SOON, "called": called}
    assert _why(RouteType.LOOP, None, tas, otherwise=True) is why
    assert _why(RouteType.LOOP, None, tas) is None
