"""Hazards that can be seen without a call, and what a TAS could loop."""

import pytest

from sipbreakout_model import (
    E164,
    OutcomeKind,
    Registration,
    RegistrationBook,
    RouteType,
    Severity,
    find_hazards,
    find_loops,
)

AT = 1_790_000_000.0
A, B = "sips:a.example", "sips:b.example"
QUIET = {"loop-on-redial"}
"""What every registration but INGRESS has."""


def book_of(*rows: tuple[str, ...], age: float = 60.0) -> RegistrationBook:
    book = RegistrationBook()
    for number, kind, *rest in rows:
        mo, mt, uri = [*rest, "", "", ""][:3]
        book.upsert(Registration.parse(number, uri or "sips:tas.example.com", kind, mo, mt), AT - age)
    return book


def ids(book: RegistrationBook) -> set[str]:
    return {hazard.id for hazard in find_hazards(book, AT)} - QUIET


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("+4711111111", "LOOP", "21", "22")], set()),
        ([("+4711111111", "LOOP", "21", "21")], {"same-prefix"}),
        ([("+4711111111", "FORK")], {"same-prefix"}),
        ([("+4711111111", "LOOP_MO", "21", "21")], {"unseen-prefix"}),
        ([("+4711111111", "LOOP_MO", "21", "")], set()),
        ([("+4711111111", "LOOP_MT", "21", "22")], {"unseen-prefix"}),
        ([("+4711111111", "FALLBACK", "21", "")], {"unseen-prefix"}),
        ([("+4711111111", "FALLBACK", "", "22")], set()),
        ([("+4711111111", "INGRESS", "", "22")], {"unseen-prefix"}),
        ([("+4711111111", "INGRESS", "21", "")], {"unseen-prefix"}),
        ([("+4711111111", "INGRESS")], set()),
        ([("+4711111111", "LOOP", "00", "22")], {"prefix-is-dialling-code"}),
        ([("+4711111111", "LOOP", "011", "22")], {"prefix-is-dialling-code"}),
        ([("+4711111111", "LOOP", "21", "47")], {"prefix-is-dialling-code"}),
        ([("+4711111111", "LOOP", "21", "22", "sips:192.0.2.7")], {"ip-literal"}),
        ([("+4711111111", "LOOP", "21", "22", "sips:[2001:db8::7]")], {"ip-literal"}),
        ([("+471111111122222222", "LOOP", "21", "22")], {"number-too-long"}),
        (
            [("+4711111111", "LOOP_MT", "", "22", A), ("+4722222222", "FALLBACK", "", "", B)],
            {"masked-prefix"},
        ),
        (
            [("+4711111111", "LOOP", "21", "22", A), ("+4722222222", "LOOP", "23", "24", "sips:A.EXAMPLE:5061")],
            {"same-tas-internal"},
        ),
        ([("+4711111111", "LOOP_MO", "21"), ("+4722222222", "LOOP_MO", "23")], set()),
        ([("+11111111", "LOOP_MT", "", "471"), ("+47111111111", "INGRESS")], {"prefix-collision"}),
        (
            [("+33999999999", "LOOP_MO", "471"), ("+11111111", "INGRESS"), ("+47111111111", "INGRESS")],
            {"prefix-collision"},
        ),
        ([("+33999999999", "LOOP_MO", "471"), ("+47111111111", "INGRESS")], set()),
    ],
)  # fmt: skip
def test_each_hazard_is_found_and_nothing_else(rows: list[tuple[str, ...]], expected: set[str]) -> None:
    assert ids(book_of(*rows)) == expected


@pytest.mark.parametrize(
    ("age", "expected"), [(0.0, set()), (1799.0, set()), (1801.0, {"expiring"}), (3600.0, {"expired"}), (-5.0, set())]
)
def test_life(age: float, expected: set[str]) -> None:
    assert ids(book_of(("+4711111111", "LOOP_MT", "", "22"), age=age)) == expected


def test_expired_registration_is_no_part_of_other_hazards() -> None:
    found = find_hazards(book_of(("+4711111111", "LOOP", "00", "00"), age=4000), AT)
    assert [hazard.id for hazard in found] == ["expired"]
    assert found[0].severity is Severity.ERROR
    assert "expired 6 min 40 s ago" in found[0].text
    assert found[0].fix.endswith(
        "sipbreakout upsert +4711111111 --sip-uri sips:tas.example.com --type LOOP --mo 00 --mt 00"
    )


def test_registration_without_time_never_expires() -> None:
    book = RegistrationBook()
    book.upsert(Registration.parse("+4711111111", "sips:tas.example.com", "LOOP_MT", "", "22"), None)
    assert ids(book) == set()


def test_numbering_plan_is_the_callers() -> None:
    book = book_of(("+4711111111", "INGRESS"))
    found = find_hazards(book, AT, lambda number: f"no such number as {number}")
    assert [(hazard.id, hazard.text) for hazard in found] == [
        ("number-invalid", "+4711111111: no such number as +4711111111")
    ]
    assert find_hazards(book, AT, lambda number: None) == []


def test_worst_comes_first_then_by_number() -> None:
    book = book_of(("+4722222222", "LOOP", "00", "00"), ("+4711111111", "LOOP", "00", "00"))
    book.upsert(Registration.parse("+4733333333", "sips:tas.example.com", "LOOP"), AT - 9999)
    found = find_hazards(book, AT)
    assert [hazard.severity for hazard in found] == sorted((hazard.severity for hazard in found), reverse=True)
    assert found[0].numbers == (E164("+4733333333"),)
    assert found[1].numbers == (E164("+4711111111"),)
    assert str(found[0].severity) == "error"


@pytest.mark.parametrize("kind", list(RouteType))
def test_every_type_but_ingress_could_loop(kind: RouteType) -> None:
    found = find_hazards(book_of(("+4711111111", kind.name)), AT)
    assert ("loop-on-redial" in {hazard.id for hazard in found}) == (kind is not RouteType.INGRESS)


@pytest.mark.parametrize(
    ("kind", "loops"),
    [("LOOP", 2), ("LOOP_MO", 1), ("LOOP_MT", 1), ("FORK", 0), ("FALLBACK", 3), ("INGRESS", 0)],
)
def test_find_loops_tries_every_behaviour_in_every_direction(kind: str, loops: int) -> None:
    book = book_of(("+4711111111", kind))
    found = find_loops(book, AT)
    flows = [flow for flows in found.values() for flow in flows]
    assert len(flows) == loops
    assert all(flow.outcome.kind is OutcomeKind.LOOPED for flow in flows)
    assert list(found) == [lease.registration for lease in book] * bool(loops)


def test_find_loops_leaves_expired_registrations_out() -> None:
    assert find_loops(book_of(("+4711111111", "LOOP"), age=3600), AT) == {}


def test_hazards_of_a_tas_are_told_once_for_all_its_numbers() -> None:
    book = book_of(("+4711111111", "LOOP", "21", "22"), ("+4733333333", "LOOP", "21", "22"))
    (redial,) = [hazard for hazard in find_hazards(book, AT) if hazard.id == "loop-on-redial"]
    assert len(redial.numbers) == 2
    assert "one of 2 numbers" in redial.text
