"""Which cores are kept with which profiles, and the counts of `status`."""

import asyncio
from pathlib import Path
from types import MappingProxyType

import pytest

from sipbreakout_model import InvalidValue
from sipbreakout_tui.config import Profile, Profiles
from sipbreakout_tui.keeper import KeeperLock, KeeperRuns
from sipbreakout_tui.ledger import Ledger
from sipbreakout_tui.services.registrations.keeping import LOCK_NAME, keep, profiles_to_keep, status
from sipbreakout_tui.store import StoreError
from tests.services.live import CORE, NOW, OTHER_A, A, B, Book


def profiles(*own: Profile) -> Profiles:
    return Profiles(Path("config.toml"), MappingProxyType({profile.name: profile for profile in own}))


async def test_one_profile_for_each_core_that_has_kept_ones(book: Book) -> None:
    lab, other, unused = Profile("lab", CORE), Profile("other", "127.0.0.1:4"), Profile("unused", "127.0.0.1:5")
    every = profiles(lab, Profile("again", CORE), other, unused)
    assert profiles_to_keep(book.ledger, every) == []
    await book.accepted(A, kept=True)
    await book.accepted(B, target="127.0.0.1:5")
    assert profiles_to_keep(book.ledger, every) == [lab]
    await book.accepted(B, kept=True, target="127.0.0.1:4")
    assert profiles_to_keep(book.ledger, every) == [other, lab]


async def test_a_read_only_profile_is_taken_only_where_there_is_no_other(book: Book) -> None:
    looking, lab = Profile("looking", CORE, read_only=True), Profile("lab", CORE)
    await book.accepted(A, kept=True)
    for every in (profiles(looking, lab), profiles(lab, looking)):
        assert profiles_to_keep(book.ledger, every) == [lab]
    assert profiles_to_keep(book.ledger, profiles(looking)) == [looking]


async def test_a_core_without_profile_is_named(book: Book) -> None:
    await book.accepted(A, kept=True)
    with pytest.raises(InvalidValue, match=f"{CORE} has kept registrations, but no profile says how"):
        profiles_to_keep(book.ledger, profiles())


async def test_status_counts(book: Book) -> None:
    await book.accepted(A, kept=True)
    await book.refused("no", B)
    expected = {"known": 2, "in_force": 1, "kept": 1, "due": 0, "late": 0, "expired": 0, "refused": 1, "failed": 0,
                "unknown": 0, "keeper": True}  # fmt: skip
    assert status(book.rows(), NOW + 1799, True) == expected
    assert status(book.rows(), NOW + 1801, True) == {**expected, "due": 1}
    assert status(book.rows(), NOW + 2701, True) == {**expected, "due": 1, "late": 1}
    after = {**expected, "in_force": 0, "due": 1, "late": 1, "expired": 1, "keeper": False}
    assert status(book.rows(), NOW + 3600, False) == after
    await book.failed("away", OTHER_A)
    assert status(book.rows(), NOW, False)["unknown"] == 1
    await book.deleted(OTHER_A)
    assert status(book.rows(), NOW, False) == {**expected, "known": 1, "in_force": 0, "kept": 0, "keeper": False}


async def test_one_keeper_a_ledger(book: Book) -> None:
    stop = asyncio.Event()
    stop.set()
    said: list[str] = []
    assert len(await keep(book.ledger, [Profile("lab", "127.0.0.1:1", plaintext=True)], stop, said.append)) == 1
    with KeeperLock(book.ledger.path.with_name(LOCK_NAME)), pytest.raises(KeeperRuns):
        await keep(book.ledger, [], stop, said.append)
    assert said == []


async def test_a_ledger_that_breaks_is_raised_as_itself(book: Book) -> None:
    with Ledger(book.ledger.path) as ledger:
        pass
    cores = [Profile(f"lab{port}", f"127.0.0.1:{port}", plaintext=True) for port in (1, 2)]
    with pytest.raises(StoreError):
        await keep(ledger, cores, asyncio.Event(), lambda message: None)
