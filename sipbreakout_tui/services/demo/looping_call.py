"""The captured call that comes with the package, as if captured lately."""

import gzip
import struct
from importlib.resources import files

CALLER, CALLEE = "+4711111111", "+4722222222"
"""Who calls whom in it."""

_FILE_HEADER = 24
_RECORD = struct.Struct("<IIII")


def looping_call(at: int) -> bytes:
    """Return the call as a pcap: its TAS returns it without Session-ID, 35 times within a second.

    Args:
        at: Unix time in whole seconds at which it begins.
    """
    packed = files("sipbreakout_tui.services.demo").joinpath("looping-call.pcap.gz").read_bytes()
    return moved(gzip.decompress(packed), at)


def moved(capture: bytes, at: int) -> bytes:
    """Return a little-endian pcap whose first packet was captured in the second `at` (Unix time).

    The fractions of seconds, and so all intervals, stay as they are.
    """
    data = bytearray(capture)
    later = at - _RECORD.unpack_from(data, _FILE_HEADER)[0]
    offset = _FILE_HEADER
    while offset < len(data):
        seconds, fraction, kept, length = _RECORD.unpack_from(data, offset)
        _RECORD.pack_into(data, offset, seconds + later, fraction, kept, length)
        offset += _RECORD.size + kept
    return bytes(data)
