"""What SIP statuses mean."""

import itertools
import re
from collections import Counter

import pytest

from sipbreakout_model import (
    E164,
    RULES,
    Call,
    CalleeBehaviour,
    InvalidValue,
    Policy,
    Registration,
    RegistrationBook,
    RouteType,
    Scenario,
    ScenarioError,
    TasBehaviour,
    TasUri,
    UnmatchedReturn,
    route,
)
from sipbreakout_tui.diagram.words import PHRASES
from sipbreakout_tui.services.sip_code_table import CODES
from sipbreakout_tui.services.sip_codes import code_lines, code_list, code_object, sip_code, status_words

KNOWN = {code.status: code for code in CODES}
ONE, TWO, THREE = E164("+4711111111"), E164("+4722222222"), E164("+4733333333")

RFC_3261 = {
    *(100, 180, 181, 182, 183, 200, 300, 301, 302, 305, 380),
    *(400, 401, 402, 403, 404, 405, 406, 407, 408, 410, 413, 414, 415, 416, 420, 421, 423),
    *(480, 481, 482, 483, 484, 485, 486, 487, 488, 491, 493),
    *(500, 501, 502, 503, 504, 505, 513, 600, 603, 604, 606),
}
EXTENSIONS = {
    *(199, 202, 204, 422, 429, 430, 433, 436, 437, 438, 439, 440, 469, 470, 489, 494, 555, 580, 607, 608),
}


def _used_by_routing() -> set[int]:
    used = set()
    book = RegistrationBook()
    for kind, tas, callee, unmatched in itertools.product(RouteType, TasBehaviour, CalleeBehaviour, UnmatchedReturn):
        book.upsert(Registration(ONE, TasUri("tas.example"), kind, "00", "11"), None)
        book.upsert(Registration(TWO, TasUri("tas.example"), kind, "00", "11"), None)
        forwards_to = THREE if tas is TasBehaviour.FORWARDS else None
        try:
            scenario = Scenario(callee=callee, tas=tas, forwards_to=forwards_to)
            flow = route(Call(ONE, TWO, 0.0), book, scenario, Policy(unmatched_return=unmatched))
        except ScenarioError:
            continue
        used |= {leg.status for leg in flow.legs} | {flow.outcome.status}
    return {status for status in used if status is not None}


def test_every_status_of_rfc_3261_is_there_once_and_in_order() -> None:
    statuses = [code.status for code in CODES]
    assert statuses == sorted(set(statuses))
    assert set(statuses) >= RFC_3261 | EXTENSIONS


def test_every_status_that_routing_uses_has_its_place_here() -> None:
    used = _used_by_routing()
    assert used >= {200, 302, 403, 404, 408, 480, 483, 486, 487, 603}
    assert [status for status in used | set(PHRASES) if not KNOWN[status].here] == []


def test_phrases_agree_with_those_of_the_pictures() -> None:
    assert {status: KNOWN[status].phrase for status in PHRASES} == PHRASES


@pytest.mark.parametrize(
    ("status", "rule"),
    [
        (483, "R10"),
        (482, "R10"),
        (408, "R14"),
        (403, "R9"),
        (404, "R11"),
        (486, "R6"),
        (480, "R6"),
        (603, "R6"),
        (488, "V8"),
    ],
)
def test_the_rules_concerned_are_named(status: int, rule: str) -> None:
    assert re.search(rf"\b{rule}\b", KNOWN[status].here)


def test_only_rules_that_exist_are_named() -> None:
    for code in CODES:
        for rule in re.findall(r"\b[RV]\d+b?\b", f"{code.here} {code.look}"):
            assert rule in RULES, code.status


def test_texts_are_sentences_of_their_own() -> None:
    for code in CODES:
        for text in (code.meaning, code.here, code.look):
            assert not text or text[-1] in ".?"
        assert code.source.startswith("RFC ")
    repeated = [text for text, count in Counter(code.meaning for code in CODES).items() if count > 1]
    assert repeated == []


def test_a_status_is_told_in_lines() -> None:
    lines = code_lines(sip_code(" 483 "))
    assert lines[0] == "483  Too Many Hops"
    assert all(len(line) <= 98 and line.startswith("  ") for line in lines[1:])
    text = " ".join(line.strip() for line in lines)
    for part in (
        "Max-Forwards reached zero",
        "4xx: the request failed",
        "Here: The end of a loop",
        "Look for: The first",
    ):
        assert part in text
    assert lines[-1] == "  Source: RFC 3261 section 21.4.21"


def test_a_status_without_a_place_here_says_less() -> None:
    assert not [line for line in code_lines(KNOWN[405]) if "Here:" in line or "Look for:" in line]


def test_the_list_names_rules() -> None:
    lines = code_list()
    assert "483  Too Many Hops  (R9, R10)" in lines
    assert "405  Method Not Allowed" in lines


def test_a_status_as_an_object() -> None:
    found = code_object(KNOWN[405])
    assert (found["status"], found["phrase"], found["class"], found["here"]) == (
        405,
        "Method Not Allowed",
        "the request failed",
        None,
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("499", "499 is no status that is known here. All 4xx: the request failed, .*; treat it as 400"),
        ("299", "All 2xx: success"),
        ("777", "'777' is no SIP status: expected three digits from 100 to 699"),
        ("busy", "'busy' is no SIP status"),
        ("\u0664\u0668\u0663", "is no SIP status"),
    ],
)
def test_what_is_no_status_says_so(text: str, why: str) -> None:
    with pytest.raises(InvalidValue, match=why):
        sip_code(text)


def test_a_status_in_words() -> None:
    assert status_words(486) == "486 Busy Here"
    assert status_words(499) == "499"
