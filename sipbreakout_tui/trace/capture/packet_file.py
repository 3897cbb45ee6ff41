"""A pcap or pcapng file as a source of signalling."""

import struct
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.capture.batch import Batch
from sipbreakout_tui.trace.capture.dissect import Dissector
from sipbreakout_tui.trace.capture.ends import EndPairs, Ends
from sipbreakout_tui.trace.capture.export import export
from sipbreakout_tui.trace.capture.file_bytes import GZIP, FileBytes
from sipbreakout_tui.trace.capture.findings import Findings, Packet
from sipbreakout_tui.trace.capture.heard import Heard, NotACapture
from sipbreakout_tui.trace.capture.pcap import HEADER, Pcap, is_pcap
from sipbreakout_tui.trace.capture.pcapng import Pcapng, is_pcapng
from sipbreakout_tui.trace.capture.progress import Progress
from sipbreakout_tui.trace.capture.shape import Shape, shape_of
from sipbreakout_tui.trace.capture.sip_start import USUAL_METHODS
from sipbreakout_tui.trace.capture.spool import Spool


class PacketFile:
    """Reads a capture once from front to back, without holding it in memory; a `Source` and a context manager."""

    def __init__(self, path: Path, *, progress: Callable[[int, int], None] | None = None) -> None:
        """Open a capture; a gzip is unpacked into a temporary file, which takes its time.

        Args:
            path: A pcap or pcapng, or one of them as a gzip.
            progress: Called with the bytes done and their total every 4 MB or 100 ms. A gzip counts twice,
                once for unpacking. What it raises ends the reading.

        Raises:
            NotACapture: The file is something else.
            CaptureUnreadable: It is not there, or the disk refuses.
        """
        findings = self._findings = Findings()
        self.unread = findings.unread
        """How many packets could not be read, by reason; grows while messages are read, as all here do."""
        self.other = findings.other
        """How many packets are no SIP, by kind."""
        self.tls_servers = findings.tls_servers
        """How many packets with encrypted data each TLS server sent or got."""
        self.events = findings.events
        """Trouble with connections, in the order in which it became certain."""
        self.frames = 0
        """How many packets were seen."""
        self._path = path
        self._progress = Progress(progress)
        self._ends = Ends()
        self._spool = Spool()
        self._file = FileBytes(path)
        try:
            self._packed = self._file.size if self._file.is_gzip else 0
            self._capture = self._open()
        except BaseException:
            self._file.close()
            raise
        self._reading = chain.from_iterable(self._batches())

    @staticmethod
    def is_packets(head: bytes) -> bool:
        """Return whether a file that begins with these bytes (12 or more) is a capture, or a gzip of something."""
        return is_pcap(head) or is_pcapng(head) or head.startswith(GZIP)

    @property
    def has_secrets(self) -> bool:
        """Whether a pcapng was seen to bring secrets of TLS (a Decryption Secrets Block)."""
        return isinstance(self._capture, Pcapng) and self._capture.has_secrets

    def messages(self) -> Iterator[Heard]:
        """Yield every SIP message in the order of the file; asked again, go on where it was left.

        A message that waited for a lost TCP segment comes late, with the frame and time it was seen.

        Raises:
            CaptureUnreadable: The disk refuses.
        """
        return self._reading

    def raw(self, place: int, length: int) -> bytes:
        """Return a message's bytes again, by the place that `messages` gave."""
        return self._file.read_at(place, length) if place >= 0 else self._spool.get(place, length)

    def export(self, frames: Collection[int], out: Path) -> int:
        """Write these packets, bit for bit, as a capture of the same kind, and return how many they are.

        A pcapng gets the section and interface blocks that the packets need, but never secrets.

        Raises:
            TraceError: The file cannot be written; what stood there is unchanged.
            CaptureUnreadable: The disk refuses.
        """
        return export(self._file, self._path, frames, out)

    def close(self) -> None:
        """Close the file; temporary files go away."""
        self._file.close()
        self._spool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> Pcap | Pcapng:
        file = self._file
        if not ((is_pcap(file.head) and len(file.head) >= HEADER) or is_pcapng(file.head)):
            raise NotACapture(f"{visible(str(self._path))}: it is neither pcap nor pcapng")
        if file.is_gzip:
            file.unpack(lambda done: self._progress.reached(done, self._packed * 2))
            if file.gzip_trouble:
                self.unread[file.gzip_trouble] += 1
        return (Pcapng if is_pcapng(file.head) else Pcap)(file, self.unread)

    def _batches(self) -> Iterator[Iterable[Heard]]:
        pairs = EndPairs(self._ends)
        dissector = Dissector(self._findings, self._ends, self._spool)
        for batch in self._capture.batches():
            shape = shape_of(batch)
            yield self._any(batch, dissector) if shape is None else self._usual(batch, shape, pairs, dissector)
            self._tell(batch.base + batch.starts[-1])
        dissector.finish()
        yield self._heard()
        self._tell(self._file.size)

    def _any(self, batch: Batch, dissector: Dissector) -> Iterator[Heard]:
        """Read a batch of a link type that has no usual packet."""
        for start in batch.starts:
            self._take(dissector, batch, start)
            if self._findings.heard:
                yield from self._heard()

    def _heard(self) -> Iterator[Heard]:
        """Hand out what the dissector found."""
        heard, self._findings.heard = self._findings.heard, []
        return iter(heard)

    def _usual(self, batch: Batch, shape: Shape, pairs: EndPairs, dissector: Dissector) -> Iterator[Heard]:
        """Read a batch in which most packets are IPv4 and UDP; the rest goes to the dissector.

        The loop in which the time is spent: everything is a local name, and nothing is called that need not be.
        """
        data, base, starts, layout, _ = batch
        unpack, tag, network, fragment, to_udp = shape
        _, to_packet, _, high_worth, units, shift = layout
        high_is_seconds = high_worth == units and not shift
        methods = USUAL_METHODS
        no_sip = 0
        for frame, start in enumerate(starts, self.frames + 1):
            try:
                high, low, captured, tagged, kind, first, flags, protocol, ends, more, less = unpack(data, start)
            except struct.error:  # the last of the piece, and shorter than all these headers
                protocol = 0
            if protocol == 17 and first == 69 and kind == network and tagged == tag and not flags & fragment:
                end = start + to_udp + (more << 8 | less)
                if end <= start + to_packet + captured:
                    udp = start + to_udp + 8
                    message = data[udp:end]
                    if message[:8] == b"SIP/2.0 " or (
                        message[(line := message.find(b"\n")) - 9 : line] == b" SIP/2.0\r" and message[:4] in methods
                    ):
                        at = high + low / units if high_is_seconds else (high * high_worth + low) / units + shift
                        source, target = pairs[ends]
                        yield frame, at, source, target, "UDP", message, base + udp
                        continue
                    if message[:1] >= b"\x80":  # RTP and RTCP
                        no_sip += 1
                        continue
            self.frames = frame - 1
            self._take(dissector, batch, start)
            if self._findings.heard:
                yield from self._heard()
        self.frames = frame
        if no_sip:
            self.other["udp"] += no_sip

    def _take(self, dissector: Dissector, batch: Batch, start: int) -> None:
        """Give a packet to the dissector."""
        order, head, link, high_worth, units, shift = batch.layout
        high, low, captured, length = struct.unpack_from(order + "IIII", batch.data, start)
        at = high + low / units if high_worth == units and not shift else (high * high_worth + low) / units + shift
        begin = start + head
        self.frames += 1
        data = batch.data[begin : begin + captured]
        packet = Packet(self.frames, at, data, batch.base + begin, captured < length)
        dissector.take(packet, link)

    def _tell(self, done: int) -> None:
        size = self._file.size
        if self._packed:  # the second half of the way
            done = self._packed + (done * self._packed // size if size else self._packed)
            size = self._packed * 2
        self._progress.reached(done, size)
