"""Makes docs/examples/looping-call.pcap.gz: the loop of a TAS that drops the Session-ID, a Call-ID for each leg.

Run as `python -m docs.example_capture`; a test compares the file with what this makes.
"""

import gzip
from pathlib import Path

from tests.trace.traffic import loops
from tests.trace.traffic.pcap import pcap_bytes
from tests.trace.traffic.rewriting import Names, rewritten
from tests.trace.traffic.script import Lab

CAPTURE = Path(__file__).parent / "examples" / "looping-call.pcap.gz"
TURNS = 35
_NAMES = {
    "tas.lab.test": "tas.example.com",
    "core.lab.test": "core.example.com",
    "127.0.0.1": "192.0.2.1",
    "127.0.0.2": "192.0.2.2",
    "127.0.0.10": "192.0.2.10",
}


def example_capture() -> bytes:
    """Return the pcap."""
    lab = Lab(core_b2bua=True, tas_b2bua=True, session_ids="paired")
    loops.loop(turns=TURNS)(lab)
    return pcap_bytes(rewritten(lab.wire.packets, Names(texts=_NAMES)))


if __name__ == "__main__":
    CAPTURE.write_bytes(gzip.compress(example_capture(), mtime=0))
