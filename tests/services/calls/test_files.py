from pathlib import Path

import pytest

from sipbreakout_model import Call
from sipbreakout_tui.services.calls.files import FORMS, Form, save_call, suggested_name
from sipbreakout_tui.services.result_files import NotWritten
from tests.services.calls.test_question import LOOPING
from tests.services.calls.test_text import answered

BEGINS = {
    "svg": b"<?xml",
    "png": b"\x89PNG",
    "pdf": b"%PDF",
    "mermaid": b"sequenceDiagram",
    "text": b"+4711111111 calls",
}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_each_form_is_written(form: Form, tmp_path: Path) -> None:
    path = tmp_path / f"call{form.suffix}"
    save_call(answered(LOOPING), form, path)
    assert BEGINS[form.name] in path.read_bytes()[:400]
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_what_cannot_be_written_says_where(tmp_path: Path) -> None:
    with pytest.raises(NotWritten, match="nowhere"):
        save_call(answered(LOOPING), FORMS[-1], tmp_path / "nowhere" / "call.txt")


def test_names_are_those_of_the_numbers() -> None:
    svg = FORMS[0]
    assert suggested_name(Call.parse("+4711111111", "+4722222222", 0.0), svg) == "call-4711111111-4722222222.svg"
    assert suggested_name(Call.parse("anonymous", "*21#", 0.0), svg) == "call-anonymous-21.svg"
    assert suggested_name(Call.parse(None, "*#", 0.0), svg) == "call-anonymous-short.svg"
