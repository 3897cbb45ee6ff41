from dataclasses import fields, replace

import pytest

from sipbreakout_model import E164, Registration, RegistrationBook, route
from sipbreakout_tui.services.calls.question import (
    FIELD_WORDS,
    Asked,
    Question,
    ask,
    choice_words,
    differing,
    why_lines,
)

AT = 1_800_000_000.0
A = Registration.parse("+4711111111", "sips:tas.example.com", "LOOP", "00", "11")
B = Registration.parse("+4722222222", "sips:voicemail.example.com:5061", "FALLBACK", "", "22")
QUESTION = Question(A.number.text, B.number.text)
LOOPING = replace(QUESTION, tas="returns_without_session_id")


def book(*registrations: Registration) -> RegistrationBook:
    made = RegistrationBook()
    for registration in registrations or (A, B):
        made.upsert(registration, AT - 600)
    return made


def asked(question: Question, *registrations: Registration) -> Asked:
    return ask(question, AT, book(*registrations))


def test_a_finished_question_is_answered_as_route_does() -> None:
    answer = asked(QUESTION).answer
    assert answer is not None
    assert answer.flow == route(answer.case.call, book())
    assert answer.fix is None
    assert answer.stopgap is None


def test_every_field_has_a_name() -> None:
    assert set(FIELD_WORDS) == {each.name for each in fields(Question)}


@pytest.mark.parametrize("question", [Question(), replace(QUESTION, caller=" "), replace(QUESTION, callee="")])
def test_an_unfinished_question_has_neither_answer_nor_problem(question: Question) -> None:
    assert asked(question) == Asked(None)


@pytest.mark.parametrize(
    ("field", "text", "problem"),
    [
        ("caller", "bob", "expected +4711111111, 112 or anonymous"),
        ("caller", "+0711", "expected +4711111111, 112 or anonymous"),
        ("callee", "anonymous", "expected +4722222222 or 112"),
        ("callee", "\x1b[31m+47", "expected +4722222222 or 112"),
        ("placed_by", "sip:tas.example.com", "'sip:tas.example.com'"),
        ("hops_per_turn", "0", "expected a whole number from 1 to 999999"),
        ("hops_per_turn", "²", "expected a whole number from 1 to 999999"),
        ("hops_per_turn", "9" * 5000, "expected a whole number from 1 to 999999"),
        ("max_forwards", "256", "expected a whole number from 1 to 255"),
        ("max_forwards", "0", "expected a whole number from 1 to 255"),
        ("max_forwards", "", "expected a whole number from 1 to 255"),
    ],
)
def test_what_is_wrong_stands_at_its_field(field: str, text: str, problem: str) -> None:
    found = asked(replace(QUESTION, **{field: text}))  # type: ignore[arg-type]
    assert found.answer is None
    assert list(found.problems) == [field]
    assert problem in found.problems[field]
    assert found.problems[field].isprintable()


@pytest.mark.parametrize(("text", "problem"), [("", "to which number?"), ("112", "'112' is not an E.164 number")])
def test_a_tas_that_forwards_needs_a_number(text: str, problem: str) -> None:
    found = asked(replace(QUESTION, tas="forwards", forwards_to=text))
    assert problem in found.problems["forwards_to"]


def test_a_number_to_forward_to_does_not_matter_where_no_tas_forwards() -> None:
    assert asked(replace(QUESTION, forwards_to="nonsense")).answer is not None


def test_what_the_tas_cannot_do_stands_at_its_field() -> None:
    fork = replace(A, route_type=type(A.route_type).FORK)
    found = asked(replace(QUESTION, tas="redirects"), fork)
    assert list(found.problems) == ["tas"]
    assert "FORK" in found.problems["tas"]
    busy = replace(QUESTION, callee_does="busy", tas="forwards", forwards_to=B.number.text, fallback_tas="redirects")
    assert list(asked(busy).problems) == ["fallback_tas"]


@pytest.mark.parametrize("caller", ["anonymous", "112", "Anonymous", " anonymous "])
def test_a_caller_may_be_withheld_or_short(caller: str) -> None:
    answer = asked(replace(QUESTION, caller=caller)).answer
    assert answer is not None
    assert answer.case.call.caller is None


def test_a_short_number_may_be_called() -> None:
    answer = asked(replace(QUESTION, callee="112")).answer
    assert answer is not None
    assert answer.case.call.callee == "112"


@pytest.mark.parametrize(
    ("caller", "said"),
    [
        ("4711111111", "no plus: write +4711111111, or anonymous"),
        ("004711111111", "no plus: write +4711111111, or anonymous"),
        ("01111111", "no plus: write it with plus and country code, as in +4711111111, or anonymous"),
    ],
)
def test_a_caller_without_plus_is_a_typing_error(caller: str, said: str) -> None:
    found = asked(replace(QUESTION, caller=caller))
    assert (found.answer, found.problems, found.notes) == (None, {"caller": said}, {})


def test_a_missing_plus_and_too_many_digits_are_noted() -> None:
    assert asked(replace(QUESTION, callee="4722222222")).notes == {"callee": "no plus: meets nothing; +4722222222?"}
    assert asked(replace(QUESTION, callee="004722222222")).notes["callee"].endswith("+4722222222?")
    assert asked(replace(QUESTION, callee="02222222")).notes["callee"] == "no plus: meets nothing"
    assert asked(replace(QUESTION, callee="+4722222222222222")).notes == {"callee": "more than the 15 digits of E.164"}
    assert asked(replace(QUESTION, callee="113")).notes == {}


def test_a_loop_has_the_fix_of_the_vendor_and_what_we_can_do_at_once() -> None:
    answer = asked(LOOPING).answer
    assert answer is not None
    assert answer.fix is not None
    assert answer.stopgap is not None
    assert answer.fix.owner.value == "tas_vendor"
    to_register = answer.to_register
    assert to_register is not None
    assert to_register.number == A.number
    after = ask(LOOPING, AT, book(to_register, B)).answer
    assert after is not None
    assert after.flow.loop is None
    assert answer.to_delete is None


def test_the_fix_that_refreshes_is_registered() -> None:
    late = ask(QUESTION, AT + 3300, book()).answer
    assert late is not None
    assert late.to_register == A
    assert late.stopgap is None


def test_the_lines_say_all_that_explain_says_each_with_its_rule() -> None:
    answer = asked(LOOPING).answer
    assert answer is not None
    lines = why_lines(answer)
    assert (lines[0].kind, lines[0].rule) == ("bad", None)
    assert "35 turns" in lines[0].text
    assert [line.text for line in lines if line.kind == "step"] == [str(step) for step in answer.flow.steps]
    assert [line.text for line in lines if line.kind == "absent"] == [str(absent) for absent in answer.flow.absent]
    assert [line.text for line in lines if line.kind == "heading"] == [
        "Not there",
        "Assumed",
        "Smallest fix, by the TAS vendor",
        "At once, on our side",
    ]
    assert all(line.rule for line in lines if line.kind in ("step", "absent", "assumed"))


def test_a_call_as_it_should_be_has_a_good_line_and_no_fix() -> None:
    answer = asked(QUESTION).answer
    assert answer is not None
    lines = why_lines(answer)
    assert lines[0] == ("good", "answered by the callee", None)
    assert not [line for line in lines if line.kind == "fix"]


def test_what_is_unusual_is_said_in_words() -> None:
    assert differing(QUESTION) == []
    unusual = replace(LOOPING, max_forwards="20", resets_max_forwards=True, fallback_tas="returns_with_prefix")
    assert differing(unusual) == ["fallback TAS returns with prefix", "Max-Forwards 20", "TAS resets it yes"]


def test_choices_read_as_words() -> None:
    assert choice_words("returns_without_session_id") == "returns without Session-ID"


def test_an_answer_that_needs_nothing_registers_nothing() -> None:
    answer = asked(QUESTION).answer
    assert answer is not None
    assert answer.to_register is None
    assert answer.to_delete is None
    assert answer.case.call.caller == E164("+4711111111")
