"""A message to read: what stands out, what is found, what differs."""

from hypothesis import given
from hypothesis import strategies as st

from sipbreakout_tui.services.traces.raw_text import MOST_COMPARED, MOST_HITS, difference, hits, parts_of

MESSAGE = [
    "INVITE sip:+4722222222@core.example.com SIP/2.0",
    "Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKabc;rport",
    "From: <sip:+4711111111@core.example.com>;tag=1",
    "Session-ID: 0796d53e642fddad849579ae5df86095",
    "Max-Forwards: 70",
    "",
    "v=0",
]


def marked(line: int) -> dict[str, str]:
    return {part.kind: MESSAGE[line][part.start : part.stop] for part in parts_of(MESSAGE)[line]}


def test_what_matters_stands_out() -> None:
    assert marked(0) == {"start": MESSAGE[0], "number": "+4722222222"}
    assert marked(1) == {"name": "Via:", "via": "branch=z9hG4bKabc"}
    assert marked(2) == {"name": "From:", "number": "+4711111111"}
    assert marked(3)["session"] == "0796d53e642fddad849579ae5df86095"
    assert marked(6) == {"body": "v=0"}


def test_a_search_finds_every_place_in_either_case() -> None:
    assert [(hit.line, hit.start) for hit in hits(MESSAGE, "SIP/2")] == [(0, 40), (1, 5)]
    assert len(hits(MESSAGE, "sip:")) == 2
    assert hits(MESSAGE, "[") == hits(MESSAGE, "") == []
    assert len(hits(["1" * 5000], "1")) == MOST_HITS


def test_a_difference_is_told_header_by_header() -> None:
    other = [*MESSAGE]
    other[0] = "INVITE sip:+004722222222@tas.example.com SIP/2.0"
    del other[3]
    other[3] = "Max-Forwards: 69"
    lines = list(difference(MESSAGE, other))
    assert [(line.sign, line.text) for line in lines] == [
        ("-", MESSAGE[0]),
        ("+", other[0]),
        (" ", MESSAGE[1]),
        (" ", MESSAGE[2]),
        ("-", MESSAGE[3]),
        ("-", "Max-Forwards: 70"),
        ("+", "Max-Forwards: 69"),
        (" ", ""),
        (" ", "v=0"),
    ]
    assert lines[5].changed == (14, 16)
    assert lines[4].changed is None


@given(st.lists(st.sampled_from(["A: 1", "A: 2", "B: 1", "", "x"])), st.lists(st.sampled_from(["A: 2", "B: 2", ""])))
def test_a_difference_loses_no_line(one: list[str], two: list[str]) -> None:
    lines = list(difference(one, two))
    assert [line.text for line in lines if line.sign != "+"] == one
    assert sorted(line.text for line in lines if line.sign != "-") == sorted(two)


def test_hostile_messages_do_not_hang() -> None:
    parts_of(["INVITE", "1" * 60_000, ": " * 30_000, "Via:" + "branch=" * 8_000])
    lines = list(difference(["a"] * 9_000, ["b"] * 9_000))
    assert lines[-1].text == f"… {9_000 - MOST_COMPARED} more lines are not compared"
