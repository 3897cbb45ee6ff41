"""The SIP messages of a captured call in a notebook."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sipbreakout_model import InvalidValue
from sipbreakout_tui.notebook import html
from sipbreakout_tui.notebook.bundles import Bundle, bundle_of
from sipbreakout_tui.notebook.wording import columns, left_over, utc
from sipbreakout_tui.safe_text import visible

if TYPE_CHECKING:
    from sipbreakout_tui.trace.messages import Messages

SHOWN_MESSAGES = 100
"""How many messages a table names."""

_MESSAGE_HEADER = ("frame", "UTC", "from", "to", "over", "start line")


@dataclass(frozen=True, slots=True)
class CapturedMessage:
    """One SIP message of a capture."""

    frame: int
    """From 1, as in Wireshark."""
    at: float
    """Unix time in seconds."""
    source: str
    """Address and port."""
    target: str
    transport: str
    lines: tuple[str, ...]
    """Safe to show, credentials and media keys hidden."""

    def __str__(self) -> str:
        """Return the message's text."""
        return "\n".join(self.lines)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:
        head = f"Frame {self.frame}, {utc(self.at)}, {self.source} → {self.target} {self.transport}"
        body = f"{html.paragraph(head, strong=True)}<pre>{'<br/>'.join(map(html.text, self.lines))}</pre>"
        return bundle_of([head, *self.lines], body, None, "")


@dataclass(frozen=True, slots=True)
class CapturedMessages:
    """Messages of a call, read from the capture when they are looked at."""

    rows: tuple[int, ...]
    """In the order of the capture, as rows of the trace's messages."""
    messages: "Messages"

    def __len__(self) -> int:
        """Return how many messages there are."""
        return len(self.rows)

    def __getitem__(self, index: int) -> CapturedMessage:
        """Return one message, from 0."""
        return self._read(self.rows[index])

    def __iter__(self) -> Iterator[CapturedMessage]:
        """Yield every message."""
        return map(self._read, self.rows)

    def frame(self, frame: int) -> CapturedMessage:
        """Return the message of a frame.

        Raises:
            InvalidValue: No message of the call is in this frame.
        """
        for row in self.rows:
            if self.messages.frames[row] == frame:
                return self._read(row)
        raise InvalidValue(f"no message of this call is in frame {frame}: look at its messages")

    def _read(self, row: int) -> CapturedMessage:
        from sipbreakout_tui.trace.sip import SipMessage, shown

        place = self.messages[row]
        lines = tuple(shown(SipMessage.parse(self.messages.raw(row))))
        return CapturedMessage(
            place.frame, place.at, str(place.source), str(place.target), visible(place.transport), lines
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:
        shown = [self._read(row) for row in self.rows[:SHOWN_MESSAGES]]
        rows = [(each.frame, utc(each.at), each.source, each.target, each.transport, each.lines[0]) for each in shown]
        left = left_over(len(self.rows) - SHOWN_MESSAGES, "message")
        body = html.table(_MESSAGE_HEADER, rows) + "".join(map(html.paragraph, left))
        return bundle_of([*columns(_MESSAGE_HEADER, rows), *left], body, None, "")
