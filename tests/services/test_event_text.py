"""Events as lines and as JSON."""

from sipbreakout_tui.ledger import Event
from sipbreakout_tui.services.event_text import event_line, event_object
from tests.services.live import CORE, NOW, OTHER_A, A, Book

WHEN = "2027-01-15 08:00:00+00:00"
LOOP = f"+4711111111 LOOP sips:tas.example.com (MO 00, MT 11) at {CORE}"
FORK = f"+4711111111 FORK sips:other.example.com:5061 (MO –, MT –) at {CORE}"


def last(book: Book) -> Event:
    return list(book.ledger.events())[-1]


def line(book: Book) -> str:
    return event_line(last(book), utc=True)


async def test_lines(book: Book) -> None:
    await book.accepted()
    assert line(book) == f"{WHEN}  upsert  {LOOP}: accepted  (cli, profile lab, 12 ms)"
    await book.accepted(OTHER_A)
    assert line(book) == (f"{WHEN}  upsert  {FORK}: accepted in place of {A}  (cli, profile lab, 12 ms)")
    await book.refused("no", OTHER_A)
    assert line(book) == f"{WHEN}  upsert  {FORK}: refused: no  (cli, profile lab, 1 ms)"
    await book.refused("")
    assert line(book).startswith(f"{WHEN}  upsert  {LOOP}: refused  (")
    await book.failed("nobody there")
    assert line(book).startswith(f"{WHEN}  upsert  {LOOP}: unknown, it may have been carried out: nobody there  (")
    await book.failed("read-only", may_have_changed=False)
    assert line(book).startswith(f"{WHEN}  upsert  {LOOP}: failed: read-only  (")
    await book.deleted(OTHER_A, "after a lost answer")
    deleted = f"{WHEN}  delete  +4711111111 sips:other.example.com:5061 at {CORE}: deleted: after a lost answer  ("
    assert line(book).startswith(deleted)
    await book.asked()
    assert line(book) == f"{WHEN}  upsert  {LOOP}: unknown: no answer recorded  (cli, profile lab)"
    await book.ledger.note("the core was replaced", number=A.number)
    assert line(book) == f"{WHEN}  note      the core was replaced"


async def test_a_run_of_refreshes_is_one_line(book: Book) -> None:
    for _ in range(3):
        await book.accepted()
        book.clock.now += 1800
    assert line(book).startswith(
        f"{WHEN}  upsert  {LOOP}: accepted, and refreshed 2 times until 2027-01-15 09:00:00+00:00  ("
    )
    assert event_object(last(book))["count"] == 3
    assert event_object(last(book))["last_at"] == "2027-01-15T09:00:00.000Z"


async def test_objects(book: Book) -> None:
    await book.accepted()
    assert event_object(last(book)) == {
        "id": 1, "asked_at": "2027-01-15T08:00:00.000Z", "verb": "upsert", "kind": "accepted",
        "number": "+4711111111", "sip_uri": "sips:tas.example.com", "route_type": "LOOP",
        "mobile_originating_prefix": "00", "mobile_terminating_prefix": "11", "target": CORE, "profile": "lab",
        "actor": "cli", "answered_at": "2027-01-15T08:00:00.000Z", "accepted_at": "2027-01-15T08:00:00.000Z",
        "ttl": 3600.0, "latency": 0.012, "words": None, "may_have_changed": False, "count": 1,
        "last_at": "2027-01-15T08:00:00.000Z",
    }  # fmt: skip
    await book.ledger.note("words")
    note = event_object(last(book))
    assert {name for name, value in note.items() if value is not None} == {
        *("id", "asked_at", "kind", "target", "profile", "actor", "words", "may_have_changed", "count"),
    }


async def test_an_undone_moment_is_not_invented(book: Book) -> None:
    await book.asked()
    found = event_object(last(book))
    assert (found["kind"], found["answered_at"], found["accepted_at"], found["may_have_changed"]) == (
        "asked", None, None, True,
    )  # fmt: skip
    assert book.clock.now == NOW
