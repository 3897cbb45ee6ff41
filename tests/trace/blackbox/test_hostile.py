"""Captured text that would command a terminal, a markup parser or a browser comes out harmless."""

import json
import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.trace.blackbox.cases import LOOP
from tests.trace.blackbox.command import trace
from tests.trace.traffic import loops, others
from tests.trace.traffic.pcap import Packet, datagram, udp, write_pcap
from tests.trace.traffic.script import Lab, fail
from tests.trace.traffic.sip import Message

ATTACKS = {
    "escape": "\x1b[2J\x1b]0;gone\x07",
    "c1": "\x9b31m",
    "markup": "[bold red]x[/bold red][/nonsense]",
    "link": "[link=https://evil.example]x[/link]",
    "bidi": "\u202eevil\u2066x\u200f",
    "script": "<script>alert(1)</script>",
    "attribute": "\"'><img src=x onerror=alert(1)>",
    "svg": "]]></text><script>alert(1)</script>",
    "mermaid": 'x"]; click A "javascript:alert(1)"; %%{init: {}}%%',
    "bytes": "\udcff\udcfe",
}
FORMATS = ("text", "html", "svg", "mermaid", "json")

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MARKS = re.compile(r"<script>alert|<img src=x|<[^<>]*\sonerror=alert", re.IGNORECASE)


def _hostile(attack: str, folder: Path) -> Path:
    """Write a call in which every free text is the attack, and a refusal that is said with it."""
    lab = Lab(display_name=f'"{attack}"', extra=(("Subject", attack), ("P-Charging-Vector", f"icid-value={attack}")))
    path = loops.out_and_back(lab, session="")
    reasons = [("Reason", f'SIP;cause=403;text="{attack}"'), ("Warning", f'399 core "{attack}"')]
    fail(403, *path, reason=attack, headers=reasons)
    return write_pcap(folder / "hostile.pcap", [_with_hostile_names(packet, attack) for packet in lab.wire.packets])


def _with_hostile_names(packet: Packet, attack: str) -> Packet:
    seen = datagram(packet)
    assert seen is not None
    message = Message.parse(seen.payload)
    message = message.having("Call-ID", attack + message.one("Call-ID"))
    message = message.having("User-Agent", attack).having("Server", attack)
    return udp(packet.at, seen.source, seen.target, message.encode())


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("attack", ATTACKS)
def test_captured_text_is_harmless(attack: str, form: str, tmp_path: Path) -> None:
    file = tmp_path / "registrations.toml"
    file.write_text(LOOP, encoding="utf-8")
    options = () if form in ("text", "html", "json") else ("--call", "1")
    answer = trace(_hostile(ATTACKS[attack], tmp_path), "--registrations", file, "--format", form, *options)
    assert answer.code == 0, answer.err
    assert answer.out
    for said in (answer.out, unescape(answer.out), answer.err):
        assert not _CONTROLS.search(said), _CONTROLS.search(said)
    if form in ("html", "svg"):
        assert not _MARKS.search(answer.out)
    if form == "svg":
        ElementTree.fromstring(answer.out.encode())
    if form == "json":
        told = json.dumps(json.loads(answer.out), ensure_ascii=False)
        assert not _CONTROLS.search(told)
    if form == "mermaid":
        assert not re.search(r"^\s*(click|%%\{)", answer.out, re.MULTILINE)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_number_is_harmless(attack: str, tmp_path: Path) -> None:
    """The user part of a request URI is free text, too."""
    lab = Lab(callee=ATTACKS[attack].replace(" ", "").replace("@", ""))
    others.direct(lab)
    path = write_pcap(tmp_path / "hostile.pcap", lab.wire.packets)
    for form in FORMATS:
        options = () if form in ("text", "html", "json") else ("--call", "1")
        answer = trace(path, "--format", form, *options)
        assert answer.code in (0, 1), answer.err
        assert "unexpected" not in answer.err
        assert not _CONTROLS.search(answer.out + answer.err)
        assert form not in ("html", "svg") or not _MARKS.search(answer.out)


def test_messages_on_request_are_shown_harmless(tmp_path: Path) -> None:
    for attack in ("escape", "c1", "bidi", "bytes"):
        answer = trace(_hostile(ATTACKS[attack], tmp_path), "--call", "1", "--messages")
        assert answer.code == 0, answer.err
        assert "INVITE sip:" in answer.out
        assert not _CONTROLS.search(answer.out.replace("\r", ""))
