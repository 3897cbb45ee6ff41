"""The filter language of lists."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbreakout_model import InvalidValue
from sipbreakout_tui.services.filter import Filter

FIELDS = ("number", "type", "tas", "state", "words")
NOW = 1000.0


class Row:
    def __init__(self, ends: float | None = None, **fields: str) -> None:
        self._fields = fields
        self._ends = ends
        self.haystack = "\n".join(fields.values()).lower()

    def field(self, name: str, at: float) -> str | None:
        value = self._fields.get(name)
        return None if value is None else value.lower()

    def remaining(self, at: float) -> float | None:
        return None if self._ends is None else self._ends - at


ROW = Row(
    ends=NOW + 300,
    number="+4711111111",
    type="LOOP_MT",
    tas="sips:tas-b.example.com:5061",
    state="refused",
    words="not acceptable",
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", True),
        ("loop", True),
        ("LOOP_MT tas-b", True),
        ("loop fork", False),
        ("!fork", True),
        ("!loop", False),
        ("!!loop", True),
        ("type:loop", True),
        ("type:fork", False),
        ("!type:fork number:1111", True),
        ("sips:tas-b.example.com:5061", True),
        ("tas:sips:tas-b", True),
        ('"words:not acceptable"', True),
        ('words:"not acceptable"', True),
        ("words:", False),
        ("ttl:<10m", True),
        ("ttl:<299", False),
        ("ttl:>5m", False),
        ("ttl:>0.05h", True),
        ("!ttl:<10m", False),
        ("/^loop_m[ot]$/", False),
        ("/loop_m[ot]/", True),
        (r"/\+47\d{8}/", True),
        ("/", False),
        ("!", False),
        ('"open', False),
    ],
)
def test_grammar(text: str, found: bool) -> None:
    assert Filter(text, FIELDS).matches(ROW, NOW) is found


@pytest.mark.parametrize("text", ["tpye:loop", "ttl:10m", "ttl:<soon", "/(/", "!ttl:", "nothing:"])
def test_what_cannot_be_read_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        Filter(text, FIELDS)
    assert text.strip("!/").split(":")[0] in str(caught.value)


def test_life_that_is_not_known_matches_no_comparison() -> None:
    row = Row(number="+4711111111")
    assert not Filter("ttl:<10m", FIELDS).matches(row, NOW)
    assert not Filter("ttl:>0", FIELDS).matches(row, NOW)
    assert Filter("words:", FIELDS).matches(row, NOW)


@given(st.text(max_size=40))
def test_any_text_is_a_filter_or_refused_as_a_value(text: str) -> None:
    with suppress(InvalidValue):
        Filter(text, FIELDS).matches(ROW, NOW)
