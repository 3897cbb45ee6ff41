"""What puts back the last change of a registration."""

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.ledger import Ledger, Verb
from sipbreakout_tui.services.registrations.plan import Change, ChangeKind


class NothingToUndo(SipBreakoutError):
    """No change of a registration is on record at the core."""


def undoing(ledger: Ledger, target: str) -> Change:
    """Return the change that puts back what stood before the last one at a core.

    A registration that was added is deleted; one that was replaced or deleted is upserted again, and kept
    where it was. An undo is a change, too: undone again, it is done again.

    Raises:
        NothingToUndo: Nothing was changed there, or what was deleted is not known.
    """
    event = ledger.last_change(target)
    if event is None or event.registration is None:
        raise NothingToUndo(f"nothing to undo: no change of a registration at {target} is on record")
    if event.before is not None:
        now = event.registration if event.verb is Verb.UPSERT else None
        kind = ChangeKind.CREATE if now is None else ChangeKind.REPLACE
        return Change(kind, event.before, now, keep=event.before_kept and now is None)
    if event.verb is Verb.DELETE:
        raise NothingToUndo(
            f"the delete of {event.number} at {target} cannot be undone: what was registered there is not on record"
        )
    return Change(ChangeKind.DELETE, event.registration, event.registration)
