"""Keeps registrations alive: when each is refreshed, by whom, and what happens when the core is away."""

from sipbreakout_tui.keeper.keeping import Keeper, KeeperReport
from sipbreakout_tui.keeper.lock import KeeperLock, KeeperRuns, is_held
from sipbreakout_tui.keeper.schedule import Schedule

__all__ = ["Keeper", "KeeperLock", "KeeperReport", "KeeperRuns", "Schedule", "is_held"]
