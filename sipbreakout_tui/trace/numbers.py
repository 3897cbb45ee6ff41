"""Numbers as SIP writes them, compared."""

from functools import lru_cache

from sipbreakout_model import E164
from sipbreakout_model.numbers import e164_or_none


@lru_cache(maxsize=65536)
def plain(number: str) -> str:
    """Return the digits without plus or the international dialling code `00`: equal for one number's forms."""
    if number.startswith("+"):
        return number[1:]
    return number[2:] if number.startswith("00") else number


def same(one: str | None, other: str | None) -> bool:
    """Return whether both are there and name the same number, `00` read as a plus."""
    return one is not None and other is not None and (one == other or plain(one) == plain(other))


def without_country(short: str, long: str) -> bool:
    """Return whether the first is the second without its country code, as a dialling plan writes it."""
    digits = plain(short).lstrip("0")
    return not short.startswith("+") and len(digits) >= 7 and plain(long).endswith(digits)


@lru_cache(maxsize=65536)
def international(number: str) -> str:
    """Return the number with its plus where it is E.164 written with `00` or without plus; else as it is."""
    if number.startswith("+"):
        return number
    digits = plain(number)
    if (number.startswith("00") or len(digits) > 9) and e164_or_none(f"+{digits}"):
        return f"+{digits}"
    return number


@lru_cache(maxsize=65536)
def parsed(number: str) -> E164 | str:
    """Return the number as the model takes it: E.164, or the text of a short number."""
    return e164_or_none(international(number)) or number


def stripped(number: str, prefixes: tuple[str, ...]) -> tuple[str, int]:
    """Return a number without the prefixes after its plus, and how many stood there.

    They are taken off as long as one stands there and what remains can be a number.
    """
    digits = number.removeprefix("+")
    count = 0
    while True:
        prefix = next((text for text in prefixes if text and digits.startswith(text) and len(digits) > len(text)), None)
        if prefix is None:
            break
        digits = digits[len(prefix) :]
        count += 1
    return (f"+{digits}" if number.startswith("+") else digits, count) if count else (number, 0)


def strippings(number: str, prefixes: tuple[str, ...]) -> list[str]:
    """Return the number, then without one prefix, two, and so on: a country code may look like one more prefix."""
    found = [number]
    while True:
        one = next((text for text in prefixes if text and stripped(found[-1], (text,))[1]), None)
        if one is None:
            return found
        digits = found[-1].removeprefix("+")[len(one) :]
        found.append(f"+{digits}" if number.startswith("+") else digits)


def asked_for(called: str, prefixes: tuple[str, ...], near: str | None) -> str:
    """Return the number that a leg to the TAS was made for.

    Args:
        called: The number in its INVITE.
        prefixes: The prefixes that may stand before it.
        near: The number that the leg before or after it asks for; it decides how many prefixes come off.
    """
    ways = strippings(called, prefixes)
    told = next((way for way in ways[1:] if same(way, near)), None)
    if told is not None:
        return told
    # Zeros begin no country code: all of them come off. Of other digits, what was put on once.
    zeros = next((way for way in ways if not way.removeprefix("+").startswith("0")), called)
    return zeros if zeros != called else ways[min(1, len(ways) - 1)]


def added(called: str, asked: str) -> str | None:
    """Return the digits that stand before `asked`'s in `called`; None unless that is what differs."""
    long, short = plain_digits(called), plain_digits(asked)
    return long[: -len(short)] if short and len(long) > len(short) and long.endswith(short) else None


def plain_digits(number: str) -> str:
    """Return the number without its plus."""
    return number.removeprefix("+")
