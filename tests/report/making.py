"""Traces to report on: the lab's captures, and scripted ones with hostile or missing things in them."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

from sipbreakout_tui.trace.capture import Heard, PacketFile
from sipbreakout_tui.trace.trace import Trace, read_trace
from tests.trace.hearing import memory, understood
from tests.trace.traffic import loops
from tests.trace.traffic.pcap import Packet, datagram, udp
from tests.trace.traffic.script import CALLER, Lab, fail
from tests.trace.traffic.sip import Message

DATA = Path(__file__).parents[1] / "trace" / "data"
LAB = sorted(path.stem for path in DATA.glob("*.pcap"))

REGISTERED = f"""
[[registration]]
number = "{CALLER}"
sip_uri = "sips:tas.lab.test"
route_type = "LOOP"
mobile_originating_prefix = "00"
mobile_terminating_prefix = "11"
"""

ATTACKS = {
    "escape": "\x1b[2J\x1b]0;gone\x07",
    "markup": "[bold red]x[/bold red][link=https://evil.example]y[/link]",
    "bidi": "\u202eevil\u2066x\u200f",
    "script": "<script>alert(1)</script>",
    "attribute": "\"'><img src=x onerror=alert(1)>",
    "cdata": "]]></text></svg><script>alert(1)</script>",
    "mermaid": 'x"]; click A "javascript:alert(1)"; %%{init: {}}%% end',
    "entity": "&lt;script&gt;alert(1)&#60;/script&#62;",
    "bytes": "\udcff\udcfe",
}
CONTROLS = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class Copied:
    """A source in memory with what a capture has, so that nobody has to close the file."""

    def __init__(self, path: Path) -> None:
        with PacketFile(path) as capture:
            self.heard = list(capture.messages())
            self.unread: Counter[str] = capture.unread
            self.events = capture.events
            self.frames = capture.frames
        self._raw = {heard[6]: heard[5] for heard in self.heard}

    def messages(self) -> Iterator[Heard]:
        return iter(self.heard)

    def raw(self, place: int, length: int) -> bytes:
        return bytes(self._raw[place][:length])

    def close(self) -> None:
        self.heard.clear()


def lab_trace(name: str) -> Trace:
    """Return a capture of the lab, read without registrations."""
    return read_trace([Copied(DATA / f"{name}.pcap")])


def scripted(scene: Callable[[Lab], None], lab: Lab | None = None, *, registered: bool = True) -> Trace:
    """Return the trace of a scene."""
    lab = lab or Lab()
    scene(lab)
    return understood(lab.wire.packets, REGISTERED if registered else None)


def without_leg(scene: Callable[[Lab], None], source: str, target: str) -> Trace:
    """Return the trace of a scene without what passed between two addresses."""
    lab = Lab()
    scene(lab)
    return understood((packet for packet in lab.wire.packets if not _between(packet, {source, target})), REGISTERED)


def _between(packet: Packet, hosts: set[str]) -> bool:
    seen = datagram(packet)
    return seen is not None and {seen.source.host, seen.target.host} == hosts


def hostile(attack: str) -> Trace:
    """Return a refused call in which every free text is the attack."""
    lab = Lab(display_name=f'"{attack}"', extra=(("Subject", attack), ("P-Charging-Vector", f"icid-value={attack}")))
    path = loops.out_and_back(lab, session="")
    reasons = [("Reason", f'SIP;cause=403;text="{attack}"'), ("Warning", f'399 core "{attack}"')]
    fail(403, *path, reason=attack, headers=reasons)
    return understood(_renamed(lab.wire.packets, attack), REGISTERED)


def _renamed(packets: Iterable[Packet], attack: str) -> Iterable[Packet]:
    for packet in packets:
        seen = datagram(packet)
        assert seen is not None
        message = Message.parse(seen.payload)
        message = message.having("Call-ID", attack + message.one("Call-ID")).having("User-Agent", attack)
        yield udp(packet.at, seen.source, seen.target, message.encode())


def many(calls: int) -> Trace:
    """Return a trace of several calls: every third loops."""
    lab = Lab()
    for index in range(calls):
        lab.caller = f"+4711{index:06}"
        (loops.loop(turns=2) if index % 3 == 0 else loops.returned)(lab)
        lab.wire.wait(90)
    return read_trace([memory(lab.wire.packets)])


class Page(HTMLParser):
    """The elements, attributes and text of a page; an element that is not closed is an error."""

    VOID = frozenset(("meta", "br"))

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    @property
    def text(self) -> str:
        """What a reader sees."""
        return " ".join("".join(self.texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.texts.append(f" {data} ")
