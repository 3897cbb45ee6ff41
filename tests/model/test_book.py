"""The book of leases: V1 to V3, and what it costs in memory."""

import gc
import math
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipbreakout_model import (
    E164,
    InvalidRegistration,
    Lease,
    NotRegistered,
    Registration,
    RegistrationBook,
    Registrations,
    SipBreakoutError,
    TasUri,
    WrongSipUri,
)

AT = 1_700_000_000.0
NUMBER = E164("+4711111111")
OTHER = E164("+4722222222")
URI = "sips:tas.example"


def registration(number: E164 = NUMBER, uri: str = URI, kind: str = "LOOP", prefix: str = "") -> Registration:
    return Registration.parse(number.text, uri, kind, prefix)


@pytest.fixture
def book() -> RegistrationBook:
    """Return a book in which NUMBER is registered at AT."""
    book = RegistrationBook()
    book.upsert(registration(), AT)
    return book


def test_a_new_book_is_empty() -> None:
    book = RegistrationBook()
    assert len(book) == 0
    assert list(book) == []
    assert book.active(NUMBER, AT) is None
    assert book.last(NUMBER) is None


def test_a_book_is_registrations(book: RegistrationBook) -> None:
    registrations: Registrations = book
    assert registrations.active(NUMBER, AT) == registrations.last(NUMBER)


def test_v1_an_upsert_replaces_all_of_the_former(book: RegistrationBook) -> None:
    book.upsert(registration(prefix="00"), AT + 1)
    lease = book.upsert(registration(uri="sips:new.example", kind="INGRESS"), AT + 2)
    assert book.active(NUMBER, AT + 2) == book.last(NUMBER) == lease
    assert lease.registration.mobile_originating_prefix == ""
    assert len(book) == 1


def test_v1_one_lease_a_number(book: RegistrationBook) -> None:
    book.upsert(registration(OTHER), AT)
    book.upsert(registration(), AT + 5)
    assert [lease.registration.number for lease in book] == [NUMBER, OTHER]
    assert len(book) == 2


@pytest.mark.parametrize(
    ("after", "active"), [(-0.001, False), (0, True), (1800, True), (3599.999, True), (3600, False), (7200, False)]
)
def test_v2_active_for_an_hour(book: RegistrationBook, after: float, active: bool) -> None:
    assert (book.active(NUMBER, AT + after) is not None) is active
    assert book.last(NUMBER) is not None, "the last lease is known, in force or not"


def test_v2_another_time_to_live(book: RegistrationBook) -> None:
    lease = book.upsert(registration(), AT, ttl=60.5)
    assert lease.ttl == 60.5
    assert book.active(NUMBER, AT + 60.25) == lease
    assert book.active(NUMBER, AT + 60.5) is None


@pytest.mark.parametrize("changed", [registration(), registration(prefix="00"), registration(kind="FORK")])
def test_v2_every_upsert_starts_the_hour_anew(book: RegistrationBook, changed: Registration) -> None:
    book.upsert(changed, AT + 1800)
    assert book.active(NUMBER, AT + 5399) == Lease(changed, AT + 1800)
    assert book.active(NUMBER, AT + 5400) is None


@pytest.mark.parametrize("at", [math.nan, math.inf, -math.inf])
def test_an_upsert_needs_a_time(book: RegistrationBook, at: float) -> None:
    before = list(book)
    with pytest.raises(InvalidRegistration, match=repr(at)):
        book.upsert(registration(kind="FORK"), at)
    assert list(book) == before


@pytest.mark.parametrize("ttl", [0.0, -1.0, math.nan])
def test_an_upsert_needs_a_time_to_live(book: RegistrationBook, ttl: float) -> None:
    with pytest.raises(InvalidRegistration, match=repr(ttl)):
        book.upsert(registration(), AT, ttl)


def test_v3_delete_gives_the_lease_and_forgets_it(book: RegistrationBook) -> None:
    lease = book.last(NUMBER)
    assert book.delete(NUMBER, TasUri("tas.example"), AT + 10) == lease
    assert book.active(NUMBER, AT + 10) is None
    assert book.last(NUMBER) is None
    assert len(book) == 0
    with pytest.raises(NotRegistered):
        book.delete(NUMBER, TasUri("tas.example"), AT + 10)


@pytest.mark.parametrize(
    ("held", "named", "same"),
    [
        ("sips:tas.example", "sips:TAS.Example", True),
        ("sips:TAS.EXAMPLE:5061", "sips:tas.example:5061", True),
        ("sips:[2001:DB8::1]", "sips:[2001:db8::1]", True),
        ("sips:tas.example", "sips:tas.example:5061", False),
        ("sips:tas.example:5061", "sips:tas.example", False),
        ("sips:tas.example:5061", "sips:tas.example:5062", False),
        ("sips:[2001:db8::1]", "sips:[2001:db8::1]:5061", False),
        ("sips:tas.example", "sips:tas.example.com", False),
    ],
)
def test_v3_delete_needs_the_same_sip_uri(held: str, named: str, same: bool) -> None:
    book = RegistrationBook()
    lease = book.upsert(registration(uri=held), AT)
    if same:
        assert book.delete(NUMBER, TasUri.parse(named), AT) == lease
        return
    with pytest.raises(WrongSipUri) as caught:
        book.delete(NUMBER, TasUri.parse(named), AT)
    assert all(text in str(caught.value) for text in (NUMBER.text, held, named))
    assert isinstance(caught.value, SipBreakoutError)
    assert book.active(NUMBER, AT) == lease, "nothing is removed"


@pytest.mark.parametrize("uri", [URI, "sips:other.example"])
@pytest.mark.parametrize("after", [-1, 3600, 3612])
def test_v3_what_is_not_in_force_cannot_be_deleted(book: RegistrationBook, after: float, uri: str) -> None:
    with pytest.raises(NotRegistered) as caught:
        book.delete(NUMBER, TasUri.parse(uri), AT + after)
    assert NUMBER.text in str(caught.value)
    assert book.last(NUMBER) is not None
    assert len(book) == 1, "nothing is removed"


def test_v3_a_number_that_never_was_registered(book: RegistrationBook) -> None:
    with pytest.raises(NotRegistered) as caught:
        book.delete(OTHER, TasUri("tas.example"), AT)
    assert OTHER.text in str(caught.value)
    assert isinstance(caught.value, SipBreakoutError)
    assert len(book) == 1


NUMBERS = st.sampled_from([NUMBER, OTHER, E164("+4733333333")])
URIS = st.sampled_from(["sips:a.example", "sips:A.example", "sips:a.example:5061", "sips:b.example"])
CHANGES = st.lists(st.tuples(st.sampled_from(["upsert", "delete"]), NUMBERS, URIS, st.integers(0, 2500)), max_size=12)


@given(CHANGES)
@settings(max_examples=200, derandomize=True, deadline=None)
def test_a_book_follows_a_plain_model(changes: list[tuple[str, E164, str, int]]) -> None:
    book, model, at = RegistrationBook(), dict[E164, tuple[str, int]](), 0
    for change, number, uri, wait in changes:
        at += wait
        if change == "upsert":
            book.upsert(registration(number, uri), at)
            model[number] = (uri, at)
        else:
            held, since = model.get(number, ("", -9999))
            same = held.lower() == uri.lower()
            try:
                book.delete(number, TasUri.parse(uri), at)
            except NotRegistered:
                assert at >= since + 3600
            except WrongSipUri:
                assert at < since + 3600
                assert not same
            else:
                assert at < since + 3600
                assert same
                del model[number]
        assert len(book) == len(model)
        for known, (uri_held, since) in model.items():
            lease = book.last(known)
            assert lease is not None
            assert (str(lease.registration.sip_uri), lease.accepted_at) == (uri_held, since)
            assert (book.active(known, at) == lease) is (at < since + 3600)


def test_a_lease_takes_less_than_500_bytes() -> None:
    # A million in less than 500 MB: each with its own number, all at a few TASes.
    count = 50_000
    book = RegistrationBook()
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for index in range(count):
            uri = f"sips:tas{index % 4}.example.com"
            book.upsert(Registration.parse(f"+47{40_000_000 + index}", uri, "LOOP_MO", "00", "99"), AT + index)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(book) == count
    assert (after - before) / count < 500
