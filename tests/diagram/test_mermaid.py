"""The Mermaid diagram; its syntax was checked with Mermaid's own parser, the forms it takes are checked here."""

import dataclasses
import re

import pytest

from sipbreakout_tui.diagram.mermaid import escaped, mermaid
from tests.diagram.flows import FLOWS, every_shape

DIAGRAMS = {
    "looped": """\
sequenceDiagram
    title +4711111111 calls +4722222222: looped (483)
    participant caller as caller<br/>+4711111111
    participant core as core
    participant tas as TAS<br/>sips:tas.example.com
    participant callee as callee<br/>+4722222222
    caller->>core: 1 INVITE +4722222222 · R4
    loop 35 turns, then 483 Too Many Hops
        core->>tas: 2 INVITE +00 4722222222 · prefix 00 · LOOP of the caller · R4
        tas->>core: 3 INVITE +4722222222 · no Session-ID · R9
    end
    core-->>tas: 3 483 Too Many Hops
    tas-->>core: 2 483 Too Many Hops
    core-->>caller: 1 483 Too Many Hops
    Note over core,callee: no leg 4: leg 3 did not come back as the call it was · R9
""",
    "forwarded": """\
sequenceDiagram
    title +4711111111 calls +4722222222: answered by the TAS
    participant caller as caller<br/>+4711111111
    participant core as core
    participant tas as TAS<br/>sips:tas.example.com
    participant tas2 as TAS 2<br/>sips:voicemail.example.net
    participant other as other party<br/>+4733333333
    caller->>core: 1 INVITE +4722222222 · R4
    core->>tas: 2 INVITE +00 4722222222 · prefix 00 · LOOP of the caller · R4
    tas->>core: 3 INVITE +4733333333 · forwarded · R12
    core->>other: 4 INVITE +4733333333 · R12
    other-->>core: 4 486 Busy Here
    core->>tas2: 5 INVITE +33 4733333333 · prefix 33 · FALLBACK of +4733333333 · R6b
""",
    "fork, TAS answers": """\
sequenceDiagram
    title +4711111111 calls +4722222222: answered by the TAS
    participant caller as caller<br/>+4711111111
    participant core as core
    participant tas as TAS<br/>sips:tas.example.com
    participant callee as callee<br/>+4722222222
    caller->>core: 1 INVITE +4722222222 · R5
    core->>callee: 2 INVITE +4722222222 · R5
    core->>tas: 3 INVITE +22 4722222222 · prefix 22 · FORK of the callee · R5
    callee-->>core: 2 487 cancelled
""",
}
NODE = r"(caller|core|tas\d*|callee|other\d*)"
STATEMENT = re.compile(
    rf"""title\ [^#;]+ | participant\ {NODE}\ as\ [^#;]+ | {NODE}(->>|-->>|-x){NODE}:\ [^#;]+
    | Note\ over\ {NODE},{NODE}:\ [^#;]+ | loop\ [^#;]+ | end""",
    re.VERBOSE,
)


@pytest.mark.parametrize("name", DIAGRAMS)
def test_diagram(name: str) -> None:
    assert mermaid(FLOWS[name]) == DIAGRAMS[name]


def test_every_diagram_is_made_of_known_statements() -> None:
    for flow in (*every_shape(), *FLOWS.values()):
        first, *lines = mermaid(flow).splitlines()
        assert first == "sequenceDiagram"
        for line in lines:
            assert STATEMENT.fullmatch(line.strip()), line
        assert sum("INVITE" in line for line in lines) == len(flow.legs)
        assert sum("Note over" in line for line in lines) == len(flow.absent)
        assert [line.split()[0] for line in lines if re.match(" *(loop|end)", line)] == ["loop", "end"] * bool(
            flow.loop
        )


def test_an_invite_that_never_arrives_has_a_cross() -> None:
    lines = mermaid(FLOWS["unreachable"]).splitlines()
    assert [line.split(":")[0].strip() for line in lines if "INVITE" in line] == ["caller->>core", "core-xtas"]


def test_hostile_text_cannot_end_its_line() -> None:
    flow = FLOWS["looped"]
    hostile = "+47;#%%{init}%%\nend\u2028<script>\x1b"
    flow = dataclasses.replace(flow, legs=tuple(dataclasses.replace(leg, called=hostile) for leg in flow.legs))
    lines = mermaid(flow).splitlines()
    assert len(lines) == len(mermaid(FLOWS["looped"]).splitlines())
    for line in lines[1:]:
        assert STATEMENT.fullmatch(re.sub(r"#\d+;", "_", line.strip())), line


def test_escapes_are_mermaids_own_entities() -> None:
    assert escaped("a;b#c<d\n") == r"a#59;b#35;c#60;d\n"
