"""Makes one capture from another: the same call under other names, or seen worse.

For captures whose SIP is whole in UDP datagrams, as in `tests/trace/data`.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.trace.traffic.pcap import Endpoint, Packet, datagram, udp
from tests.trace.traffic.sip import Message

SHUFFLE = 50_000
"""µs: how far packets may be out of order."""


@dataclass(frozen=True)
class Names:
    """What is put in the place of what; every text is replaced wherever it stands, longest first."""

    texts: Mapping[str, str] = field(default_factory=dict)
    """Digits of numbers, host names, addresses; an address never matches inside a longer one."""
    ports: Mapping[int, int] = field(default_factory=dict)
    call_ids: str | None = None
    """What all new Call-IDs are made from, or None to leave them."""
    later: int = 0
    """µs by which everything is moved."""


def rewritten(packets: Sequence[Packet], names: Names) -> list[Packet]:
    """Return the capture under other names."""
    texts = sorted(names.texts, key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<![\d.]){re.escape(text)}(?!\d)" if "." in text else text for text in texts))
    made = []
    for at, data in packets:
        seen = datagram(Packet(at, data))
        assert seen is not None
        message = Message.parse(seen.payload)
        call_id = message.one("Call-ID")
        text = message.encode().decode("utf-8", "surrogateescape")
        if texts:
            text = pattern.sub(lambda found: names.texts[found[0]], text)
        for old, new in names.ports.items():
            text = re.sub(rf"(?<=:){old}(?!\d)", str(new), text)
        message = Message.parse(text.encode("utf-8", "surrogateescape"))
        if names.call_ids is not None:
            message = message.having("Call-ID", hashlib.sha256(f"{names.call_ids}{call_id}".encode()).hexdigest()[:30])
        ends = [
            Endpoint(names.texts.get(end.host, end.host), names.ports.get(end.port, end.port))
            for end in (seen.source, seen.target)
        ]
        made.append(udp(at + names.later, ends[0], ends[1], message.encode()))
    return made


def legs(packets: Sequence[Packet]) -> list[list[int]]:
    """Return the packets' places of each leg, in the order of their INVITEs; frames are places plus one.

    INVITE transactions go by branch; what follows in the dialog by Call-ID, hop and From tag.
    """
    places: list[list[int]] = []
    by_branch: dict[str, int] = {}
    by_dialog: dict[tuple[str, str, str, str], int] = {}
    for place, packet in enumerate(packets):
        seen = datagram(packet)
        assert seen is not None
        message = Message.parse(seen.payload)
        hop = (seen.source.host, seen.target.host)
        if message.status is not None:
            hop = (hop[1], hop[0])  # as the request went
        call_id, tag, branch = message.one("Call-ID"), message.tag("From"), message.branch
        leg = by_branch.get(branch)
        if leg is None and message.method == "INVITE" and message.status is None and not message.tag("To"):
            leg = by_dialog[(call_id, tag, *hop)] = len(places)
            places.append([])
        elif leg is None:  # within the dialog, by either end; or a response without Via
            leg = by_dialog.get((call_id, tag, *hop), by_dialog.get((call_id, message.tag("To"), hop[1], hop[0])))
            assert leg is not None, f"frame {place + 1} belongs to no leg"
        if branch:
            by_branch[branch] = leg
        places[leg].append(place)
    return places


def with_call_id_for_each_leg(packets: Sequence[Packet], *, b2bua: bool = False) -> list[Packet]:
    """Return the capture with a Call-ID of its own for each leg, nothing like the one it had.

    Args:
        packets: The capture.
        b2bua: Whether tags are new, too, and only the topmost Via and no Record-Route is left.
    """
    made = list(packets)
    for number, places in enumerate(legs(packets)):
        for place in places:
            seen = datagram(packets[place])
            assert seen is not None
            message = Message.parse(seen.payload)
            salt = f"{number}/{message.one('Call-ID')}"
            if b2bua:
                message = _as_b2bua(message, number)
            message = message.having("Call-ID", hashlib.sha256(salt.encode()).hexdigest()[:28])
            made[place] = udp(packets[place].at, seen.source, seen.target, message.encode())
    return made


def _as_b2bua(message: Message, number: int) -> Message:
    for name in ("From", "To"):
        tag = message.tag(name)
        if tag:
            new = hashlib.sha256(f"{number}/{tag}".encode()).hexdigest()[:10]
            message = message.having(name, message.one(name).replace(f";tag={tag}", f";tag={new}"))
    return message.having("Via", *message.vias()[:1]).having("Record-Route")


def without(packets: Sequence[Packet], places: Sequence[int]) -> list[Packet]:
    gone = set(places)
    return [packet for place, packet in enumerate(packets) if place not in gone]


def retransmitted(packets: Sequence[Packet], seed: int = 1, share: float = 0.4) -> list[Packet]:
    """Return the capture with some packets sent again, 0.5 s later and after as long again."""
    random = Random(seed)
    made = list(packets)
    for packet in packets:
        if random.random() < share:
            made += [Packet(packet.at + after, packet.data) for after in (500_000, 1_500_000)[: random.randint(1, 2)]]
    return in_order(made)


def mirrored(packets: Sequence[Packet]) -> list[Packet]:
    """Return the capture of a point that sees each packet twice, a few µs apart."""
    return in_order([Packet(at + late, data) for at, data in packets for late in (0, 9)])


def jittered(packets: Sequence[Packet], seed: int = 1) -> list[Packet]:
    """Return the capture of a clock that is up to 50 ms late, in the order of its times."""
    random = Random(seed)
    return in_order([Packet(at + random.randint(0, SHUFFLE), data) for at, data in packets])


def shuffled(packets: Sequence[Packet], seed: int = 1) -> list[Packet]:
    """Return the capture with right times, written up to 50 ms out of order."""
    random = Random(seed)
    return sorted(packets, key=lambda packet: packet.at + random.randint(0, SHUFFLE))


def dropped(packets: Sequence[Packet], seed: int, share: float = 0.1) -> list[Packet]:
    random = Random(seed)
    return [packet for packet in packets if random.random() >= share]


def in_order(packets: Sequence[Packet]) -> list[Packet]:
    return sorted(packets, key=lambda packet: packet.at)
