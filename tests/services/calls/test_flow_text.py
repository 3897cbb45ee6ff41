"""The text of a flow: title, explanation, fix."""

import pytest

from sipbreakout_model import Call, RegistrationBook, Scenario, TasBehaviour, explain, route, smallest_fix
from sipbreakout_model.registration import Registration
from sipbreakout_tui.services.calls.flow_text import flow_lines, flow_title

AT = 1795348800.0


@pytest.mark.parametrize(
    ("caller", "callee", "placed_by", "title"),
    [
        ("+4711111111", "112", None, "+4711111111 calls 112 at 2026-11-22 12:00:00+00:00: answered by the callee"),
        (None, "+4711111111", None, "anonymous calls +4711111111 at 2026-11-22 12:00:00+00:00: answered by the TAS"),
        (
            "+4722222222",
            "+4733333333",
            "sips:a.example",
            "+4722222222 calls +4733333333, placed by sips:a.example, at 2026-11-22 12:00:00+00:00: answered by the "
            "callee",
        ),
    ],
)
def test_title(caller: str | None, callee: str, placed_by: str | None, title: str) -> None:
    book = RegistrationBook()
    book.upsert(Registration.parse("+4711111111", "sips:a.example", "LOOP_MT"), None)
    flow = route(Call.parse(caller, callee, AT, placed_by), book, Scenario(tas=TasBehaviour.ANSWERS))
    assert flow_title(flow, utc=True) == title
    assert flow_lines(flow, utc=True) == [title, *explain(flow)]


def test_fix_comes_last() -> None:
    book = RegistrationBook()
    book.upsert(Registration.parse("+4711111111", "sips:a.example", "LOOP"), None)
    call, scenario = Call.parse("+4711111111", "+4722222222", AT), Scenario(tas=TasBehaviour.UNREACHABLE)
    flow, fix = route(call, book, scenario), smallest_fix(call, book, scenario)
    assert fix is not None
    lines = flow_lines(flow, fix)
    assert lines[-4:] == ["Fix", f"  {fix.text}", "  Then: answered by the callee", f"  {fix.affects}"]
