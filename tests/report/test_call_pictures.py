"""Pictures of a diagnosed call: SVG that only draws, and Mermaid that says nothing it was not told to."""

import re
from xml.etree import ElementTree

import pytest

from sipbreakout_tui.report.call_pictures import diagnosis_mermaid, diagnosis_svg
from sipbreakout_tui.report.inline_svg import inline
from sipbreakout_tui.report.redaction import Redaction
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.trace import read_trace
from tests.report.making import ATTACKS, CONTROLS, LAB, REGISTERED, hostile, lab_trace, scripted, without_leg
from tests.trace.hearing import knowledge, memory
from tests.trace.traffic import loops, others
from tests.trace.traffic.script import Lab

PARTY = "(?:caller|core|tas|callee|other)"
MERMAID = re.compile(
    rf"""
      sequenceDiagram
    | [ ]{{4}}title[ ][^#;<>]+
    | [ ]{{4}}participant[ ]{PARTY}[ ]as[ ][\w ]+(?:<br/>[\w.:#]+)?
    | [ ]{{4,8}}{PARTY}(?:->>|-x|-->>){PARTY}:[ ].+
    | [ ]{{4}}loop[ ]\d+[ ]turns
    | [ ]{{4}}end
    | [ ]{{4}}Note[ ]over[ ]{PARTY}(?:,{PARTY})?:[ ].+
    """,
    re.VERBOSE,
)
ENTITY = re.compile(r"#\d+;")


def first(name: str) -> Diagnosis:
    return lab_trace(name).diagnoses[0]


def checked(text: str) -> list[str]:
    """Return the lines of a Mermaid text, each of which is one that we write, with nothing but text in its text."""
    assert text.endswith("\n")
    lines = text[:-1].split("\n")
    for line in lines:
        assert MERMAID.fullmatch(line), line
        said = ENTITY.sub("", line.partition(": ")[2])
        assert not re.search(r"[#;<>%&\"]", said), line
    assert lines.count("    end") == sum(line.startswith("    loop ") for line in lines)
    return lines


def test_mermaid_of_a_loop() -> None:
    lines = checked(diagnosis_mermaid(first("loop_sid_dropped")))
    verdict = lines.pop()
    assert verdict.startswith(
        "    Note over caller,tas: session-id-lost (likely): The TAS tas.lab.test brought the call"
    )
    assert lines == [
        "sequenceDiagram",
        "    title Call 1: session-id-lost",
        "    participant caller as caller<br/>127.0.0.2",
        "    participant core as core<br/>127.0.0.1",
        "    participant tas as TAS<br/>127.0.0.10",
        "    caller->>core: 1 INVITE +4722222222 · frame 1",
        "    loop 35 turns",
        "        core->>tas: 2 INVITE +004722222222 · frame 3",
        "        tas->>core: 3 INVITE +4722222222 · frame 5",
        "    end",
        "    core-->>tas: 3 483 Too Many Hops",
        "    tas-->>core: 2 483 Too Many Hops",
        "    core-->>caller: 1 483 Too Many Hops",
    ]


def test_mermaid_shows_when_a_leg_ended() -> None:
    lines = checked(diagnosis_mermaid(first("fallback_busy")))
    assert lines.index("    callee-->>core: 2 486 Busy Here") < lines.index(
        "    core->>tas: 3 INVITE +004722222222 · frame 6"
    )


def test_mermaid_names_a_missing_leg() -> None:
    trace = without_leg(loops.returned, "127.0.0.1", "127.0.0.3")
    lines = checked(diagnosis_mermaid(trace.diagnoses[0]))
    assert "    Note over core,callee: missing: leg 4 core → callee, INVITE +4722222222" in lines


def test_mermaid_crosses_an_invite_without_an_answer() -> None:
    assert "    core-xtas: 2 INVITE +004722222222 · frame 3" in checked(diagnosis_mermaid(first("tls_untrusted")))


@pytest.mark.parametrize(
    "scene", [loops.loop(turns=3), others.fallback_loop, others.fork_callee_answers], ids=["loop", "fallback", "fork"]
)
def test_clocks_that_disagree_do_not_break_a_diagram(scene: object) -> None:
    lab = Lab()
    scene(lab)  # type: ignore[operator]
    late = memory(lab.wire.packets[::2])
    early = memory(packet._replace(at=packet.at - 60_000) for packet in lab.wire.packets[1::2])
    for diagnosis in read_trace([late, early], knowledge(REGISTERED)).diagnoses:
        checked(diagnosis_mermaid(diagnosis))


@pytest.mark.parametrize("name", LAB)
def test_svg_only_draws_and_repeats(name: str) -> None:
    diagnosis = first(name)
    svg = diagnosis_svg(diagnosis)
    assert svg == diagnosis_svg(diagnosis)
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()}
    assert tags <= {"svg", "defs", "style", "g", "path", "text"}
    assert not re.search(r"href|url\(|@import|@font-face|<script", svg)
    assert svg != diagnosis_svg(diagnosis, theme="dark")
    assert diagnosis.verdict.id in svg


@pytest.mark.parametrize("name", LAB)
def test_svg_says_that_it_looped_how_often_and_that_the_first_turn_is_drawn(name: str) -> None:
    diagnosis = first(name)
    seen, svg = diagnosis.case.seen, diagnosis_svg(diagnosis)
    told = (f"looped: {len(seen.turns)} turns", f"↻ looped: the TAS was rung {len(seen.to_tas)} times")
    assert [words in svg for words in told] == [seen.loops] * 2
    assert seen.loops <= ("Only the first turn is drawn." in svg)


@pytest.mark.parametrize("redacted", [False, True])
@pytest.mark.parametrize("attack", ATTACKS)
def test_captured_text_is_harmless(attack: str, redacted: bool) -> None:
    diagnosis = hostile(ATTACKS[attack]).diagnoses[0]
    redaction = Redaction() if redacted else None
    svg, text = diagnosis_svg(diagnosis, redaction), diagnosis_mermaid(diagnosis, redaction)
    checked(text)
    assert not CONTROLS.search((svg + text).replace("\n", ""))
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()}
    assert "script" not in tags
    assert "img" not in tags


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_number_is_harmless(attack: str) -> None:
    lab = Lab(callee=ATTACKS[attack].replace(" ", "").replace("@", ""))
    for diagnosis in scripted(others.direct, lab).diagnoses:
        checked(diagnosis_mermaid(diagnosis))
        ElementTree.fromstring(diagnosis_svg(diagnosis))


@pytest.mark.parametrize("name", LAB)
def test_redacted_pictures_hold_no_number(name: str) -> None:
    diagnosis = first(name)
    redaction = Redaction()
    for picture in (diagnosis_svg(diagnosis, redaction), diagnosis_mermaid(diagnosis, redaction)):
        for secret in ("11111111", "22222222", "127.0.0", "lab.test"):
            assert secret not in picture
        assert "+XX…002" in picture


def test_an_inlined_picture_takes_the_colours_of_the_page() -> None:
    picture = inline(diagnosis_svg(first("loop")), 'what "it" shows')
    assert picture.startswith("<svg viewBox=")
    assert 'aria-label="what &quot;it&quot; shows"' in picture
    assert not re.search(r"#[0-9a-f]{6}|<style|<defs| id=|xmlns|font-family", picture)
    assert "var(--leg)" in picture
