import shlex
from dataclasses import replace

import pytest

from sipbreakout_model import E164, RegistrationBook
from sipbreakout_tui.services.calls.question import Answer, Question, ask
from sipbreakout_tui.services.calls.text import answer_text, explain_command, leg_count, leg_words, standing
from sipbreakout_tui.services.number_index import NumberIndex
from tests.services.calls.test_question import AT, LOOPING, QUESTION, A, B, book


def answered(question: Question) -> Answer:
    answer = ask(question, AT, book()).answer
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("number", "at", "kept", "kind", "text"),
    [
        (A.number, AT, False, "in force", "LOOP, 50:00 left"),
        (A.number, AT, True, "in force", "LOOP, 50:00 left, kept"),
        (A.number, AT + 2900, False, "expiring", "LOOP, 01:40 left"),
        (A.number, AT + 2900, True, "in force", "LOOP, 01:40 left, kept"),
        (A.number, AT + 3120, False, "out of force", "LOOP, expired 02:00 before"),
        (A.number, AT + 11000, False, "out of force", "LOOP, expired 2 h 13 min before"),
        (A.number, AT - 660, False, "out of force", "LOOP, accepted 01:00 later"),
        (E164("+4733333333"), AT, False, "none", "not registered"),
        ("112", AT, False, "none", "short number: meets nothing"),
        (None, AT, False, "none", "withheld: meets nothing"),
    ],
)
def test_how_a_number_stands(number: E164 | str | None, at: float, kept: bool, kind: str, text: str) -> None:
    assert standing(book(), number, at, kept=kept) == (kind, text)


def test_a_lease_without_time_stands_without_end() -> None:
    timeless = RegistrationBook()
    timeless.upsert(A, None)
    assert standing(timeless, A.number, AT) == ("in force", "LOOP")


def test_each_leg_says_everything() -> None:
    flow = answered(QUESTION).flow
    assert leg_count(flow) == 6
    assert leg_words(flow, 1) == [
        "Leg 2  core → TAS sips:tas.example.com",
        "INVITE sip:+004722222222@tas.example.com, prefix 00  ·  after 0 s  ·  answered (200 OK)  ·  "
        "by R4, LOOP of +4711111111",
    ]
    assert leg_words(flow, 5)[0] == "No leg 5  core → TAS 2 sips:voicemail.example.com:5061"
    assert leg_words(flow, 4)[1].endswith("decides (R2)")


def test_a_leg_of_a_loop_says_how_often() -> None:
    assert "goes round 35 times, then 483 Too Many Hops" in leg_words(answered(LOOPING).flow, 2)[1]
    unbound = answered(replace(LOOPING, resets_max_forwards=True))
    assert "goes round without end" in leg_words(unbound.flow, 2)[1]


def test_the_text_to_copy_has_the_explanation_the_fixes_and_the_diagram() -> None:
    text = answer_text(answered(LOOPING))
    for part in ("+4711111111 calls +4722222222", "R9 ", "At once", "instead of LOOP", "│ caller"):
        assert part in text


def test_the_command_has_what_is_unusual_only() -> None:
    words = shlex.split(explain_command(LOOPING, AT))
    assert words[:4] == ["sipbreakout", "explain", "+4711111111", "+4722222222"]
    assert words[-4:] == ["--at", "2027-01-15T08:00:00.000Z", "--tas", "returns-without-session-id"]
    forwarding = replace(QUESTION, tas="forwards", forwards_to=B.number.text, resets_max_forwards=True)
    assert shlex.split(explain_command(forwarding, AT))[-5:] == [
        *("--tas", "forwards", "--forwards-to", "+4722222222"),
        "--resets-max-forwards",
    ]
    assert "--forwards-to" not in explain_command(replace(QUESTION, forwards_to="+47"), AT)


def test_pasted_text_is_quoted() -> None:
    assert "'; rm -rf ~'" in explain_command(replace(QUESTION, placed_by="; rm -rf ~"), AT)


def test_numbers_are_completed_from_those_known() -> None:
    index = NumberIndex(["+4722222222", "+4711111111", "+4711111112", "+47111111"])
    assert len(index) == 4
    assert index.starting("+471111111") == "+4711111111"
    assert index.starting("+47111111") == "+4711111111"
    assert index.starting("+4722222222") is None
    assert index.starting("+48") is None
    assert index.starting("") is None
