"""A virtual SIP registration and the life the core gives it (V1 to V6).

Source: the API's message Registration; TTL and activity V2, prefixes V6.
"""

import re
from dataclasses import dataclass
from enum import Enum

from sipbreakout_model.errors import InvalidRegistration
from sipbreakout_model.numbers import E164
from sipbreakout_model.tas_uri import TasUri

DEFAULT_TTL = 3600.0
"""Seconds that the core keeps a registration after the last accepted upsert (V2)."""

MAX_PREFIX_DIGITS = 16
"""The most digits of a prefix (V6, assumed)."""

_PREFIX = re.compile(rf"[0-9]{{0,{MAX_PREFIX_DIGITS}}}")


class RouteType(Enum):
    """What the core does with calls that meet a registration (domain table of R2)."""

    LOOP = "LOOP"
    """Through the TAS first, outgoing and incoming calls."""
    LOOP_MO = "LOOP_MO"
    """Through the TAS first, outgoing calls only."""
    LOOP_MT = "LOOP_MT"
    """Through the TAS first, incoming calls only."""
    FORK = "FORK"
    """The TAS is rung at the same time as the callee."""
    FALLBACK = "FALLBACK"
    """The TAS is rung only if the callee does not answer; incoming calls only."""
    INGRESS = "INGRESS"
    """The TAS may place calls to the number; other calls are untouched."""

    applies_mo: bool
    """Whether it acts on calls that the registered number places."""
    applies_mt: bool
    """Whether it acts on calls to the registered number."""
    loops: bool
    """Whether the core sends the call through the TAS first (R4)."""

    @classmethod
    def parse(cls, text: str) -> "RouteType":
        """Return the type named by `LOOP_MO`, `loop-mo` or the API's `ROUTE_TYPE_LOOP_MO`.

        Raises:
            InvalidRegistration: No such type.
        """
        name = str(text).strip().upper().replace("-", "_").removeprefix("ROUTE_TYPE_")
        try:
            return cls[name]
        except KeyError:
            known = ", ".join(kind.name for kind in cls)
            raise InvalidRegistration(f"{text!r} is not a route type: expected one of {known}") from None

    def __str__(self) -> str:
        """Return the name that the API uses, without its prefix."""
        return self.name


# Plain attributes instead of properties: routing asks for them in its hot path.
for _kind in RouteType:
    _kind.applies_mo = _kind.name in ("LOOP", "LOOP_MO", "FORK")
    _kind.applies_mt = _kind.name in ("LOOP", "LOOP_MT", "FORK", "FALLBACK")
    _kind.loops = _kind.name in ("LOOP", "LOOP_MO", "LOOP_MT")


@dataclass(frozen=True, slots=True)
class Registration:
    """One number's order to the core; a number has at most one (V1).

    Raises:
        InvalidRegistration: A value of another kind, or a prefix that is not 0 to 16 digits.
    """

    number: E164
    """The registered number."""
    sip_uri: TasUri
    """Where the TAS is."""
    route_type: RouteType
    """What the core does with calls."""
    mobile_originating_prefix: str = ""
    """Digits put after the plus when the caller's side brings the TAS in (R7)."""
    mobile_terminating_prefix: str = ""
    """Digits put after the plus when the callee's side brings the TAS in (R7)."""

    def __post_init__(self) -> None:
        """Refuse what no registration can hold."""
        for value, kind in ((self.number, E164), (self.sip_uri, TasUri), (self.route_type, RouteType)):
            if not isinstance(value, kind):
                raise InvalidRegistration(f"{value!r} is not of type {kind.__name__}: use Registration.parse for text")
        check_prefix(self.mobile_originating_prefix, "mobile_originating_prefix")
        check_prefix(self.mobile_terminating_prefix, "mobile_terminating_prefix")

    @classmethod
    def parse(
        cls,
        number: str,
        sip_uri: str,
        route_type: str,
        mobile_originating_prefix: str = "",
        mobile_terminating_prefix: str = "",
    ) -> "Registration":
        """Return the registration that the texts describe.

        Raises:
            InvalidValue: The first text that is wrong, with what is expected.
        """
        return cls(
            E164(number),
            TasUri.parse(sip_uri),
            RouteType.parse(route_type),
            mobile_originating_prefix,
            mobile_terminating_prefix,
        )

    def __str__(self) -> str:
        """Return one line for people: number, type, TAS, prefixes."""
        prefixes = f"MO {self.mobile_originating_prefix or '–'}, MT {self.mobile_terminating_prefix or '–'}"
        return f"{self.number} {self.route_type} {self.sip_uri} ({prefixes})"


def check_prefix(text: str, field: str) -> None:
    """Refuse a prefix that is not 0 to 16 ASCII digits (V6).

    Raises:
        InvalidRegistration: With the field's name and the value.
    """
    if not isinstance(text, str) or _PREFIX.fullmatch(text) is None:
        raise InvalidRegistration(
            f"{field} {text!r} is not a prefix: expected 0 to {MAX_PREFIX_DIGITS} digits, as text"
        )


@dataclass(frozen=True, slots=True)
class Lease:
    """A registration with the time it was accepted and how long it lives (V2)."""

    registration: Registration
    """What was accepted."""
    accepted_at: float | None
    """Unix time in seconds, or None: not given, then it counts as in force at every moment."""
    ttl: float = DEFAULT_TTL
    """Seconds it lives after `accepted_at`; without meaning where that is None."""

    @property
    def expires_at(self) -> float | None:
        """Unix time in seconds at which it ends; None where the time was not given."""
        return None if self.accepted_at is None else self.accepted_at + self.ttl

    def active_at(self, at: float) -> bool:
        """Return whether it is in force: `accepted_at <= at < accepted_at + ttl` (V2)."""
        accepted_at = self.accepted_at
        return accepted_at is None or accepted_at <= at < accepted_at + self.ttl

    def remaining(self, at: float) -> float | None:
        """Return seconds left at a moment, negative once expired; None where the time was not given."""
        return None if self.accepted_at is None else self.accepted_at + self.ttl - at
