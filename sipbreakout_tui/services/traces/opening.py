"""A trace from captures and what is known of registrations: opened, read, diagnosed."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Self

from sipbreakout_model import E164, InvalidValue, RegistrationBook
from sipbreakout_model.times import rfc3339
from sipbreakout_tui.ledger.history import Span
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.services.ledger_knowledge import LedgerKnowledge
from sipbreakout_tui.services.traces.captures import (
    Capture,
    Decoder,
    NoCapture,
    Progress,
    Reader,
    open_capture,
    open_captures,
)
from sipbreakout_tui.trace.capture.findings import ENDS_EARLY, TLS_UNREAD
from sipbreakout_tui.trace.capture.heard import Endpoint, NotACapture, Source, TraceError
from sipbreakout_tui.trace.capture.packet_file import PacketFile
from sipbreakout_tui.trace.capture.tshark import tshark_path
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.diagnosis.knowledge import BookKnowledge, Knowledge
from sipbreakout_tui.trace.trace import Trace, read_trace, understand

_MOST_PORTS = 50
"""How many ports of TLS servers tshark is told of; a capture of everything has thousands."""

STOPPED = "the reading was stopped: only what was read until then is shown"
"""The note of a trace that is a part of its captures."""

_USUAL = Reader()
_log = logging.getLogger(__name__)


@dataclass(eq=False)
class OpenedTrace:
    """A trace with what it was made from; a context manager that closes the captures."""

    trace: Trace
    captures: list[Capture]
    knowledge: Knowledge | None
    known_from: str
    """Where the registrations come from, in words that are safe to show."""
    notes: list[str] = field(default_factory=list)
    """What somebody who reads the result should know of how it was made."""
    reading_notes: tuple[str, ...] = ()
    """Those of them that tell of the reading, whatever it is held against."""

    @property
    def decoder(self) -> str:
        """Who read the captures: `builtin`, `tshark`, `text`, or several of them."""
        return ", ".join(sorted({capture.decoder for capture in self.captures}))

    @property
    def frames(self) -> int:
        """How many frames the captures have."""
        return sum(capture.source.frames for capture in self.captures)

    def diagnosis(self, number: int) -> Diagnosis | None:
        """Return the diagnosis of the call with this number, from 1; None where there is none."""
        return self.trace.diagnoses[number - 1] if 1 <= number <= len(self.trace.diagnoses) else None

    def registrations_around(self, diagnosis: Diagnosis) -> list[Span]:
        """Return both numbers' leases in force within an hour of the call; empty unless the ledger was asked."""
        call = diagnosis.case.call
        if not isinstance(self.knowledge, LedgerKnowledge) or call is None:
            return []
        numbers = dict.fromkeys(number for number in (call.caller, call.callee) if isinstance(number, E164))
        return [span for number in numbers for span in self.knowledge.around(number, call.at)]

    def close(self) -> None:
        """Close the captures; messages can be read no more."""
        for capture in self.captures:
            capture.source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_trace(
    paths: Path | str | Iterable[Path | str],
    *,
    registrations: Path | RegistrationBook | Knowledge | None = None,
    core: Collection[str] = (),
    tas: Collection[str] = (),
    reader: Reader = _USUAL,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> OpenedTrace:
    """Read captures and diagnose every call.

    Args:
        paths: One file or several: pcap, pcapng (also as a gzip), or text logs of SIP.
        registrations: Who was registered: a file, a book, or what the ledger knows (`from_ledger`); None:
            what explains the legs is inferred.
        core: Addresses of the core; empty: found from the registrations or who calls whom.
        tas: Addresses or host names of TASes; likewise.
        reader: Who reads packets, and with which keys.
        progress: Called with the bytes that were read and their total.
        cancelled: Asked now and then; True ends the reading, and what was read is diagnosed; a note says so.

    Raises:
        TraceError: A file cannot be used.
        RegistrationTextError: The registrations cannot.
    """
    files = [Path(paths)] if isinstance(paths, Path | str) else [Path(path) for path in paths]
    knowledge, known_from = _knowledge(registrations)
    began = time.perf_counter()
    captures = open_captures(files, reader, progress)
    stop = _Stop(cancelled)
    reading = _Reading(
        captures, reader, lambda sources: read_trace(sources, knowledge, core=core, tas=tas, cancelled=stop), stop
    )
    try:
        trace = reading.read()
    except BaseException:
        reading.close()
        raise
    took = time.perf_counter() - began
    _log.info("read %d messages and diagnosed %d calls in %.3f s", len(trace.messages), len(trace.calls), took)
    return _opened(trace, reading.captures, (knowledge, known_from), reading.notes, (core, tas))


def diagnose_again(
    opened: OpenedTrace,
    *,
    registrations: Path | RegistrationBook | Knowledge | None = None,
    core: Collection[str] = (),
    tas: Collection[str] = (),
) -> OpenedTrace:
    """Return a trace diagnosed anew, without reading its captures again; both share them.

    Args:
        opened: The trace, whose captures are open.
        registrations: Who was registered, as `open_trace` takes it.
        core: Addresses of the core; likewise.
        tas: Addresses or host names of TASes; likewise.

    Raises:
        RegistrationTextError: The registrations cannot be used.
    """
    knowledge, known_from = _knowledge(registrations)
    trace = understand(opened.trace.assembled, knowledge, core=core, tas=tas)
    return _opened(trace, opened.captures, (knowledge, known_from), opened.reading_notes, (core, tas))


def _opened(
    trace: Trace,
    captures: list[Capture],
    known: tuple[Knowledge | None, str],
    reading_notes: Iterable[str],
    given: tuple[Collection[str], Collection[str]],
) -> OpenedTrace:
    opened = OpenedTrace(trace, captures, *known, reading_notes=tuple(reading_notes))
    opened.notes += [*opened.reading_notes, *_not_met(trace, *given), *_pruned(opened)]
    return opened


def party_address(text: str) -> str:
    """Return an address as captures have it: IPv6 short and without brackets.

    With its port it stands for one of several parties on one machine, as `127.0.0.1:5061`.

    Raises:
        InvalidValue: No IPv4 or IPv6 address.
    """
    host, colon, port = text.strip().rpartition(":")
    if colon and port.isascii() and port.isdigit() and (host.count(":") == 0 or host.endswith("]")):
        return str(Endpoint(party_address(host), int(port)))
    try:
        return str(ip_address(text.strip().removeprefix("[").removesuffix("]")))
    except ValueError:
        raise InvalidValue(f"{text!r} is no IPv4 or IPv6 address") from None


def _knowledge(given: Path | RegistrationBook | Knowledge | None) -> tuple[Knowledge | None, str]:
    if isinstance(given, Path):
        from sipbreakout_model.registration_text import book_of
        from sipbreakout_tui.services.registrations.files import read_registrations

        return BookKnowledge(book_of(read_registrations(given))), f"from {visible(given.name)}"
    if isinstance(given, RegistrationBook):
        return BookKnowledge(given), "given"
    if given is None:
        return None, "inferred: none were given"
    return given, "from the ledger" if isinstance(given, LedgerKnowledge) else "given"


def _not_met(trace: Trace, core: Collection[str], tas: Collection[str]) -> Iterator[str]:
    """Yield a note for each party that was given and takes part in nothing."""
    legs = trace.assembled.legs
    ends = {end.address for leg in legs for end in (leg.source, leg.target)}
    hosts = {leg.invite.host for leg in legs} | {leg.invite.vias[0][1] for leg in legs if leg.invite.vias}
    for text in core:
        if text not in ends:
            yield f"no leg starts or ends at {visible(text)}, which was given as the core"
    for text in tas:
        if text not in ends and text.lower() not in hosts:
            yield f"no leg has to do with {visible(text)}, which was given as a TAS"


def _pruned(opened: OpenedTrace) -> Iterator[str]:
    if isinstance(opened.knowledge, LedgerKnowledge) and opened.trace.calls:
        known_from = opened.knowledge.history.known_from
        if known_from is not None and opened.trace.calls[0].at < known_from:
            yield f"the ledger was pruned: of calls before {rfc3339(known_from)} it does not know what was in force"


class _Stop:
    """Asks whether the reading shall end, and remembers a yes."""

    def __init__(self, cancelled: Callable[[], bool]) -> None:
        self._cancelled = cancelled
        self.said = False

    def __call__(self) -> bool:
        self.said = self.said or self._cancelled()
        return self.said


class _Reading:
    """Reads captures with the built-in reader, and again with tshark where that may read more."""

    def __init__(
        self, captures: list[Capture], reader: Reader, understood: Callable[[Sequence[Source]], Trace], stop: _Stop
    ) -> None:
        self.captures = captures
        self.notes: list[str] = []
        self._reader = reader
        self._understood = understood
        self._stop = stop

    def close(self) -> None:
        for capture in self.captures:
            capture.source.close()

    def read(self) -> Trace:
        """Read every capture; what `captures` holds then was read to its end."""
        trace = self._read()
        if self._stop.said:
            self.notes.append(STOPPED)
            return trace
        wanting = {
            index: source
            for index, capture in enumerate(self.captures)
            if isinstance(source := capture.source, PacketFile) and _may_hide_sip(source, self._reader)
        }
        if wanting and self._reader.decoder is Decoder.AUTO:
            if tshark_path() is not None:
                first, trace = trace, self._again(trace, wanting)
                if self._stop.said and trace is not first:
                    self.notes.append(STOPPED)
            elif self._reader.has_keys:
                self.notes.append("the TLS keys that were given need tshark, which is not installed")
        self._note_unread()
        return trace

    def _again(self, first: Trace, wanting: dict[int, PacketFile]) -> Trace:
        """Read with tshark, and keep for each file who reads more messages."""
        builtin = self.captures
        before = Counter(row.file for row in first.messages)
        self.captures = self._reopened(builtin, wanting)
        try:
            trace = self._read()
        except TraceError as error:
            self.close()
            self.captures = builtin
            self.notes.append(f"{error}: what the built-in reader read is shown")
            return first
        after = Counter(row.file for row in trace.messages)
        better = {index: source for index, source in wanting.items() if after[index] > before[index]}
        if len(better) < len(wanting):
            self.close()
            if not better:
                self.captures = builtin
                return first
            self.captures = self._reopened(builtin, better)
            trace = self._read()
        self.notes += [
            f"{builtin[index].name}: tshark read {after[index]} SIP messages, the built-in reader {before[index]}"
            for index in better
        ]
        for capture in builtin:
            capture.source.close()
        return trace

    def _reopened(self, captures: list[Capture], with_tshark: Mapping[int, PacketFile]) -> list[Capture]:
        """Open every file once more, these ones with tshark."""
        with ExitStack() as opened:
            found = []
            for index, capture in enumerate(captures):
                source = with_tshark.get(index)
                if source is None:
                    again = open_capture(capture.path, Reader(Decoder.BUILTIN))
                else:
                    ports = sorted({end.port for end in source.tls_servers})[:_MOST_PORTS]
                    again = open_capture(capture.path, replace(self._reader, decoder=Decoder.TSHARK), ports=ports)
                    _take_over(again.source, source)
                opened.callback(again.source.close)
                found.append(again)
            opened.pop_all()
            return found

    def _note_unread(self) -> None:
        """Say what would help to read what could not be read."""
        for capture in self.captures:
            lost = sum(count for reason, count in capture.source.unread.items() if _needs_tshark(reason))
            if not lost:
                continue
            advice = []
            if tshark_path() is None:
                advice.append("install tshark")
            elif capture.decoder == "builtin" and self._reader.decoder is Decoder.BUILTIN:
                advice.append("leave --decoder builtin out")
            if capture.source.unread[TLS_UNREAD] and not self._reader.has_keys:
                advice.append("give the TLS secrets with --keylog FILE")
            if advice:
                self.notes.append(f"{capture.name}: {lost} packets may hold SIP; {' and '.join(advice)}")

    def _read(self) -> Trace:
        try:
            return self._understood([capture.source for capture in self.captures])
        except NotACapture as error:
            raise NoCapture(str(error)) from error


def _needs_tshark(reason: str) -> bool:
    return reason in (TLS_UNREAD, "GTP") or reason.startswith("link type ")


def _may_hide_sip(source: PacketFile, reader: Reader) -> bool:
    """Return whether tshark may read messages that the built-in reader, which has read all, did not."""
    opens_tls = reader.has_keys or source.has_secrets
    return any(map(_needs_tshark, source.unread)) or (opens_tls and bool(source.tls_servers))


def _take_over(source: Source, builtin: PacketFile) -> None:
    """Let what tshark does not tell stand as the built-in reader told it: connections, and damaged packets."""
    source.events.extend(builtin.events)
    told = {reason: count for reason, count in builtin.unread.items() if not _needs_tshark(reason)}
    told.pop(ENDS_EARLY, None)
    source.unread.update(told)
