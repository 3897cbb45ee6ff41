"""The panes that are lists: messages, evidence, registrations around the call."""

from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from sipbreakout_tui.tui.widgets.columns import Cell, Column
from sipbreakout_tui.tui.widgets.line_table import LineTable, identity_of_index

if TYPE_CHECKING:
    from sipbreakout_tui.services.traces.call_messages import CallMessages
    from sipbreakout_tui.services.traces.evidence import Evidence
    from sipbreakout_tui.services.traces.opening import OpenedTrace
    from sipbreakout_tui.services.traces.standing import Lived
    from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis

_MESSAGES = (
    Column("frame", "frame", 6, right=True),
    Column("time", "time", 12, drops=2),
    Column("delta", "after", 8, right=True),
    Column("way", "from → to", 14),
    Column("what", "message", 17, grows=2),
    Column("noticed", "noticed", 20, grows=4),
    Column("addresses", "addresses", 38, grows=1, drops=3),
)
_EVIDENCE = (
    Column("frame", "", 2),
    Column("what", "what is found", 24, grows=1),
    Column("way", "from → to", 14),
    Column("noticed", "noticed", 24, grows=3),
)
_STANDING = (
    Column("at", "", 1),
    Column("number", "number", 14),
    Column("type", "type", 8),
    Column("tas", "TAS", 20, grows=2),
    Column("mo", "MO", 4, drops=3),
    Column("mt", "MT", 4, drops=3),
    Column("since", "from", 19),
    Column("until", "until", 19, drops=4),
    Column("end", "then", 9, grows=1, drops=2),
)


class MessagesPane(LineTable):
    """The call's messages; two that are marked are compared."""

    class Compare(Message):
        """Two messages are marked."""

        def __init__(self, one: int, two: int) -> None:
            """Take the indices of both, in the order in which they were marked."""
            super().__init__()
            self.one = one
            self.two = two

    def __init__(self) -> None:
        """Start empty."""
        super().__init__(_MESSAGES, self._message_cells, identity_of_index, empty="no message", id="messages")
        self._call: CallMessages | None = None
        self._marked: list[int] = []

    def show_call(self, messages: "CallMessages") -> None:
        """Show the messages of a call."""
        self._call = messages
        self._marked.clear()
        self.clear_marks()
        self.show(range(len(messages.rows)))
        self.action_edge(0)

    @property
    def marked(self) -> tuple[int, ...]:
        """The marked messages, in the order in which they were marked."""
        return tuple(self._marked)

    @on(LineTable.MarksChanged)
    def _follow(self, event: LineTable.MarksChanged) -> None:
        """Keep the last two marks."""
        event.stop()
        before = len(self._marked)
        present = {mark for mark in self.marks if isinstance(mark, int)}
        self._marked = [index for index in self._marked if index in present]
        self._marked += sorted(present - set(self._marked))
        self._marked = self._marked[-2:]
        self.marks = set(self._marked)
        self.refresh()
        if len(self._marked) == 2 and (before < 2 or len(present) > 2):
            self.post_message(self.Compare(*self._marked))

    def _message_cells(self, index: int) -> list[Cell]:
        if self._call is None:
            return [Cell("")] * len(_MESSAGES)
        line = self._call.line(index)
        return [
            Cell(line.frame, "dim"),
            Cell(line.time, "dim"),
            Cell(line.delta),
            Cell(line.way),
            Cell(line.what, "" if line.kind == "bad" else line.kind),
            Cell(line.noticed, "bad" if line.kind == "bad" else "dim"),
            Cell(line.addresses, "dim"),
        ]


class EvidencePane(Vertical):
    """Findings with the frames that prove them; below the list one beside the verdict in full."""

    DEFAULT_CSS = """
    EvidencePane {
        & > LineTable { height: 1fr; min-height: 3; }
        & > Static { height: auto; max-height: 6; padding: 0 2; margin-top: 1; }
    }
    """

    class Opened(Message):
        """A message that proves something shall be shown."""

        def __init__(self, row: int) -> None:
            """Take the message, as a row of the trace's `Messages`."""
            super().__init__()
            self.row = row

    def __init__(self) -> None:
        """Start empty."""
        super().__init__(id="evidence")
        self._call: CallMessages | None = None
        self._diagnosis: Diagnosis | None = None
        self._lines: list[Evidence] = []

    def compose(self) -> ComposeResult:
        """Yield the list and the finding."""
        yield LineTable(_EVIDENCE, self._cells, identity_of_index, empty="nothing is found")
        yield Static("", markup=False)

    def show_call(self, diagnosis: "Diagnosis", messages: "CallMessages") -> None:
        """Show what proves a diagnosis."""
        from sipbreakout_tui.services.traces.evidence import evidence_of

        self._call, self._diagnosis = messages, diagnosis
        self._lines = evidence_of(diagnosis)
        table = self.query_one(LineTable)
        table.show(range(len(self._lines)))
        table.action_edge(0)
        table.refresh()
        self._tell(table.index)

    @on(LineTable.Moved)
    def _moved(self, event: LineTable.Moved) -> None:
        event.stop()
        self._tell(event.index)

    @on(LineTable.Chosen)
    def _chosen(self, event: LineTable.Chosen) -> None:
        event.stop()
        row = self._lines[event.index].row
        if row is None:
            self.notify("this frame holds no SIP message", markup=False)
        else:
            self.post_message(self.Opened(row))

    def _tell(self, index: int | None) -> None:
        from sipbreakout_tui.services.traces.evidence import finding_paragraphs

        if index is not None and self._diagnosis is not None:
            told = "\n".join(finding_paragraphs(self._diagnosis, self._lines[index].finding))
            self.query_one(Static).update(told)
            self.query_one(Static).display = bool(told)

    def _cells(self, index: int) -> list[Cell]:
        from sipbreakout_tui.services.traces.call_rows import grade

        evidence = self._lines[index]
        if evidence.frame is None:
            look = grade(evidence.finding.id)
            text = evidence.finding.text
            return [Cell(look.glyph, look.kind), Cell(evidence.finding.id, look.kind), Cell(""), Cell(text, "dim")]
        at = None if evidence.row is None or self._call is None else self._call.index_of(evidence.row)
        if at is None or self._call is None:
            return [Cell(""), Cell(f"frame {evidence.frame}"), Cell(""), Cell("no SIP message of this call", "dim")]
        line = self._call.line(at)
        return [Cell(""), Cell(f"frame {evidence.frame}  {line.what}"), Cell(line.way), Cell(line.noticed, "dim")]


class StandingPane(Vertical):
    """What decided the call, and the leases around it."""

    DEFAULT_CSS = """
    StandingPane {
        & > Static { height: auto; max-height: 50%; padding: 0 2; }
        & > LineTable { height: 1fr; min-height: 3; margin-top: 1; }
    }
    """

    class Wanted(Message):
        """A number shall be shown among the registrations."""

        def __init__(self, number: str) -> None:
            """Take the number."""
            super().__init__()
            self.number = number

    def __init__(self) -> None:
        """Start empty."""
        super().__init__(id="standing")
        self._leases: list[Lived] = []

    def compose(self) -> ComposeResult:
        """Yield what decided, and the leases."""
        yield Static("", markup=False)
        yield LineTable(
            _STANDING, self._cells, identity_of_index, empty="no registration of either number within an hour is known"
        )

    def show_call(self, opened: "OpenedTrace", diagnosis: "Diagnosis") -> None:
        """Show a call."""
        from sipbreakout_tui.services.traces.standing import deciding, leases_around

        self._leases = leases_around(opened, diagnosis)
        said = [Content(line) for line in deciding(opened, diagnosis)]
        if self._leases:
            said.insert(1, Content.assemble(("●", "$success"), (" in force when the call began", "$secondary")))
        self.query_one(Static).update(Content("\n").join(said))
        table = self.query_one(LineTable)
        table.show(range(len(self._leases)))
        table.action_edge(0)
        table.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """Draw the rows for the width that there is."""
        self.query_one(LineTable).refresh()

    @on(LineTable.Chosen)
    def _chosen(self, event: LineTable.Chosen) -> None:
        event.stop()
        self.post_message(self.Wanted(str(self._leases[event.index].number)))

    def _cells(self, index: int) -> list[Cell]:
        lived = self._leases[index]
        return [
            Cell("●", "good") if lived.at_call else Cell("○", "dim"),
            Cell(str(lived.number), "key"),
            Cell(lived.route_type),
            Cell(lived.sip_uri),
            Cell(lived.mo),
            Cell(lived.mt),
            Cell(lived.since),
            Cell(lived.until),
            Cell(lived.end, "dim"),
        ]
