"""The order of verdicts, other readings, confidence, and what one side alone shows."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from docs.diagnosis_page import VERDICTS as SHOWN
from docs.diagnosis_page import diagnosed as shown_diagnosis
from sipbreakout_model import LegMatch, PrefixReading, Scenario, UnmatchedReturn
from sipbreakout_tui.trace.capture import PacketFile
from sipbreakout_tui.trace.diagnosis import diagnose
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.linking import Confidence
from sipbreakout_tui.trace.trace import read_trace
from tests.trace.blackbox.cases import LOOP, LOOP_CASES, LOST_CASES, OTHER_CASES, REGISTRATION_CASES
from tests.trace.blackbox.command import registration
from tests.trace.hearing import knowledge, only, understood
from tests.trace.traffic import loops, others, rewriting
from tests.trace.traffic.pcap import Packet, datagram, write_pcap
from tests.trace.traffic.script import CALLEE, CALLER, Lab, fail, talk

IN_ORDER = [
    "session-id-lost",
    "forward-loop",
    "loop-detected",
    "prefix-left-on",
    "caller-changed",
    "return-refused",
    "media-refused",
    "tas-unreachable",
    "tas-rejected",
    "tas-redirected",
    "no-return",
    "tas-silent",
    "tas-answered",
    "forwarded",
    "tas-hunted",
    "transferred",
    "fork-won-by-tas",
    "fallback-taken",
    "caller-cancelled",
    "registration-expired",
    "registration-not-in-force",
    "no-registration",
    "other-direction",
    "retry-not-loop",
    "intended-loop",
    "as-predicted",
    "unexplained",
]
"""The ids as the order of precedence has them, word by word."""

TAS = "127.0.0.10"


def test_the_documentation_shows_every_verdict_in_order() -> None:
    assert [shown.verdict for shown in SHOWN] == IN_ORDER


def test_verdicts_are_asked_in_order_of_precedence() -> None:
    """Each check answers with one id on every call of the documentation, and stands where the id stands."""
    answers: list[set[str]] = [set() for _ in diagnose.VERDICTS]
    for shown in SHOWN:
        case = shown_diagnosis(shown).case
        for check, ids in zip(diagnose.VERDICTS, answers, strict=True):
            finding = check(case)
            ids.update(() if finding is None else (finding.id,))
    assert [sorted(ids) for ids in answers] == [[name] for name in IN_ORDER[:-1]]


@pytest.mark.parametrize("name", [*LOOP_CASES, *LOST_CASES, *OTHER_CASES, *REGISTRATION_CASES])
def test_the_verdict_is_the_first_that_applies(name: str, tmp_path: Path) -> None:
    cases = {**LOOP_CASES, **LOST_CASES, **OTHER_CASES, **REGISTRATION_CASES}
    lab = Lab()
    cases[name].scene(lab)
    known = cases[name].registrations
    with PacketFile(write_pcap(tmp_path / "call.pcap", lab.wire.packets)) as source:
        found = only(read_trace([source], knowledge(known) if known else None))
    places = [IN_ORDER.index(item.id) for item in found.findings if item.id in IN_ORDER]
    assert places == sorted(places)
    assert found.findings[0] is found.verdict
    assert len(places) == len(set(places))
    messages = len(found.case.messages)
    assert all(0 <= row < messages for item in found.findings for row in item.rows)


PRESENT = registration(CALLER, "LOOP_MT", mo="77", mt="88") + registration(CALLEE, "LOOP_MT", mo="22", mt="33")
"""R7: both are registered, and the caller's does not apply: the readings differ."""


@pytest.mark.parametrize(
    ("prefix", "reading"), [("33", PrefixReading.CAUSE), ("22", PrefixReading.PRESENCE)], ids=["cause", "presence"]
)
def test_either_reading_of_the_prefix_table_is_as_predicted(prefix: str, reading: PrefixReading) -> None:
    lab = Lab()
    talk(*loops.round_trip(lab, prefix=prefix))
    found = only(understood(lab.wire.packets, PRESENT))
    assert found.verdict.id == "intended-loop"
    assert found.case.prediction.policy.prefix_reading is reading
    assert {pair.match for pair in found.case.pairs} == {LegMatch.AS_PREDICTED}
    assert any(reading.value in text.lower() or reading.name in text for text in found.assumptions), found.assumptions


def test_a_prefix_of_no_reading_is_a_different_number() -> None:
    lab = Lab()
    talk(*loops.round_trip(lab, prefix="77"))
    found = only(understood(lab.wire.packets, PRESENT))
    assert found.verdict.id == "unexplained"
    assert found.case.pairs[1].match is LegMatch.DIFFERENT_NUMBER
    assert found.case.prediction.policy.prefix_reading is PrefixReading.CAUSE


def test_a_core_that_refuses_unknown_returns_is_a_reading_too() -> None:
    lab = Lab()
    loops.returned_without_session_and_refused(lab)
    found = only(understood(lab.wire.packets, LOOP))
    assert found.verdict.id == "session-id-lost"
    assert found.case.prediction.policy.unmatched_return is UnmatchedReturn.REJECT
    assert found.case.fits


def side(packets: Sequence[Packet], *, tas: bool) -> list[Packet]:
    """Return the packets between core and TAS, or the others."""
    chosen = []
    for packet in packets:
        seen = datagram(packet)
        assert seen is not None
        if (TAS in (seen.source.host, seen.target.host)) == tas:
            chosen.append(packet)
    return chosen


HABITS = [{}, {"core_b2bua": True, "tas_b2bua": True}]


def one_side(scene: loops.Scene, registrations: str | None, habits: dict[str, bool], *, tas: bool) -> Diagnosis:
    lab = Lab(**habits)  # type: ignore[arg-type]
    scene(lab)
    return only(understood(side(lab.wire.packets, tas=tas), registrations))


@pytest.mark.parametrize("prefix", ["00", "47", "4"])
@pytest.mark.parametrize("whole", [True, False], ids=["whole", "TAS side"])
def test_of_a_prefix_that_the_number_begins_with_no_more_comes_off_than_was_put_on(prefix: str, whole: bool) -> None:
    """Prefixes are taken off repeatedly, and yet the country code stays."""
    lab = Lab()
    talk(*loops.round_trip(lab, prefix=prefix))
    packets = lab.wire.packets if whole else side(lab.wire.packets, tas=True)
    found = only(understood(packets, registration(CALLER, "LOOP", mo=prefix)))
    assert found.verdict.id == "intended-loop", found.verdict.text
    assert [item.id for item in found.findings] == ["intended-loop"]
    assert found.case.seen.callee == CALLEE
    assert found.case.prediction.scenario == Scenario()


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "TAS side"])
def test_the_prefixes_of_others_stay_on(whole: bool) -> None:
    """Only the prefixes of the registration concerned come off: somebody else's is this number's country code."""
    lab = Lab()
    loops.returned(lab)
    packets = lab.wire.packets if whole else side(lab.wire.packets, tas=True)
    found = only(understood(packets, LOOP + registration("+4799999999", "LOOP", mo="47", mt="2")))
    assert found.case.seen.callee == CALLEE
    assert found.verdict.id == "intended-loop", found.verdict.text


@pytest.mark.parametrize("habits", HABITS, ids=["proxies", "b2buas"])
def test_from_the_subscribers_side_the_legs_to_the_tas_are_named_as_hidden(habits: dict[str, bool]) -> None:
    found = one_side(loops.returned, LOOP, habits, tas=False)
    assert found.verdict.id == "unexplained"
    assert "legs 2 and 3 cannot be seen from this capture point" in found.verdict.text
    assert [pair.match for pair in found.case.pairs].count(LegMatch.NOT_VISIBLE) == 2
    assert LegMatch.MISSING not in {pair.match for pair in found.case.pairs}
    assert found.confidence is Confidence.POSSIBLE


@pytest.mark.parametrize("habits", HABITS, ids=["proxies", "b2buas"])
def test_from_the_tas_s_side_the_subscribers_legs_are_hidden(habits: dict[str, bool]) -> None:
    found = one_side(loops.returned, LOOP, habits, tas=True)
    assert [pair.match for pair in found.case.pairs].count(LegMatch.NOT_VISIBLE) == 2
    assert LegMatch.MISSING not in {pair.match for pair in found.case.pairs}
    assert found.verdict.id == "intended-loop"
    assert found.confidence <= Confidence.LIKELY
    assert (found.case.seen.caller, found.case.seen.callee) == (CALLER, CALLEE)


@pytest.mark.parametrize("habits", HABITS, ids=["proxies", "b2buas"])
@pytest.mark.parametrize("known", [LOOP, None], ids=["known", "inferred"])
def test_from_the_tas_s_side_a_loop_is_still_one(habits: dict[str, bool], known: str | None) -> None:
    """Only the addresses of core and TAS are in the capture."""
    found = one_side(loops.loop(turns=6), known, habits, tas=True)
    assert (found.verdict.id, len(found.case.seen.to_tas)) == ("session-id-lost", 6)


def test_a_capture_of_one_direct_call_says_that_the_tas_s_side_may_be_hidden() -> None:
    lab = Lab()
    others.direct(lab)
    found = only(understood(lab.wire.packets, LOOP))
    assert found.verdict.id == "unexplained"
    assert "or the core made none" in found.verdict.text


def test_a_verdict_is_no_surer_than_its_links() -> None:
    lab = Lab(core_b2bua=True, tas_b2bua=True)
    loops.loop(turns=3)(lab)
    assert only(understood(lab.wire.packets, LOOP)).confidence is Confidence.LIKELY
    lab = Lab(core_b2bua=True, tas_b2bua=True)
    loops.loop(end=487, max_forwards=70)(lab)
    assert only(understood(lab.wire.packets, LOOP)).confidence is Confidence.POSSIBLE
    lab = Lab()
    loops.returned(lab)
    assert only(understood(lab.wire.packets, LOOP)).confidence is Confidence.CERTAIN
    assert only(understood(lab.wire.packets, None)).confidence is Confidence.LIKELY


def test_two_calls_that_tie_are_said_to_be_doubtful() -> None:
    """Two calls between the same numbers at once, without any identifier: no leg is given to either."""
    packets: list[Packet] = []
    for index in range(2):
        lab = Lab(seed=f"tie {index}", core_b2bua=True)
        lab.wire.now += index * 5000
        one = lab.place(session="")
        lab.wire.wait(0.5)
        fail(486, one, lab.to_phone(one, session=""))
        packets += lab.wire.packets
    trace = understood(rewriting.in_order(packets), None, core=["127.0.0.1"])
    assert len(trace.calls) == 4
    doubtful = [diagnosis for diagnosis in trace.diagnoses if diagnosis.case.seen.doubts]
    assert [len(diagnosis.case.seen.legs) for diagnosis in doubtful] == [1, 1]
    assert {diagnosis.confidence for diagnosis in doubtful} == {Confidence.POSSIBLE}


def test_the_alignment_counts_turns_beside_the_predicted_ones() -> None:
    lab = Lab()
    loops.loop(turns=5)(lab)
    found = only(understood(lab.wire.packets, LOOP))
    alignment = found.alignment
    assert [leg.match for leg in alignment.legs] == [LegMatch.AS_PREDICTED] * 3
    assert (alignment.turns_observed, alignment.turns_predicted) == (5, 5)
