"""What a call would do if one thing were other: every single change there is, and those that are typed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from sipbreakout_model import (
    E164,
    CalleeBehaviour,
    CallFlow,
    Difference,
    InvalidValue,
    Lease,
    Party,
    Registration,
    Registrations,
    RouteType,
    ScenarioError,
    TasBehaviour,
    difference,
    route,
)
from sipbreakout_model.registration_text import Entry
from sipbreakout_model.times import parse_moment
from sipbreakout_tui.services.calls.question import Case, Question, choice_words
from sipbreakout_tui.services.calls.what_if import with_settings


@dataclass(frozen=True, slots=True)
class Edit:
    """Taking it over is to upsert this registration."""

    registration: Registration


@dataclass(frozen=True, slots=True)
class Drop:
    """Taking it over is to delete the registration of this number."""

    number: E164


@dataclass(frozen=True, slots=True)
class Move:
    """Taking it over is to place the call at another moment."""

    at: float
    """Unix time in seconds."""


TakeOver: TypeAlias = Edit | Drop | Move | Question
"""What makes a change real: a registration, a moment, or another question."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One thing changed."""

    text: str
    take: TakeOver
    flow: CallFlow
    difference: Difference


class Slot(NamedTuple):
    """What can be typed."""

    name: str
    """`at`, or number and field as in `+4711111111.sip_uri`."""
    words: str
    value: str
    """What it is now."""


class _Instead:
    """Registrations as they are, but for one number."""

    def __init__(self, registrations: Registrations, number: E164, lease: Lease | None) -> None:
        self._registrations = registrations
        self._number = number
        self._lease = lease

    def active(self, number: E164, at: float, /) -> Lease | None:
        return self._lease if number == self._number else self._registrations.active(number, at)

    def last(self, number: E164, /) -> Lease | None:
        return self._lease if number == self._number else self._registrations.last(number)


class WhatIf:
    """A call whose circumstances can be changed, one at a time."""

    def __init__(self, question: Question, case: Case, registrations: Registrations) -> None:
        """Take what was asked.

        Raises:
            ScenarioError: As `route`.
        """
        self._question = question
        self._case = case
        self._registrations = registrations
        self.before = route(case.call, registrations, case.scenario, case.policy)
        """What the call does unchanged."""

    def variants(self) -> list[Variant]:
        """Return every single change that can be listed; what no TAS can do is left out."""
        return [*self._registration_changes(), *self._moments(), *self._callees(), *self._tases()]

    def slots(self) -> list[Slot]:
        """Return what can be typed: the TAS and the prefixes of both parties, and the moment."""
        slots = []
        for role, lease in self._parties():
            held = lease.registration
            for name, words, value in (
                ("sip_uri", "TAS", str(held.sip_uri)),
                ("mobile_originating_prefix", "MO prefix", held.mobile_originating_prefix),
                ("mobile_terminating_prefix", "MT prefix", held.mobile_terminating_prefix),
            ):
                slots.append(Slot(f"{held.number}.{name}", f"{words} of the {role}", value))
        return [*slots, Slot("at", "moment of the call", "+50m")]

    def typed(self, slot: Slot, text: str) -> Variant:
        """Return what the call does with a value that was typed.

        Raises:
            InvalidValue: The text is none.
            ScenarioError: The TAS that is rung then cannot do what the scenario says.
        """
        if slot.name == "at":
            return self._moved(f"placed at {text.strip()}", parse_moment(text, self._case.call.at))
        number, _, _ = slot.name.partition(".")
        lease = next((lease for _, lease in self._parties() if lease.registration.number.text == number), None)
        if lease is None:
            raise InvalidValue(f"{number} is not registered: nothing of it can be changed")
        (entry,) = with_settings([Entry(lease.registration, None)], [f"{slot.name}={text.strip()}"])
        return self._with(f"{slot.words}: {text.strip() or 'none'}", entry.registration)

    # Inside

    def _parties(self) -> Iterator[tuple[str, Lease]]:
        """Yield the leases in force of caller and callee, each number once."""
        call = self._case.call
        for role, number in (("caller", call.caller), ("callee", call.callee)):
            lease = self._registrations.active(number, call.at) if isinstance(number, E164) else None
            if lease is not None and not (role == "callee" and number == call.caller):
                yield role, lease

    def _registration_changes(self) -> Iterator[Variant]:
        for role, lease in self._parties():
            held = lease.registration
            for kind in RouteType:
                if kind is not held.route_type:
                    yield from self._possible(f"{role} as {kind}", replace(held, route_type=kind))
            bare = replace(held, mobile_originating_prefix="", mobile_terminating_prefix="")
            if bare != held:
                yield from self._possible(f"{role} without prefixes", bare)
            registrations = _Instead(self._registrations, held.number, None)
            text = f"{role} without its {held.route_type}"
            yield from self._compared(text, Drop(held.number), self._case, registrations)
        yield from self._refreshed()

    def _refreshed(self) -> Iterator[Variant]:
        call = self._case.call
        for role, number in (("caller", call.caller), ("callee", call.callee)):
            if isinstance(number, E164) and self._registrations.active(number, call.at) is None:
                last = self._registrations.last(number)
                if last is not None:
                    yield from self._possible(f"{role} with its {last.registration.route_type}", last.registration)

    def _moments(self) -> Iterator[Variant]:
        for role, lease in self._parties():
            if lease.expires_at is not None:
                text = f"after the {role}'s {lease.registration.route_type}"
                case = self._case._replace(call=replace(self._case.call, at=lease.expires_at))
                yield from self._compared(text, Move(lease.expires_at), case, self._registrations)

    def _callees(self) -> Iterator[Variant]:
        for behaviour in CalleeBehaviour:
            if behaviour is not self._case.scenario.callee:
                case = self._case._replace(scenario=replace(self._case.scenario, callee=behaviour))
                take = replace(self._question, callee_does=behaviour.value)
                yield from self._compared(f"callee {_does(behaviour.value)}", take, case, self._registrations)

    def _tases(self) -> Iterator[Variant]:
        if not any(leg.target is Party.TAS for leg in self.before.legs):
            return
        for behaviour in TasBehaviour:
            scenario = self._case.scenario
            if behaviour in (scenario.tas, TasBehaviour.FORWARDS):
                continue
            to = scenario.forwards_to if scenario.fallback_tas is TasBehaviour.FORWARDS else None
            case = self._case._replace(scenario=replace(scenario, tas=behaviour, forwards_to=to))
            take = replace(self._question, tas=behaviour.value)
            yield from self._compared(f"TAS {_does(behaviour.value)}", take, case, self._registrations)

    def _possible(self, text: str, registration: Registration) -> Iterator[Variant]:
        registrations = _Instead(self._registrations, registration.number, self._lease(registration))
        yield from self._compared(text, Edit(registration), self._case, registrations)

    def _lease(self, registration: Registration) -> Lease:
        return Lease(registration, self._case.call.at)

    def _compared(self, text: str, take: TakeOver, case: Case, registrations: Registrations) -> Iterator[Variant]:
        """Yield the variant unless it says of a TAS what no TAS does."""
        try:
            yield self._variant(text, take, case, registrations)
        except ScenarioError:
            return

    def _with(self, text: str, registration: Registration) -> Variant:
        registrations = _Instead(self._registrations, registration.number, self._lease(registration))
        return self._variant(text, Edit(registration), self._case, registrations)

    def _moved(self, text: str, at: float) -> Variant:
        case = self._case._replace(call=replace(self._case.call, at=at))
        return self._variant(text, Move(at), case, self._registrations)

    def _variant(self, text: str, take: TakeOver, case: Case, registrations: Registrations) -> Variant:
        flow = route(case.call, registrations, case.scenario, case.policy)
        return Variant(text, take, flow, difference(self.before, flow))


def _does(word: str) -> str:
    """Return what a party does, after its name: `is busy`, `answers`."""
    return {"busy": "is busy", "silent": "is silent", "unreachable": "is unreachable", "usual": "does the usual"}.get(
        word, choice_words(word)
    )
