"""What can go wrong with a ledger, beside its file (`store`).

LedgerError (a SipBreakoutError)
├── NotAsked        an answer to a request that does not wait for it
├── NotAsserted     a number that has no registration to keep
└── ImportFailed    a file that is no export of a ledger
"""

from sipbreakout_model import SipBreakoutError


class LedgerError(SipBreakoutError):
    """Something that the ledger cannot record or read."""


class NotAsked(LedgerError):
    """An answer to a request that is not there, or has its answer already."""


class NotAsserted(LedgerError):
    """A number without a registration that we know of."""


class ImportFailed(LedgerError):
    """Text that is no export of a ledger; nothing of it was taken."""

    exit_code = 2
    """What the command line exits with: wrong input."""
