"""The SIP ladder and the messages it is drawn from."""

import pytest

from sipbreakout_model import CallFlow, LegEnd
from sipbreakout_tui.diagram.ladder import sip_ladder
from sipbreakout_tui.diagram.messages import sip_messages
from tests.diagram.flows import FLOWS, every_shape

LADDERS = {
    ("nobody", 80, False): """
       caller                          core                          callee
     +4711111111                                                   +4722222222
0 s       │──── 1 INVITE +4722222222 ───▸│                              │
          │◂╌╌╌╌╌╌╌╌╌ 100 Trying ╌╌╌╌╌╌╌╌│                              │
          │                              │──── 2 INVITE +4722222222 ───▸│
          │                              │◂╌╌╌╌╌╌╌╌╌ 100 Trying ╌╌╌╌╌╌╌╌│
          │                              │◂╌╌╌╌╌╌╌╌ 180 Ringing ╌╌╌╌╌╌╌╌│
          │◂╌╌╌╌╌╌╌╌ 180 Ringing ╌╌╌╌╌╌╌╌│                              │
          │                              │◂╌╌╌╌╌╌╌╌╌╌╌ 200 OK ╌╌╌╌╌╌╌╌╌╌│
          │◂╌╌╌╌╌╌╌╌╌╌╌ 200 OK ╌╌╌╌╌╌╌╌╌╌│                              │
          │──────────── ACK ────────────▸│                              │
          │                              │──────────── ACK ────────────▸│
""",
    ("loop", 80, False): """
       caller                core                  TAS                callee
     +4711111111                          sips:tas.example.com      +4722222222
0 s       │ 1 INVITE +472…222 ▸│                    │                    │
          │◂╌╌╌╌ 100 Trying ╌╌╌│                    │                    │
          │                    │ 2 INVITE +00 …222 ▸│                    │
          │                    │◂╌╌╌╌ 100 Trying ╌╌╌│                    │
          │                    │◂ 3 INVITE +472…222 │                    │
          │                    │╌╌╌╌ 100 Trying ╌╌╌▸│                    │
          │                    │───────── 4 INVITE +4722222222 ─────────▸│
          │                    │◂╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 100 Trying ╌╌╌╌╌╌╌╌╌╌╌╌╌╌│
          │                    │◂╌╌╌╌╌╌╌╌╌╌╌╌╌ 180 Ringing ╌╌╌╌╌╌╌╌╌╌╌╌╌╌│
          │                    │╌╌╌ 180 Ringing ╌╌╌▸│                    │
          │                    │◂╌╌╌ 180 Ringing ╌╌╌│                    │
          │◂╌╌╌ 180 Ringing ╌╌╌│                    │                    │
          │                    │◂╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 200 OK ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌│
          │                    │╌╌╌╌╌╌ 200 OK ╌╌╌╌╌▸│                    │
          │                    │◂╌╌╌╌╌╌ 200 OK ╌╌╌╌╌│                    │
          │◂╌╌╌╌╌╌ 200 OK ╌╌╌╌╌│                    │                    │
          │─────── ACK ───────▸│                    │                    │
          │                    │─────── ACK ───────▸│                    │
          │                    │◂─────── ACK ───────│                    │
          │                    │───────────────── ACK ──────────────────▸│
""",
    ("looped", 80, False): """
       caller                        core                          TAS
     +4711111111                                          sips:tas.example.com
0 s       │─── 1 INVITE +4722222222 ──▸│                            │
          │◂╌╌╌╌╌╌╌╌ 100 Trying ╌╌╌╌╌╌╌│                            │
          │                            │─ 2 INVITE +00 4722222222 ─▸│   ◂═╗
          │                            │◂╌╌╌╌╌╌╌╌ 100 Trying ╌╌╌╌╌╌╌│     ║
          │                            │◂─── 3 INVITE +4722222222 ──│     ║
          │                            │╌╌╌╌╌╌╌╌ 100 Trying ╌╌╌╌╌╌╌▸│   ══╝
          │ ↻ legs 2 to 3 × 35, then 483 Too Many Hops              │
          │                            │╌╌╌╌ 483 Too Many Hops ╌╌╌╌▸│  × 35
          │                            │◂─────────── ACK ───────────│  × 35
          │                            │◂╌╌╌╌ 483 Too Many Hops ╌╌╌╌│  × 35
          │                            │─────────── ACK ───────────▸│  × 35
          │◂╌╌╌╌ 483 Too Many Hops ╌╌╌╌│                            │
          │─────────── ACK ───────────▸│                            │
""",
    ("unreachable", 80, False): """
       caller                          core                            TAS
     +4711111111                                                  sips:t…le.com
0 s       │──── 1 INVITE +4722222222 ───▸│                              │
          │◂╌╌╌╌╌╌╌╌╌ 100 Trying ╌╌╌╌╌╌╌╌│                              │
          │                              │── 2 INVITE +00 4722222222 ──✗│
          │◂╌╌╌╌ 408 Request Timeout ╌╌╌╌│                              │
          │──────────── ACK ────────────▸│                              │
""",
    ("fork", 80, False): """
       caller                core                  TAS                callee
     +4711111111                          sips:tas.example.com      +4722222222
0 s       │ 1 INVITE +472…222 ▸│                    │                    │
          │◂╌╌╌╌ 100 Trying ╌╌╌│                    │                    │
          │                    │───────── 2 INVITE +4722222222 ─────────▸│
          │                    │◂╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 100 Trying ╌╌╌╌╌╌╌╌╌╌╌╌╌╌│
          │                    │ 3 INVITE +22 …222 ▸│                    │
          │                    │◂╌╌╌╌ 100 Trying ╌╌╌│                    │
          │                    │◂╌╌╌╌╌╌╌╌╌╌╌╌╌ 180 Ringing ╌╌╌╌╌╌╌╌╌╌╌╌╌╌│
          │◂╌╌╌ 180 Ringing ╌╌╌│                    │                    │
          │                    │◂╌╌╌ 180 Ringing ╌╌╌│                    │
          │                    │◂╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 200 OK ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌│
          │                    │────── CANCEL ─────▸│                    │
          │                    │◂╌╌╌╌╌╌╌ 487 ╌╌╌╌╌╌╌│                    │
          │                    │─────── ACK ───────▸│                    │
          │◂╌╌╌╌╌╌ 200 OK ╌╌╌╌╌│                    │                    │
          │─────── ACK ───────▸│                    │                    │
          │                    │───────────────── ACK ──────────────────▸│
""",
    ("fork, TAS answers", 80, False): """
       caller                core                  TAS                callee
     +4711111111                          sips:tas.example.com      +4722222222
0 s       │ 1 INVITE +472…222 ▸│                    │                    │
          │◂╌╌╌╌ 100 Trying ╌╌╌│                    │                    │
          │                    │───────── 2 INVITE +4722222222 ─────────▸│
          │                    │◂╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 100 Trying ╌╌╌╌╌╌╌╌╌╌╌╌╌╌│
          │                    │ 3 INVITE +22 …222 ▸│                    │
          │                    │◂╌╌╌╌ 100 Trying ╌╌╌│                    │
          │                    │◂╌╌╌╌╌╌╌╌╌╌╌╌╌ 180 Ringing ╌╌╌╌╌╌╌╌╌╌╌╌╌╌│
          │◂╌╌╌ 180 Ringing ╌╌╌│                    │                    │
          │                    │◂╌╌╌╌╌╌ 200 OK ╌╌╌╌╌│                    │
          │                    │──────────────── CANCEL ────────────────▸│
          │                    │◂╌╌╌╌╌╌╌╌ 487 Request Terminated ╌╌╌╌╌╌╌╌│
          │                    │───────────────── ACK ──────────────────▸│
          │◂╌╌╌╌╌╌ 200 OK ╌╌╌╌╌│                    │                    │
          │─────── ACK ───────▸│                    │                    │
          │                    │─────── ACK ───────▸│                    │
""",
    ("fallback, looped", 100, False): """
       caller                     core                       TAS                     callee
     +4711111111                                  sips:voicema….example.net        +4722222222
0 s       │─ 1 INVITE +4722222222 ─▸│                         │                         │
          │◂╌╌╌╌╌╌ 100 Trying ╌╌╌╌╌╌│                         │                         │
          │                         │────────────── 2 INVITE +4722222222 ──────────────▸│   ◂═╗
          │                         │◂╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 100 Trying ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌│     ║
          │                         │◂╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 180 Ringing ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌│     ║
          │◂╌╌╌╌╌ 180 Ringing ╌╌╌╌╌╌│                         │                         │     ║
30 s      │                         │◂╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 408 Request Timeout ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌│     ║
          │                         │────────────────────── ACK ───────────────────────▸│     ║
          │                         │ 3 INVITE +22 47…222222 ▸│                         │     ║
          │                         │◂╌╌╌╌╌╌ 100 Trying ╌╌╌╌╌╌│                         │     ║
          │                         │◂─ 4 INVITE +4722222222 ─│                         │     ║
          │                         │╌╌╌╌╌╌ 100 Trying ╌╌╌╌╌╌▸│                         │   ══╝
          │ ↻ legs 2 to 4 × 35, then 483 Too Many Hops        │                         │
          │                         │╌╌ 483 Too Many Hops ╌╌╌▸│                         │  × 35
          │                         │◂───────── ACK ──────────│                         │  × 35
          │                         │◂╌╌ 483 Too Many Hops ╌╌╌│                         │  × 35
          │                         │───────── ACK ──────────▸│                         │  × 35
          │◂╌╌ 483 Too Many Hops ╌╌╌│                         │                         │
          │───────── ACK ──────────▸│                         │                         │
""",
    ("forwarded", 80, False): """
       caller          core            TAS           TAS 2       other party
     +4711111111                 sips:ta…le.com sips:vo…le.net   +4733333333
0 s       │── 1 INVITE ─▸│              │              │              │
          │◂╌ 100 Trying │              │              │              │
          │              │── 2 INVITE ─▸│              │              │
          │              │◂╌ 100 Trying │              │              │
          │              │◂── 3 INVITE ─│              │              │
          │              │╌ 100 Trying ▸│              │              │
          │              │─────────── 4 INVITE +4733333333 ──────────▸│
          │              │◂╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 100 Trying ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌│
          │              │◂╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 486 Busy Here ╌╌╌╌╌╌╌╌╌╌╌╌╌╌│
          │              │─────────────────── ACK ───────────────────▸│
          │              │─ 5 INVITE +33 4733333333 ──▸│              │
          │              │◂╌╌╌╌╌╌╌╌ 100 Trying ╌╌╌╌╌╌╌╌│              │
          │              │◂╌╌╌╌╌╌╌╌╌╌ 200 OK ╌╌╌╌╌╌╌╌╌╌│              │
          │              │╌╌╌ 200 OK ╌╌▸│              │              │
          │              │◂╌╌╌ 200 OK ╌╌│              │              │
          │◂╌╌╌ 200 OK ╌╌│              │              │              │
          │──── ACK ────▸│              │              │              │
          │              │──── ACK ────▸│              │              │
          │              │◂──── ACK ────│              │              │
          │              │─────────── ACK ────────────▸│              │
""",
    ("answers then returns", 60, True): """
       caller         core           TAS         callee
     +4711111111                sips:t..e.com  +4722222222
0 s       |- 1 INVITE ->|             |             |
          |< 100 Trying |             |             |
          |             |- 2 INVITE ->|             |
          |             |< 100 Trying |             |
          |             |<.. 200 OK ..|             |
          |<.. 200 OK ..|             |             |
          |--- ACK ---->|             |             |
          |             |--- ACK ---->|             |
          |             |<- 3 INVITE -|             |
          |             | 100 Trying >|             |
          |             |-- 4 INVITE +4722222222 -->|
          |             |<....... 100 Trying .......|
          |             |<..... 486 Busy Here ......|
          |             |---------- ACK ----------->|
          |             |... 486 ....>|             |
          |             |<--- ACK ----|             |
""",
    ("endless", 60, False): """
       caller              core                TAS
     +4711111111                       sips:tas.…mple.com
0 s       │──── 1 INVITE ───▸│                  │
          │◂╌╌╌ 100 Trying ╌╌│                  │
          │                  │──── 2 INVITE ───▸│   ◂═╗
          │                  │◂╌╌╌ 100 Trying ╌╌│     ║
          │                  │◂──── 3 INVITE ───│     ║
          │                  │╌╌╌ 100 Trying ╌╌▸│   ══╝
          │ ↻ legs 2 to 3 without end           │
""",
}


@pytest.mark.parametrize(("name", "width", "ascii_only"), LADDERS)
def test_ladder(name: str, width: int, ascii_only: bool) -> None:
    lines = list(map(str, sip_ladder(FLOWS[name], width, ascii_only)))
    assert lines == LADDERS[name, width, ascii_only].strip("\n").splitlines()


def test_every_ladder_keeps_to_its_width_and_shows_every_invite() -> None:
    for flow in (*every_shape(), *FLOWS.values()):
        for width in (60, 80, 140):
            lines = [line.text for line in sip_ladder(flow, width)]
            assert max(map(len, lines)) <= width, "\n".join(lines)
            for leg in flow.legs:
                assert any(f" {leg.number} " in line for line in lines), "\n".join(lines)
            assert all(line.text.isascii() and len(line.text) <= width for line in sip_ladder(flow, width, ascii=True))


def test_messages_of_every_flow_make_sense() -> None:
    for flow in every_shape():
        check_messages(flow)


def check_messages(flow: CallFlow) -> None:
    sent = [(message.link.number, message.text) for message in sip_messages(flow)]
    invites = [number for number, text in sent if text == "INVITE"]
    assert invites == [leg.number for leg in flow.legs]
    for message in sip_messages(flow):
        assert message.is_request == ((message.source, message.target) == (message.link.source, message.link.target))
    for leg in flow.legs:
        own = [text for number, text in sent if number == leg.number]
        lost = any(message.lost for message in sip_messages(flow) if message.link.number == leg.number)
        if lost:
            assert own == ["INVITE"]
            continue
        assert own[:2] == ["INVITE", "100 Trying"]
        finals = [text for text in own if text[0] in "23456"]
        assert [int(text.split()[0]) for text in finals] == ([] if leg.status is None else [leg.status])
        assert own.count("ACK") == len(finals)
        assert own.count("180 Ringing") <= 1
        assert ("CANCEL" in own) == (leg.end is LegEnd.CANCELLED)
        assert own.index("CANCEL") < own.index("487 Request Terminated") if "CANCEL" in own else True


def test_a_callee_given_up_for_a_fallback_is_given_up_when_the_next_leg_starts() -> None:
    given_up = [message for message in sip_messages(FLOWS["fallback, looped"]) if message.text == "408 Request Timeout"]
    assert [(message.link.number, message.after) for message in given_up] == [(2, 30.0)]
