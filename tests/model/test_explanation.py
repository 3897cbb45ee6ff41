"""What a flow says in words, and how two flows differ."""

import pytest

from sipbreakout_model import (
    Call,
    CalleeBehaviour,
    CallFlow,
    Registration,
    RegistrationBook,
    Scenario,
    TasBehaviour,
    difference,
    explain,
    route,
)
from sipbreakout_model.explanation import loop_sentence, outcome_sentence
from sipbreakout_model.sentences import duration

AT = 1_790_000_000.0


def flow_of(kind: str = "LOOP", scenario: Scenario | None = None, age: float = 60.0) -> CallFlow:
    book = RegistrationBook()
    book.upsert(Registration.parse("+4711111111", "sips:tas.example.com", kind, "00", "11"), AT - age)
    return route(Call.parse("+4711111111", "+4722222222", AT), book, scenario or Scenario())


def test_explain_says_legs_outcome_why_absent_and_assumptions() -> None:
    assert explain(flow_of(scenario=Scenario(tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID))) == [
        "Legs",
        "  1  caller → core  INVITE +4722222222    after 0 s  looped (483)  R4",
        "  2  core → TAS     INVITE +004722222222  after 0 s  looped (483)  R4, LOOP of +4711111111",
        "  3  TAS → core     INVITE +4722222222    after 0 s  looped (483)  R9, LOOP of +4711111111",
        "Outcome",
        "  looped (483): legs 2 to 3 repeat, 35 turns (70 legs), ended by 483 Too Many Hops",
        "Why",
        "  R1   the callee +4722222222 has no registration",
        "  R2   LOOP of the caller +4711111111 decides, 59 min to live",
        "  R7   mobile_originating_prefix 00 of +4711111111 tells the TAS why it is rung: +004722222222",
        "  R4   leg 2 goes to the TAS sips:tas.example.com because of LOOP of +4711111111",
        "  R9   leg 3 comes without the Session-ID of leg 2: the core does not know it",
        "  R9   the core takes leg 3 for a new call from the same caller",
        "  R9   LOOP of +4711111111 is met again by leg 3: the call loops",
        "  R10  Max-Forwards 70 at 2 hops a turn allows 35 turns, then 483",
        "Not there",
        "  R9   no leg 4 core→callee: leg 3 did not come back as the call it was",
        "Assumed",
        "  R9   a call from a TAS that the core cannot match: new_call",
    ]


def test_explain_leaves_out_empty_sections() -> None:
    lines = explain(flow_of())
    assert "Not there" not in lines
    assert "Assumed" not in lines


def test_expired_registration_is_named_with_its_age() -> None:
    text = "\n".join(explain(flow_of(age=3612)))
    assert "LOOP of the caller +4711111111 expired 12 s before" in text
    assert "no leg core→TAS" in text


def test_loop_without_bound_says_so() -> None:
    scenario = Scenario(tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID, resets_max_forwards=True)
    assert outcome_sentence(flow_of(scenario=scenario)) == ("looped: legs 2 to 3 repeat, and nothing bounds the turns")


def test_loop_that_max_forwards_never_lets_start_says_so() -> None:
    loop = flow_of(scenario=Scenario(tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID, max_forwards=1)).loop
    assert loop is not None
    assert loop_sentence(loop) == "legs 2 to 3 repeat not once in full: 483 Too Many Hops"


def test_loop_that_waits_says_for_how_long() -> None:
    book = RegistrationBook()
    book.upsert(Registration.parse("+4722222222", "sips:vm.example.com", "FALLBACK"), AT)
    scenario = Scenario(callee=CalleeBehaviour.SILENT, tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID)
    flow = route(Call.parse("+4711111111", "+4722222222", AT), book, scenario)
    assert outcome_sentence(flow) == (
        "looped (483): legs 2 to 4 repeat, 35 turns (105 legs, 17 min 30 s), ended by 483 Too Many Hops"
    )


def test_difference_names_legs_gained_and_lost_and_why() -> None:
    looped = flow_of(scenario=Scenario(tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID))
    mended = flow_of()
    change = difference(looped, mended)
    assert [(leg.number, leg.called) for leg in change.gained] == [(4, "+4722222222")]
    assert change.lost == ()
    assert change.outcome_changed
    assert {step.code for step in change.why} == {"returned", "rung"}
    assert "new_call" in {step.code for step in change.no_longer}
    assert "looped (483) → answered by the callee" in str(change)
    assert difference(mended, looped).lost == change.gained


def test_difference_of_equal_flows_is_false() -> None:
    change = difference(flow_of(), flow_of(age=120.0))
    assert not change
    assert str(change) == "no difference"
    assert change.why == change.no_longer == ()


def test_difference_with_other_legs_and_the_same_outcome() -> None:
    change = difference(flow_of("LOOP_MT"), flow_of("LOOP"))
    assert [leg.number for leg in change.gained] == [2, 3]
    assert change.lost == ()
    assert not change.outcome_changed
    assert "still answered by the callee" in str(change)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0 s"),
        (0.25, "250 ms"),
        (0.0001, "1 ms"),
        (12.9, "12 s"),
        (60.0, "1 min"),
        (2472.0, "41 min 12 s"),
        (3600.0, "1 h"),
        (7500.0, "2 h 5 min"),
    ],
)
def test_duration(seconds: float, words: str) -> None:
    assert duration(seconds) == words
