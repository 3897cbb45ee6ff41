"""A call, what its parties do, and the knobs for what nobody published."""

import math
import re
from dataclasses import dataclass
from enum import Enum

from sipbreakout_model.errors import InvalidCall, ScenarioError
from sipbreakout_model.numbers import E164, e164_or_none
from sipbreakout_model.tas_uri import TasUri

_DIALLED = re.compile(r"[0-9*#]{1,32}")
_WITHHELD = ("", "anonymous", "withheld", "unknown", "restricted")


@dataclass(frozen=True, slots=True)
class Call:
    """One call as leg 1's INVITE shows it.

    Raises:
        InvalidCall: A called number that nobody can dial, or a time that is no finite number.
    """

    caller: E164 | None
    """The caller on their own access; None if withheld, not E.164, or merely named by another network (R2)."""
    callee: E164 | str
    """The number called; a short or emergency number such as 112 is a str (R16)."""
    at: float
    """Unix time in seconds of leg 1's INVITE."""
    placed_by: TasUri | None = None
    """The TAS that places the call (R13), or None for a subscriber's call."""

    def __post_init__(self) -> None:
        """Refuse calls that nobody can place."""
        if self.caller is not None and not isinstance(self.caller, E164):
            raise InvalidCall(f"caller {self.caller!r} is not an E164: use Call.parse for text")
        if isinstance(self.callee, str):
            object.__setattr__(self, "callee", _called(self.callee))
        elif not isinstance(self.callee, E164):
            raise InvalidCall(f"callee {self.callee!r} is neither an E164 nor a short number as text")
        if not isinstance(self.at, (int, float)) or not math.isfinite(self.at):
            raise InvalidCall(f"{self.at!r} is not a time: expected Unix time in seconds")

    @classmethod
    def parse(cls, caller: str | None, callee: str, at: float, placed_by: str | None = None) -> "Call":
        """Return the call that the texts describe.

        A caller that is missing, withheld (`anonymous`) or of digits only is None: it meets no MO
        registration.

        Raises:
            InvalidCall: A caller or called number of no known form.
            InvalidTasUri: `placed_by` is not a `sips:` URI.
        """
        text = "" if caller is None else caller
        number = e164_or_none(text)
        if number is None and text.lower() not in _WITHHELD and not _DIALLED.fullmatch(text):
            raise InvalidCall(
                f"caller {text!r} is neither an E.164 number such as +4711111111, nor a short number, nor 'anonymous'"
            )
        return cls(number, callee, at, None if placed_by is None else TasUri.parse(placed_by))


def _called(text: str) -> E164 | str:
    number = e164_or_none(text)
    if number is None and not _DIALLED.fullmatch(text):
        raise InvalidCall(
            f"callee {text!r} cannot be called: expected an E.164 number such as +4722222222, "
            "or a short number of digits, * and #"
        )
    return number or text


class CalleeBehaviour(Enum):
    """What whoever the core rings in the callee's place does."""

    ANSWERS = "answers"
    BUSY = "busy"
    """486."""
    SILENT = "silent"
    """Rings and is never answered: 408."""
    UNREACHABLE = "unreachable"
    """480."""
    DECLINES = "declines"
    """603."""

    def __str__(self) -> str:
        """Return the word."""
        return self.value


class TasBehaviour(Enum):
    """What the TAS does with the leg it is rung on; not every route type knows every one."""

    USUAL = "usual"
    """LOOP: returns the call. FORK: rings and lets the callee answer. FALLBACK: answers."""
    RETURNS = "returns"
    """Brings the call back to the core with its Session-ID."""
    ANSWERS = "answers"
    ANSWERS_THEN_RETURNS = "answers_then_returns"
    """Answers (announcement, menu, queue) and then brings the call back."""
    REJECTS = "rejects"
    REDIRECTS = "redirects"
    """302."""
    SILENT = "silent"
    UNREACHABLE = "unreachable"
    """No DNS answer, no TLS, or a certificate not valid for the host."""
    RETURNS_WITHOUT_SESSION_ID = "returns_without_session_id"
    RETURNS_WITH_PREFIX = "returns_with_prefix"
    """Brings the call back with the prefix still on the number."""
    FORWARDS = "forwards"
    """Brings the call back towards another number, `Scenario.forwards_to`."""

    def __str__(self) -> str:
        """Return the word."""
        return self.value


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the parties do.

    Raises:
        ScenarioError: Hops or Max-Forwards out of range. Whether the behaviours fit the call is
            checked by `route`, which knows whose TAS is rung.
    """

    callee: CalleeBehaviour = CalleeBehaviour.ANSWERS
    """Whoever the core rings in the callee's place, also after a return or a forward."""
    tas: TasBehaviour = TasBehaviour.USUAL
    """The first TAS that is rung."""
    fallback_tas: TasBehaviour = TasBehaviour.USUAL
    """The TAS of a FALLBACK met after a LOOP brought the call back (R6b)."""
    forwards_to: E164 | None = None
    """Where FORWARDS sends the call."""
    resets_max_forwards: bool = False
    """Whether the TAS sets Max-Forwards anew, which takes a loop's bound away (R10)."""
    hops_per_turn: int = 2
    """By how much Max-Forwards falls in one turn of a loop."""
    max_forwards: int = 70
    """Max-Forwards of leg 1, from 1: a request with 0 is not forwarded (RFC 3261 section 16.3)."""

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        if self.hops_per_turn < 1:
            raise ScenarioError(f"hops_per_turn {self.hops_per_turn} is too small: expected 1 or more")
        if not 1 <= self.max_forwards <= 255:
            raise ScenarioError(
                f"max_forwards {self.max_forwards} is out of range: expected 1 to 255 (RFC 3261 section 20.22); "
                "with 0 the core answers leg 1 with 483, and there is no other leg"
            )


class PrefixReading(Enum):
    """How the API's prefix table is read (R7, assumed)."""

    CAUSE = "cause"
    """The prefix tells whose registration brought the TAS in."""
    PRESENCE = "presence"
    """The prefix tells whether the caller holds any active registration but INGRESS."""

    def __str__(self) -> str:
        """Return the word."""
        return self.value


class UnmatchedReturn(Enum):
    """What the core does with a call from a TAS that it cannot match (R9, assumed)."""

    NEW_CALL = "new_call"
    """Takes it for a new call; a LOOP registration loops it again."""
    REJECT = "reject"
    """Refuses it with 403."""

    def __str__(self) -> str:
        """Return the word."""
        return self.value


@dataclass(frozen=True, slots=True)
class Policy:
    """The knobs for what nobody published about the core."""

    prefix_reading: PrefixReading = PrefixReading.CAUSE
    """How the prefix is chosen (R7)."""
    unmatched_return: UnmatchedReturn = UnmatchedReturn.NEW_CALL
    """What an unmatched return meets (R9)."""
