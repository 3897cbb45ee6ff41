"""SQLite files that lose nothing: one writer thread with group commit, named migrations, one error tree.

StoreError (a SipBreakoutError)
├── StoreTooNew     written by a newer program; left untouched
├── StoreDamaged    no database, another program's, or broken
├── StoreReadOnly   may not be written
├── StoreFull       no room on the disk
├── StoreBusy       held too long by another process
└── StoreClosed     used after `close`
"""

from sipbreakout_tui.store.errors import (
    StoreBusy,
    StoreClosed,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
)
from sipbreakout_tui.store.file import Migration
from sipbreakout_tui.store.store import Batched, Store

__all__ = [
    "Batched",
    "Migration",
    "Store",
    "StoreBusy",
    "StoreClosed",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoreReadOnly",
    "StoreTooNew",
]
