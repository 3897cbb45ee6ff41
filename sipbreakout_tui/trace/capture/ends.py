"""Endpoints from the bytes of a packet, one object for equal ends."""

import socket

from sipbreakout_tui.trace.capture.heard import Endpoint

_MOST_PAIRS = 65_536


class Ends:
    """Gives the endpoint of an address and port in network order."""

    def __init__(self) -> None:
        self._known: dict[bytes, Endpoint] = {}

    def end(self, raw: bytes) -> Endpoint:
        """Return the endpoint of 4 or 16 bytes of address followed by 2 bytes of port."""
        found = self._known.get(raw)
        if found is None:
            family = socket.AF_INET if len(raw) == 6 else socket.AF_INET6
            found = Endpoint(socket.inet_ntop(family, raw[:-2]), int.from_bytes(raw[-2:], "big"))
            self._known[raw] = found
        return found


class EndPairs(dict[bytes, tuple[Endpoint, Endpoint]]):
    """Source and target by the 12 bytes that hold both IPv4 addresses and both ports of a UDP packet."""

    def __init__(self, ends: Ends) -> None:
        super().__init__()
        self._ends = ends

    def __missing__(self, raw: bytes) -> tuple[Endpoint, Endpoint]:
        """Make and keep the pair."""
        if len(self) >= _MOST_PAIRS:
            self.clear()
        pair = self._ends.end(raw[:4] + raw[8:10]), self._ends.end(raw[4:8] + raw[10:])
        self[raw] = pair
        return pair
