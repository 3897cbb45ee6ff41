"""Reports of a trace as files."""

import json
from pathlib import Path

import pytest

from sipbreakout_model import InvalidValue
from sipbreakout_tui.services.traces.report import FORMS, report, write_report
from tests.services.tracing import lab, scripted
from tests.trace.traffic import loops, others


@pytest.mark.parametrize(
    ("form", "starts"),
    [
        ("html", "<!DOCTYPE html>"),
        ("text", "The TAS "),
        ("json", '{"calls"'),
        ("svg", "<?xml"),
        ("mermaid", "sequenceDiagram"),
    ],
)
def test_a_call_is_saved_in_every_form(form: str, starts: str, tmp_path: Path) -> None:
    with lab("loop_sid_dropped") as opened:
        path = tmp_path / "report"
        write_report(opened, opened.trace.diagnoses, form, path, redact=False)
        text = path.read_text(encoding="utf-8")
        assert text.startswith(starts)
        assert "4722222222" in text
        assert "4722222222" not in report(opened, opened.trace.diagnoses, form, redact=True)


def test_all_forms_are_offered() -> None:
    assert {form.name for form in FORMS} == {"html", "text", "json", "svg", "mermaid"}


def test_several_calls_are_one_report_where_the_form_can_show_them() -> None:
    with scripted(loops.returned, others.direct) as opened:
        calls = opened.trace.diagnoses
        assert len(json.loads(report(opened, calls, "json", redact=False))["calls"]) == 2
        assert report(opened, calls, "text", redact=False).startswith("call")
        with pytest.raises(InvalidValue, match="svg shows one call, and 2 were given"):
            report(opened, calls, "svg", redact=False)
        with pytest.raises(InvalidValue, match="'wav' is no form of a report"):
            report(opened, calls, "wav", redact=False)
