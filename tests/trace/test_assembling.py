"""From messages to legs: what belongs together, whatever its order and its spelling."""

import re
from collections.abc import Callable, Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipbreakout_tui.trace.assembling import Assembled, assemble
from sipbreakout_tui.trace.leg import SeenLeg
from tests.trace.hearing import CORE, T0, TAS, A, B, Memory, answer, branch_of, follow, invite, memory
from tests.trace.traffic import loops, others, rewriting
from tests.trace.traffic.loops import Scene
from tests.trace.traffic.script import Lab

Said = tuple[float, str, str, bytes]
UUID, FAR = "ab30317f1a784dc48ff824d0d3715d86", "47755a9de7794ba387653f2099600ef2"
CHALLENGED = {401: "WWW-Authenticate", 407: "Proxy-Authenticate", 422: "Min-SE", 494: "Security-Server"}


def assembled(*said: Said) -> Assembled:
    return assemble([Memory((T0 + at, source, target, data) for at, source, target, data in said)])


def only(found: Assembled) -> SeenLeg:
    assert len(found.legs) == 1
    return found.legs[0]


def test_one_leg_with_all_that_belongs_to_it() -> None:
    one = invite()
    bye = follow(one, "BYE")
    leg = only(
        assembled(
            (0.0, A, CORE, one),
            (0.1, CORE, A, answer(one, 100)),
            (0.2, CORE, A, answer(one, 183)),
            (0.3, CORE, A, answer(one, 180)),
            (2.0, CORE, A, answer(one, 200)),
            (2.1, A, CORE, follow(one, "ACK")),
            (9.0, A, CORE, bye),
            (9.1, CORE, A, answer(bye, 200, method="BYE")),
        )
    )
    assert leg.messages == list(range(8))
    assert (leg.at, leg.row, leg.heard) == (T0, 0, True)
    assert (leg.ringing_at, leg.status, leg.final_at, leg.final_row) == (T0 + 0.2, 200, T0 + 2.0, 4)
    assert (leg.ended_at, leg.ended_by_source, leg.open_until) == (T0 + 9.0, True, T0 + 9.0)
    assert (leg.retransmissions, leg.mirrored, leg.retries) == (0, 0, 0)


def test_whoever_answered_may_hang_up_and_refer() -> None:
    one = invite()
    refer, bye = (follow(one, method, by_answerer=True) for method in ("REFER", "BYE"))
    leg = only(
        assembled(
            (0.0, A, CORE, one),
            (1.0, CORE, A, answer(one, 200)),
            (2.0, CORE, A, refer),
            (2.1, A, CORE, answer(refer, 202, method="REFER")),
            (3.0, CORE, A, bye),
            (3.1, A, CORE, answer(bye, 200, method="BYE")),
        )
    )
    assert (leg.refers, leg.ended_at, leg.ended_by_source) == ([2], T0 + 3.0, False)
    assert leg.messages == list(range(6))


def test_one_call_id_through_every_turn_is_cut_by_branch() -> None:
    """The trap of a loop of proxies: Call-ID, From tag, CSeq and hop are all the same in each turn."""
    said: list[Said] = []
    for turn in range(4):
        out = invite(call_id="c", tag="t", branch=f"z9hG4bKout{turn}", hops=70 - 2 * turn)
        back = invite(call_id="c", tag="t", branch=f"z9hG4bKback{turn}", hops=69 - 2 * turn)
        said += [(turn, CORE, TAS, out), (turn + 0.1, TAS, CORE, back)]
        said += [(turn + 0.2, TAS, CORE, answer(out, 100)), (8.0 - turn, TAS, CORE, answer(out, 483 - turn))]
    found = assembled(*said)
    assert len(found.legs) == 8
    assert [leg.status for leg in found.legs if leg.target.address == TAS] == [483, 482, 481, 480]
    assert all(leg.retransmissions == leg.mirrored == 0 for leg in found.legs)


def test_one_branch_on_two_hops_is_two_legs() -> None:
    """The same packet captured on both sides of a router that changes addresses, or a careless proxy."""
    one = invite()
    found = assembled((0.0, A, CORE, one), (0.001, CORE, TAS, one), (0.5, TAS, CORE, answer(one, 486)))
    assert [(leg.source.address, leg.status) for leg in found.legs] == [(A, None), (CORE, 486)]


def test_a_fork_is_as_many_legs_as_branches() -> None:
    """Two INVITEs between the same addresses at once, with one Call-ID: the branches are all that differs."""
    one, two = (invite(call_id="c", tag="t", branch=f"z9hG4bK{name}") for name in "ab")
    found = assembled(
        (0.0, CORE, B, one),
        (0.0, CORE, B, two),
        (0.5, B, CORE, answer(two, 486)),
        (0.9, B, CORE, answer(one, 200)),
    )
    assert [leg.status for leg in found.legs] == [200, 486]


@pytest.mark.parametrize("branch", ["1", "old.7", None])
def test_old_branches_need_not_be_unique(branch: str | None) -> None:
    """RFC 2543: transactions are told apart by Call-ID and CSeq, too."""
    said: list[Said] = []
    for index in range(3):
        one = _with_branch(invite(call_id=f"call-{index}"), branch)
        said += [(index, A, CORE, one), (index + 0.5, CORE, A, answer(one, 480 + index))]
    found = assembled(*said)
    assert [leg.status for leg in found.legs] == [480, 481, 482]
    assert [leg.retransmissions for leg in found.legs] == [0, 0, 0]


def _with_branch(data: bytes, branch: str | None) -> bytes:
    return re.sub(rb";branch=[^\r]*", b"" if branch is None else f";branch={branch}".encode(), data, count=1)


def test_turns_through_an_old_proxy_are_no_retransmissions() -> None:
    """RFC 2543: a TAS without branches brings one Call-ID and CSeq back again and again, with other Vias and hops."""
    said: list[Said] = []
    for turn in range(3):
        back = invite(call_id="c", tag="t", below=[f"z9hG4bKcore{turn}"], hops=69 - 2 * turn)
        said.append((turn, TAS, CORE, _with_branch(back, "old")))
    found = assembled(*said)
    assert len(found.legs) == 3


def test_retransmissions_and_mirrored_packets_are_counted_apart() -> None:
    one = invite()
    leg = only(
        assembled(*((at, A, CORE, one) for at in (0.0, 0.00001, 0.5, 1.5, 3.5)), (3.6, CORE, A, answer(one, 100)))
    )
    assert (leg.retransmissions, leg.mirrored, leg.at, len(leg.messages)) == (3, 1, T0, 6)


def test_a_mirrored_retransmission_is_one_of_each() -> None:
    one = invite()
    leg = only(assembled(*((at + late, A, CORE, one) for at in (0.0, 0.5) for late in (0.0, 0.00001))))
    assert (leg.retransmissions, leg.mirrored) == (1, 2)


@pytest.mark.parametrize("status", CHALLENGED)
def test_a_challenged_invite_and_the_next_are_one_leg(status: int) -> None:
    first, second = (invite(call_id="c", tag="t", cseq=number) for number in (1, 2))
    leg = only(
        assembled(
            (0.0, A, CORE, first),
            (0.1, CORE, A, answer(first, status, f"{CHALLENGED[status]}: x")),
            (0.2, A, CORE, follow(first, "ACK", branch=branch_of(first))),
            (0.3, A, CORE, second),
            (0.4, CORE, A, answer(second, 486)),
        )
    )
    assert (leg.retries, leg.status, leg.at, leg.invite.cseq) == (1, 486, T0, 2)
    assert leg.messages == [0, 1, 2, 3, 4]


def test_two_challenges_are_two_retries() -> None:
    said: list[Said] = []
    for number, status in enumerate((407, 401, 200), 1):
        one = invite(call_id="c", tag="t", cseq=number)
        said += [(number, A, CORE, one), (number + 0.5, CORE, A, answer(one, status))]
    leg = only(assembled(*said))
    assert (leg.retries, leg.status, leg.at) == (2, 200, T0 + 1)


@pytest.mark.parametrize(("status", "cseq"), [(486, 2), (503, 2), (407, 1)])
def test_what_was_not_asked_for_is_no_retry(status: int, cseq: int) -> None:
    """Another attempt after busy, and a turn of a loop that keeps its CSeq, are legs of their own."""
    first, second = invite(call_id="c", tag="t"), invite(call_id="c", tag="t", cseq=cseq)
    found = assembled((0.0, A, CORE, first), (0.1, CORE, A, answer(first, status)), (0.2, A, CORE, second))
    assert [leg.retries for leg in found.legs] == [0, 0]


def test_the_200_to_a_cancel_answers_no_invite() -> None:
    one = invite()
    cancel = follow(one, "CANCEL", tag=None, branch=branch_of(one))
    leg = only(
        assembled(
            (0.0, A, CORE, one),
            (5.0, A, CORE, cancel),
            (5.1, CORE, A, answer(cancel, 200, method="CANCEL")),
            (5.2, CORE, A, answer(one, 487)),
        )
    )
    assert (leg.status, leg.final_at, leg.cancelled_at, leg.cancel_row) == (487, T0 + 5.2, T0 + 5.0, 1)


@pytest.mark.parametrize(("of_cancel", "of_invite"), [(481, 200), (481, 487), (500, 487)])
def test_a_failed_cancel_ends_no_invite(of_cancel: int, of_invite: int) -> None:
    """A CANCEL that crosses the answer gets 481: it says nothing of the INVITE."""
    one = invite()
    cancel = follow(one, "CANCEL", tag=None, branch=branch_of(one))
    leg = only(
        assembled(
            (0.0, A, CORE, one),
            (5.0, A, CORE, cancel),
            (5.1, CORE, A, answer(cancel, of_cancel, method="CANCEL")),
            (5.2, CORE, A, answer(one, of_invite)),
        )
    )
    assert (leg.status, leg.final_at) == (of_invite, T0 + 5.2)


def test_a_response_without_its_via_goes_by_the_dialog() -> None:
    one = invite()
    bare = re.sub(rb"Via:[^\r]*\r\n", b"", answer(one, 486))
    leg = only(assembled((0.0, A, CORE, one), (0.5, CORE, A, bare)))
    assert (leg.status, leg.messages) == (486, [0, 1])


def test_of_several_turns_a_response_without_via_ends_one_that_has_no_end() -> None:
    turns = [invite(call_id="c", tag="t", branch=f"z9hG4bK{turn}") for turn in range(3)]
    bare = re.sub(rb"Via:[^\r]*\r\n", b"", answer(turns[0], 483))
    found = assembled(
        *((turn, CORE, TAS, data) for turn, data in enumerate(turns)),
        (3.0, TAS, CORE, answer(turns[2], 483)),
        (3.1, TAS, CORE, bare),
        (3.2, TAS, CORE, bare),
    )
    assert [leg.status for leg in found.legs] == [483, 483, 483]
    assert found.strays == 0


def test_a_sequence_number_of_any_length_is_taken() -> None:
    one = invite()
    bare = re.sub(rb"Via:[^\r]*\r\n", b"", answer(one, 486)).replace(b"CSeq: 1 ", b"CSeq: " + b"1" * 5000 + b" ")
    assert only(assembled((0.0, A, CORE, one), (0.5, CORE, A, bare))).messages == [0, 1]


def test_a_re_invite_is_part_of_its_leg() -> None:
    one = invite()
    again = follow(one, "INVITE")
    leg = only(
        assembled(
            (0.0, A, CORE, one),
            (1.0, CORE, A, answer(one, 200)),
            (5.0, A, CORE, again),
            (5.1, CORE, A, answer(again, 491)),
        )
    )
    assert (leg.status, len(leg.messages)) == (200, 4)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "lower case": lambda head: re.sub(r"(?m)^[A-Za-z-]+(?=:)", lambda name: name[0].lower(), head),
    "upper case": lambda head: re.sub(r"(?m)^[A-Za-z-]+(?=:)", lambda name: name[0].upper(), head),
    "compact": lambda head: re.sub(
        r"(?m)^(Via|From|To|Call-ID)(?=:)",
        lambda name: {"Via": "v", "From": "f", "To": "t", "Call-ID": "i"}[name[0]],
        head,
    ),
    "no space": lambda head: re.sub(r"(?m)^([A-Za-z-]+): ", r"\1:", head),
    "space before the colon": lambda head: re.sub(r"(?m)^([A-Za-z-]+): ", r"\1 : ", head),
    "spaces at the parameters": lambda head: re.sub(r";(tag|branch)=", r" ; \1 = ", head),
    "upper-case parameters": lambda head: re.sub(r";(tag|branch)=", lambda found: found[0].upper(), head),
    "folded": lambda head: re.sub(r";(tag|branch)=", r"\r\n ;\1=", head),
    "bare line feeds": lambda head: head.replace("\r\n", "\n"),
}


def _one_call() -> list[tuple[str, str, bytes]]:
    one = invite(session=UUID)
    cancel = follow(one, "CANCEL", tag=None, branch=branch_of(one))
    again, bye = follow(one, "INVITE"), follow(one, "BYE", by_answerer=True)
    return [
        (A, CORE, one),
        (CORE, A, answer(one, 180, f"Session-ID: {FAR};remote={UUID}")),
        (A, CORE, cancel),
        (CORE, A, answer(cancel, 200, method="CANCEL")),
        (CORE, A, answer(one, 200)),
        (A, CORE, again),
        (CORE, A, answer(again, 200)),
        (CORE, A, bye),
        (A, CORE, answer(bye, 200, method="BYE")),
    ]


def _check_spelled(spell: Callable[[str], str]) -> None:
    said = _one_call()
    found = assembled(*((at, *ends, spell(data.decode()).encode()) for at, (*ends, data) in enumerate(said)))  # type: ignore[arg-type]
    leg = only(found)
    assert leg.messages == list(range(9))
    assert (leg.status, leg.final_row, leg.cancel_row, leg.ended_at) == (200, 4, 2, T0 + 7)
    assert leg.response_uuids == {FAR}
    assert (found.strays, found.other) == (0, {})


@pytest.mark.parametrize("how", SPELLINGS)
def test_every_spelling_of_headers_is_understood(how: str) -> None:
    _check_spelled(SPELLINGS[how])


@pytest.mark.parametrize("how", ["lower case", "upper case", "compact", "no space", "space before the colon"])
@pytest.mark.parametrize("name", ["Via", "From", "To", "Call-ID", "CSeq", "Session-ID"])
def test_one_header_spelled_otherwise_is_understood(how: str, name: str) -> None:
    """All others as most programs write them."""
    _check_spelled(lambda head: re.sub(rf"(?m)^{name}: .*$", lambda line: SPELLINGS[how](line[0]), head))


@pytest.mark.parametrize("how", ["spaces at the parameters", "upper-case parameters", "folded"])
@pytest.mark.parametrize("name", ["Via", "From", "To"])
def test_one_header_s_parameters_spelled_otherwise_are_understood(how: str, name: str) -> None:
    _check_spelled(lambda head: re.sub(rf"(?m)^{name}: .*$", lambda line: SPELLINGS[how](line[0]), head))


def test_only_the_uuids_of_the_answerer_are_kept() -> None:
    one = invite(session=UUID)
    sessions = [f"{FAR};remote={UUID}", f"{UUID};remote={FAR}", "0" * 32, f"{'0' * 32};remote={UUID}", "x"]
    said = [(0.1, CORE, A, answer(one, 180, f"Session-ID: {session}")) for session in sessions]
    assert only(assembled((0.0, A, CORE, one), *said)).response_uuids == {FAR}


def test_requests_outside_calls_are_counted_by_method() -> None:
    said: list[Said] = []
    for index, method in enumerate(("REGISTER", "REGISTER", "OPTIONS")):
        asked = follow(invite(call_id=f"c{index}"), method, tag=None)
        said += [(index, A, CORE, asked), (index + 0.1, CORE, A, answer(asked, 200, method=method))]
    found = assembled(*said)
    assert (found.legs, found.other, found.strays) == ([], {"REGISTER": 2, "OPTIONS": 1}, 0)


@pytest.mark.parametrize("method", ["ACK", "BYE", "CANCEL", "REFER", "INVITE"])
def test_messages_of_calls_whose_invite_is_missing_are_strays(method: str) -> None:
    tag = None if method == "CANCEL" else "callee"
    found = assembled((0.0, A, CORE, follow(invite(), method, tag=tag)))
    assert (found.legs, found.other, found.strays) == ([], {}, 1)


def test_responses_of_calls_whose_invite_is_missing_are_strays() -> None:
    one = invite()
    found = assembled((0.0, CORE, A, answer(one, 180)), (1.0, CORE, A, answer(one, 200)))
    assert (found.strays, found.other) == (2, {})


def test_answers_to_options_that_were_not_seen_are_no_strays() -> None:
    asked = follow(invite(), "OPTIONS", tag=None)
    found = assembled((0.0, CORE, A, answer(asked, 200, method="OPTIONS")))
    assert (found.strays, found.other) == (0, {"OPTIONS": 1})


SCENES: dict[str, Scene] = {
    "loop": loops.returned,
    "challenged": loops.returned_after_authentication,
    "re-INVITE": loops.returned_and_reinvited,
    "referred": loops.returned_and_referred,
    "fork": others.fork_callee_answers,
    "given up": loops.returned_caller_gives_up,
}


def _leg_facts(found: Assembled, rows: Sequence[int]) -> set[tuple[object, ...]]:
    """Return what is known of each leg; `rows` tells where each row of the trace stood at first."""
    return {
        (
            frozenset(rows[row] for row in leg.messages),
            (leg.source, leg.target, leg.at, leg.invite.branch, leg.status, leg.final_at, leg.ringing_at),
            (leg.cancelled_at, leg.ended_at, leg.ended_by_source, leg.retries, leg.retransmissions, leg.mirrored),
            frozenset(rows[row] for row in leg.refers),
        )
        for leg in found.legs
    }


@pytest.mark.parametrize("name", SCENES)
@settings(derandomize=True, max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_order_of_the_file_means_nothing(name: str, seed: int) -> None:
    """The same messages with their times in any order: the same legs, and nothing left over."""
    lab = Lab()
    SCENES[name](lab)
    packets = lab.wire.packets
    rows = list(range(len(packets)))
    Random(seed).shuffle(rows)
    found = assemble([memory(packets[row] for row in rows)])
    plain = assemble([memory(packets)])
    assert (found.strays, found.other) == (plain.strays, plain.other) == (0, {})
    assert _leg_facts(found, rows) == _leg_facts(plain, range(len(packets)))


@pytest.mark.parametrize("name", SCENES)
def test_a_shuffled_capture_has_the_same_legs(name: str) -> None:
    """Packets up to 50 ms out of order, the worst that a capture of two interfaces shows."""
    for seed in range(20):
        lab = Lab()
        SCENES[name](lab)
        plain, found = (
            assemble([memory(lab.wire.packets)]),
            assemble([memory(rewriting.shuffled(lab.wire.packets, seed))]),
        )
        assert (len(found.legs), found.strays, found.other) == (len(plain.legs), 0, {})
        assert sorted(leg.retries for leg in found.legs) == sorted(leg.retries for leg in plain.legs)
        assert sum(leg.cancelled_at is not None for leg in found.legs) == sum(
            leg.cancelled_at is not None for leg in plain.legs
        )


def test_reading_ends_where_it_is_cancelled() -> None:
    source = Memory((T0, A, CORE, invite()) for _ in range(100))
    found = assemble([source, Memory([(T0, A, CORE, invite())])], cancelled=lambda: True, every=10)
    assert (len(found.legs), source.given) == (10, 10)


def test_it_is_asked_now_and_then() -> None:
    asked: list[bool] = []

    def ask() -> bool:
        asked.append(True)
        return False

    assemble([Memory((T0, A, CORE, invite()) for _ in range(35))], cancelled=ask, every=10)
    assert len(asked) == 3


@settings(derandomize=True, deadline=None)
@given(st.lists(st.sampled_from([b"INVITE ", b"SIP/2.0 200 OK", b"BYE ", b"CANCEL x SIP/2.0"]), max_size=6), st.data())
def test_no_bytes_are_refused(starts: list[bytes], data: st.DataObject) -> None:
    parts = st.one_of(
        st.binary(max_size=40),
        st.sampled_from(
            [b"Via: SIP/2.0/UDP x;branch=z9hG4bKa", b"Call-ID: c", b"CSeq: 1 INVITE", b"To: x;tag=1", b"From: x;tag=2"]
        ),
    )
    said = [(T0, A, CORE, start + b"\r\n" + b"\r\n".join(data.draw(st.lists(parts, max_size=6)))) for start in starts]
    found = assemble([Memory(said)])
    assert len(found.messages) == len(said)
