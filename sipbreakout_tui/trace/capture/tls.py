"""TLS as far as it can be seen without keys: records, and whether the handshake came to its end."""

import struct

_CHANGE_CIPHER, ALERT, HANDSHAKE, APPLICATION = 20, 21, 22, 23
_CLIENT_HELLO, _SERVER_HELLO = 1, 2
_ALPN, _SUPPORTED_VERSIONS = 16, 43
_TLS_1_3 = b"\x03\x04"
_MOST_RECORD = 16_384 + 2048
_SMALL = 64
_CLOSE_NOTIFY, _UNRECOGNIZED_NAME = 0, 112
_FATAL = 2

_ALERTS = {
    0: "close notify",
    10: "unexpected message",
    20: "bad record MAC",
    21: "decryption failed",
    22: "record overflow",
    30: "decompression failure",
    40: "handshake failure",
    41: "no certificate",
    42: "bad certificate",
    43: "unsupported certificate",
    44: "certificate revoked",
    45: "certificate expired",
    46: "certificate unknown",
    47: "illegal parameter",
    48: "unknown CA",
    49: "access denied",
    50: "decode error",
    51: "decrypt error",
    60: "export restriction",
    70: "protocol version",
    71: "insufficient security",
    80: "internal error",
    86: "inappropriate fallback",
    90: "user canceled",
    100: "no renegotiation",
    109: "missing extension",
    110: "unsupported extension",
    111: "certificate unobtainable",
    112: "unrecognized name",
    113: "bad certificate status response",
    114: "bad certificate hash value",
    115: "unknown PSK identity",
    116: "certificate required",
    120: "no application protocol",
}


def begins_like_tls(data: bytes) -> bool:
    """Return whether a TLS record starts here."""
    return (
        len(data) >= 5
        and _CHANGE_CIPHER <= data[0] <= APPLICATION
        and data[1] == 3
        and data[2] <= 4
        and 0 < data[3] << 8 | data[4] <= _MOST_RECORD
    )


class _Records:
    """The records of one direction; of long ones only a handshake's beginning is kept."""

    __slots__ = ("_body", "_head", "_left", "kind")

    def __init__(self) -> None:
        self._head = b""
        self._body = b""
        self._left = 0
        self.kind = 0

    def feed(self, piece: bytes) -> list[tuple[int, int, bytes]]:
        """Return type, length and body of each record that is whole now.

        Raises:
            ValueError: These are no TLS records.
        """
        found: list[tuple[int, int, bytes]] = []
        position = 0
        while position < len(piece):
            if not self._left:
                missing = 5 - len(self._head)
                self._head += piece[position : position + missing]
                position += missing
                if len(self._head) < 5:
                    break
                if not begins_like_tls(self._head):
                    raise ValueError("no TLS record")
                self.kind = self._head[0]
                self._left = self._head[3] << 8 | self._head[4]
                self._body = b""
            part = piece[position : position + self._left]
            position += len(part)
            self._left -= len(part)
            if self.kind in {HANDSHAKE, ALERT}:
                self._body += part
            if not self._left:
                found.append((self.kind, self._head[3] << 8 | self._head[4], self._body))
                self._head = self._body = b""
        return found


class Handshake:
    """Watches both directions of a connection, told apart by 0 and 1, until its handshake is done or fails."""

    __slots__ = (
        "_application", "_ciphered", "_client_small", "_records", "_server_hello", "_server_last", "_tls_1_3",
        "alert", "client", "settled", "speaks_sip",
    )  # fmt: skip

    def __init__(self) -> None:
        self._records = (_Records(), _Records())
        self._ciphered = [False, False]
        self._application = [0, 0]
        self._client_small = True
        self._server_hello = False
        self._server_last = False
        self._tls_1_3 = False
        self.client: int | None = None
        """The side that sent the ClientHello."""
        self.speaks_sip = False
        """The ClientHello asks for SIP (ALPN, RFC 7301)."""
        self.settled = False
        """Nothing more can be learned: the handshake is done, or its beginning is not in the capture."""
        self.alert = ""
        """The name of the alert that ended it; empty: none was seen."""

    def feed(self, side: int, piece: bytes) -> bool:
        """Take what a side sends next; return whether application data were in it."""
        records = self._records[side]
        try:
            found = records.feed(piece)
        except ValueError:
            self.settled = True
            return False
        application = records.kind == APPLICATION
        for kind, length, body in found:
            application |= kind == APPLICATION
            self._take(side, kind, length, body)
        return application

    @property
    def broke_off(self) -> bool:
        """Whether a close now means that the handshake failed, though no alert can be read.

        In TLS 1.3 the alert of a client is encrypted: it is then the one small record that the client sends
        after the server's flight. A handshake that was done leaves more.
        """
        if self.settled or self.alert or self.client is None:
            return False
        return not self._tls_1_3 or self._application[1 - self.client] > 0

    @property
    def has_answer(self) -> bool:
        """Whether a ServerHello was seen."""
        return self._server_hello

    def _take(self, side: int, kind: int, length: int, body: bytes) -> None:
        if kind == HANDSHAKE and not self._ciphered[side]:
            self._hello(side, body)
        elif kind == _CHANGE_CIPHER:
            self._ciphered[side] = True
        elif kind == ALERT and length == 2:  # an encrypted alert is longer
            self._alert(body[0], body[1])
        elif kind == APPLICATION:
            self._application[side] += 1
        if self.client is None:
            self.settled |= kind == APPLICATION
            return
        if side == self.client:
            self._server_last = False
            self._client_small &= kind != APPLICATION or length <= _SMALL
        else:
            self._server_last = True
        sent = self._application[self.client]
        if self._tls_1_3:
            self.settled |= sent > 1 or not self._client_small or (sent == 1 and self._server_last)
        else:
            self.settled |= all(self._ciphered) or all(self._application)

    def _alert(self, level: int, code: int) -> None:
        passing = level != _FATAL and (code == _UNRECOGNIZED_NAME or all(self._application))
        if code != _CLOSE_NOTIFY and not passing and not self.alert:
            self.alert = _ALERTS.get(code, f"alert {code}")

    def _hello(self, side: int, body: bytes) -> None:
        if body[:1] == bytes([_CLIENT_HELLO]):
            self.client = side
            offered = _extensions(body, client=True).get(_ALPN, b"")
            self.speaks_sip = any(name.startswith(b"sip") for name in _names(offered[2:]))
        elif body[:1] == bytes([_SERVER_HELLO]):
            self._server_hello = True
            self._tls_1_3 = _extensions(body, client=False).get(_SUPPORTED_VERSIONS) == _TLS_1_3


def _extensions(hello: bytes, *, client: bool) -> dict[int, bytes]:
    """Return the extensions of a ClientHello or ServerHello, as far as they are whole."""
    found: dict[int, bytes] = {}
    try:
        at = 38
        at += 1 + hello[at]
        if client:
            at += 2 + int.from_bytes(hello[at : at + 2], "big")
            at += 1 + hello[at]
        else:
            at += 3
        at += 2
        while at + 4 <= len(hello):
            code, length = struct.unpack_from("!HH", hello, at)
            found[code] = hello[at + 4 : at + 4 + length]
            at += 4 + length
    except IndexError:
        pass
    return found


def _names(packed: bytes) -> list[bytes]:
    names = []
    while packed:
        names.append(packed[1 : 1 + packed[0]])
        packed = packed[1 + packed[0] :]
    return names
