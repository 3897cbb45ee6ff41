"""What was asked of which core and what came back: append-only, and every moment's registrations from it."""

from sipbreakout_tui.ledger.errors import ImportFailed, LedgerError, NotAsked, NotAsserted
from sipbreakout_tui.ledger.events import Answer, Event, Kind, Known, Request, State, Verb
from sipbreakout_tui.ledger.exchange import Imported
from sipbreakout_tui.ledger.history import Doubt, End, History, Span
from sipbreakout_tui.ledger.ledger import UNDER_WAY_SECONDS, Ledger
from sipbreakout_tui.ledger.reading import CURRENT_COLUMNS, JOURNAL_COLUMNS

__all__ = [
    "CURRENT_COLUMNS",
    "JOURNAL_COLUMNS",
    "UNDER_WAY_SECONDS",
    "Answer",
    "Doubt",
    "End",
    "Event",
    "History",
    "ImportFailed",
    "Imported",
    "Kind",
    "Known",
    "Ledger",
    "LedgerError",
    "NotAsked",
    "NotAsserted",
    "Request",
    "Span",
    "State",
    "Verb",
]
