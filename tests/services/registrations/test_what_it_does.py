"""What a registration does, as small pictures."""

import pytest

from sipbreakout_model import Registration, RouteType
from sipbreakout_tui.services.registrations.what_it_does import full_picture, heading, what_it_does

LOOP = ["caller ──1──▸ core ──2──▸ TAS", "callee ◂──4── core ◂──3── TAS"]
TWO = ["caller ──1──▸ core ──2──▸ callee", "                   ╰─3──▸ TAS"]
PLAIN = ["caller ──1──▸ core ──2──▸ callee", "as without a registration", "→ answered by the callee"]
MO, MT = "the TAS is asked for +00 4722222222", "the TAS is asked for +11 4711111111"
CALLEE, TAS = "→ answered by the callee", "→ answered by the TAS"
EXPECTED = {
    "LOOP": ([*LOOP, MO, CALLEE], [*LOOP, MT, CALLEE]),
    "LOOP_MO": ([*LOOP, MO, CALLEE], PLAIN),
    "LOOP_MT": (PLAIN, [*LOOP, MT, CALLEE]),
    "FORK": ([*TWO, MO, CALLEE], [*TWO, MT, CALLEE]),
    "FALLBACK": (PLAIN, [*TWO, MT, TAS]),
    "INGRESS": (PLAIN, ["TAS ──1──▸ core ──2──▸ callee", CALLEE]),
}


def registration(kind: str, number: str = "+4711111111") -> Registration:
    return Registration.parse(number, "sips:tas.example.com", kind, "00", "11")


@pytest.mark.parametrize("kind", [kind.name for kind in RouteType])
def test_each_type(kind: str) -> None:
    doings = what_it_does(registration(kind))
    assert tuple([str(line) for line in doing.lines] for doing in doings) == EXPECTED[kind]
    assert all(len(str(line)) <= 37 for doing in doings for line in doing.lines)


def test_titles_say_which_call() -> None:
    titles = {kind: what_it_does(registration(kind))[1].title for kind in ("LOOP", "FALLBACK", "INGRESS")}
    assert titles == {
        "LOOP": "It is called (MT)",
        "FALLBACK": "It is called (MT), no answer",
        "INGRESS": "The TAS calls it",
    }


def test_the_other_party_is_another_number() -> None:
    outgoing, _ = what_it_does(registration("LOOP", "+4722222222"))
    assert str(outgoing.flow.call.callee) == "+4733333333"


@pytest.mark.parametrize(
    ("in_force", "words"),
    [(True, "What it does"), (None, "if it is in force"), (False, "What it would do, if it were in force")],
)
def test_the_heading_says_whether_it_is_in_force(in_force: bool | None, words: str) -> None:
    assert words in heading(in_force)
    assert len(heading(in_force, short=True)) < 25


def test_whole_pictures_follow_one_another() -> None:
    text = "\n".join(map(str, full_picture(registration("FORK"), 72)))
    assert text.index("It calls (MO)") < text.index("+4722222222") < text.index("It is called (MT)")
    assert text.count("│ TAS") == 2
