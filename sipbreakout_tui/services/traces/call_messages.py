"""The messages of one call as a list shows them: each is read when it is looked at."""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.services.sip_codes import status_words
from sipbreakout_tui.services.traces.call_rows import local_moment
from sipbreakout_tui.services.traces.messages import message_rows
from sipbreakout_tui.services.traces.opening import OpenedTrace
from sipbreakout_tui.services.traces.words import party_word
from sipbreakout_tui.trace.call import PlacedLeg
from sipbreakout_tui.trace.capture.heard import TraceError
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.leg import SeenLeg
from sipbreakout_tui.trace.sip import SipMessage, shown

_KEPT = 512


@dataclass(frozen=True, slots=True)
class MessageLine:
    """What a list says of a message; all safe to show."""

    frame: str
    time: str
    """Local, to the millisecond."""
    delta: str
    """Seconds since the call's first message."""
    way: str
    """The parties, or the addresses where it is none of the call's legs."""
    addresses: str
    what: str
    """Method, or status with its phrase; of a response also what it answers."""
    noticed: str
    kind: str
    """`bad` where it proves the verdict, `warn` for an error, `key` for an INVITE, else nothing."""


class CallMessages:
    """The messages of a call, by time."""

    def __init__(self, opened: OpenedTrace, diagnosis: Diagnosis) -> None:
        """Take the call."""
        self.rows = message_rows(diagnosis)
        """As rows of the trace's `Messages`."""
        self._opened = opened
        self._messages = diagnosis.case.messages
        self._index = {row: index for index, row in enumerate(self.rows)}
        self._began = self._messages.times[self.rows[0]] if self.rows else 0.0
        self._leg_of: dict[int, PlacedLeg | SeenLeg] = {}
        self._noticed: dict[int, list[str]] = defaultdict(list)
        self._proofs = frozenset(diagnosis.verdict.rows)
        self._notice(diagnosis)
        self.line = lru_cache(_KEPT)(self._line)
        """Returns what the list says of the message with an index."""

    def index_of(self, row: int) -> int | None:
        """Return where a row of the trace's `Messages` stands, or None: it is not of this call."""
        return self._index.get(row)

    def message(self, index: int) -> SipMessage:
        """Return a message, read from its capture.

        Raises:
            TraceError: The capture cannot be read any more.
        """
        return SipMessage.parse(self._messages.raw(self.rows[index]))

    def lines(self, index: int) -> list[str]:
        """Return a message's lines, safe to show, without credentials and media keys.

        Raises:
            TraceError: The capture cannot be read any more.
        """
        return shown(self.message(index))

    def title(self, index: int) -> str:
        """Return where a message stands, in a line."""
        place = self._messages[self.rows[index]]
        several = len(self._opened.captures) > 1
        file = f" of {self._opened.captures[place.file].name}" if several else ""
        return f"frame {place.frame}{file}   {local_moment(place.at)}   {self._addresses(index)}"

    def status(self, index: int) -> int | None:
        """Return a response's status; None for a request.

        Raises:
            TraceError: The capture cannot be read any more.
        """
        return self.message(index).status

    def _notice(self, diagnosis: Diagnosis) -> None:
        for leg in diagnosis.case.seen.elsewhere:
            self._leg_of.update(dict.fromkeys(leg.messages, leg))
        for turn, legs in enumerate(diagnosis.case.seen.turns, 1):
            for number, placed in enumerate(legs, 1):
                seen = placed.leg
                self._leg_of.update(dict.fromkeys(seen.messages, placed))
                if seen.row >= 0:
                    said = [f"leg {number}" if turn == 1 else f"turn {turn}, leg {number}"]
                    if seen.invite.session_id is None:
                        said.append("no Session-ID")
                    if seen.invite.max_forwards is not None:
                        said.append(f"Max-Forwards {seen.invite.max_forwards}")
                    self._noticed[seen.row] += said
        for finding in diagnosis.findings:
            for row in finding.rows:
                self._noticed[row].insert(0, f"◂ {finding.id}")

    def _line(self, index: int) -> MessageLine:
        row = self.rows[index]
        place = self._messages[row]
        try:
            message = self.message(index)
            what, kind = _what(message)
        except TraceError as error:
            what, kind = str(error), "bad"
        delta = f"+{place.at - self._began:.3f}"
        kind = "bad" if row in self._proofs else kind
        time = local_moment(place.at).partition(" ")[2]
        noticed = "  ".join(self._noticed.get(row, ()))
        return MessageLine(str(place.frame), time, delta, self._way(index), self._addresses(index), what, noticed, kind)

    def _way(self, index: int) -> str:
        row = self.rows[index]
        leg = self._leg_of.get(row)
        if not isinstance(leg, PlacedLeg):
            return "beside the call"
        source, target = party_word(leg.source), party_word(leg.target)
        place = self._messages[row]
        back = place.target == leg.leg.source or place.source == leg.leg.target
        return f"{target} → {source}" if back else f"{source} → {target}"

    def _addresses(self, index: int) -> str:
        place = self._messages[self.rows[index]]
        return f"{place.source} → {place.target} {visible(place.transport)}"


def _what(message: SipMessage) -> tuple[str, str]:
    if message.status is None:
        method = visible(message.method or "no SIP")
        return method, "key" if method == "INVITE" else ""
    cseq = message.cseq
    answered = "" if cseq is None or cseq.method == "INVITE" else f" ({visible(cseq.method)})"
    return f"{status_words(message.status)}{answered}", "warn" if message.status >= 300 else ""
