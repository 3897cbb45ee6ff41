"""Makes docs/diagnosis.md: how a captured call is diagnosed, with every verdict on a scripted call."""

import tempfile
from pathlib import Path
from typing import NamedTuple

from sipbreakout_model.registration_text import TextFormat, book_of, parse_registrations
from sipbreakout_tui.trace.capture import PacketFile
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.diagnosis.knowledge import BookKnowledge
from sipbreakout_tui.trace.trace import read_trace
from tests.trace.blackbox import cases
from tests.trace.blackbox.command import registration
from tests.trace.traffic import loops, others
from tests.trace.traffic.loops import Scene
from tests.trace.traffic.pcap import write_pcap
from tests.trace.traffic.script import CALLEE, CALLER, Lab

INTRODUCTION = """\
# From a capture to the cause

`sipbreakout trace FILE` reads a capture, puts its INVITEs together to calls, and holds each call against what the
registrations in force at its first INVITE say should happen (the [rules](rules.md)). It answers with one **verdict**
a call, **findings** beside it, the frames that prove them, and the smallest change that puts it right.

## What is read

pcap and pcapng (also gzip), with the usual link types and tunnels, IPv4 and IPv6 with fragments, SIP over UDP and
TCP; text exports of sngrep and files of Kamailio's `sipdump`. What is encrypted or wrapped otherwise goes through
`tshark` where it is installed: TLS with the secrets in the capture or in a key log (`--keylog`), GTP and others. What
could not be read is counted and said, with the reason; the exit code is then 1.

## Legs

A leg is one INVITE between two adjacent addresses, told from others by its Via branch, Call-ID and hop.
Retransmissions, packets captured twice and authentication retries are folded into it and counted.

Which addresses are the **core** and the **TAS** is given (`--core`, `--tas`), or follows from the registrations (the
TAS is where INVITEs end whose request URI names the host of a `sip_uri`; the core is who sends them), or is inferred
from who calls whom. The answer says which.

## Calls

A leg continues an earlier one that ends where it begins and still stands, or ended less than 2 s before. Evidence
adds up, and what differs never parts two legs. How sure a link is:

- **certain**: an identifier agrees that one call alone has: a Via branch, the Session-ID's local UUID (also one that
  the TAS used in its responses), or the Call-ID;
- **likely**: an identifier agrees that several calls may share: the `icid` of P-Charging-Vector, or a Call-ID that was
  made from the other by adding to it; or the numbers agree and Max-Forwards is one or two less than before;
- **possible**: only caller and called number agree while the earlier leg stands. Prefixes are taken off only on legs
  to the TAS; `00` is read as a plus after that.

Nil UUIDs and the `remote` part of a Session-ID join nothing. If two legs of different calls come into question
equally, none is joined, and the verdict is no more than possible. A leg from the core to the TAS takes one
continuation, unless the TAS hunts. A loop is one call with turns, even where each leg has its own Call-ID and each
turn its own Session-ID.

## What a verdict promises

- **certain**: its sentence holds on the legs of the capture, which are one call beyond doubt, and no leg to the TAS
  contradicts the registrations.
- **likely**: it holds on the legs that were seen, but something is taken for granted: a link is only likely, the
  registrations are inferred or contradicted, predicted legs are hidden, or a call that went well so far has no end.
- **possible**: legs may belong to another call, or the verdict is `unexplained`: what differs is seen, its cause is not
  known.

A verdict is no surer than the links of its call. Where the legs contradict the registrations, no verdict names them
as the cause.

## Verdicts

The first that applies is the verdict; others that the capture proves are findings.
"""

FINDINGS = """\

## Findings beside the verdict

| finding | what it says |
|---|---|
| `max-forwards-reset` | the TAS set Max-Forwards anew: a loop would have no bound (R10) |
| `prefix-stacked` | a prefix stands before the number more than once |
| `number-form-changed` | the same number changes its form: `00` for the plus, or without country code |
| `registration-changed-during-call` | a registration began, ended or changed while the call stood (R1, R9) |
| `fork-6xx` | a 6xx from one branch of a fork ended the other (R5) |
| `registration-contradicted` | the registrations given do not ring the TAS as it was rung (R4 to R7): \
they name another host or prefix, make another order of legs, or none applies |
| `large-udp` | an INVITE above 1300 bytes over UDP (RFC 3261 section 18.1.1) |
"""


class Shown(NamedTuple):
    """One verdict of the page."""

    verdict: str
    meaning: str
    scene: Scene
    registrations: str
    calls: int = 1
    """Which call of the scene shows it, from 1."""


VERDICTS = (
    Shown("session-id-lost", "The TAS brought the call back without the Session-ID of its leg (R8, R9). How: "
          "absent, new, swapped, nil or malformed.", loops.loop(turns=7), cases.LOOP),
    Shown("forward-loop", "Forwards lead back to a number that the call was at before (R15).",
          others.each_forwards_to_the_other(keep=True), cases.TWO_FALLBACKS),
    Shown("loop-detected", "An element recognised the call and answered 482.", loops.returned_and_482, cases.LOOP),
    Shown("prefix-left-on", "The TAS asks for the number with the prefix still on it (R11).",
          loops.prefix_left_on, cases.LOOP),
    Shown("caller-changed", "The TAS rewrote or withheld the caller (R9).", loops.returned_caller_changed, cases.LOOP),
    Shown("return-refused", "The core refuses the TAS's return.", loops.returned_and_refused, cases.LOOP),
    Shown("media-refused", "Media that the other side cannot take (488), RTP/AVP where SAVPF is asked for (V8).",
          loops.tas_refuses_the_media, cases.LOOP),
    Shown("tas-unreachable", "No connection, no TLS, or no response at all (R14).", loops.tas_takes_no_connection,
          cases.LOOP),
    Shown("tas-rejected", "The TAS refused its leg of its own.", loops.tas_fails_with(603), cases.LOOP),
    Shown("tas-redirected", "A 3xx, which the core does not follow (assumed).",
          loops.tas_fails_with(302, Contact="<sip:+4733333333@tas.lab.test>"), cases.LOOP),
    Shown("no-return", "The TAS rang, and neither answered nor brought the call back.", loops.tas_rings_on,
          cases.LOOP),
    Shown("tas-silent", "The TAS took its leg (100 Trying) and did nothing with it.", loops.tas_says_only_trying,
          cases.LOOP),
    Shown("tas-answered", "The TAS of a LOOP answered the call itself, and brought it back to nobody (R4).",
          loops.tas_answers, cases.LOOP),
    Shown("forwarded", "The TAS sent the call to another number (R12).", loops.forwarded, cases.LOOP),
    Shown("tas-hunted", "The TAS brought the call back several times.", loops.hunted_twice_for_the_callee, cases.LOOP),
    Shown("transferred", "REFER, or an INVITE with Replaces.", loops.returned_and_referred, cases.LOOP),
    Shown("fork-won-by-tas", "The TAS of a FORK answered first (R5).", others.fork_tas_answers, cases.FORK),
    Shown("fallback-taken", "The callee did not answer, so the TAS of its FALLBACK was rung (R6).",
          others.fallback_callee_busy, cases.FALLBACK),
    Shown("caller-cancelled", "The caller hung up before anybody answered.", loops.returned_caller_gives_up,
          cases.LOOP),
    Shown("registration-expired", "A registration that would have decided had ended (V2).", others.direct,
          registration(CALLER, "LOOP", accepted_at=cases.AT - 3601)),
    Shown("registration-not-in-force", "Deleted, accepted only later, or unknown: a request had no answer (V7).",
          others.direct, registration(CALLER, "LOOP", accepted_at=cases.AT + 60)),
    Shown("no-registration", "Neither number was ever registered (R3).", others.direct,
          registration("+4755555555", "LOOP")),
    Shown("other-direction", "A registration is in force that does not apply in this direction (R2).", others.direct,
          registration(CALLEE, "LOOP_MO")),
    Shown("retry-not-loop", "The same INVITE again because the one before failed: the core's retry, or the caller "
          "dialling again within a minute.", others.redial_after_busy, cases.LOOP, 2),
    Shown("intended-loop", "A LOOP type brought the call to the core twice, and nothing is wrong (R4, R8).",
          loops.returned, cases.LOOP),
    Shown("as-predicted", "Everything is as the registrations say.", others.fork_callee_answers, cases.FORK),
    Shown("unexplained", "What was seen is not what the registrations say; the closest prediction and what differs.",
          others.direct, cases.LOOP),
)  # fmt: skip


def diagnosis_page() -> str:
    """Return docs/diagnosis.md."""
    parts = [INTRODUCTION]
    for shown in VERDICTS:
        diagnosis = diagnosed(shown)
        lines = [diagnosis.verdict.text]
        if diagnosis.remedy is not None:
            lines.append(f"Fix ({diagnosis.remedy.owner}): {diagnosis.remedy.text}")
            if diagnosis.remedy.command is not None:
                lines.append(f"  {diagnosis.remedy.command}")
        example = "\n".join(lines)
        parts.append(f"\n### {shown.verdict}\n\n{shown.meaning}\n\n```text\n{example}\n```\n")
    return "".join(parts) + FINDINGS


def diagnosed(shown: Shown) -> Diagnosis:
    """Return the diagnosis of the call that shows a verdict."""
    lab = Lab()
    shown.scene(lab)
    with tempfile.TemporaryDirectory() as folder:
        path = write_pcap(Path(folder) / "call.pcap", lab.wire.packets)
        book = book_of(parse_registrations(shown.registrations, TextFormat.TOML))
        with PacketFile(path) as source:
            diagnosis = read_trace([source], BookKnowledge(book)).diagnoses[shown.calls - 1]
    if diagnosis.verdict.id != shown.verdict:
        raise SystemExit(f"docs: the example of {shown.verdict} is {diagnosis.verdict.id}: {diagnosis.verdict.text}")
    return diagnosis
