"""What is known of each capture in `tests/trace/data`, worked out by hand from `tshark` and the data's README."""

from typing import NamedTuple

from tests.trace.blackbox.command import DATA, registration
from tests.trace.traffic.pcap import Packet, read_pcap

CALLER = "+4711111111"
CALLEE = "+4722222222"


class Leg(NamedTuple):
    """One leg as it must be reported."""

    source: str
    target: str
    called: str
    status: int | None
    frames: frozenset[int]


class Known(NamedTuple):
    """What is known of one capture."""

    verdict: str
    turns: int
    outcome: tuple[str, str | None, int]
    legs: tuple[Leg, ...]
    registered: tuple[str, str, str, str]
    """Number, route type, MO prefix, MT prefix."""
    accepted_before: float = 600.0
    """Seconds before the first packet."""
    numbers: tuple[str, str] = (CALLER, CALLEE)


def _leg(way: str, prefix: str, status: int | None, frames: str) -> Leg:
    source, target = way.split(">")
    called = f"+{prefix}{CALLEE.removeprefix('+')}"
    return Leg(source, target, called, status, frozenset(map(int, frames.split())))


_LOOP = (CALLER, "LOOP", "00", "11")
_FALLBACK = (CALLEE, "FALLBACK", "11", "00")
_TALK = ("answered", "callee", 200)


def _round(one: str, two: str, three: str, four: str) -> tuple[Leg, ...]:
    """Return the four legs of a LOOP whose TAS brings the call back and whose callee answers."""
    return (
        _leg("caller>core", "", 200, one),
        _leg("core>tas", "00", 200, two),
        _leg("tas>core", "", 200, three),
        _leg("core>callee", "", 200, four),
    )


KNOWN = {
    "loop": Known(
        "intended-loop",
        1,
        _TALK,
        _round("1 2 13 15 16 20 27", "3 4 12 14 17 21 26", "5 6 9 11 18 22 25", "7 8 10 19 23 24"),
        _LOOP,
    ),
    "loop_topoh": Known(
        "intended-loop",
        1,
        _TALK,
        _round("1 2 11 15 16 20 27", "3 4 10 14 17 21 26", "5 6 9 13 18 22 25", "7 8 12 19 23 24"),
        _LOOP,
    ),
    "loop_sippy_b2bua": Known(
        "intended-loop",
        1,
        _TALK,
        _round("1 2 13 15 16 20 23", "3 4 12 14 17 21 22", "5 6 9 11 18 24 27", "7 8 10 19 25 26"),
        _LOOP,
    ),
    "loop_mt": Known(
        "intended-loop",
        1,
        _TALK,
        _round("1 2 11 15 16 20 27", "3 4 10 14 17 21 26", "5 6 9 13 18 22 25", "7 8 12 19 23 24"),
        (CALLEE, "LOOP_MT", "11", "00"),
    ),
    "loop_tas_rejects": Known(
        "tas-rejected",
        1,
        ("rejected", None, 603),
        (_leg("caller>core", "", 603, "1 2 6 7"), _leg("core>tas", "00", 603, "3 4 5")),
        _LOOP,
    ),
    "loop_sid_dropped": Known(
        "session-id-lost",
        35,
        ("looped", None, 483),
        (
            _leg("caller>core", "", 483, "1 2 282 283"),
            _leg("core>tas", "00", 483, "3 4 279 280"),
            _leg("tas>core", "", 483, "5 6 278 281"),
        ),
        _LOOP,
    ),
    "fork_bob_answers": Known(
        "as-predicted",
        1,
        _TALK,
        (
            _leg("caller>core", "", 200, "1 2 6 9 11 12 17 20"),
            _leg("core>callee", "", 200, "3 5 10 13 18 19"),
            _leg("core>tas", "00", 487, "4 7 8 14 15 16"),
        ),
        (CALLER, "FORK", "00", "11"),
    ),
    "fallback_busy": Known(
        "fallback-taken",
        1,
        ("answered", "tas", 200),
        (
            _leg("caller>core", "", 200, "1 2 9 11 12 14 17"),
            _leg("core>callee", "", 486, "3 4 5"),
            _leg("core>tas", "00", 200, "6 7 8 10 13 15 16"),
        ),
        _FALLBACK,
    ),
    "fallback_noanswer": Known(
        "fallback-taken",
        1,
        ("answered", "tas", 200),
        (
            _leg("caller>core", "", 200, "1 2 5 13 15 16 18 21"),
            _leg("core>callee", "", 487, "3 4 7 8 9 10"),
            _leg("core>tas", "00", 200, "6 11 12 14 17 19 20"),
        ),
        _FALLBACK,
    ),
    "expired": Known(
        "registration-expired",
        0,
        _TALK,
        (
            _leg("caller>core", "", 200, "1 2 5 7 8 10 13"),
            _leg("core>callee", "", 200, "3 4 6 9 11 12"),
        ),
        _LOOP,
        accepted_before=3601.0,
    ),
    "tls_untrusted": Known(
        "tas-unreachable",
        1,
        ("failed", None, 408),
        (_leg("caller>core", "", 408, "1 2 4 5"), _leg("core>tas", "00", None, "3")),
        _LOOP,
    ),
}


def packets_of(name: str) -> list[Packet]:
    return read_pcap(DATA / f"{name}.pcap")


def registered(name: str, number: str | None = None, host: str = "tas.lab.test", later: float = 0.0) -> str:
    """Return the registration in force in a capture, as TOML.

    Args:
        name: The capture.
        number: The number it has got, if it was rewritten.
        host: The host of the TAS, likewise.
        later: Seconds by which the capture was moved.
    """
    known = KNOWN[name]
    own, route_type, mo, mt = known.registered
    accepted_at = packets_of(name)[0].at / 1e6 - known.accepted_before + later
    return registration(number or own, route_type, mo=mo, mt=mt, host=host, accepted_at=accepted_at)
