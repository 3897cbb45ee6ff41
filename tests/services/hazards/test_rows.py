"""The hazards of all registrations as rows, and what would be sent against one."""

import threading

import pytest

from sipbreakout_model import E164, InvalidValue, Registration, Severity
from sipbreakout_tui.config import Profile
from sipbreakout_tui.services.hazards import rows as hazards_module
from sipbreakout_tui.services.hazards.fix import dry_run
from sipbreakout_tui.services.hazards.rows import HazardRow, HazardSearch, SearchStopped, hazard_filter, hazard_text
from sipbreakout_tui.services.registrations.listing import Row
from tests.services.live import NOW

TAS = "sips:tas.example.com"
PROFILE = Profile("lab", "core.example:443")


def row(number: str, kind: str = "LOOP", mo: str = "60", mt: str = "61", left: float = 3600.0) -> Row:
    began = NOW + left - 3600
    return Row(number, "c:1", TAS, kind, mo, mt, "asserted", began, began + 3600, 0, None, began, None, 3600.0)


ROWS = [
    row("+4722222222", "LOOP_MT", "70", "61", 100.0),
    row("+4722222223", left=-5.0),
    row("+4722222224", "LOOP_MO", "62", "63"),
    Row("+4722222225", "c:1", TAS, "LOOP", "", "", "refused", None, None, 0, "no", NOW, None, None),
]


def found(rows: list[Row] = ROWS) -> list[HazardRow]:
    return HazardSearch().find(rows, NOW)


def known(number: E164) -> Registration | None:
    return next((each.registration() for each in ROWS if each.number == number.text and each.ttl), None)


def test_worst_first_and_only_what_is_known() -> None:
    rows = found()
    assert rows[0].hazard.id == "expired"
    severities = [each.hazard.severity for each in rows]
    assert severities == sorted(severities, reverse=True)
    assert not any("+4722222225" in each.haystack for each in rows)
    assert len({each.key for each in rows}) == len(rows)


def test_a_number_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(hazards_module, "number_problem", lambda number: asked.append(number.text))
    search = HazardSearch()
    assert [each.key for each in search.find(ROWS, NOW)] == [each.key for each in search.find(ROWS, NOW)]
    assert sorted(asked) == ["+4722222222", "+4722222224"]
    assert search.seconds > 0


def test_it_stops_and_tells_how_far_it_is() -> None:
    stop, told = threading.Event(), list[int]()
    many = [row(f"+47{40000000 + index}") for index in range(2000)]
    HazardSearch().find(many, NOW, stop=stop, told=told.append)
    assert told == [1000, 2000]
    stop.set()
    with pytest.raises(SearchStopped):
        HazardSearch().find(many, NOW, stop=stop)


def passing(text: str) -> list[str]:
    chosen = hazard_filter(text)
    return [each.hazard.id for each in found() if chosen.matches(each, NOW)]


def test_the_filter() -> None:
    assert passing("severity:error") == ["expired"]
    assert set(passing("id:expir")) == {"expired", "expiring"}
    assert "unseen-prefix" in passing("number:+4722222224")
    assert passing("id:expiring fix:sipbreakout text:refresh") == ["expiring"]
    with pytest.raises(InvalidValue, match="'tas' is no field: expected severity, id, number, text or fix"):
        hazard_filter("tas:x")


def hazard(id_: str, number: str) -> HazardRow:
    return next(each for each in found() if each.hazard.id == id_ and each.hazard.numbers[0].text == number)


def test_the_same_again_ends_what_ends() -> None:
    for id_, number in (("expired", "+4722222223"), ("expiring", "+4722222222")):
        run = dry_run(hazard(id_, number).hazard, known)
        assert run is not None
        assert run.before == run.after == known(E164(number))
        text = "\n".join(run.lines(PROFILE))
        assert f"sipbreakout upsert {number} --sip-uri {TAS}" in text
        assert "grpcurl -d " in text
        assert "(the same registration again)" in text


@pytest.mark.parametrize(
    ("number", "mo", "mt"), [("+4722222222", "", "61"), ("+4722222224", "62", "")], ids=["LOOP_MT", "LOOP_MO"]
)
def test_a_prefix_that_nobody_sees_is_emptied(number: str, mo: str, mt: str) -> None:
    run = dry_run(hazard("unseen-prefix", number).hazard, known)
    assert run is not None
    assert (run.after.mobile_originating_prefix, run.after.mobile_terminating_prefix) == (mo, mt)
    assert f"(in place of {run.before})" in "\n".join(run.lines(PROFILE))


def test_the_rest_is_for_somebody_to_choose() -> None:
    others = [each for each in found() if each.hazard.id not in ("expired", "expiring", "unseen-prefix")]
    assert others
    assert not any(dry_run(each.hazard, known) for each in others)
    assert dry_run(hazard("expired", "+4722222223").hazard, lambda _: None) is None


def test_as_text() -> None:
    text = hazard_text(hazard("expired", "+4722222223").hazard)
    assert text.startswith(f"{Severity.ERROR}: expired\nLOOP of +4722222223 expired 5 s ago")
    assert text.endswith("\n  +4722222223\n")
