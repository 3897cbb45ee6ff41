"""Writes docs/rules.md and the command outputs in README.md; with --check it only says what is stale.

In a block marked `console` each line that starts with `$ sipbreakout` is run here, at the top of the
checkout, and what it prints becomes the lines below it.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from sipbreakout_model import (
    RULES,
    Call,
    CalleeBehaviour,
    Policy,
    PrefixReading,
    Registration,
    RegistrationBook,
    Scenario,
    TasBehaviour,
    UnmatchedReturn,
    route,
)
from sipbreakout_model.explanation import outcome_sentence
from sipbreakout_model.numbers import E164
from sipbreakout_tui.diagram.ladder import ladder

DOCS = Path(__file__).parent
README = DOCS.parent / "README.md"
ALICE, BOB, CAROL = "+4711111111", "+4722222222", "+4733333333"
NAMES = {ALICE: "Alice", BOB: "Bob", CAROL: "Carol"}
NOW = 1_790_000_000.0
TAS, VOICEMAIL = "sips:tas.example.com", "sips:voicemail.example.net"

INTRODUCTION = """\
# The rules

A mobile operator's **core** carries calls. A third party runs a telephony application server, the **TAS**: a
switchboard, a recorder, a voicemail. To be let into the calls of a number, the third party makes a **registration**
for it: it names the TAS, and a **route type** says when the core rings the TAS.

A call then consists of **legs**. A leg is one INVITE (the SIP message that starts a call) from one party to the next,
and every leg starts or ends at the core. A plain call has two: from the caller to the core, from the core to the
callee. A registration adds legs to and from the TAS.

The rules below say which legs a call makes. V rules tell of the registration's life, R rules of routing. Each names
its source: **API** is the published description of `wgtwo.sipbreakout.v1`, **guide** the operator's how-to pages,
an RFC is a standard. What nobody published is **assumed**: our reading, which the program names wherever it decides
something.

In the pictures time runs downwards; Alice is {alice}, Bob {bob}, Carol {carol}. `+00…` is a number with the prefix 00
after its plus. Solid arrows are legs, dotted ones are legs that one might expect and that are not made.
"""


def _registration(number: str, kind: str, mo: str = "", mt: str = "", uri: str = TAS) -> Registration:
    return Registration.parse(number, uri, kind, mo, mt)


_LOOP = _registration(ALICE, "LOOP", "00", "11")
_BOBS_FALLBACK = _registration(BOB, "FALLBACK", "", "22", VOICEMAIL)
_T, _C = TasBehaviour, CalleeBehaviour
_SILENT_SELF_DIALLER = Scenario(callee=_C.SILENT, tas=_T.RETURNS_WITHOUT_SESSION_ID)

Example = tuple[str, list[tuple[Registration, float]], Call, Scenario, Policy]


def _example(
    caption: str,
    registrations: list[Registration],
    scenario: Scenario | None = None,
    *,
    age: float = 600.0,
    policy: Policy | None = None,
    caller: str = ALICE,
    callee: str = BOB,
    placed_by: str | None = None,
) -> Example:
    call = Call.parse(caller, callee, NOW, placed_by)
    return caption, [(each, NOW - age) for each in registrations], call, scenario or Scenario(), policy or Policy()


EXAMPLES: dict[str, list[Example]] = {
    "V2": [
        _example("Alice's LOOP was accepted 3601 s before she calls: it is not in force any more.", [_LOOP], age=3601)
    ],
    "R1": [
        _example(
            "Bob's FALLBACK has 20 s to live when Alice calls. Bob does not answer for 30 s; it still counts.",
            [_BOBS_FALLBACK],
            Scenario(callee=_C.SILENT),
            age=3580,
        )
    ],
    "R2": [
        _example(
            "Both have LOOP: Alice calls, so hers decides.",
            [_LOOP, _registration(BOB, "LOOP", "33", "44", VOICEMAIL)],
        ),
        _example("Alice's LOOP_MT is about calls to her; she places this one.", [_registration(ALICE, "LOOP_MT")]),
    ],
    "R3": [_example("Nobody is registered.", [])],
    "R4": [
        _example("The usual course.", [_LOOP]),
        _example("The TAS answers leg 2 itself, with a menu perhaps.", [_LOOP], Scenario(tas=_T.ANSWERS)),
        _example("Because of the callee: Bob has LOOP_MT.", [_registration(BOB, "LOOP_MT", "11", "00")]),
    ],
    "R5": [
        _example("Bob answers first.", [_registration(ALICE, "FORK", "00", "11")]),
        _example("The TAS answers first.", [_registration(ALICE, "FORK", "00", "11")], Scenario(tas=_T.ANSWERS)),
    ],
    "R6": [
        _example("Bob answers.", [_BOBS_FALLBACK]),
        _example("Bob is busy.", [_BOBS_FALLBACK], Scenario(callee=_C.BUSY)),
    ],
    "R6b": [
        _example(
            "Alice's LOOP brings the call back; Bob is busy and has FALLBACK.",
            [_LOOP, _BOBS_FALLBACK],
            Scenario(callee=_C.BUSY),
        )
    ],
    "R7": [
        _example(
            "Bob's LOOP brings the TAS in: it sees the mobile_terminating_prefix.",
            [_registration(BOB, "LOOP", "00", "11")],
        ),
        _example(
            "The same, but Alice is registered too and the table is read by presence.",
            [_registration(BOB, "LOOP", "00", "11"), _registration(ALICE, "LOOP_MT", "33", "44", VOICEMAIL)],
            policy=Policy(prefix_reading=PrefixReading.PRESENCE),
        ),
    ],
    "R8": [_example("Leg 3 carries the Session-ID of leg 2.", [_LOOP])],
    "R9": [
        _example("Leg 3 comes without it.", [_LOOP], Scenario(tas=_T.RETURNS_WITHOUT_SESSION_ID)),
        _example(
            "The same with a core that refuses what it cannot match.",
            [_LOOP],
            Scenario(tas=_T.RETURNS_WITHOUT_SESSION_ID),
            policy=Policy(unmatched_return=UnmatchedReturn.REJECT),
        ),
    ],
    "R10": [
        _example(
            "A TAS that costs four hops a turn.",
            [_LOOP],
            Scenario(tas=_T.RETURNS_WITHOUT_SESSION_ID, hops_per_turn=4),
        ),
        _example(
            "A TAS that sets Max-Forwards anew.",
            [_LOOP],
            Scenario(tas=_T.RETURNS_WITHOUT_SESSION_ID, resets_max_forwards=True),
        ),
    ],
    "R11": [_example("The TAS leaves the prefix 00 on.", [_LOOP], Scenario(tas=_T.RETURNS_WITH_PREFIX))],
    "R12": [_example("The TAS sends the call to Carol.", [_LOOP], Scenario(tas=_T.FORWARDS, forwards_to=E164(CAROL)))],
    "R13": [
        _example("The TAS of Bob's INGRESS calls him.", [_registration(BOB, "INGRESS")], placed_by=TAS),
        _example(
            "It calls Alice's number instead, who has LOOP with it, for Carol.",
            [_registration(ALICE, "LOOP", "00", "11")],
            caller=CAROL,
            callee=ALICE,
            placed_by=TAS,
        ),
    ],
    "R14": [_example("The TAS shows a certificate for another host.", [_LOOP], Scenario(tas=_T.UNREACHABLE))],
    "R15": [
        _example(
            "Bob's voicemail calls him back with the Session-ID; he is still busy.",
            [_BOBS_FALLBACK],
            Scenario(callee=_C.BUSY, tas=_T.RETURNS),
        ),
        _example("It dials his number anew, and he does not answer.", [_BOBS_FALLBACK], _SILENT_SELF_DIALLER),
    ],
    "R16": [_example("Alice has LOOP and calls 112.", [_LOOP], callee="112")],
}


def rules_page() -> str:
    """Return docs/rules.md."""
    parts = [INTRODUCTION.format(alice=ALICE, bob=BOB, carol=CAROL)]
    for rule in RULES.values():
        parts.append(f"\n## {rule.id}: {rule.title}\n\n{rule.text}\n\n*Source: {rule.source}.*\n")
        if rule.assumed:
            parts.append(f"\n**Assumed:** {rule.assumed}\n")
        parts += [_drawn(example) for example in EXAMPLES.get(rule.id, [])]
    return "".join(parts)


def _drawn(example: Example) -> str:
    caption, registered, call, scenario, policy = example
    book = RegistrationBook()
    lines = []
    for registration, accepted_at in registered:
        book.upsert(registration, accepted_at)
        mo, mt = registration.mobile_originating_prefix, registration.mobile_terminating_prefix
        prefixes = ", ".join(f"{name} {prefix}" for name, prefix in (("MO prefix", mo), ("MT prefix", mt)) if prefix)
        who = NAMES[registration.number.text]
        lines.append(
            f"{who} has {registration.route_type} at {registration.sip_uri}" + (f", {prefixes}" if prefixes else "")
        )
    flow = route(call, book, scenario, policy)
    picture = "\n".join(
        [*lines, *([""] if lines else []), *ladder(flow), "", f"→ {outcome_sentence(flow)}", *map(str, flow.absent)]
    )
    return f"\n{caption}\n\n```text\n{picture}\n```\n"


def with_outputs(page: str) -> str:
    """Return the page with the output of its commands as they print it now, times in UTC."""
    return re.sub(r"```console\n(.*?)```", lambda block: f"```console\n{_session(block[1])}```", page, flags=re.DOTALL)


def _session(block: str) -> str:
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "\n".join(f"{command}\n{_output(command[2:])}" for command in commands)


def _output(command: str) -> str:
    words = shlex.split(command)
    if words[0] != "sipbreakout":
        raise SystemExit(f"docs: only sipbreakout commands are run, not {command!r}")
    done = subprocess.run(
        [sys.executable, "-m", "sipbreakout_tui", *words[1:]],
        cwd=README.parent,
        env={**os.environ, "TZ": "UTC", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr


def main() -> int:
    """Write what is stale, or with --check only name it; return the exit code."""
    check = sys.argv[1:] == ["--check"]
    readme = README.read_text(encoding="utf-8")
    stale = []
    for path, text in ((DOCS / "rules.md", rules_page()), (README, with_outputs(readme))):
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
            if not check:
                path.write_text(text, encoding="utf-8")
    if stale:
        print(f"docs: {', '.join(stale)} " + ("stale: run make docs" if check else "written"))
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
