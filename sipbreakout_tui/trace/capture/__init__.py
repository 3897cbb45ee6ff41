"""Captures: what was heard on the wire, from packet files."""

from sipbreakout_tui.trace.capture.heard import (
    CaptureUnreadable,
    ConnectionEvent,
    ConnectionTrouble,
    DecoderMissing,
    Endpoint,
    Heard,
    NotACapture,
    Source,
    TraceError,
)
from sipbreakout_tui.trace.capture.packet_file import PacketFile

__all__ = [
    "CaptureUnreadable",
    "ConnectionEvent",
    "ConnectionTrouble",
    "DecoderMissing",
    "Endpoint",
    "Heard",
    "NotACapture",
    "PacketFile",
    "Source",
    "TraceError",
]
