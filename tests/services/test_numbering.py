"""What is wrong with a number, by its country's plan."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbreakout_model import E164
from sipbreakout_tui.services.numbering import number_problem, spaced


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("+4740612345", None),
        ("+442071838750", None),
        ("+12015550123", None),
        ("+5491123456789", None),
        ("+393123456789", None),
        ("+390236618300", None),
        ("+999000000001", "no country code begins it"),
        ("+47", "it is too short for any country"),
        ("+47112", "it is too short for the plan of +47"),
        ("+4711111111", "it is not a valid number in the plan of +47"),
        ("+4740612345678", "it is too long for the plan of +47"),
        ("+47406123456789012345", "it is too long for any country"),
        ("+4402071838750", "the plan of +44 reads it as +442071838750: is a national prefix left in it?"),
        ("+12015550", "it is too short for the plan of +1"),
        ("+1112", "it is too short for the plan of +1"),
    ],
)
def test_examples(number: str, problem: str | None) -> None:
    assert number_problem(E164(number)) == problem


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_the_plans_own_example_is_valid(region: str) -> None:
    example = phonenumbers.example_number(region)
    assert example is not None
    text = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert number_problem(E164(text)) is None


@given(st.from_regex(r"\+[1-9][0-9]{1,31}", fullmatch=True))
def test_every_number_is_judged(text: str) -> None:
    problem = number_problem(E164(text))
    assert problem is None or problem.isprintable()


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+4722222222", "+47 22 22 22 22"),
        ("+12025550142", "+1 202 555 0142"),
        ("+999123", "+999123"),
        ("+4704712345", "+47 04712345"),
        ("+33" + "1" * 30, "+33" + "1" * 30),
    ],
)
def test_numbers_are_spaced_and_lose_no_digit(number: str, shown: str) -> None:
    assert spaced(number) == shown
