"""The plan that makes a core hold what a file says."""

import pytest

from sipbreakout_model import Lease, Registration
from sipbreakout_tui.services.registrations.plan import Change, ChangeKind, Held, plan_changes, summary

NOW = 1_790_000_000.0
A = Registration.parse("+4711111111", "sips:tas.example.com", "LOOP", "00", "11")
OTHER_A = Registration.parse("+4711111111", "sips:tas.example.com", "LOOP_MT", "00", "11")
B = Registration.parse("+4722222222", "sips:vm.example.com", "FALLBACK")


def held(registration: Registration, age: float, certain: bool = True) -> dict[str, Held]:
    return {registration.number.text: Held(Lease(registration, NOW - age), certain)}


@pytest.mark.parametrize(
    ("known", "kind", "verb"),
    [
        ({}, ChangeKind.CREATE, "upsert"),
        (held(A, 10), ChangeKind.UNCHANGED, None),
        (held(A, 10, certain=False), ChangeKind.REFRESH, "upsert"),
        (held(A, 1801), ChangeKind.REFRESH, "upsert"),
        (held(A, 3600), ChangeKind.CREATE, "upsert"),
        (held(OTHER_A, 10), ChangeKind.REPLACE, "upsert"),
        (held(OTHER_A, 3600), ChangeKind.CREATE, "upsert"),
    ],
)
def test_one_number(known: dict[str, Held], kind: ChangeKind, verb: str | None) -> None:
    (change,) = plan_changes([A], known, NOW, prune=False)
    assert (change.kind, change.verb, change.registration) == (kind, verb, A)


def test_prune_deletes_what_is_in_force_and_not_named() -> None:
    known = held(B, 10) | held(A, 10)
    assert [change.kind for change in plan_changes([A], known, NOW, prune=False)] == [ChangeKind.UNCHANGED]
    changes = plan_changes([A], known, NOW, prune=True)
    assert [(change.kind, change.registration) for change in changes] == [
        (ChangeKind.UNCHANGED, A),
        (ChangeKind.DELETE, B),
    ]
    assert changes[1].verb == "delete"


def test_prune_leaves_expired_registrations_alone() -> None:
    assert plan_changes([], held(B, 3600), NOW, prune=True) == []


def test_words() -> None:
    changes = plan_changes([A, B], held(OTHER_A, 10), NOW, prune=False)
    assert summary(changes) == "1 create, 1 replace"
    assert summary([]) == "nothing to do"
    assert str(Change(ChangeKind.REPLACE, A, OTHER_A)).endswith(
        "was +4711111111 LOOP_MT sips:tas.example.com (MO 00, MT 11)"
    )
    assert str(Change(ChangeKind.CREATE, B, None)).startswith("create     +4722222222 FALLBACK")
