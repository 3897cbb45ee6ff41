"""Who is who in a trace: every address, and what it is taken for."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from sipbreakout_model import Party
from sipbreakout_tui.tui.screens.dialog import Dialog
from sipbreakout_tui.tui.widgets.columns import Cell, Column
from sipbreakout_tui.tui.widgets.line_table import LineTable, identity_of_index

if TYPE_CHECKING:
    from sipbreakout_tui.services.traces.parties import SeenAddress

_COLUMNS = (
    Column("party", "taken for", 9),
    Column("address", "address", 22),
    Column("hosts", "called as", 16, grows=1, drops=1),
    Column("calls", "sent", 6, right=True),
    Column("called", "got", 6, right=True),
)
_WORDS = {Party.CORE: Cell("● core", "key"), Party.TAS: Cell("◆ TAS", "warn"), None: Cell("○ other", "dim")}
_NEXT = {Party.CORE: Party.TAS, Party.TAS: None, None: Party.CORE}


class PartiesChosen(NamedTuple):
    """Which addresses are given; both empty: they are found."""

    core: tuple[str, ...]
    tas: tuple[str, ...]


class PartyTable(LineTable):
    """The addresses; the space bar changes what one is taken for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "space", "screen.change", "change", id="parties.change", tooltip="Take it for the next: core, TAS, other."
        ),
        Binding("c", "screen.take('core')", "core", id="parties.core", tooltip="It is the core's."),
        Binding("t", "screen.take('tas')", "TAS", id="parties.tas", tooltip="It is the TAS's."),
        Binding("minus", "screen.take('')", "other", id="parties.other", tooltip="It is neither's."),
        Binding("a", "screen.find", "find out", id="parties.find", tooltip="Let the program find out who is who."),
    ]


class PartiesDialog(Dialog[PartiesChosen]):
    """Asks whose addresses they are; gives None where nothing was changed."""

    CSS_PATH = "parties.tcss"

    def __init__(self, addresses: "Sequence[SeenAddress]", known: str) -> None:
        """Take the addresses, and how it is known now who they are, safe to show."""
        super().__init__("Who is who")
        self._addresses = addresses
        self._known = known
        self._taken: list[Party | None] = [seen.party for seen in addresses]

    def body(self) -> Iterable[Widget]:
        """Yield what is known now, the addresses and the keys."""
        yield Static(self._known, classes="parties-known", markup=False)
        yield PartyTable(_COLUMNS, self._cells, identity_of_index, empty="no call was read")
        yield Static(
            "space c t - say what it is   enter diagnose again   a find out   esc leave",
            classes="dialog-keys",
            markup=False,
        )

    def on_mount(self) -> None:
        """Show the addresses."""
        table = self.query_one(PartyTable)
        table.styles.height = min(len(self._addresses) + 1, 20)
        table.show(range(len(self._addresses)))
        table.focus()

    def action_change(self) -> None:
        """Take the address for the next thing."""
        index = self.query_one(PartyTable).index
        if index is not None:
            self._take(index, _NEXT[self._taken[index]])

    def action_take(self, party: str) -> None:
        """Take the address for a party."""
        index = self.query_one(PartyTable).index
        if index is not None:
            self._take(index, Party(party) if party else None)

    def action_find(self) -> None:
        """Give nothing: it is found out."""
        self.dismiss(PartiesChosen((), ()))

    @on(LineTable.Chosen)
    def _apply(self) -> None:
        if self._taken == [seen.party for seen in self._addresses]:
            self.dismiss(None)
        else:
            self.dismiss(PartiesChosen(self._all(Party.CORE), self._all(Party.TAS)))

    def _all(self, party: Party) -> tuple[str, ...]:
        return tuple(seen.address for seen, taken in zip(self._addresses, self._taken, strict=True) if taken is party)

    def _take(self, index: int, party: Party | None) -> None:
        self._taken[index] = party
        self.query_one(PartyTable).refresh()

    def _cells(self, index: int) -> list[Cell]:
        seen, party = self._addresses[index], self._taken[index]
        word = _WORDS[party]
        return [
            word if party == seen.party else Cell(f"{word.text} *", word.kind),
            Cell(seen.address),
            Cell(seen.hosts, "dim"),
            Cell(str(seen.calls)),
            Cell(str(seen.called)),
        ]
