"""Scenes of FORK, FALLBACK, INGRESS, of calls without a TAS, and of several calls (R3, R5, R6, R13, R15)."""

from tests.trace.traffic.legs import Leg
from tests.trace.traffic.loops import Scene, returned, returned_callee_busy
from tests.trace.traffic.script import (
    CORE_OUT,
    OTHER,
    PHONE_C,
    SECOND_TAS,
    TAS,
    Lab,
    answer,
    cancel,
    fail,
    hang_up,
    ring,
    talk,
)
from tests.trace.traffic.wire import Wire


def direct(lab: Lab) -> None:
    one = lab.place()
    talk(one, lab.to_phone(one))


def direct_callee_busy(lab: Lab) -> None:
    one = lab.place()
    fail(486, one, lab.to_phone(one))


def direct_caller_gives_up(lab: Lab) -> None:
    one = lab.place()
    two = lab.to_phone(one)
    ring(one, two)
    lab.wire.wait(6)
    cancel(one, two)


def _fork(lab: Lab) -> tuple[Leg, Leg, Leg]:
    one = lab.place()
    two = lab.to_phone(one)
    three = lab.to_tas(one)
    ring(one, two)
    return one, two, three


def fork_callee_answers(lab: Lab) -> None:
    one, two, three = _fork(lab)
    ring(one, three)
    lab.wire.wait(2)
    answer(one, two)
    cancel(three, headers=[("Reason", 'SIP;cause=200;text="Call completed elsewhere"')])
    hang_up(one, two, after=3)


def fork_tas_answers(lab: Lab) -> None:
    one, two, three = _fork(lab)
    lab.wire.wait(2)
    answer(one, three)
    cancel(two, headers=[("Reason", 'SIP;cause=200;text="Call completed elsewhere"')])
    hang_up(one, three, after=3)


def fork_tas_busy(lab: Lab) -> None:
    one, two, three = _fork(lab)
    fail(486, three)
    lab.wire.wait(2)
    answer(one, two)
    hang_up(one, two, after=3)


def fork_tas_declines_for_all(lab: Lab) -> None:
    """A 603 of the TAS ends the callee's branch, too (RFC 3261 section 16.7)."""
    one, two, three = _fork(lab)
    fail(603, three)
    cancel(two)
    fail(603, one)


def fork_callee_declines_for_all(lab: Lab) -> None:
    one, two, three = _fork(lab)
    ring(one, three)
    fail(603, two)
    cancel(three)
    fail(603, one)


def fork_tas_unreachable(lab: Lab) -> None:
    one = lab.place()
    two = lab.to_phone(one)
    connection = lab.wire.connect(CORE_OUT.at(41500).sends, TAS.listens)
    lab.wire.packets = lab.wire.packets[:-2]
    connection.reset()
    ring(one, two)
    lab.wire.wait(2)
    answer(one, two)
    hang_up(one, two, after=3)


def fork_nobody_answers(lab: Lab) -> None:
    one, two, three = _fork(lab)
    ring(one, three)
    lab.wire.wait(60)
    cancel(two)
    cancel(three)
    fail(408, one)


def fork_caller_gives_up(lab: Lab) -> None:
    one, two, three = _fork(lab)
    ring(one, three)
    lab.wire.wait(7)
    one.cancel()
    cancel(two)
    cancel(three)
    fail(487, one)


def _fallback(lab: Lab, why: int = 486) -> tuple[Leg, Leg]:
    """Write leg 1, a leg 2 that is not answered, and leg 3."""
    one = lab.place()
    two = lab.to_phone(one)
    if why == 487:
        ring(one, two)
        lab.wire.wait(30)
        cancel(two)
    else:
        fail(why, two)
    return one, lab.to_tas(one, "00")


def fallback_callee_busy(lab: Lab) -> None:
    talk(*_fallback(lab))


def fallback_callee_silent(lab: Lab) -> None:
    talk(*_fallback(lab, 487))


def fallback_callee_unreachable(lab: Lab) -> None:
    talk(*_fallback(lab, 480))


def fallback_callee_declines(lab: Lab) -> None:
    one = lab.place()
    fail(603, one, lab.to_phone(one))


def fallback_tas_rejects(lab: Lab) -> None:
    fail(603, *_fallback(lab))


def fallback_tas_silent(lab: Lab) -> None:
    one, three = _fallback(lab)
    lab.wire.wait(30)
    cancel(three)
    fail(486, one)


def fallback_tas_returns(lab: Lab) -> None:
    one, three = _fallback(lab)
    four = lab.back(three)
    fail(486, one, three, four, lab.to_phone(four))


def fallback_tas_forwards(lab: Lab) -> None:
    one, three = _fallback(lab)
    four = lab.back(three, OTHER)
    talk(one, three, four, lab.to_phone(four, OTHER, phone=PHONE_C))


def fallback_loop(lab: Lab) -> None:
    """Voicemail that dials its own number, without the Session-ID (R15)."""
    lab.max_forwards = 6
    here = lab.place()
    path = [here]
    for _ in range(3):
        session = here.session or lab.token("session")
        fail(486, lab.to_phone(here, session=session))
        three = lab.to_tas(here, session=session)
        here = lab.back(three, session="")
        path += [three, here]
    fail(483, *path)


def each_forwards_to_the_other(*, keep: bool) -> Scene:
    """Return the scene of two numbers, each busy, whose TASes forward to the other's (R15)."""

    def scene(lab: Lab) -> None:
        lab.max_forwards = 8
        here = lab.place()
        path = [here]
        number, other = lab.callee, OTHER
        for turn in range(4):
            second = turn % 2 == 1
            phone = {"phone": PHONE_C} if second else {}
            session = here.session or lab.token("session")
            fail(486, lab.to_phone(here, number, session=session, **phone))
            tas, host = (SECOND_TAS, "pbx.lab.test") if second else (TAS, "tas.lab.test")
            three = lab.to_tas(here, "00", number=number, session=session, tas=tas, host=host)
            here = lab.back(three, other, session=None if keep else "")
            path += [three, here]
            number, other = other, number
        fail(483, *path)

    return scene


def placed_by_the_tas(lab: Lab) -> None:
    one = lab.place(source=TAS, host="tas.lab.test")
    talk(one, lab.to_phone(one))


def redial_after_busy(lab: Lab) -> None:
    """Two calls: the second is placed when the first has ended."""
    returned_callee_busy(lab)
    lab.wire.wait(5)
    returned(lab)


def redial_without_tas(lab: Lab) -> None:
    direct_callee_busy(lab)
    lab.wire.wait(5)
    direct(lab)


def at_once(lab: Lab, calls: int, every: float = 0.05, *, same_numbers: bool = True) -> None:
    """Write calls that overlap: each a LOOP with its return."""
    start = lab.wire.now
    packets = []
    for index in range(calls):
        wire = Wire(start + round(index * every * 1_000_000))
        numbers = {} if same_numbers else {"caller": f"+4711{index:06d}", "callee": f"+4722{index % 7:06d}"}
        one_of_them = {"seed": f"{lab.seed}/{index}", "core_b2bua": lab.core_b2bua, "tas_b2bua": lab.tas_b2bua}
        returned(Lab(wire, **numbers, **one_of_them))  # type: ignore[arg-type]
        packets += wire.packets
    lab.wire.packets = sorted(packets, key=lambda packet: packet.at)
