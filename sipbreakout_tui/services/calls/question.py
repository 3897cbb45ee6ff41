"""A question about a call as a form holds it, and its answer: the flow, why, and what puts it right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Literal, NamedTuple, TypeAlias, TypeVar

from sipbreakout_model import (
    E164,
    Call,
    CalleeBehaviour,
    CallFlow,
    Fix,
    FixKind,
    InvalidCall,
    InvalidValue,
    OutcomeKind,
    Policy,
    PrefixReading,
    Registration,
    Registrations,
    Scenario,
    ScenarioError,
    TasBehaviour,
    TasUri,
    UnmatchedReturn,
    route,
    smallest_fix,
)
from sipbreakout_model.explanation import outcome_sentence
from sipbreakout_model.numbers import e164_or_none
from sipbreakout_tui.services.calls.missing_plus import caller_to_write, lacks_plus, with_plus
from sipbreakout_tui.services.calls.stopgap import Stopgap, stopgap

_REGISTERING = (FixKind.CLEAR_PREFIX, FixKind.CHANGE_ROUTE_TYPE, FixKind.REFRESH)
"""Fixes that upsert a registration."""

_WHOLE_DIGITS = 6

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a call, as texts; the words are those of the model's enums."""

    caller: str = ""
    callee: str = ""
    callee_does: str = CalleeBehaviour.ANSWERS.value
    tas: str = TasBehaviour.USUAL.value
    fallback_tas: str = TasBehaviour.USUAL.value
    forwards_to: str = ""
    """Used only where a TAS forwards."""
    placed_by: str = ""
    """The TAS that places the call; empty: a subscriber does."""
    prefix_reading: str = PrefixReading.CAUSE.value
    unmatched_return: str = UnmatchedReturn.NEW_CALL.value
    hops_per_turn: str = "2"
    max_forwards: str = "70"
    resets_max_forwards: bool = False

    @property
    def forwards(self) -> bool:
        """Whether a TAS forwards, so that the number it forwards to matters."""
        return TasBehaviour.FORWARDS.value in (self.tas, self.fallback_tas)


class Case(NamedTuple):
    """What `route` is asked."""

    call: Call
    scenario: Scenario
    policy: Policy


WhyKind: TypeAlias = Literal["good", "bad", "heading", "step", "absent", "assumed", "fix"]


class Why(NamedTuple):
    """A line of the explanation."""

    kind: WhyKind
    text: str
    rule: str | None = None
    """The rule it follows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call does, why, and what puts it right."""

    case: Case
    flow: CallFlow
    fix: Fix | None
    """The smallest change, whoever has to make it."""
    stopgap: Stopgap | None
    """What stops a loop at once on our side; None where it does not loop, or where the fix is ours already."""

    @property
    def to_register(self) -> Registration | None:
        """The registration to upsert, of the fix or of the stopgap; None: neither upserts one."""
        if self.fix is not None and self.fix.kind in _REGISTERING:
            return self.fix.registration
        return None if self.stopgap is None else self.stopgap.changes[0].registration

    @property
    def to_delete(self) -> E164 | None:
        """The number whose registration the fix deletes."""
        deletes = self.fix is not None and self.fix.kind is FixKind.DROP_REGISTRATION
        return self.fix.registration.number if deletes and self.fix is not None else None


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a question."""

    answer: Answer | None
    """None: it is not finished, or a field is wrong."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """What is wrong, by the name of the question's field."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """What is odd about a field, though it can be asked."""


def ask(question: Question, at: float, registrations: Registrations, former: Answer | None = None) -> Asked:
    """Return what a call does, or what keeps it from being asked.

    An empty caller or callee is no problem, only unfinished: an answer is missing then, and nothing is said.

    Args:
        question: The texts.
        at: Unix time in seconds of leg 1's INVITE.
        registrations: Who is registered.
        former: The answer of a moment ago to the same question about the same registrations: what puts the
            call right is taken from it where only time has passed.
    """
    problems: dict[str, str] = {}
    case = _read(question, at, problems)
    notes = _notes(question)
    if case is None or problems:
        return Asked(None, problems, notes)
    try:
        return Asked(answer_to(case, registrations, former), {}, notes)
    except ScenarioError as error:
        return Asked(None, {_behaviour_at_fault(case, registrations): str(error)}, notes)


def answer_to(case: Case, registrations: Registrations, former: Answer | None = None) -> Answer:
    """Return what a call does, why, and what puts it right; `former` as in `ask`.

    Raises:
        ScenarioError: The TAS that is rung cannot do what the scenario says.
    """
    flow = route(case.call, registrations, case.scenario, case.policy)
    if former is not None and _facts(case, flow) == _facts(former.case, former.flow):
        return replace(former, case=case, flow=flow)
    fix = smallest_fix(case.call, registrations, case.scenario, case.policy)
    ours = fix is not None and (fix.kind in _REGISTERING or fix.kind is FixKind.DROP_REGISTRATION)
    gap = None if flow.loop is None or ours else stopgap(case.call, registrations, case.scenario, case.policy)
    return Answer(case, flow, fix, gap)


def _facts(case: Case, flow: CallFlow) -> tuple[object, ...]:
    """Return all that decides about a call but for spans of time."""
    steps = [
        (step.rule, step.code, [part for part in step.operands if not isinstance(part, float)]) for step in flow.steps
    ]
    return replace(case.call, at=0.0), case.scenario, case.policy, flow.legs, flow.outcome, flow.loop, steps


def why_lines(answer: Answer) -> list[Why]:
    """Return the outcome, every step with its rule, what is not there, what is assumed, and what puts it right."""
    flow = answer.flow
    lines = [Why("good" if flow.outcome.kind is OutcomeKind.ANSWERED else "bad", outcome_sentence(flow))]
    lines += [Why("step", str(step), step.rule) for step in flow.steps]
    if flow.absent:
        lines.append(Why("heading", "Not there"))
        lines += [Why("absent", str(absent), absent.reason.rule) for absent in flow.absent]
    if flow.assumptions:
        lines.append(Why("heading", "Assumed"))
        lines += [Why("assumed", str(step), step.rule) for step in flow.assumptions]
    fix = answer.fix
    if fix is not None:
        lines.append(Why("heading", f"Smallest fix, by the {fix.owner}"))
        lines += [Why("fix", fix.text), Why("fix", f"Then: {fix.flow.outcome}. {fix.affects}")]
    if answer.stopgap is not None:
        lines.append(Why("heading", "At once, on our side"))
        lines += [Why("fix", str(answer.stopgap)), Why("fix", f"Then: {answer.stopgap.flow.outcome}")]
    return lines


def differing(question: Question) -> list[str]:
    """Return what a question has other than usual, apart from its numbers and the main choices."""
    usual = Question()
    main = ("caller", "callee", "callee_does", "tas", "forwards_to")
    words = []
    for each in fields(Question):
        value = getattr(question, each.name)
        if each.name not in main and value != getattr(usual, each.name):
            name = FIELD_WORDS[each.name]
            words.append(f"{name} {'yes' if value is True else choice_words(value)}")
    return words


FIELD_WORDS: Mapping[str, str] = {
    "caller": "caller",
    "callee": "callee",
    "callee_does": "callee does",
    "tas": "TAS does",
    "fallback_tas": "fallback TAS",
    "forwards_to": "forwards to",
    "placed_by": "placed by",
    "prefix_reading": "prefix by",
    "unmatched_return": "unmatched",
    "hops_per_turn": "hops a turn",
    "max_forwards": "Max-Forwards",
    "resets_max_forwards": "TAS resets it",
}
"""What people call the fields of a question."""


def choice_words(value: str) -> str:
    """Return a word of the model's enums as people read it."""
    return value.replace("_", " ").replace("session id", "Session-ID")


# Reading


def _read(question: Question, at: float, problems: dict[str, str]) -> Case | None:
    caller, callee = question.caller.strip(), question.callee.strip()
    for name, text, here in (("caller", caller, (caller, "112")), ("callee", callee, (None, callee))):
        try:
            if text:
                Call.parse(here[0], here[1], at)
        except InvalidCall:
            problems[name] = f"expected {'+4711111111, 112 or anonymous' if name == 'caller' else '+4722222222 or 112'}"
    if lacks_plus(caller):
        problems["caller"] = f"no plus: {caller_to_write(caller)}"
    placed_by = _parsed(question.placed_by, "placed_by", TasUri.parse, problems)
    forwards_to = None
    if question.forwards:
        forwards_to = _parsed(question.forwards_to, "forwards_to", E164, problems)
        if not question.forwards_to.strip():
            problems["forwards_to"] = "a TAS forwards: to which number?"
    hops = _whole(question.hops_per_turn, "hops_per_turn", (1, 10**_WHOLE_DIGITS - 1), problems)
    most = _whole(question.max_forwards, "max_forwards", (1, 255), problems)
    if problems or not caller or not callee or hops is None or most is None:
        return None
    call = replace(Call.parse(caller, callee, at), placed_by=placed_by)
    scenario = Scenario(
        CalleeBehaviour(question.callee_does),
        TasBehaviour(question.tas),
        TasBehaviour(question.fallback_tas),
        forwards_to,
        question.resets_max_forwards,
        hops,
        most,
    )
    policy = Policy(PrefixReading(question.prefix_reading), UnmatchedReturn(question.unmatched_return))
    return Case(call, scenario, policy)


def _parsed(text: str, name: str, parse: Callable[[str], T], problems: dict[str, str]) -> T | None:
    """Return what a text means, None for an empty one; note what is wrong with it."""
    if not text.strip():
        return None
    try:
        return parse(text.strip())
    except InvalidValue as error:
        problems[name] = str(error)
        return None


def _whole(text: str, name: str, allowed: tuple[int, int], problems: dict[str, str]) -> int | None:
    digits = text.strip()
    if digits.isascii() and digits.isdigit() and len(digits) <= _WHOLE_DIGITS:
        value = int(digits)
        if allowed[0] <= value <= allowed[1]:
            return value
    problems[name] = f"expected a whole number from {allowed[0]} to {allowed[1]}"
    return None


def _notes(question: Question) -> dict[str, str]:
    notes = {}
    for name in ("caller", "callee"):
        text = getattr(question, name).strip()
        number = e164_or_none(text)
        if number is not None and number.exceeds_e164:
            notes[name] = "more than the 15 digits of E.164"
        elif name == "callee" and lacks_plus(text):
            meant = with_plus(text)
            notes[name] = f"no plus: meets nothing{f'; {meant}?' if meant else ''}"
    return notes


def _behaviour_at_fault(case: Case, registrations: Registrations) -> str:
    """Return the field of the TAS that cannot do what it is said to do."""
    usual = replace(case.scenario, fallback_tas=TasBehaviour.USUAL)
    if usual.tas is not TasBehaviour.FORWARDS:
        usual = replace(usual, forwards_to=None)
    try:
        route(case.call, registrations, usual, case.policy)
    except ScenarioError:
        return "tas"
    return "fallback_tas"
