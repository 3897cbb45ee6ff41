"""Made-up numbers, addresses and names: the same for the same, another for another."""

from collections import defaultdict
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_network
from itertools import chain, count

_TAIL = 7
"""Digits by which a number is known again behind a prefix, or without its country code."""
_SHOWN_DIGITS = 4
"""How many digits before a known number are shown although nobody said that they are a prefix."""
_COUNTRY = 2
"""How many X stand for a country code, however many digits it has."""


class Numbers:
    """Pseudonyms of phone numbers, such as `+XX…001`; a prefix before a number stays, as in `+00XX…001`."""

    def __init__(self) -> None:
        """Know no number yet."""
        self._prefixes: list[str] = ["0"]
        self._of: dict[str, str] = {}
        self._whole: dict[str, list[tuple[str, str]]] = defaultdict(list)
        """Numbers that have a pseudonym of their own, and its last part, by their last digits."""
        self._count = count(1)

    def expect(self, prefix: str) -> None:
        """Take note of a prefix that may stand before numbers, and is no secret."""
        if prefix not in self._prefixes:
            self._prefixes.append(prefix)
            self._prefixes.sort(key=len, reverse=True)

    def knows(self, digits: str) -> bool:
        """Return whether these digits have been met as a number."""
        return digits in self._of

    def of(self, digits: str) -> str:
        """Return what stands for a number without its plus; digits that are a prefix, or zeros alone, stay."""
        known = self._of.get(digits)
        if known is None:
            known = self._of[digits] = self._made(digits)
        return known

    def _made(self, digits: str) -> str:
        if not self._without_prefixes(digits):
            return digits
        number = digits.lstrip("0")
        zeros = digits[: len(digits) - len(number)]
        related = self._whole[number[-_TAIL:]]
        for whole, end in sorted(related, key=lambda known: known[0] != number):
            before = number.removesuffix(whole)
            if before != number and self._may_show(before):
                return f"{zeros}{before}{'X' * _COUNTRY}…{end}"
            missing = len(whole) - len(number)
            if 0 < missing <= _COUNTRY and whole.endswith(number):
                return f"{zeros}{'X' * (_COUNTRY - missing)}…{end}"
        end = f"{next(self._count):03}"
        if len(number) >= _TAIL:
            related.append((number, end))
        return f"{zeros}{'X' * _COUNTRY}…{end}"

    def _may_show(self, before: str) -> bool:
        return len(self._without_prefixes(before)) <= _SHOWN_DIGITS

    def _without_prefixes(self, digits: str) -> str:
        while prefix := next((text for text in self._prefixes if digits.startswith(text)), ""):
            digits = digits[len(prefix) :]
        return digits


class Addresses:
    """Addresses that documents use (RFC 5737, RFC 3849, and RFC 2544 where those are used up)."""

    def __init__(self) -> None:
        """Know no address yet."""
        self._of: dict[IPv4Address | IPv6Address, str] = {}
        self._real: set[str] = set()
        nets = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "240.0.0.0/4")
        self._four: Iterator[object] = chain.from_iterable(ip_network(net).hosts() for net in nets)
        self._six: Iterator[object] = iter(ip_network("2001:db8::/32").hosts())

    def expect(self, address: IPv4Address | IPv6Address) -> None:
        """Take note of a real address: it will not stand for another one."""
        self._real.add(str(address))

    def of(self, address: IPv4Address | IPv6Address) -> str:
        """Return what stands for an address."""
        known = self._of.get(address)
        if known is None:
            made = self._four if address.version == 4 else self._six
            known = self._of[address] = next(text for text in map(str, made) if text not in self._real)
        return known


class Names:
    """Names counted in the order in which they come, such as `host-1.example`."""

    def __init__(self, form: str) -> None:
        """Take the form, with `{}` for the count."""
        self._form = form
        self._of: dict[str, str] = {}
        self._real: set[str] = set()
        self._count = count(1)

    def expect(self, name: str) -> None:
        """Take note of a real name: it will not stand for another one."""
        self._real.add(name)

    def knows(self, name: str) -> bool:
        """Return whether the name was expected, or has another one already."""
        return name in self._real or name in self._of

    def of(self, name: str) -> str:
        """Return what stands for a name."""
        known = self._of.get(name)
        if known is None:
            made = map(self._form.format, self._count)
            known = self._of[name] = next(text for text in made if text not in self._real)
        return known
