"""The messages of one call as they were captured, and its packets as a capture of their own."""

from collections.abc import Iterator
from pathlib import Path

from sipbreakout_model import InvalidValue
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.services.traces.opening import OpenedTrace
from sipbreakout_tui.services.traces.words import Mask, moment_words, unmasked
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis
from sipbreakout_tui.trace.sip import SipMessage, shown


def message_lines(opened: OpenedTrace, diagnosis: Diagnosis, mask: Mask = unmasked) -> Iterator[str]:
    """Yield the call's messages in the order of time: where each stands, then its lines, safe to show.

    Credentials and media keys are hidden.

    Args:
        opened: The trace.
        diagnosis: Of one of its calls.
        mask: What captured text goes through.
    """
    messages = diagnosis.case.messages
    several = len(opened.captures) > 1
    for row in message_rows(diagnosis):
        place = messages[row]
        file = f" of {mask(opened.captures[place.file].name)}" if several else ""
        way = mask(f"{place.source} → {place.target} {visible(place.transport)}")
        yield f"frame {place.frame}{file}  {moment_words(place.at)}  {way}"
        yield from (f"  {mask(line)}" if line else "" for line in shown(SipMessage.parse(messages.raw(row))))
        yield ""


def export_packets(opened: OpenedTrace, diagnosis: Diagnosis, out: Path) -> int:
    """Write the call's packets to a capture of the kind that they are from, and return how many.

    Of messages over TCP, only the packets in which they end are known.

    Raises:
        InvalidValue: They are from several captures, or from a text log.
        TraceError: The file cannot be written.
    """
    from sipbreakout_tui.trace.capture.packet_file import PacketFile

    seen, messages = diagnosis.case.seen, diagnosis.case.messages
    rows = message_rows(diagnosis)
    files = sorted({messages[row].file for row in rows})
    names = " and ".join(opened.captures[file].name for file in files)
    if len(files) != 1:
        raise InvalidValue(f"call {seen.number} is in {names}: --export-pcap takes packets of one capture")
    capture = opened.captures[files[0]]
    if capture.decoder == "text":
        raise InvalidValue(f"{names} is a text log: it has no packets to export")
    frames = {messages.frames[row] for row in rows}
    frames.update(event.frame for leg in seen.legs for event in leg.leg.events)
    if isinstance(capture.source, PacketFile):
        return capture.source.export(frames, out)
    with PacketFile(capture.path) as packets:
        return packets.export(frames, out)


def message_rows(diagnosis: Diagnosis) -> list[int]:
    """Return the rows of the call's messages, by time."""
    seen, messages = diagnosis.case.seen, diagnosis.case.messages
    legs = [*(leg.leg for leg in seen.legs), *seen.elsewhere]
    return sorted({row for leg in legs for row in leg.messages}, key=lambda row: (messages.times[row], row))
