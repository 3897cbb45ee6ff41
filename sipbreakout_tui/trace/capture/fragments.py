"""IP datagrams put together from their fragments (RFC 791, RFC 8200)."""

from collections import Counter

from sipbreakout_tui.trace.capture.ip import Piece

WITHOUT_REST = "IP fragment without the rest"

_MOST_PENDING = 2048
_MOST_BYTES = 32 << 20
_MOST_PIECES = 256
_LONGEST = 65_535
_KEPT_SECONDS = 30


class _Pending:
    """A datagram of which some fragments are there."""

    __slots__ = ("length", "packets", "pieces", "protocol", "since", "size")

    def __init__(self, since: float) -> None:
        self.since = since
        self.pieces: dict[int, bytes] = {}
        self.size = 0
        self.packets = 0
        self.length = -1
        self.protocol = -1

    def whole(self) -> bytes | None:
        if self.length < 0 or self.size < self.length:
            return None
        data = bytearray()
        for offset, piece in sorted(self.pieces.items()):
            if offset > len(data):
                return None
            data += piece[len(data) - offset :]
        return bytes(data[: self.length]) if len(data) >= self.length else None


class Fragments:
    """Holds fragments until their datagram is whole; of too many, the oldest go."""

    def __init__(self, unread: Counter[str]) -> None:
        self._unread = unread
        self._pending: dict[bytes, _Pending] = {}
        self._size = 0

    def add(self, piece: Piece, protocol: int, body: bytes, at: float) -> tuple[int, bytes] | None:
        """Return the protocol and the whole of the datagram that this fragment completes.

        Args:
            piece: Which fragment of which datagram.
            protocol: What the fragment's header says; that of the first fragment holds.
            body: What the fragment carries.
            at: When it came, Unix time in seconds.
        """
        pending = self._pending.get(piece.key)
        if pending is not None and abs(at - pending.since) > _KEPT_SECONDS:
            self._drop(piece.key)  # the number is used again for another datagram
            pending = None
        if pending is None:
            pending = self._pending[piece.key] = _Pending(at)
        pending.packets += 1
        if piece.offset + len(body) > _LONGEST or len(pending.pieces) >= _MOST_PIECES:
            self._drop(piece.key)
            return None
        if piece.offset not in pending.pieces:
            pending.pieces[piece.offset] = body
            pending.size += len(body)
            self._size += len(body)
        if piece.offset == 0:
            pending.protocol = protocol
        if not piece.more and pending.length < 0:
            pending.length = piece.offset + len(body)
        data = pending.whole()
        if data is not None:
            del self._pending[piece.key]
            self._size -= pending.size
            return pending.protocol, data
        while len(self._pending) > _MOST_PENDING or self._size > _MOST_BYTES:
            self._drop(next(iter(self._pending)))
        return None

    def finish(self) -> None:
        """Give up what is not whole."""
        for key in list(self._pending):
            self._drop(key)

    def _drop(self, key: bytes) -> None:
        pending = self._pending.pop(key)
        self._size -= pending.size
        self._unread[WITHOUT_REST] += pending.packets
