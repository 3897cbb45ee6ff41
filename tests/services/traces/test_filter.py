"""The filter language over calls."""

import pytest

from sipbreakout_model import InvalidValue
from sipbreakout_tui.services.traces.filter import filtered
from tests.services.tracing import scripted
from tests.trace.blackbox.cases import LOOP
from tests.trace.traffic import loops, others


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", [1, 2, 3]),
        ("verdict:session-id-lost", [2]),
        ("!verdict:session-id-lost", [1, 3]),
        ("caller:+4711", [1, 2, 3]),
        ("callee:999", []),
        ("turns:3", [2]),
        ("turns:>0", [1, 2]),
        ("turns:<=1", [1, 3]),
        ("turns:<1", [3]),
        ("status:483", [2]),
        ("status:>=400", [2, 3]),
        ("status:>480 turns:>=3 !status:486", [2]),
        ("outcome:answered", [1]),
        ("outcome:looped", [2]),
        ("tas:TAS.lab", [1, 2]),
        ("tas:", [3]),
        ("intended", [1]),
        ("/busy|486/", [3]),
        ("lost", [2]),
        ("call-id:127.0.0.2", [1, 2, 3]),
    ],
)
def test_calls_are_chosen(text: str, numbers: list[int]) -> None:
    with scripted(loops.returned, loops.loop(), others.direct_callee_busy, registrations=LOOP) as opened:
        assert [diagnosis.case.seen.number for diagnosis in filtered(text, opened.trace.diagnoses)] == numbers


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("turns:many", "turns:many is not a comparison: expected turns:3, turns:>3 or turns:<=3"),
        ("status:>4xx", "status:>4xx is not a comparison"),
        ("ttl:<3m", "'ttl' is no field: expected caller, callee, verdict, outcome, tas, call-id, turns or status"),
        ("/(/", "is not a regular expression"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, why: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        filtered(text, [])
    assert why in str(raised.value)
