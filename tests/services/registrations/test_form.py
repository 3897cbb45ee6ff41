"""What is typed into the form, read."""

import pytest

from sipbreakout_model import Registration
from sipbreakout_tui.services.registrations.form import FormText, one_line, read_form, remarks, warnings
from sipbreakout_tui.services.registrations.listing import Row

WHOLE = FormText("+47 998 87-766", " sips:tas.example.com ", "LOOP_MT", "", "01")
NOW = 1_800_000_000.0


def row(registration: Registration, left: float) -> Row:
    texts = FormText.of(registration)
    return Row(
        *(texts.number, "core.example:443", texts.sip_uri, texts.route_type, texts.mo, texts.mt, "asserted"),
        *(NOW + left - 3600, NOW + left, 0, None, NOW, None, 3600.0),
    )


def test_a_number_may_be_written_with_spaces() -> None:
    reading = read_form(WHOLE)
    assert reading.registration == Registration.parse("+4799887766", "sips:tas.example.com", "LOOP_MT", "", "01")
    assert not reading.problems
    assert reading.registration is not None
    assert read_form(FormText.of(reading.registration)).registration == reading.registration


def test_each_field_has_its_own_complaint() -> None:
    reading = read_form(FormText("", "sip:x", "LOOP", "a", "1" * 17))
    assert reading.registration is None
    assert set(reading.problems) == {"number", "sip_uri", "mo", "mt"}
    assert reading.problems["number"] == "missing"
    assert "TLS" in reading.problems["sip_uri"]


@pytest.mark.parametrize("text", ["x" * 100_000, "\x1b]0;title\x07+47", "a\nb", "\u202e+47", ""])
def test_what_is_pasted_becomes_one_harmless_line(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert len(line) <= 300
    problems = read_form(FormText(line, line, "LOOP", line, line)).problems.values()
    assert all(problem.isprintable() and len(problem) <= 160 for problem in problems)


def test_remarks_say_what_becomes_of_what_is_there() -> None:
    held = Registration.parse("+4799887766", "sips:a.example", "FORK")
    wanted = read_form(WHOLE).registration
    assert wanted is not None
    other = Registration.parse("+4711111111", "sips:a.example", "FORK")
    assert remarks(wanted, None, None, NOW) == []
    assert remarks(wanted, None, row(held, -1), NOW) == []
    assert remarks(wanted, held, row(held, 10), NOW) == []
    assert "Replaces FORK sips:a.example" in remarks(wanted, None, row(held, 10), NOW)[0]
    assert "this refreshes it" in remarks(wanted, None, row(wanted, 10), NOW)[0]
    assert [said[:14] for said in remarks(wanted, other, row(held, 10), NOW)] == ["Another number", "Replaces FORK "]


def test_warnings_come_from_the_hazards_and_the_numbering_plan() -> None:
    said = " ".join(warnings(Registration.parse("+47111", "sips:10.0.0.1", "LOOP", "7", "7")))
    assert "too short for the plan of +47" in said
    assert "names its TAS by address" in said
