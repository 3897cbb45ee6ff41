"""The text picture of a flow, line by line."""

from sipbreakout_model import Call, CalleeBehaviour, Registration, RegistrationBook, Scenario, TasBehaviour, route
from sipbreakout_tui.diagram.sequence import leg_sequence

AT = 1_790_000_000.0


def picture(*rows: tuple[str, ...], scenario: Scenario | None = None) -> list[str]:
    book = RegistrationBook()
    for number, kind, mo, mt in rows:
        book.upsert(Registration.parse(number, "sips:tas.example.com", kind, mo, mt), AT)
    return list(leg_sequence(route(Call.parse("+4711111111", "+4722222222", AT), book, scenario or Scenario())))


def test_nobody_registered() -> None:
    assert picture() == [
        " caller              core              callee",
        "    │─ 1 +4722222222 ─▸│                  │",
        "    │                  │─ 2 +4722222222 ─▸│",
    ]


def test_loop_is_bracketed_and_the_leg_never_made_is_dotted() -> None:
    scenario = Scenario(tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID)
    assert picture(("+4711111111", "LOOP", "00", "11"), scenario=scenario) == [
        " caller                core                  TAS                callee",
        "    │── 1 +4722222222 ──▸│                    │                    │",
        "    │                    │─ 2 +004722222222 ─▸│                    │ ◂─┐",
        "    │                    │◂── 3 +4722222222 ──│                    │ ──┘ × 35, then 483 Too Many Hops",
        "    │                    │┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈ no leg 4 ┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈▹│",
    ]


def test_loop_of_three_legs_without_bound() -> None:
    scenario = Scenario(
        callee=CalleeBehaviour.BUSY, tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID, resets_max_forwards=True
    )
    assert picture(("+4722222222", "FALLBACK", "", ""), scenario=scenario) == [
        " caller              core                TAS              callee",
        "    │─ 1 +4722222222 ─▸│                  │                  │",
        "    │                  │────────── 2 +4722222222 ───────────▸│ ◂─┐",
        "    │                  │─ 3 +4722222222 ─▸│                  │   │",
        "    │                  │◂─ 4 +4722222222 ─│                  │ ──┘ without end",
    ]


def test_leg_that_is_not_answered_says_how_it_ends() -> None:
    lines = picture(("+4722222222", "FALLBACK", "", ""), scenario=Scenario(callee=CalleeBehaviour.BUSY))
    assert lines[2].endswith("▸│  rejected (486)")


def test_ignored_registration_is_a_dotted_leg_without_number() -> None:
    lines = picture(("+4711111111", "LOOP_MT", "", ""))
    assert lines[-1] == "    │                  │┈┈┈┈┈ no leg ┈┈┈┈▹│                  │"
