"""The leg diagram: exact pictures, and what holds of every picture."""

import dataclasses
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipbreakout_model import CallFlow, LegEnd
from sipbreakout_tui.diagram.text import leg_diagram
from tests.diagram.flows import FLOWS, every_shape

WIDTHS = (60, 72, 80, 120)
PICTURES = {
    ("nobody", 80, False): """
┌─────────────┐                              ┌────────────┐
│ caller      ├── 1 ────────────────────────▸│ core       │
│ +4711111111 │   INVITE +4722222222 · R3    │            │
└─────────────┘                              │            │
┌─────────────┐                              │            │
│ callee      │◂─ 2 ─────────────────────────┤            │
│ +4722222222 │   INVITE +4722222222 · R3    │            │
└─────────────┘                              └────────────┘
→ answered by the callee
""",
    ("loop", 80, False): """
┌─────────────┐                              ┌──────────────────────┐
│ caller      ├── 1 ────────────────────────▸│ core                 │
│ +4711111111 │   INVITE +4722222222 · R4    │                      │
└─────────────┘                              │                      │
┌─────────────┐                              │                      │
│ callee      │◂─ 4 ─────────────────────────┤                      │
│ +4722222222 │   INVITE +4722222222 · R8    │                      │
└─────────────┘                              └──┬────────▴──────────┘
     2  INVITE +00 4722222222                   2        │
        prefix 00 · LOOP of the caller · R4     │        │
     3  INVITE +4722222222                      │        3
        same Session-ID · R8                    │        │
                                             ┌──▾────────┴──────────┐
                                             │ TAS                  │
                                             │ sips:tas.example.com │
                                             └──────────────────────┘
→ answered by the callee
""",
    ("looped", 80, False): """
┌─────────────┐                                         ┌──────────────────────┐
│ caller      ├── 1 ───────────────────────────────────▸│ core                 │
│ +4711111111 │   INVITE +4722222222 · R4               │                      │
└─────────────┘   483 Too Many Hops                     │                      │
┌╌╌╌╌╌╌╌╌╌╌╌╌╌┐                                         │                      │
╎ callee      ╎◃┈ 4 ┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┤                      │
╎ +4722222222 ╎   not made: leg 3 did not come back as  │  ╔══ ↻ ═══╗          │
└╌╌╌╌╌╌╌╌╌╌╌╌╌┘   the call it was · R9                  └──╫────────▴──────────┘
           2  INVITE +00 4722222222                        2        ║
              prefix 00 · LOOP of the caller · R4          ║        ║
           3  INVITE +4722222222                           ║        3
              no Session-ID · R9                           ║        ║
           ↻  legs 2 to 3 × 35, then 483 Too Many Hops     ║        ║
                                                        ┌──▾────────╨──────────┐
                                                        │ TAS                  │
                                                        │ sips:tas.example.com │
                                                        └──────────────────────┘
→ looped (483)
""",
    ("rejected", 80, False): """
┌─────────────┐                                         ┌──────────────────────┐
│ caller      ├── 1 ───────────────────────────────────▸│ core                 │
│ +4711111111 │   INVITE +4722222222 · R4 · 603 Decline │                      │
└─────────────┘                                         │                      │
┌╌╌╌╌╌╌╌╌╌╌╌╌╌┐                                         │                      │
╎ callee      ╎◃┈ 4 ┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┤                      │
╎ +4722222222 ╎   not made: it exists only once the TAS │                      │
└╌╌╌╌╌╌╌╌╌╌╌╌╌┘   has brought the call back as leg      │                      │
                  3 · R4                                └──┬────────▵──────────┘
  2  INVITE +00 4722222222                                 2        ┊
     prefix 00 · LOOP of the caller · R4 · 603 Decline     │        ┊
  3  not made: the TAS rejected leg 2 with 603 · R4        │        3
                                                           │        ┊
                                                        ┌──▾────────┴──────────┐
                                                        │ TAS                  │
                                                        │ sips:tas.example.com │
                                                        └──────────────────────┘
→ rejected (603)
""",
    ("fork", 80, False): """
┌─────────────┐                              ┌──────────────────────┐
│ caller      ├── 1 ────────────────────────▸│ core                 │
│ +4711111111 │   INVITE +4722222222 · R5    │                      │
└─────────────┘                              │                      │
┌─────────────┐                              │                      │
│ callee      │◂─ 2 ─────────────────────────┤                      │
│ +4722222222 │   INVITE +4722222222 · R5    │                      │
└─────────────┘                              └──┬───────────────────┘
     3  INVITE +22 4722222222                   3
        prefix 22 · FORK of the callee · R5     │
        487 cancelled                           │
                                             ┌──▾───────────────────┐
                                             │ TAS                  │
                                             │ sips:tas.example.com │
                                             └──────────────────────┘
→ answered by the callee
""",
    ("fallback, busy", 80, False): """
┌─────────────┐                                   ┌────────────────────────────┐
│ caller      ├── 1 ─────────────────────────────▸│ core                       │
│ +4711111111 │   INVITE +4722222222 · R6         │                            │
└─────────────┘                                   │                            │
┌─────────────┐                                   │                            │
│ callee      │◂─ 2 ──────────────────────────────┤                            │
│ +4722222222 │   INVITE +4722222222 · R6         │                            │
└─────────────┘   486 Busy Here                   └──┬─────────────────────────┘
      3  INVITE +22 4722222222                       3
         prefix 22 · FALLBACK of the callee · R6     │
                                                  ┌──▾─────────────────────────┐
                                                  │ TAS                        │
                                                  │ sips:voicemail.example.net │
                                                  └────────────────────────────┘
→ answered by the TAS
""",
    ("fallback, returns", 80, False): """
┌─────────────┐                                   ┌────────────────────────────┐
│ caller      ├── 1 ─────────────────────────────▸│ core                       │
│ +4711111111 │   INVITE +4722222222 · R6         │                            │
└─────────────┘   486 Busy Here                   │                            │
┌─────────────┐                                   │                            │
│ callee      │◂─ 2 ──────────────────────────────┤                            │
│ +4722222222 │   INVITE +4722222222 · R6         │                            │
│             │   486 Busy Here                   │                            │
│             │◂─ 5 ──────────────────────────────┤                            │
└─────────────┘   INVITE +4722222222 · R8         │                            │
                  486 Busy Here                   └──┬────────▴────────────────┘
      3  INVITE +22 4722222222                       3        │
         prefix 22 · FALLBACK of the callee · R6     │        │
         486 Busy Here                               │        │
      4  INVITE +4722222222                          │        4
         same Session-ID · R15 · 486 Busy Here       │        │
                                                  ┌──▾────────┴────────────────┐
                                                  │ TAS                        │
                                                  │ sips:voicemail.example.net │
                                                  └────────────────────────────┘
→ rejected (486)
""",
    ("fallback, looped", 80, False): """
┌─────────────┐                                   ┌────────────────────────────┐
│ caller      ├── 1 ─────────────────────────────▸│ core                       │
│ +4711111111 │   INVITE +4722222222 · R6         │                            │
└─────────────┘   483 Too Many Hops               │                            │
┌─────────────┐                                   │                            │
│ callee      │◂═ 2 ══════════════════════════════╪════ ↻ ════╗                │
│ +4722222222 │   INVITE +4722222222 · R6         │           ║                │
└─────────────┘   408 Request Timeout             └──╥────────▴────────────────┘
     3  INVITE +22 4722222222                        3        ║
        prefix 22 · FALLBACK of the callee · R6      ║        ║
     4  INVITE +4722222222                           ║        4
        no Session-ID · R15                          ║        ║
     ↻  legs 2 to 4 × 35, then 483 Too Many Hops     ║        ║
                                                  ┌──▾────────╨────────────────┐
                                                  │ TAS                        │
                                                  │ sips:voicemail.example.net │
                                                  └────────────────────────────┘
→ looped (483)
""",
    ("forwarded", 80, False): """
┌─────────────┐                                   ┌────────────────────────────┐
│ caller      ├── 1 ─────────────────────────────▸│ core                       │
│ +4711111111 │   INVITE +4722222222 · R4         │                            │
└─────────────┘                                   │                            │
┌╌╌╌╌╌╌╌╌╌╌╌╌╌┐                                   │                            │
╎ callee      ╎                                   │                            │
╎ +4722222222 ╎                                   │                            │
└╌╌╌╌╌╌╌╌╌╌╌╌╌┘                                   │                            │
┌─────────────┐                                   │                            │
│ other party │◂─ 4 ──────────────────────────────┤                            │
│ +4733333333 │   INVITE +4733333333 · R12        │                            │
└─────────────┘   486 Busy Here                   └──┬────────▴────────────┬───┘
    2  INVITE +00 4722222222                         2        │            │
       prefix 00 · LOOP of the caller · R4           │        │            │
    3  INVITE +4733333333                            │        3            │
       forwarded · R12                               │        │            │
                                                  ┌──▾────────┴──────────┐ │
                                                  │ TAS                  │ │
                                                  │ sips:tas.example.com │ │
                                                  └──────────────────────┘ │
    5  INVITE +33 4733333333                                               5
       prefix 33 · FALLBACK of +4733333333 · R6b                           │
                                                  ┌────────────────────────▾───┐
                                                  │ TAS 2                      │
                                                  │ sips:voicemail.example.net │
                                                  └────────────────────────────┘
→ answered by the TAS
""",
    ("ingress", 80, False): """
                                             ┌──────────────────────┐
                                             │ core                 │
┌─────────────┐                              │                      │
│ callee      │◂─ 2 ─────────────────────────┤                      │
│ +4722222222 │   INVITE +4722222222 · R13   │                      │
└─────────────┘                              └──▴───────────────────┘
             1  INVITE +4722222222              1
                INGRESS of the callee · R13     │
                                             ┌──┴───────────────────┐
                                             │ TAS                  │
                                             │ sips:tas.example.com │
                                             └──────────────────────┘
→ answered by the callee
""",
    ("wrong direction", 80, False): """
┌─────────────┐                              ┌──────────────────────┐
│ caller      ├── 1 ────────────────────────▸│ core                 │
│ +4711111111 │   INVITE +4722222222 · R3    │                      │
└─────────────┘                              │                      │
┌─────────────┐                              │                      │
│ callee      │◂─ 2 ─────────────────────────┤                      │
│ +4722222222 │   INVITE +4722222222 · R3    │                      │
└─────────────┘                              └──┬───────────────────┘
   ✗  not made: LOOP_MT of the caller           ✗
      +4711111111 applies to incoming calls     ┊
      only · R2                                 ┊
                                             ┌╌╌▿╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┐
                                             ╎ TAS                  ╎
                                             ╎ sips:tas.example.com ╎
                                             └╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┘
→ answered by the callee
""",
    ("loop", 60, False): """
┌─────────────┐                        ┌───────────────────┐
│ caller      ├── 1 ──────────────────▸│ core              │
│ +4711111111 │   INVITE +4722222222   │                   │
└─────────────┘   R4                   │                   │
┌─────────────┐                        │                   │
│ callee      │◂─ 4 ───────────────────┤                   │
│ +4722222222 │   INVITE +4722222222   │                   │
└─────────────┘   R8                   └──┬────────▴───────┘
    2  INVITE +00 4722222222              2        │
       prefix 00 · LOOP of the caller     │        │
       R4                                 │        │
    3  INVITE +4722222222                 │        3
       same Session-ID · R8               │        │
                                       ┌──▾────────┴───────┐
                                       │ TAS               │
                                       │ sips:tas…mple.com │
                                       └───────────────────┘
→ answered by the callee
""",
    ("long", 60, False): """
┌─────────────┐                        ┌───────────────────┐
│ caller      ├── 1 ──────────────────▸│ core              │
│ +1111…11111 │   INVITE +22222…222222 │                   │
└─────────────┘   R4                   │                   │
                  483 Too Many Hops    │                   │
┌╌╌╌╌╌╌╌╌╌╌╌╌╌┐                        │                   │
╎ callee      ╎◃┈ 4 ┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┤                   │
╎ +2222…22222 ╎   not made: leg 3 did  │                   │
└╌╌╌╌╌╌╌╌╌╌╌╌╌┘   not come back as the │  ╔══ ↻ ═══╗       │
                  call it was · R9     └──╫────────▴───────┘
 2  INVITE +0000000000000000 2222…222     2        ║
    prefix 0000000000000000               ║        ║
    LOOP of the caller · R4               ║        ║
 3  INVITE +222222222222…222222222222     ║        3
    no Session-ID · R9                    ║        ║
 ↻  legs 2 to 3 × 35, then 483 Too        ║        ║
    Many Hops                             ║        ║
                                       ┌──▾────────╨───────┐
                                       │ TAS               │
                                       │ sips:aaa…mple.com │
                                       └───────────────────┘
→ looped (483)
""",
    ("looped", 72, True): """
+-------------+                                 +----------------------+
| caller      |-- 1 --------------------------->| core                 |
| +4711111111 |   INVITE +4722222222 - R4       |                      |
+-------------+   483 Too Many Hops             |                      |
+.............+                                 |                      |
: callee      :<. 4 ............................|                      |
: +4722222222 :   not made: leg 3 did not come  |  #== @ ===#          |
+.............+   back as the call it was - R9  +--#--------^----------+
   2  INVITE +00 4722222222                        2        #
      prefix 00 - LOOP of the caller - R4          #        #
   3  INVITE +4722222222                           #        3
      no Session-ID - R9                           #        #
   @  legs 2 to 3 x 35, then 483 Too Many Hops     #        #
                                                +--v--------#----------+
                                                | TAS                  |
                                                | sips:tas.example.com |
                                                +----------------------+
-> looped (483)
""",
    ("endless", 60, True): """
+-------------+                        +-------------------+
| caller      |-- 1 ------------------>| core              |
| +4711111111 |   INVITE +4722222222   |                   |
+-------------+   R4                   |                   |
+.............+                        |                   |
: callee      :<. 4 ...................|                   |
: +4722222222 :   not made: leg 3 did  |                   |
+.............+   not come back as the |  #== @ ===#       |
                  call it was - R9     +--#--------^-------+
    2  INVITE +00 4722222222              2        #
       prefix 00 - LOOP of the caller     #        #
       R4                                 #        #
    3  INVITE +4722222222                 #        3
       no Session-ID - R9                 #        #
    @  legs 2 to 3 without end            #        #
                                       +--v--------#-------+
                                       | TAS               |
                                       | sips:tas..ple.com |
                                       +-------------------+
-> looped
""",
}


@pytest.mark.parametrize(("name", "width", "ascii_only"), PICTURES)
def test_picture(name: str, width: int, ascii_only: bool) -> None:
    lines = list(map(str, leg_diagram(FLOWS[name], width, ascii_only)))
    assert lines == PICTURES[name, width, ascii_only].strip("\n").splitlines()


def test_narrower_than_60_is_drawn_for_60() -> None:
    assert list(leg_diagram(FLOWS["loop"], 10)) == list(leg_diagram(FLOWS["loop"], 60))


def test_every_picture_keeps_to_its_width_and_shows_every_leg() -> None:
    for flow in (*every_shape(), *FLOWS.values()):
        for width in WIDTHS:
            check(flow, width)


def check(flow: CallFlow, width: int) -> None:
    lines = list(leg_diagram(flow, width))
    text = "\n".join(map(str, lines))
    assert max(len(line.text) for line in lines) <= width, text
    assert len(re.findall("[▸◂▾▴]", text)) == len(flow.legs), text
    assert len(re.findall("[▹◃▿▵]", text)) == len(flow.absent), text
    marked = " ".join(line.text[span.start : span.stop] for line in lines for span in line.spans if span.mark != "rule")
    for leg in flow.legs:
        assert re.search(rf"(?<![0-9+]){leg.number}(?![0-9])", marked), text
        assert leg.rule in text, text
        if leg.end not in (LegEnd.ANSWERED, LegEnd.LOOPED):
            assert str(leg.status) in text, text
    assert ("↻" in text) == (flow.loop is not None), text
    assert lines[-1].text == f"→ {flow.outcome}"
    plain = list(leg_diagram(flow, width, ascii=True))
    assert all(line.text.isascii() and len(line.text) <= width for line in plain)
    for line in (*lines, *plain):
        ends = [edge for span in line.spans for edge in (span.start, span.stop)]
        assert ends == sorted(ends)
        assert not ends or ends[-1] <= len(line.text)


@settings(max_examples=60)
@given(called=st.text(max_size=70), ended_by=st.text(max_size=70), width=st.integers(60, 140), ascii_only=st.booleans())
def test_hostile_text_stays_text(called: str, ended_by: str, width: int, ascii_only: bool) -> None:
    for name in ("looped", "fallback, looped", "two TASes loop"):
        flow = FLOWS[name]
        assert flow.loop is not None
        hostile = dataclasses.replace(
            flow,
            legs=tuple(dataclasses.replace(leg, called=called) for leg in flow.legs),
            loop=dataclasses.replace(flow.loop, ended_by=ended_by),
        )
        for line in leg_diagram(hostile, width, ascii_only):
            assert line.text.isprintable()
            assert len(line.text) <= width
