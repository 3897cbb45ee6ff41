"""The moments of a run of refreshes, five bytes each and exact.

A run stores by how much each moment follows the one before, in ticks of 2**-22 s: the resolution of
Unix time in a double from 2004 to 2038. Seven bits a byte, so that SQL can append with `char()`.
A moment that is no whole number of ticks is not put into a run.
"""

from collections.abc import Sequence
from itertools import accumulate

TICKS = 4194304.0
"""Ticks a second."""

LONGEST = 8192.0
"""Seconds that five bytes can hold, exclusive."""

RUN_CAP = 336
"""The most refreshes of one run: a week at one each half hour."""

BYTES = 5
"""Bytes a moment, the first apart."""


def fits(before: float, moment: float) -> bool:
    """Return whether a moment can follow another one in a run without losing a bit."""
    return 0 <= moment - before < LONGEST and (before * TICKS).is_integer() and (moment * TICKS).is_integer()


def encode(moments: Sequence[float]) -> bytes | None:
    """Return the bytes of every moment after the first, None where there is one only; each must fit."""
    out = bytearray()
    for i in range(1, len(moments)):
        ticks = int((moments[i] - moments[i - 1]) * TICKS)
        out += bytes((ticks >> shift) & 127 for shift in (28, 21, 14, 7, 0))
    return bytes(out) or None


def decode(first: float, offsets: bytes | None) -> list[float]:
    """Return every moment of a run, Unix time in seconds."""
    if not offsets:
        return [first]
    columns = zip(*(offsets[i::BYTES] for i in range(BYTES)), strict=True)
    ticks = accumulate((a << 28 | b << 21 | c << 14 | d << 7 | e for a, b, c, d, e in columns), initial=0)
    return [first + passed / TICKS for passed in ticks]


def latest(first: float, offsets: bytes | None, last: float, at: float) -> float | None:
    """Return a run's latest moment that is not after `at`, without decoding all; None where none is."""
    if at < first:
        return None
    if at >= last or not offsets:
        return last if at >= last else first
    # Refreshes come at nearly equal distances: guess, then walk the few that remain.
    index = int((at - first) / (last - first) * (len(offsets) // BYTES))
    passed = _ticks_before(offsets, index)
    while index and first + passed / TICKS > at:
        index -= 1
        passed -= _ticks(offsets, index)
    while first + (passed + _ticks(offsets, index)) / TICKS <= at:
        passed += _ticks(offsets, index)
        index += 1
    return first + passed / TICKS


def _ticks(offsets: bytes, index: int) -> int:
    a, b, c, d, e = offsets[index * BYTES : index * BYTES + BYTES]
    return a << 28 | b << 21 | c << 14 | d << 7 | e


def _ticks_before(offsets: bytes, count: int) -> int:
    """Return the sum of the first `count` distances; `sum` of bytes runs in C."""
    end = count * BYTES
    return sum(sum(offsets[i:end:BYTES]) << shift for i, shift in enumerate((28, 21, 14, 7, 0)))
