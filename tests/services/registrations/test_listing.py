"""What is known of a number, as rows, and what each state says (V7)."""

import pytest

from sipbreakout_tui.ledger import CURRENT_COLUMNS, Verb
from sipbreakout_tui.services.filter import Filter
from sipbreakout_tui.services.registrations.listing import (
    CSV_COLUMNS,
    FIELDS,
    Row,
    details,
    lives,
    row_object,
    shortened,
    table,
    values,
)
from tests.services.live import CORE, NOW, OTHER_A, A, B, Book


def said(book: Book, at: float = NOW) -> tuple[str, str]:
    row = book.row()
    assert row.field("state", at) == row.state(at) == row_object(row, at)["state"] == values(row, at)[6]
    return row.state(at), row.known_from(at)


def test_a_row_has_the_columns_of_the_ledger() -> None:
    assert len(Row._fields) == len(CURRENT_COLUMNS)
    names = {"mobile_originating_prefix": "mo", "mobile_terminating_prefix": "mt", "state": "answer"}
    assert Row._fields == tuple(names.get(name, name) for name in CURRENT_COLUMNS)


async def test_asserted_and_expired(book: Book) -> None:
    await book.accepted()
    assert said(book) == said(book, NOW + 3599.9) == ("asserted", "asserted by us")
    assert said(book, NOW + 3600) == ("expired", "asserted by us, not refreshed")


async def test_deleted(book: Book) -> None:
    await book.accepted()
    await book.deleted()
    assert said(book) == ("deleted", "deleted by us")
    assert book.row().remaining(NOW) is None


async def test_nobody_knows_the_type_of_what_was_only_ever_deleted(book: Book) -> None:
    await book.ledger.refused(await book.asked(A, Verb.DELETE), "no")
    row = book.row()
    assert (row.route_type, row_object(row, NOW)["route_type"]) == ("", "")
    assert list(table([row], NOW))[1].split()[1] == "–"
    assert "  route type  –" in details(row, NOW)
    assert next(book.ledger.current()).asked is None
    await book.refused("no", A)
    await book.ledger.refused(await book.asked(A, Verb.DELETE), "no")
    assert book.row().route_type == A.route_type.name


async def test_refused(book: Book) -> None:
    await book.refused("no")
    assert said(book) == ("refused", "refused: no")
    await book.refused("")
    assert said(book) == ("refused", "refused: no reason given")
    await book.accepted()
    await book.refused("no", OTHER_A)
    assert said(book) == ("refused", "refused: no; ours of before may stand")
    assert said(book, NOW + 3600) == ("refused", "refused: no")
    assert book.row().registration() == A


async def test_unknown_while_no_answer_came(book: Book) -> None:
    await book.asked()
    assert said(book) == ("unknown", "asked, no answer")
    await book.accepted()
    await book.asked(OTHER_A)
    assert said(book) == ("unknown", "asked, no answer; ours of before may stand")
    await book.accepted()
    assert said(book) == ("asserted", "asserted by us")


async def test_failed_is_unknown_where_it_may_have_been_carried_out(book: Book) -> None:
    await book.failed("nobody there", may_have_changed=False)
    assert said(book) == ("failed", "failed: nobody there")
    await book.failed("nobody there")
    assert said(book) == ("unknown", "asked, no answer")


async def test_a_later_refusal_does_not_settle_what_is_in_doubt(book: Book) -> None:
    await book.accepted()
    await book.failed("nobody there", OTHER_A)
    await book.refused("no", B)
    await book.refused("no", A, Verb.DELETE)
    assert said(book)[0] == "unknown"


async def test_in_force(book: Book) -> None:
    def in_force(at: float = NOW) -> bool | None:
        return book.row().in_force(at)

    await book.refused("no")
    assert in_force() is False
    await book.accepted()
    assert (in_force(), in_force(NOW + 3599.9), in_force(NOW + 3600)) == (True, True, False)
    await book.refused("no", OTHER_A)
    assert (in_force(), in_force(NOW + 3600)) == (None, False)
    await book.asked(OTHER_A)
    assert in_force() is None
    await book.accepted()
    await book.deleted()
    assert in_force() is False


async def test_table(book: Book) -> None:
    await book.accepted(kept=True)
    await book.refused("x" * 100, B)
    assert list(table(book.rows(), NOW + 59.5)) == [
        "number       type      TAS                   MO  MT  lives  kept  core              known from",
        "+4711111111  LOOP      sips:tas.example.com  00  11  59:00  yes   core.example:443  asserted by us",
        f"+4722222222  FALLBACK  sips:tas.example.com  –   –   –      –     core.example:443  refused: {'x' * 62}…",
    ]
    assert list(table([], NOW)) == ["number  type  TAS  MO  MT  lives  kept  core  known from"]


async def test_values_and_json(book: Book) -> None:
    await book.accepted(kept=True)
    row = book.row()
    assert dict(zip(CSV_COLUMNS, values(row, NOW), strict=True)) == {
        "number": "+4711111111", "sip_uri": "sips:tas.example.com", "route_type": "LOOP",
        "mobile_originating_prefix": "00", "mobile_terminating_prefix": "11", "target": CORE, "state": "asserted",
        "accepted_at": "2027-01-15T08:00:00.000Z", "expires_at": "2027-01-15T09:00:00.000Z", "kept": "true",
    }  # fmt: skip
    assert row_object(row, NOW) == {**dict(zip(CSV_COLUMNS, values(row, NOW), strict=True)), "kept": True}
    await book.deleted()
    row = book.row()
    assert values(row, NOW)[6:] == ("deleted", "", "", "false")
    assert row_object(row, NOW)["accepted_at"] is None


async def test_details(book: Book) -> None:
    await book.accepted()
    book.clock.now += 60
    await book.failed("nobody there", OTHER_A)
    assert details(book.row(), NOW + 60, utc=True) == [
        f"+4711111111 at {CORE}: unknown",
        "  route type  LOOP",
        "  TAS         sips:tas.example.com",
        "  prefixes    MO 00, MT 11",
        "  accepted    2027-01-15 08:00:00+00:00",
        "  ends        2027-01-15 09:00:00+00:00 (59:00)",
        "  kept        no",
        "  known from  asked, no answer; ours of before may stand, last 2027-01-15 08:01:00+00:00",
        "  last words  nobody there",
        "  in doubt    since 2027-01-15 08:01:00+00:00: a request has no answer",
    ]
    await book.deleted(OTHER_A)
    assert "  ends        – (–)" in details(book.row(), NOW)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (2710.9, "45:10"),
        (0, "00:00"),
        (-0.5, "-00:00"),
        (-41, "-00:41"),
        (-7200, "-120:00"),
        (6000, "100:00"),
    ],
)
def test_lives(seconds: float | None, text: str) -> None:
    assert lives(seconds) == text


def test_shortened() -> None:
    assert shortened("a" * 72) == "a" * 72
    assert shortened("a" * 73) == "a" * 71 + "…"
    assert shortened("abc", 2) == "a…"


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        *((f"{field}:", field in ("words",)) for field in FIELDS),
        ("type:LOOP", True),
        ("tas:tas.example", True),
        ("mo:00 mt:11", True),
        ("target:core", True),
        ("kept:yes", True),
        ("kept:no", False),
        ("state:expired", False),
        ("ttl:<1h", True),
        ("ttl:>1h", False),
        ("sips:tas.example.com", True),
    ],
)
async def test_every_field_can_be_filtered(book: Book, text: str, passes: bool) -> None:
    await book.accepted(kept=True)
    assert Filter(text, FIELDS).matches(book.row(), NOW + 1) is passes


async def test_no_other_field(book: Book) -> None:
    await book.accepted()
    assert book.row().field("colour", NOW) is None
