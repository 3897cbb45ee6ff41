"""Lab captures held against registrations that were not in force: what is said agrees with the legs all the same."""

import re
from functools import cache
from typing import Any, NamedTuple

import pytest

from sipbreakout_model import RouteType
from tests.trace.blackbox.command import DATA, diagnose, diagnose_packets, finding_ids, only_call, registration
from tests.trace.blackbox.lab import CALLEE, CALLER, KNOWN, packets_of

LOOPS = (RouteType.LOOP, RouteType.LOOP_MO, RouteType.LOOP_MT)
MADE_BY: dict[str, tuple[RouteType, ...]] = {
    **dict.fromkeys(KNOWN, LOOPS),
    "fork_bob_answers": (RouteType.FORK,),
    "fallback_busy": (RouteType.FALLBACK,),
    "fallback_noanswer": (RouteType.FALLBACK,),
    "expired": (),
}
"""The types that can have rung the TAS as the capture shows; none where it was not rung."""


class Held(NamedTuple):
    """A capture, and what it is held against."""

    name: str
    number: str
    kind: RouteType

    def __str__(self) -> str:
        return f"{self.name}, {self.kind} of the {'caller' if self.number == CALLER else 'callee'}"

    @property
    def applies(self) -> bool:
        return self.kind.applies_mo if self.number == CALLER else self.kind.applies_mt

    @property
    def agrees(self) -> bool:
        """Whether the registration explains the capture."""
        made_by = MADE_BY[self.name]
        if not made_by:
            return not self.applies or self.kind is RouteType.FALLBACK
        return self.applies and self.kind in made_by

    def registered(self, host: str = "tas.lab.test", prefix: str = "00") -> str:
        mo, mt = (prefix, "11") if self.number == CALLER else ("11", prefix)
        return registration(self.number, str(self.kind), mo=mo, mt=mt, host=host)


CROSS = [Held(name, number, kind) for name in KNOWN for number in (CALLER, CALLEE) for kind in RouteType]


@cache
def _found(held: Held, host: str = "tas.lab.test", prefix: str = "00") -> dict[str, Any]:
    return only_call(diagnose(DATA / f"{held.name}.pcap", held.registered(host, prefix)))


def _texts(call: dict[str, Any]) -> list[str]:
    return [call["verdict"]["text"], *(finding["text"] for finding in call["findings"])]


def _rung(name: str, party: str) -> list[int]:
    """Return the places of the legs on which the core rang a party."""
    legs = KNOWN[name].legs
    return [place for place, leg in enumerate(legs) if (leg.source, leg.target) == ("core", party)]


def _false_claims(held: Held, text: str) -> list[str]:
    """Return what a sentence claims and the capture, read by hand, does not show."""
    legs, by = KNOWN[held.name].legs, KNOWN[held.name].outcome[1]
    callee, tas = _rung(held.name, "callee"), _rung(held.name, "tas")
    answered = [place for place in tas if legs[place].status == 200]
    made_by = MADE_BY[held.name]
    true = {
        "The callee did not answer": bool(callee and tas) and callee[0] < tas[0] and legs[callee[0]].status != 200,
        "the TAS was rung and answered": bool(answered),
        "nobody else was rung": not callee,
        "first and has the call": by == "tas" and bool(answered),
        "itself": bool(answered) and not callee,
        "the core rang the callee directly": bool(callee) and not tas,
        "The call went as the registrations say": held.agrees,
        "both branches of a fork": RouteType.FORK in made_by,
        "An intended loop": by == "callee" and bool(tas) and tas[0] < callee[0],
        "nothing is wrong": by == "callee",
        "could not reach the TAS": held.name == "tls_untrusted",
        "(R5)": RouteType.FORK in made_by or " but " in text,
        "(R6)": RouteType.FALLBACK in made_by or " but " in text,
    }
    wrong = [claim for claim, holds in true.items() if claim in text and not holds]
    for claim in re.findall(r"say: answered by the (\w+)|otherwise: answered by the (\w+)", text):
        wrong += [f"answered by {party}" for party in claim if party and party.lower() != by]
    for met in re.findall(r"(\w+) of \+\d+ (?:was met again|sends the call)|registration of \+\d+ was met", text):
        wrong += [f"{met} was met"] if not held.agrees or met != str(held.kind) else []
    return wrong


@pytest.mark.parametrize("held", CROSS, ids=str)
def test_no_sentence_claims_what_the_legs_do_not_show(held: Held) -> None:
    call = _found(held)
    assert [claim for text in _texts(call) for claim in _false_claims(held, text)] == []


@pytest.mark.parametrize("held", CROSS, ids=str)
def test_what_the_legs_contradict_is_said_and_never_certain(held: Held) -> None:
    call = _found(held)
    verdict = call["verdict"]
    assert (verdict["confidence"] == "certain") == held.agrees, verdict
    said = verdict["id"] == "unexplained" or "registration-contradicted" in finding_ids(call)
    assert said != held.agrees


@pytest.mark.parametrize("held", [held for held in CROSS if MADE_BY[held.name] and not held.agrees], ids=str)
def test_the_registration_that_explains_it_is_named(held: Held) -> None:
    kind = MADE_BY[held.name][0]
    number = CALLEE if kind is RouteType.FALLBACK else CALLER
    hint = f"What was seen, {kind} of {number} at sips:tas.lab.test with prefix 00 would make"
    assert any(hint in text for text in _texts(_found(held)))


@pytest.mark.parametrize("held", [held for held in CROSS if MADE_BY[held.name] and held.applies], ids=str)
def test_a_tas_of_another_name_did_not_get_the_call(held: Held) -> None:
    call = _found(held, "other.example.com")
    verdict = call["verdict"]
    assert verdict["confidence"] != "certain"
    assert verdict["id"] == "unexplained" or "registration-contradicted" in finding_ids(call)
    text = " ".join(_texts(call))
    assert f"goes to tas.lab.test, but {held.kind} of {held.number} names other.example.com" in text
    assert text.count("other.example.com") == text.count("names other.example.com")


@pytest.mark.parametrize("held", [held for held in CROSS if MADE_BY[held.name] and held.agrees], ids=str)
def test_a_registration_with_another_prefix_did_not_make_the_call(held: Held) -> None:
    call = _found(held, prefix="77")
    verdict = call["verdict"]
    assert verdict["confidence"] != "certain"
    assert verdict["id"] == "unexplained" or "registration-contradicted" in finding_ids(call)
    assert "was met again" not in verdict["text"]
    assert any("with prefix 00 would make" in text for text in _texts(call))


def test_an_address_as_host_proves_nothing() -> None:
    call = only_call(diagnose(DATA / "loop.pcap", registration(CALLER, "LOOP", host="127.0.0.10")))
    assert (call["verdict"]["id"], call["verdict"]["confidence"]) == ("intended-loop", "certain")


@pytest.mark.parametrize(
    ("name", "frames", "verdict", "words"),
    [
        ("loop", 11, "intended-loop", "An intended loop so far: "),
        ("fork_bob_answers", 8, "as-predicted", "So far the call went as the registrations say. "),
    ],
)
def test_a_capture_that_ends_first_calls_nothing_well(
    name: str, frames: int, verdict: str, words: str, tmp_path: Any
) -> None:
    number, kind, mo, mt = KNOWN[name].registered
    call = only_call(diagnose_packets(tmp_path, packets_of(name)[:frames], registration(number, kind, mo=mo, mt=mt)))
    assert call["outcome"]["kind"] is None
    assert (call["verdict"]["id"], call["verdict"]["confidence"]) == (verdict, "likely")
    text = call["verdict"]["text"]
    assert text.startswith(words)
    assert text.endswith(". Its end is not in the capture")
    assert "nothing is wrong" not in text


@pytest.mark.parametrize(
    ("held", "ends"),
    [
        (Held("loop", CALLER, RouteType.LOOP), [False] * 4),
        (Held("fallback_noanswer", CALLEE, RouteType.FALLBACK), [False] * 3),
        (Held("loop", CALLER, RouteType.FORK), [False, False, False, True]),
        (Held("loop_tas_rejects", CALLER, RouteType.FORK), [True, False]),
        (Held("fallback_busy", CALLER, RouteType.FALLBACK), [True, False, False]),
    ],
    ids=str,
)
def test_a_leg_that_ended_otherwise_is_told_from_one_as_predicted(held: Held, ends: list[bool]) -> None:
    assert [leg["ended_otherwise"] for leg in _found(held)["legs"]] == ends
