"""ICMP errors that say that a target cannot be reached (RFC 792, RFC 4443)."""

from typing import NamedTuple

from sipbreakout_tui.trace.capture.ip import TCP, UDP, ipv4, ipv6

_CODES_4 = {
    0: "network unreachable",
    1: "host unreachable",
    2: "protocol unreachable",
    3: "port unreachable",
    5: "source route failed",
    6: "network unknown",
    7: "host unknown",
    9: "network prohibited",
    10: "host prohibited",
    13: "communication prohibited",
}
_CODES_6 = {
    0: "no route",
    1: "communication prohibited",
    2: "beyond the scope of the source address",
    3: "address unreachable",
    4: "port unreachable",
    5: "source address failed a policy",
    6: "route rejected",
}
_UNREACHABLE_4, _UNREACHABLE_6 = 3, 1
_TOO_BIG = 4
"""Of ICMP: news of a smaller path MTU, which the sender follows."""


class Unreachable(NamedTuple):
    """What an ICMP error says of the packet that it quotes."""

    source: bytes
    """The sender of the quoted packet: address and port in network order."""
    target: bytes
    why: str


def unreachable(data: bytes, start: int, stop: int, *, version: int) -> Unreachable | None:
    """Return what an ICMP message says; None: it is no such error, or quotes neither UDP nor TCP.

    Raises:
        struct.error: The quoted packet is too short.
    """
    kind, code = data[start], data[start + 1]
    if version == 4:
        if kind != _UNREACHABLE_4 or code == _TOO_BIG:
            return None
        why, quoted = _CODES_4.get(code, f"code {code}"), ipv4(data, start + 8, stop)
    else:
        if kind != _UNREACHABLE_6:
            return None
        why, quoted = _CODES_6.get(code, f"code {code}"), ipv6(data, start + 8, stop)
    if quoted is None or quoted.protocol not in {UDP, TCP} or quoted.start + 4 > stop:
        return None
    if quoted.piece is not None and quoted.piece.offset:
        return None
    at = quoted.start
    return Unreachable(quoted.source + data[at : at + 2], quoted.target + data[at + 2 : at + 4], why)
