"""E.164 numbers: what is one, what is none, and that text and value are the same thing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipbreakout_model import E164, InvalidNumber, InvalidValue, SipBreakoutError

EXAMPLES = settings(max_examples=200, derandomize=True, deadline=None)

valid = st.from_regex(r"\+[1-9][0-9]{1,31}", fullmatch=True)


@given(valid)
@EXAMPLES
def test_round_trip(text: str) -> None:
    number = E164(text)
    assert str(number) == text
    assert E164.parse(str(number)) == number
    assert hash(E164.parse(text)) == hash(number)
    assert number.digits == text[1:]
    assert eval(repr(number), {"E164": E164}) == number


@given(valid, valid)
@EXAMPLES
def test_equal_only_if_the_text_is(one: str, other: str) -> None:
    assert (E164(one) == E164(other)) is (one == other)


@given(st.text(max_size=40))
@EXAMPLES
def test_any_other_text_is_refused(text: str) -> None:
    form = text[:1] == "+" and 2 <= len(text) - 1 <= 32 and set(text[1:]) <= set("0123456789") and text[1] != "0"
    if form:
        assert str(E164(text)) == text
    else:
        with pytest.raises(InvalidNumber):
            E164(text)


@pytest.mark.parametrize("digits", [8, 15, 16, 31, 32])
def test_more_digits_than_e164_are_taken_and_marked(digits: int) -> None:
    number = E164("+" + "4" * digits)
    assert number.exceeds_e164 is (digits > 15)


BAD = {
    "empty": "",
    "plus only": "+",
    "33 digits": "+" + "4" * 33,
    "no plus": "4711111111",
    "00 for the plus": "004711111111",
    "country code 0": "+0047112334455",
    "short": "112",
    "short with plus and letter": "+11a",
    "space inside": "+47 11111111",
    "space before": " +4711111111",
    "space behind": "+4711111111 ",
    "trailing newline": "+4711111111\n",
    "carriage return": "+4711111111\r\n",
    "NUL": "+4711111111\0",
    "hyphens": "+47-11-11-11-11",
    "two pluses": "++4711111111",
    "full-width digits": "+４７１１１１１１１１",
    "arabic digits": "+47١١١١١١١١",
    "full-width plus": "＋4711111111",
    "superscript": "+471111111²",
    "tel URI": "tel:+4711111111",
    "underscore": "+47_11111111",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_the_error_shows_the_value_and_what_is_expected(text: str) -> None:
    with pytest.raises(InvalidNumber) as caught:
        E164.parse(text)
    message = str(caught.value)
    assert repr(text) in message
    assert "+4711111111" in message.replace(repr(text), ""), "an example of what is expected"
    assert isinstance(caught.value, InvalidValue)
    assert isinstance(caught.value, SipBreakoutError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("value", [None, 4711111111, b"+4711111111", ["+4711111111"]], ids=repr)
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(InvalidNumber, match=r"4711111111|None"):
        E164(value)  # type: ignore[arg-type]


def test_a_number_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        E164("+4711111111").text = "+4722222222"  # type: ignore[misc]
