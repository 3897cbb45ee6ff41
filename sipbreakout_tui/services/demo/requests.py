"""The requests that the demo's ledger tells of."""

from typing import NamedTuple

from sipbreakout_model import E164, Registration
from sipbreakout_tui.ledger import Verb
from sipbreakout_tui.services.demo.looping_call import CALLEE, CALLER

_TAS, _PBX = "sips:tas.example.com", "sips:pbx.example.net"
_VOICEMAIL, _DIALLER = "sips:voicemail.example.com:5061", "sips:dialler.example.net"

# The first three are those of docs/examples; the others lie in ranges kept free for fiction (the
# regulators of Sweden, the United Kingdom, North America, France, Germany and Australia name them).
_LOOPING = Registration.parse(CALLER, _TAS, "LOOP", "00", "11")
_CALLED = Registration.parse(CALLEE, _VOICEMAIL, "FALLBACK", "", "22")
_BEFORE_FORK = Registration.parse("+46700000001", _TAS, "LOOP", "31", "32")
_FORK = Registration.parse("+46700000001", _PBX, "FORK", "31", "32")
_EXPIRING = Registration.parse("+46701740605", _TAS, "LOOP_MT", "", "12")
_UNSEEN_PREFIX = Registration.parse("+46701740606", _TAS, "LOOP_MO", "13", "14")
_SAME_PREFIX = Registration.parse("+442079460123", _PBX, "LOOP", "21", "21")
_INGRESS = Registration.parse("+442079460124", _DIALLER, "INGRESS")
_REFUSED = Registration.parse("+12025550142", _TAS, "LOOP", "00", "11")
_EXPIRED = Registration.parse("+12025550143", _VOICEMAIL, "FALLBACK", "", "22")
_DELETED = Registration.parse("+33199001234", _PBX, "LOOP_MT", "", "41")
_NEWEST = Registration.parse("+493023125042", _PBX, "FORK", "51", "52")
_CALL_CENTRE = Registration.parse("+61491570156", _TAS, "INGRESS")

REFUSED: frozenset[E164] = frozenset((_REFUSED.number,))
"""The numbers that the core has to refuse."""

KEPT = (_LOOPING.number, _SAME_PREFIX.number)
"""The numbers that are marked as kept."""


class Request(NamedTuple):
    """One request to the core."""

    ago: int
    """Seconds before the demo is opened."""
    verb: Verb
    registration: Registration


def _upserts(registration: Registration, *ago: tuple[int, int]) -> list[Request]:
    """Return an upsert for each of these minutes and seconds ago."""
    return [Request(minutes * 60 + seconds, Verb.UPSERT, registration) for minutes, seconds in ago]


REQUESTS = sorted(
    (
        *_upserts(_LOOPING, (92, 14), (62, 14), (32, 14), (2, 14)),
        *_upserts(_SAME_PREFIX, (91, 47), (61, 47), (31, 47), (1, 47)),
        *_upserts(_EXPIRED, (61, 5)),
        *_upserts(_EXPIRING, (57, 38)),
        *_upserts(_CALLED, (50, 9), (20, 31)),
        *_upserts(_BEFORE_FORK, (47, 52)),
        *_upserts(_DELETED, (44, 26)),
        *_upserts(_CALL_CENTRE, (41, 3), (11, 20)),
        *_upserts(_INGRESS, (38, 55), (8, 12)),
        *_upserts(_FORK, (33, 41)),
        *_upserts(_UNSEEN_PREFIX, (25, 36)),
        *_upserts(_REFUSED, (24, 2)),
        *_upserts(_NEWEST, (12, 44)),
        Request(7 * 60 + 19, Verb.DELETE, _DELETED),
    ),
    key=lambda request: -request.ago,
)
"""Oldest first."""
