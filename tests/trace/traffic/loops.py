"""Scenes in which a LOOP registration brings the TAS in: what it may do, and what then follows (R4, R8 to R12)."""

from collections.abc import Callable

from tests.trace.traffic.legs import NIL, Leg
from tests.trace.traffic.script import (
    CORE_OUT,
    OTHER,
    PHONE_C,
    STRANGER,
    TAS,
    Lab,
    answer,
    cancel,
    fail,
    hang_up,
    ring,
    talk,
)
from tests.trace.traffic.wire import TLS_ALERT, TLS_CLIENT_HELLO

Scene = Callable[[Lab], None]


def out_and_back(lab: Lab, prefix: str = "00", **back: object) -> tuple[Leg, Leg, Leg]:
    """Write legs 1 to 3."""
    one = lab.place()
    two = lab.to_tas(one, prefix)
    return one, two, lab.back(two, **back)  # type: ignore[arg-type]


def round_trip(lab: Lab, prefix: str = "00", **back: object) -> tuple[Leg, Leg, Leg, Leg]:
    """Write legs 1 to 4."""
    one, two, three = out_and_back(lab, prefix, **back)
    return one, two, three, lab.to_phone(three)


def returned(lab: Lab) -> None:
    talk(*round_trip(lab))


def returned_because_of_the_callee(lab: Lab) -> None:
    talk(*round_trip(lab, prefix="11"))


def returned_callee_busy(lab: Lab) -> None:
    fail(486, *round_trip(lab))


def returned_callee_silent(lab: Lab) -> None:
    one, two, three, four = round_trip(lab)
    ring(one, two, three, four)
    lab.wire.wait(30)
    cancel(four)
    fail(408, one, two, three)


def returned_callee_unreachable(lab: Lab) -> None:
    fail(480, *round_trip(lab))


def returned_callee_declines(lab: Lab) -> None:
    fail(603, *round_trip(lab))


def returned_caller_gives_up(lab: Lab) -> None:
    path = round_trip(lab)
    ring(*path)
    lab.wire.wait(8)
    cancel(*path)


def returned_and_reinvited(lab: Lab) -> None:
    path = round_trip(lab)
    ring(*path)
    answer(*path)
    lab.wire.wait(3)
    vias: list[str] = []
    sent = []
    for leg in path:
        message = leg.in_dialog("INVITE", vias)
        vias = message.vias()
        sent.append((leg, message))
    for leg, message in reversed(sent):
        leg.respond_to(message, 200)
    for leg in path:
        leg.in_dialog("ACK")
    hang_up(*path, after=1)


def returned_after_authentication(lab: Lab) -> None:
    """Leg 1 is challenged first: the same Call-ID, another branch."""
    first = lab.place()
    first.respond(407, headers=[("Proxy-Authenticate", 'Digest realm="lab", nonce="1"')])
    first.acknowledge_failure()
    again = first.invite.having("CSeq", "2 INVITE").having(
        "Via", f"SIP/2.0/UDP {first.source.host}:{first.source.port};branch=z9hG4bK{lab.token('branch')}"
    )
    again = again.having("Proxy-Authorization", 'Digest realm="lab", nonce="1", response="0"')
    one = Leg(lab.wire, first.source, first.target, again, "")
    one.call()
    one.respond(100)
    two = lab.to_tas(one)
    three = lab.back(two)
    talk(one, two, three, lab.to_phone(three))


def returned_with_retransmissions(lab: Lab) -> None:
    lab.trying = False
    one = lab.place()
    lab.wire.again(1, 0.5)
    two = lab.to_tas(one)
    lab.wire.again(1, 0.5)
    lab.wire.again(1, 1.0)
    three = lab.back(two)
    four = lab.to_phone(three)
    lab.wire.again(1, 0.5)
    talk(one, two, three, four)


def returned_with_hops_anew(lab: Lab) -> None:
    talk(*round_trip(lab, max_forwards=70))


def returned_in_national_form(lab: Lab) -> None:
    """Leg 3 asks for 00 and the number instead of the plus; the prefix is no 00 here."""
    one, two, three = out_and_back(lab, prefix="11", number=f"00{lab.callee.removeprefix('+')}")
    talk(one, two, three, lab.to_phone(three))


def returned_caller_changed(lab: Lab) -> None:
    talk(*round_trip(lab, caller=STRANGER))


def returned_and_refused(lab: Lab) -> None:
    fail(403, *out_and_back(lab))


def returned_without_session_and_refused(lab: Lab) -> None:
    """The core that takes no call it does not know (R9, reject)."""
    fail(403, *out_and_back(lab, session=""))


def returned_and_482(lab: Lab) -> None:
    fail(482, *out_and_back(lab))


def tas_refuses_the_media(lab: Lab) -> None:
    """The core offers plain RTP, which no TAS takes (V8)."""
    lab.webrtc = False
    one = lab.place()
    fail(488, one, lab.to_tas(one))


def returned_with_plain_media(lab: Lab) -> None:
    lab.webrtc = False
    fail(488, *out_and_back(lab))


def prefix_left_on(lab: Lab) -> None:
    fail(404, *out_and_back(lab, number=f"+00{lab.callee.removeprefix('+')}"))


def prefix_left_on_rings_another(lab: Lab) -> None:
    """The prefix 46 makes the number that of somebody else, who answers (R11)."""
    wrong = f"+46{lab.callee.removeprefix('+')}"
    one, two, three = out_and_back(lab, prefix="46", number=wrong)
    talk(one, two, three, lab.to_phone(three, wrong, phone=PHONE_C))


def forwarded(lab: Lab) -> None:
    one, two, three = out_and_back(lab, number=OTHER)
    talk(one, two, three, lab.to_phone(three, OTHER, phone=PHONE_C))


def hunted_twice_for_the_callee(lab: Lab) -> None:
    """The callee is busy, so the TAS tries again after a while."""
    one, two, three, four = round_trip(lab)
    fail(486, three, four)
    lab.wire.wait(4)
    again = lab.back(two)
    talk(one, two, again, lab.to_phone(again))


def hunted_for_others(lab: Lab) -> None:
    one, two, three, four = round_trip(lab)
    fail(486, three, four)
    again = lab.back(two, OTHER)
    talk(one, two, again, lab.to_phone(again, OTHER, phone=PHONE_C))


def tas_answers(lab: Lab) -> None:
    one = lab.place()
    talk(one, lab.to_tas(one))


def tas_answers_then_returns(lab: Lab) -> None:
    """A B2BUA that plays a menu first."""
    lab.tas_b2bua = True
    one = lab.place()
    two = lab.to_tas(one)
    answer(one, two)
    lab.wire.wait(6)
    three = lab.back(two)
    four = lab.to_phone(three)
    ring(three, four)
    answer(three, four)
    hang_up(one, two, after=3)
    hang_up(three, four)


def tas_answers_then_refers(lab: Lab) -> None:
    one = lab.place()
    two = lab.to_tas(one)
    answer(one, two)
    lab.wire.wait(3)
    refer = two.in_dialog("REFER", by_target=True, headers=[("Refer-To", f"<sip:{OTHER}@core.lab.test>")])
    two.respond_to(refer, 202, by_target=False)
    third = lab.to_phone(one, OTHER, phone=PHONE_C)
    ring(third)
    answer(third)
    hang_up(one, two)


def replaced(lab: Lab) -> None:
    """The TAS answers, then returns the call to take the place of what it answered."""
    lab.tas_b2bua = True
    one = lab.place()
    two = lab.to_tas(one)
    answer(one, two)
    lab.wire.wait(3)
    replaces = f"{two.call_id};to-tag={two.to_tag};from-tag={two.invite.tag('From')}"
    three = lab.back(two, headers=[("Replaces", replaces)])
    four = lab.to_phone(three)
    ring(three, four)
    answer(three, four)
    hang_up(one, two, after=3)
    hang_up(three, four)


def returned_and_referred(lab: Lab) -> None:
    """Caller and callee talk; then the callee sends the caller on to another number."""
    path = round_trip(lab)
    ring(*path)
    answer(*path)
    lab.wire.wait(5)
    vias: list[str] = []
    told = [("Refer-To", f"<sip:{OTHER}@core.lab.test>")]
    sent = []
    for leg in reversed(path):
        message = leg.in_dialog("REFER", vias, by_target=True, headers=told)
        vias = message.vias()
        sent.append((leg, message))
    for leg, message in reversed(sent):
        leg.respond_to(message, 202, by_target=False)
    hang_up(*path, after=1)


def tas_fails_with(status: int, **headers: str) -> Scene:
    def scene(lab: Lab) -> None:
        one = lab.place()
        told = [(name.replace("_", "-"), value) for name, value in headers.items()]
        fail(status, one, lab.to_tas(one), headers=told)

    return scene


def tas_says_only_trying(lab: Lab) -> None:
    one = lab.place()
    two = lab.to_tas(one)
    lab.wire.wait(30)
    cancel(two)
    fail(408, one)


def tas_rings_on(lab: Lab) -> None:
    one = lab.place()
    two = lab.to_tas(one)
    ring(one, two)
    lab.wire.wait(60)
    cancel(two)
    fail(408, one)


def tas_rings_until_the_caller_gives_up(lab: Lab) -> None:
    one = lab.place()
    two = lab.to_tas(one)
    ring(one, two)
    lab.wire.wait(45)
    cancel(one, two)


def tas_says_nothing(lab: Lab) -> None:
    one = lab.place()
    lab.to_tas(one, trying=False)
    for pause in (0.5, 1, 2, 4):
        lab.wire.again(1, pause)
    lab.wire.wait(5)
    fail(408, one)


def tas_resets_the_connection(lab: Lab) -> None:
    one = lab.place()
    connection = lab.wire.connect(CORE_OUT.at(41500).sends, TAS.listens)
    lab.wire.packets = lab.wire.packets[:-2]
    connection.reset()
    lab.wire.wait(0.01)
    fail(408, one)


def tas_takes_no_connection(lab: Lab) -> None:
    one = lab.place()
    connection = lab.wire.connect(CORE_OUT.at(41500).sends, TAS.listens)
    lab.wire.packets = lab.wire.packets[:-2]
    for pause in (1, 2):
        connection.repeat_syn(pause)
    lab.wire.wait(4)
    fail(408, one)


def tls_fails(lab: Lab) -> None:
    """The core does not trust the certificate of the TAS, and says so by an alert."""
    one = lab.place()
    connection = lab.wire.connect(CORE_OUT.at(41500).sends, TAS.listens)
    connection.send(CORE_OUT.host, TLS_CLIENT_HELLO)
    connection.send(TAS.host, bytes.fromhex("160303007a020000") + bytes(119))
    connection.send(CORE_OUT.host, TLS_ALERT)
    connection.close()
    lab.wire.wait(0.01)
    fail(408, one)


SESSIONS = {
    "absent": "",
    "new": None,
    "nil": f"{NIL};remote={NIL}",
    "swapped": "swapped",
    "malformed": "malformed",
}


def loop(how: str = "absent", *, end: int = 483, turns: int = 3, **back: object) -> Scene:
    """Return the scene of a TAS that loses the Session-ID (R9).

    Args:
        how: What it sends in its place.
        end: With which status the core refuses at last; 487 when the caller gives up.
        turns: How often the core calls the TAS.
        back: What else the TAS does on leg 3, as for `Lab.back`.
    """

    def scene(lab: Lab) -> None:
        if end == 483 and "max_forwards" not in back:
            lab.max_forwards = 2 * turns
        here = lab.place()
        path = [here]
        for _ in range(turns):
            session = lab.token("core's session")
            two = lab.to_tas(here, session=path[0].session if len(path) == 1 else session)
            far = lab.token("the tas's own session")
            if how == "swapped":  # what the TAS calls its own it has told before
                two.far = far
                two.respond(180)
            lost = SESSIONS[how]
            if lost is None:
                lost = lab.token("new session")
            elif how == "swapped":
                lost = f"{far};remote={two.session}"
            elif how == "malformed":
                lost = two.session[:27]
            here = lab.back(two, session=lost, **back)  # type: ignore[arg-type]
            path += [two, here]
        if end == 487:
            cancel(*path)
        else:
            fail(end, *path)

    return scene


def loop_with_prefixes_stacked(lab: Lab) -> None:
    """Neither Session-ID nor prefix is right: the number grows with each turn."""
    lab.max_forwards = 6
    here = lab.place()
    path = [here]
    for _ in range(3):
        two = lab.to_tas(here, session=lab.token("core's session") if len(path) > 1 else None)
        here = lab.back(two, two.uri.partition(":")[2].partition("@")[0], session="")
        path += [two, here]
    fail(483, *path)
