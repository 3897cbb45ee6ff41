"""Numbers in all the forms that SIP gives them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipbreakout_model import E164
from sipbreakout_tui.trace.numbers import added, international, parsed, plain, same, stripped

DIGITS = st.text("0123456789", min_size=1, max_size=20)
SIGNED = st.tuples(st.sampled_from(["+", ""]), DIGITS).map("".join)


@pytest.mark.parametrize(
    ("number", "digits"),
    [("+4722222222", "4722222222"), ("004722222222", "4722222222"), ("22222222", "22222222"), ("112", "112")],
)
def test_forms_of_one_number_have_the_same_digits(number: str, digits: str) -> None:
    assert plain(number) == digits


def test_zeros_after_a_plus_are_no_dialling_code() -> None:
    """`00` is a plus only where no plus stands: `+0047…` is a prefixed number (R7)."""
    assert plain("+004722222222") == "004722222222"
    assert not same("+004722222222", "+4722222222")
    assert same("004722222222", "+4722222222")


def test_nothing_is_the_same_as_a_missing_number() -> None:
    assert not same(None, None)
    assert not same("+4722222222", None)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("004722222222", "+4722222222"),
        ("4722222222", "+4722222222"),
        ("22222222", "22222222"),  # too short to tell a country code
        ("112", "112"),
        ("00112", "+112"),
        ("*21#", "*21#"),
        ("0123456789012", "0123456789012"),  # no country code begins with 0
    ],
)
def test_a_plus_is_put_where_it_is_missing(number: str, shown: str) -> None:
    assert international(number) == shown


def test_a_number_becomes_what_the_model_takes() -> None:
    assert parsed("004722222222") == E164("+4722222222")
    assert parsed("112") == "112"


@pytest.mark.parametrize(
    ("number", "prefixes", "left", "count"),
    [
        ("+004722222222", ("00",), "+4722222222", 1),
        ("+00004722222222", ("00",), "+4722222222", 2),
        ("+00114722222222", ("00", "11"), "+4722222222", 2),
        ("+4722222222", ("00", "11"), "+4722222222", 0),
        ("004722222222", ("00",), "4722222222", 1),
        ("+0000", ("00",), "+00", 1),  # something must be left
        ("+4722222222", ("",), "+4722222222", 0),
        ("+9994722222222", ("999", "9"), "+4722222222", 1),
    ],
)
def test_prefixes_come_off_as_long_as_one_stands_there(
    number: str, prefixes: tuple[str, ...], left: str, count: int
) -> None:
    assert stripped(number, prefixes) == (left, count)


@settings(derandomize=True, deadline=None)
@given(SIGNED, st.lists(st.text("0123456789", max_size=4), max_size=3))
def test_what_is_stripped_can_be_put_back(number: str, prefixes: list[str]) -> None:
    left, count = stripped(number, tuple(prefixes))
    assert left.startswith("+") == number.startswith("+")
    assert number.removeprefix("+").endswith(left.removeprefix("+"))
    assert left.removeprefix("+")
    assert (left == number) == (count == 0)
    taken = len(number) - len(left)
    assert count <= taken <= 4 * count
    rest = left.removeprefix("+")
    assert not any(prefix and rest.startswith(prefix) and rest != prefix for prefix in prefixes)


@settings(derandomize=True, deadline=None)
@given(DIGITS, DIGITS)
def test_added_digits_are_found(prefix: str, number: str) -> None:
    assert added(f"+{prefix}{number}", f"+{number}") == prefix
    assert added(f"+{prefix}{number}", number) == prefix
    assert added(f"+{number}", f"+{prefix}{number}") is None
    assert added(f"+{number}", f"+{number}") is None


@settings(derandomize=True, deadline=None)
@given(SIGNED)
def test_a_number_is_the_same_as_itself_and_its_international_form(number: str) -> None:
    assert same(number, number)
    assert same(number, international(number))
    assert same(plain(number), number) or plain(number).startswith("00")
