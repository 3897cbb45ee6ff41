"""From messages to legs: INVITEs by branch and hop, and everything that belongs to them.

The order of the messages in the file decides nothing: an answer that comes before its INVITE (a shuffled
capture) waits for it.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from sipbreakout_tui.trace.capture.heard import Endpoint, Heard, Source
from sipbreakout_tui.trace.invite import NIL_UUID, local_uuid, read_invite
from sipbreakout_tui.trace.leg import SeenLeg
from sipbreakout_tui.trace.messages import Messages
from sipbreakout_tui.trace.sip import SipMessage
from sipbreakout_tui.trace.spelling import call_id_in, cseq_in, is_usual, respelled, session_id_in, tag_in

MIRROR_SECONDS = 0.1
"""The same message again within this time is a second copy of one packet; SIP retransmits after 0.5 s."""

_RETRIED = frozenset((401, 407, 422, 494))
"""Final answers that ask for the same INVITE again (RFC 3261 section 22, RFC 4028, RFC 3329)."""

_COOKIE = re.compile(rb";branch=(z9hG4bK[^;,\s]*)")
_BRANCH = re.compile(rb";branch=([^;,\s]+)")
_MAX_FORWARDS = re.compile(rb"\n(?i:max-forwards)[ \t]*:[ \t]*([0-9]{1,5})")
_LATEST = 253_402_300_000.0
"""Unix time in seconds before the year 10000: what a broken capture says beyond it is no time."""

_REPLY = b"SIP/"
_NIL = NIL_UUID.encode("ascii")

_Key = tuple[bytes, str, str]
"""Branch, client address, server address: one transaction on one hop."""


@dataclass(slots=True)
class Assembled:
    """What one pass over the captures gave."""

    messages: Messages
    legs: list[SeenLeg] = field(default_factory=list)
    """In the order in which their INVITEs were read."""
    strays: int = 0
    """Messages of a call whose INVITE is not in the capture."""
    other: Counter[str] = field(default_factory=Counter)
    """Requests outside any call by method, such as REGISTER and OPTIONS."""


class _Assembler:
    def __init__(self, messages: Messages) -> None:
        self.result = Assembled(messages)
        self._invites: dict[_Key, SeenLeg] = {}
        self._others: dict[_Key, SeenLeg | None] = {}
        """The leg of every other request; None outside any call, so that its answers do not wait for an INVITE."""
        self._copies: dict[int, list[int]] = {}
        """The rows of an INVITE that was read more than once, by the `id` of its leg."""
        self._dialogs: dict[tuple[bytes, bytes, str, str], list[SeenLeg]] = {}
        self._waiting: list[tuple[int, Endpoint, Endpoint, bytes]] = []

    def take(self, row: int, heard: Heard) -> None:
        _, at, source, target, _, data, _ = heard
        known = self._response if data.startswith(_REPLY) else self._request
        said = data if data.find(b";branch=") > 0 else respelled(data)
        if data.startswith(b"INVITE "):
            said = said if is_usual(said) else respelled(data)
            if not tag_in(said, b"\nTo: "):
                self._invite(row, heard, said)
                return
        if known(row, at, source, target, said):
            return
        # What was found by its branch or dialog is spelled well enough; the rest may be spelled otherwise.
        if said is data and not is_usual(data):
            said = respelled(data)
            if known(row, at, source, target, said):
                return
        self._waiting.append((row, source, target, _essence(said)))

    def finish(self) -> Assembled:
        """Give what came before its INVITE another chance, then fold retried INVITEs into one leg."""
        times = self.result.messages.times
        replies = []
        for row, source, target, data in self._waiting:
            if data.startswith(_REPLY):
                replies.append((row, source, target, data))
            elif not self._request(row, times[row], source, target, data):
                self._stray(data)
        # After the requests: an answer needs the request that it answers.
        for row, source, target, data in replies:
            at = times[row]
            if not self._response(row, at, source, target, data) and not self._by_dialog(row, at, source, target, data):
                self._stray(data)
        self._fold_retries()
        for leg in self.result.legs:
            leg.messages.sort()
            if leg.status in (488, 606):
                offer = SipMessage.parse(self.result.messages.raw(leg.row)).sdp_profile
                leg.offered = offer[0] if offer else None
        return self.result

    def _stray(self, data: bytes) -> None:
        method = _method(data)
        if method in ("INVITE", "ACK", "BYE", "CANCEL", "PRACK", "UPDATE", "INFO", "REFER"):
            self.result.strays += 1
        else:
            self.result.other[method] += 1

    def _invite(self, row: int, heard: Heard, said: bytes) -> None:
        _, at, source, target, transport, data, _ = heard
        key = _key(said, source.address, target.address)
        leg = self._invites.get(key)
        if leg is None:
            leg = SeenLeg(source, target, transport, at, read_invite(data), row, [row])
            self.result.legs.append(leg)
            self._invites[key] = leg
            dialog = (call_id_in(said), tag_in(said, b"\nFrom: "), source.address, target.address)
            self._dialogs.setdefault(dialog, []).append(leg)
            return
        leg.messages.append(row)
        times, copies = self.result.messages.times, self._copies.setdefault(id(leg), [leg.row])
        if any(abs(at - times[copy]) < MIRROR_SECONDS for copy in copies):
            leg.mirrored += 1
        else:
            leg.retransmissions += 1
        copies.append(row)
        leg.at = min(leg.at, at)

    def _response(self, row: int, at: float, source: Endpoint, target: Endpoint, data: bytes) -> bool:
        key = _key(data, target.address, source.address)
        leg = self._invites.get(key)
        if leg is not None:
            leg.messages.append(row)
            return self._status(leg, row, at, data)
        leg = self._others.get(key)
        if leg is not None:
            leg.messages.append(row)
        return leg is not None or key in self._others

    def _by_dialog(self, row: int, at: float, source: Endpoint, target: Endpoint, data: bytes) -> bool:
        """Take a response whose Via is missing or not its request's, by its dialog."""
        legs = self._dialogs.get((call_id_in(data), tag_in(data, b"\nFrom: "), target.address, source.address))
        if not legs:
            return False
        number, method = cseq_in(data)
        leg = next((leg for leg in legs if leg.status is None and leg.at <= at), legs[-1])
        leg.messages.append(row)
        if method == b"INVITE" and number == leg.invite.cseq:
            self._status(leg, row, at, data)
        return True

    def _status(self, leg: SeenLeg, row: int, at: float, data: bytes) -> bool:
        try:
            status = int(data[8:11])
        except ValueError:
            return True
        if status >= 200:
            method = cseq_in(data)[1] or cseq_in(respelled(data))[1]
            if method == b"CANCEL":
                return True  # the answer to a CANCEL has the branch of its INVITE
        leg.heard = True
        if status >= 200:
            if leg.status is None or at < (leg.final_at or at):
                leg.status, leg.final_at, leg.final_row = status, at, row
        elif status >= 180 and (leg.ringing_at is None or at < leg.ringing_at):
            leg.ringing_at = at
        session_id = session_id_in(data) if leg.invite.session_id is not None else b""
        if session_id and not session_id.startswith(_NIL):
            uuid = local_uuid(session_id.decode("latin-1"))
            if uuid is not None and uuid != leg.invite.local_uuid:
                leg.response_uuids.add(uuid)
        return True

    def _request(self, row: int, at: float, source: Endpoint, target: Endpoint, data: bytes) -> bool:
        """Take a request that is no initial INVITE: CANCEL and ACK by branch, the others by dialog."""
        key = _key(data, source.address, target.address)
        leg = self._invites.get(key)
        if leg is not None and data.startswith(b"CANCEL "):
            _cancel(leg, row, at)
        leg = leg or self._others.get(key)
        if leg is not None:
            leg.messages.append(row)
            return True
        call_id = call_id_in(data)
        legs = self._dialogs.get((call_id, tag_in(data, b"\nFrom: "), source.address, target.address))
        by_source = legs is not None
        if legs is None:
            to_tag = tag_in(data, b"\nTo: ")
            legs = self._dialogs.get((call_id, to_tag, target.address, source.address))
            if legs is None:
                if to_tag or data.startswith(b"CANCEL ") or not is_usual(data):
                    return False
                self._others[key] = None
                self.result.other[_method(data)] += 1
                return True
        leg = legs[0] if len(legs) == 1 else _of_several(legs, data, at)
        leg.messages.append(row)
        if data.startswith(b"BYE "):
            if leg.ended_at is None or at < leg.ended_at:
                leg.ended_at, leg.ended_by_source = at, by_source
        elif data.startswith(b"REFER "):
            leg.refers.append(row)
        elif data.startswith(b"CANCEL "):
            _cancel(leg, row, at)
        if not data.startswith(b"ACK "):
            self._others[key] = leg
        return True

    def _fold_retries(self) -> None:
        """Let an INVITE that was challenged and its repetition be one leg."""
        gone: set[int] = set()
        for legs in self._dialogs.values():
            if len(legs) < 2:
                continue
            for last, leg in pairwise(sorted(legs, key=lambda other: (other.at, other.invite.cseq))):
                if last.status in _RETRIED and leg.invite.cseq > last.invite.cseq:
                    _fold(last, leg)
                    gone.add(id(last))
        if gone:
            self.result.legs = [leg for leg in self.result.legs if id(leg) not in gone]


def _cancel(leg: SeenLeg, row: int, at: float) -> None:
    if leg.cancelled_at is None or at < leg.cancelled_at:
        leg.cancelled_at, leg.cancel_row = at, row


def _fold(last: SeenLeg, leg: SeenLeg) -> None:
    """Let the later leg have what the earlier one had; what ended the dialog may have been put down to either."""
    leg.messages += last.messages
    leg.refers += last.refers
    leg.retries += last.retries + 1
    leg.retransmissions += last.retransmissions
    leg.mirrored += last.mirrored
    leg.at = last.at
    if leg.ended_at is None:
        leg.ended_at, leg.ended_by_source = last.ended_at, last.ended_by_source


def assemble(sources: list[Source], *, cancelled: Callable[[], bool] = lambda: False, every: int = 20_000) -> Assembled:
    """Read the captures to their end and return their legs.

    Args:
        sources: One a capture file; read one after the other.
        cancelled: Asked every `every` messages; True ends the reading, and what was read counts.
        every: How many messages lie between two questions.
    """
    messages = Messages(sources)
    assembler = _Assembler(messages)
    take, add = assembler.take, messages.add
    left = every
    for file, source in enumerate(sources):
        for heard in source.messages():
            if not 0.0 <= heard[1] < _LATEST:
                heard = (heard[0], 0.0, *heard[2:])  # noqa: PLW2901
            take(add(file, heard), heard)
            left -= 1
            if not left:
                left = every
                if cancelled():
                    return assembler.finish()
    return assembler.finish()


def _key(data: bytes, client: str, server: str) -> _Key:
    # Of a message spelled as usual it is the first; where it is not, no transaction has this branch on this hop.
    match = _COOKIE.search(data)
    if match is not None:
        return match[1], client, server
    # RFC 2543: such a branch need not be unique; all Vias, Call-ID and CSeq are.
    branches = b",".join(_BRANCH.findall(data))
    branch = b"\n".join((branches, call_id_in(data), str(cseq_in(data)[0]).encode()))
    return branch, client, server


def _essence(data: bytes) -> bytes:
    """Return what is needed of a message that waits for its INVITE: its head."""
    end = data.find(b"\r\n\r\n")
    return data if end < 0 else data[: end + 2]


def _method(data: bytes) -> str:
    word = cseq_in(data)[1] if data.startswith(_REPLY) else data[: data.find(b" ")]
    return word.decode("ascii", "replace").upper()[:20]


def _of_several(legs: list[SeenLeg], data: bytes, at: float) -> SeenLeg:
    """Return which leg of a dialog that runs through one hop several times (a loop's turns) a request is of."""
    match = _MAX_FORWARDS.search(data)
    hops = int(match[1]) if match is not None else None
    same = [leg for leg in legs if leg.invite.max_forwards == hops] or legs
    begun = [leg for leg in same if leg.at <= at] or same
    return max(begun, key=lambda leg: leg.at)
