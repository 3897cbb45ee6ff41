"""Which leg goes on as which: every kind of evidence, and every trap."""

from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipbreakout_tui.trace.invite import NIL_UUID
from sipbreakout_tui.trace.leg import SeenLeg
from sipbreakout_tui.trace.linking import Confidence, Evidence, Group, confidence_of, link_legs
from tests.trace.hearing import CALLEE, CALLER, CORE, PARTIES, PREFIXED, TAS, A, B, C, leg

U, V, W = (f"{letter}0317f1a784dc48ff824d0d3715d86ab" for letter in "abc")
UNLIKE = "+4755555555"
THIRD = "10.0.0.4"


def linked(*legs: SeenLeg, prefixes: tuple[str, ...] = ("00",)) -> list[Group]:
    groups = link_legs(list(legs), PARTIES, prefixes)
    assert sorted(id(one) for group in groups for one in group.legs) == sorted(map(id, legs))
    return groups


def are_one(*legs: SeenLeg, prefixes: tuple[str, ...] = ("00",)) -> bool:
    return len(linked(*legs, prefixes=prefixes)) == 1


class Common(NamedTuple):
    """What two legs have in common, and what is made of it."""

    one: dict[str, Any]
    two: dict[str, Any]
    evidence: Evidence
    confidence: Confidence


COMMON = {
    "Via branch": Common({"branch": "z9hG4bKx"}, {"below": ["z9hG4bKx"]}, Evidence.VIA, Confidence.CERTAIN),
    "deeper Via": Common({"branch": "z9hG4bKx"}, {"below": ["z9hG4bKy", "z9hG4bKx"]}, Evidence.VIA, Confidence.CERTAIN),
    "Session-ID": Common(
        {"session": U}, {"session": f"{U.upper()};remote={V}"}, Evidence.SESSION_ID, Confidence.CERTAIN
    ),
    "Session-ID of the responses": Common(
        {"session": U, "far": [V]}, {"session": V}, Evidence.ANSWERER_SESSION_ID, Confidence.CERTAIN
    ),
    "Call-ID": Common({"call_id": "one-call"}, {"call_id": "one-call"}, Evidence.CALL_ID, Confidence.CERTAIN),
    "icid": Common({"icid": "1234"}, {"icid": "1234"}, Evidence.ICID, Confidence.LIKELY),
    "numbers": Common({}, {"caller": CALLER, "called": PREFIXED}, Evidence.NUMBERS, Confidence.POSSIBLE),
}


@pytest.mark.parametrize("name", COMMON)
def test_each_kind_of_evidence_joins_and_is_kept(name: str) -> None:
    common = COMMON[name]
    one = leg(A, CORE, 0.0, **common.one)
    two = leg(CORE, TAS, 0.01, **{"caller": UNLIKE, "called": UNLIKE, **common.two})
    (group,) = linked(one, two)
    link = group.links[id(two)]
    assert (link.before, link.evidence, confidence_of(link.evidence), link.gap) == (
        one,
        (common.evidence,),
        common.confidence,
        False,
    )
    assert group.doubts == []


@pytest.mark.parametrize(
    ("hops", "likely"), [(70, False), (69, True), (68, True), (67, False), (71, False), (None, False)]
)
def test_numbers_and_hops_together_are_likely(hops: int | None, likely: bool) -> None:
    (group,) = linked(leg(A, CORE, 0.0, hops=70), two := leg(CORE, B, 0.01, hops=hops))
    link = group.links[id(two)]
    assert link.evidence == ((Evidence.NUMBERS, Evidence.HOPS) if likely else (Evidence.NUMBERS,))
    assert confidence_of(link.evidence) is (Confidence.LIKELY if likely else Confidence.POSSIBLE)


def test_hops_alone_join_nothing() -> None:
    assert not are_one(leg(A, CORE, 0.0, hops=70), leg(CORE, B, 0.01, hops=69, caller=UNLIKE))


DERIVED = {
    "suffixed": ("1234567890@10.0.0.2", "1234567890@10.0.0.2-b2b_1"),
    "suffixed before the host": ("1234567890@10.0.0.2", "1234567890_b2b-1@10.0.0.1"),
    "prefixed": ("1234567890@10.0.0.2", "B2B.3.1234567890@10.0.0.2"),
    "prefixed, another host": ("1234567890@10.0.0.2", "out-1234567890@10.0.0.1"),
}


@pytest.mark.parametrize("name", DERIVED)
def test_a_derived_call_id_adds_to_the_evidence(name: str) -> None:
    one, two = (
        leg(*way, at, call_id=call_id)
        for way, at, call_id in zip(((A, CORE), (CORE, B)), (0, 0.01), DERIVED[name], strict=True)
    )
    (group,) = linked(one, two)
    assert group.links[id(two)].evidence == (Evidence.DERIVED_CALL_ID, Evidence.NUMBERS)
    assert confidence_of(group.links[id(two)].evidence) is Confidence.LIKELY


@pytest.mark.parametrize("name", DERIVED)
def test_a_derived_call_id_joins_by_itself(name: str) -> None:
    """As any equal value: also where the TAS names another caller."""
    first, second = DERIVED[name]
    one = leg(CORE, TAS, 0.0, call_id=first)
    two = leg(TAS, CORE, 0.01, call_id=second, caller=UNLIKE)
    (group,) = linked(one, two)
    assert group.links[id(two)].evidence == (Evidence.DERIVED_CALL_ID,)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("1234567890@host.example", "0987654321@host.example"),
        ("1@a", "11@a"),
        ("abc", "xabcx"),
        ("1234567@h", "12345678@h"),
    ],
)
def test_call_ids_that_have_only_a_host_or_a_few_letters_in_common_are_not_derived(one: str, two: str) -> None:
    (group,) = linked(first := leg(A, CORE, 0, call_id=one), second := leg(CORE, B, 0.01, call_id=two))
    assert Evidence.DERIVED_CALL_ID not in group.links[id(second)].evidence
    assert group.legs == [first, second]


def test_evidence_adds_up() -> None:
    facts: dict[str, Any] = {"session": U, "call_id": "one-call", "icid": "1234"}
    (group,) = linked(leg(A, CORE, 0, **facts), two := leg(CORE, B, 0.01, **facts))
    assert group.links[id(two)].evidence == (Evidence.SESSION_ID, Evidence.CALL_ID, Evidence.ICID, Evidence.NUMBERS)


def test_more_evidence_wins_over_later() -> None:
    """Of two calls that both agree in something, the stronger identifier decides."""
    right = leg(A, CORE, 0.0, session=U, caller=UNLIKE)
    wrong = leg(THIRD, CORE, 0.01, icid="shared")
    groups = linked(right, wrong, two := leg(CORE, B, 0.02, session=U, icid="shared"))
    assert [group.legs for group in groups] == [[right, two], [wrong]]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"session": NIL_UUID}, {"session": NIL_UUID}),
        ({"session": f"{NIL_UUID};remote={NIL_UUID}"}, {"session": f"{NIL_UUID};remote={NIL_UUID}"}),
        ({"session": f"{U};remote={V}"}, {"session": f"{W};remote={V}"}),
        ({"session": f"{U};remote={V}"}, {"session": V}),
        ({"session": U}, {"session": f"{V};remote={U}"}),
        ({"session": U[:31]}, {"session": U[:31]}),
        ({"session": "x"}, {"session": "x"}),
        ({"call_id": "c1"}, {"call_id": "c2"}),
        ({"icid": "1"}, {"icid": "2"}),
    ],
    ids=[
        "nil",
        "nil pair",
        "same remote",
        "remote, then local",
        "local, then remote",
        "malformed",
        "text",
        "Call-ID",
        "icid",
    ],
)
def test_what_does_not_join(one: dict[str, Any], two: dict[str, Any]) -> None:
    """Nil and `remote` UUIDs are many calls'."""
    assert not are_one(leg(A, CORE, 0.0, **one), leg(CORE, B, 0.01, caller=UNLIKE, called=UNLIKE, **two))


def test_different_values_never_veto() -> None:
    """Session-ID, icid and Call-ID all differ, hops were set anew; the numbers are what is left."""
    one = leg(A, CORE, 0.0, session=U, icid="1", call_id="call-one", hops=20)
    two = leg(CORE, B, 0.01, session=V, icid="2", call_id="call-two", hops=70)
    (group,) = linked(one, two)
    assert group.links[id(two)].evidence == (Evidence.NUMBERS,)
    three = leg(CORE, B, 0.01, session=U, icid="2", call_id="call-two", hops=70, caller=UNLIKE, called=UNLIKE)
    (group,) = linked(one, three)
    assert group.links[id(three)].evidence == (Evidence.SESSION_ID,)


@pytest.mark.parametrize("after", [30.0, 400.0, 7200.0])
def test_there_is_no_time_window_while_the_leg_stands(after: float) -> None:
    """A fallback comes after 30 s, a queue lets go after minutes."""
    one = leg(A, CORE, 0.0)
    assert are_one(one, leg(CORE, TAS, after, called=PREFIXED))
    answered = leg(CORE, TAS, 0.01, called=PREFIXED, status=200, final_at=1.0)
    assert are_one(answered, leg(TAS, CORE, after))


@pytest.mark.parametrize("end", [{"status": 486, "final_at": 10.0}, {"status": 200, "final_at": 1.0, "ended_at": 10.0}])
@pytest.mark.parametrize(("after", "joins"), [(-5.0, True), (1.9, True), (2.1, False), (30.0, False)])
@pytest.mark.parametrize(
    "facts", [{}, {"session": U}, {"call_id": "one-call"}], ids=["numbers", "Session-ID", "Call-ID"]
)
def test_a_leg_that_ended_takes_nothing_after_two_seconds(
    end: dict[str, Any], after: float, joins: bool, facts: dict[str, Any]
) -> None:
    assert are_one(leg(A, CORE, 0.0, **end, **facts), leg(CORE, B, 10.0 + after, **facts)) is joins


def test_prefixes_come_off_only_on_legs_to_the_tas() -> None:
    """A callee's number may begin with the digits of a prefix: there it is part of the number."""
    one = leg(A, CORE, 0.0, called="+4712345678")
    assert not are_one(one, leg(CORE, B, 0.01, called="+12345678"), prefixes=("47",))
    assert are_one(one, leg(CORE, TAS, 0.01, called="+474712345678"), prefixes=("47",))
    # Seven digits in common are no number in common where no TAS is near.
    assert not are_one(one, leg(CORE, B, 0.01, called="+994712345678"), prefixes=("99",))


@pytest.mark.parametrize(
    ("called", "prefixes"),
    [
        (PREFIXED, ("00",)),
        ("+000000" + CALLEE[1:], ("00",)),
        ("+110011" + CALLEE[1:], ("11", "00")),
        ("1100" + CALLEE[1:], ("11",)),
        ("00" + CALLEE[1:], ()),
        (PREFIXED, ()),
        ("+0" + CALLEE[1:], ("0",)),
    ],
    ids=["once", "stacked", "both", "00 below a prefix", "00 for the plus", "prefixes not known", "one zero"],
)
def test_prefixes_come_off_repeatedly(called: str, prefixes: tuple[str, ...]) -> None:
    assert are_one(leg(A, CORE, 0.0), leg(CORE, TAS, 0.01, called=called), prefixes=prefixes)


def test_a_short_number_is_no_tail_of_a_long_one() -> None:
    assert not are_one(leg(A, CORE, 0.0, called="112"), leg(CORE, TAS, 0.01, called="+4722222112"), prefixes=())


def test_without_a_caller_numbers_join_nothing() -> None:
    assert not are_one(leg(A, CORE, 0.0, caller=None), leg(CORE, B, 0.01, caller=None))


def _out(at: float = 0.0, **facts: Any) -> tuple[SeenLeg, SeenLeg]:
    return leg(A, CORE, at), leg(CORE, TAS, at + 0.01, called=PREFIXED, **facts)


def test_a_leg_to_the_tas_takes_one_continuation() -> None:
    """A second call from the TAS between the same numbers, while the return stands, is not this call's return."""
    one, two = _out()
    three = leg(TAS, CORE, 0.02)
    other = leg(TAS, CORE, 5.0)
    groups = linked(one, two, three, leg(CORE, B, 0.03), other)
    assert not any(link.before is two for group in groups for key, link in group.links.items() if key == id(other))
    assert [len(group.legs) for group in groups] == [4, 1]


@pytest.mark.parametrize("facts", [{"session": U}, {"call_id": "one-call"}, {"icid": "1234"}])
def test_a_tas_that_hunts_shows_it_by_an_identifier(facts: dict[str, Any]) -> None:
    one, two = _out(**facts)
    (group,) = linked(
        one, two, three := leg(TAS, CORE, 0.02, **facts), four := leg(TAS, CORE, 0.03, called=UNLIKE, **facts)
    )
    assert [group.links[id(back)].before for back in (three, four)] == [two, two]


def test_a_tas_that_hunts_one_after_the_other_needs_no_identifier() -> None:
    one, two = _out()
    three, again = leg(TAS, CORE, 0.02, status=486, final_at=4.0), leg(TAS, CORE, 5.0)
    (group,) = linked(one, two, three, again)
    assert [group.links[id(back)].before for back in (three, again)] == [two, two]
    assert not group.links[id(again)].gap


def test_the_core_forks_and_falls_back() -> None:
    one = leg(A, CORE, 0.0)
    phone = leg(CORE, B, 0.01, status=487, final_at=30.0)
    tas = leg(CORE, TAS, 30.1, called=PREFIXED)
    (group,) = linked(one, phone, tas)
    assert [group.links[id(after)].before for after in (phone, tas)] == [one, one]
    together = leg(CORE, TAS, 0.012, called=PREFIXED)
    (group,) = linked(one, phone, together)
    assert [group.links[id(after)].before for after in (phone, together)] == [one, one]


def test_a_tie_merges_nothing_and_is_said() -> None:
    """Two calls between the same numbers at once, and nothing that tells which of them goes on."""
    one, two = leg(A, CORE, 0.0), leg(A, CORE, 0.2)
    on = leg(CORE, B, 0.5)
    groups = linked(one, two, on)
    assert [group.legs for group in groups] == [[one], [two], [on]]
    assert [group.doubts for group in groups] == [[], [], [on]]


def test_a_tie_is_broken_by_hops_before_time() -> None:
    """The nearer leg goes on, although another one of the same numbers is younger."""
    near, far = leg(A, CORE, 0.0, hops=61), leg(A, CORE, 0.2, hops=70)
    groups = linked(near, far, on := leg(CORE, B, 0.5, hops=60))
    assert [group.legs for group in groups] == [[near, on], [far]]


def test_a_doubt_that_is_resolved_is_none() -> None:
    """The leg that it continues is seen a little later than itself: until then two others tie."""
    ties = [leg(A, CORE, 0.0), leg(A, CORE, 0.2)]
    on = leg(CORE, B, 0.5, call_id="one-call")
    right = leg(C, CORE, 0.52, call_id="one-call")
    groups = linked(*ties, on, right)
    joined = next(group for group in groups if on in group.legs)
    assert joined.links[id(on)].before is right
    assert confidence_of(joined.links[id(on)].evidence) is Confidence.CERTAIN
    assert [group.doubts for group in groups] == [[], [], []]


def test_a_leg_whose_forerunner_is_missing_is_joined_across_the_gap() -> None:
    one = leg(A, CORE, 0.0, session=U)
    back = leg(TAS, CORE, 0.05, session=U)
    (group,) = linked(one, back)
    assert (group.links[id(back)].before, group.links[id(back)].gap) == (one, True)


def test_a_gap_between_two_calls_joins_neither() -> None:
    calls = [leg(A, CORE, 0.0), leg(A, CORE, 0.2)]
    back = leg(TAS, CORE, 0.5)
    groups = linked(*calls, back)
    assert [group.legs for group in groups] == [[calls[0]], [calls[1]], [back]]
    assert groups[2].doubts == [back]


def test_via_headers_name_the_way_whatever_else_agrees() -> None:
    """Two turns have all in common but the branches."""
    facts: dict[str, Any] = {"call_id": "c", "session": U, "hops": None}
    one, two = leg(A, CORE, 0.0, branch="z9hG4bK1", **facts), leg(A, CORE, 0.001, branch="z9hG4bK2", **facts)
    on_two = leg(CORE, B, 0.01, below=["z9hG4bK2"], **facts)
    on_one = leg(CORE, B, 0.02, below=["z9hG4bK1"], **facts)
    (group, *others) = linked(one, two, on_two, on_one)
    links = group.links | (others[0].links if others else {})
    assert (links[id(on_one)].before, links[id(on_two)].before) == (one, two)


def turns_of(
    count: int, *, fresh: bool, at: float = 0.0, step: float = 0.004, caller: str = CALLER, **facts: Any
) -> list[SeenLeg]:
    """Return a loop of B2BUAs: a Call-ID for each leg; a fresh Session-ID each turn, or none at all."""
    legs = [leg(A, CORE, at, hops=70, caller=caller, **facts)]
    for turn in range(count):
        session = f"{turn:032x}".replace("0" * 32, "f" * 32) if fresh else None
        when, hops = at + step * (2 * turn + 1), 69 - 2 * turn
        legs.append(leg(CORE, TAS, when, called=PREFIXED, session=session, hops=hops, caller=caller, **facts))
        legs.append(leg(TAS, CORE, when + step, hops=hops - 1, caller=caller, **facts))
    return legs


def in_a_row(group: Group, legs: list[SeenLeg]) -> None:
    """Check that each leg continues the one before it."""
    assert group.legs == legs
    assert id(legs[0]) not in group.links
    for before, after in pairwise(legs):
        assert group.links[id(after)].before is before


@settings(derandomize=True, deadline=None, max_examples=25)
@given(st.integers(1, 34), st.booleans(), st.sampled_from([0.0, 0.0007, 0.3, 3.0]))
def test_a_loop_of_any_length_is_one_call_in_order(count: int, fresh: bool, step: float) -> None:
    legs = turns_of(count, fresh=fresh, step=step)
    (group,) = linked(*legs)
    in_a_row(group, legs)


@settings(derandomize=True, deadline=None, max_examples=25)
@given(st.integers(1, 34), st.integers(0, 2**32))
def test_hops_tell_the_order_when_clocks_do_not(count: int, seed: int) -> None:
    """Max-Forwards before time: each leg is seen up to 50 ms late."""
    legs = turns_of(count, fresh=True)
    random = Random(seed)
    for one in legs:
        one.at += random.random() * 0.05
    groups = linked(*legs)
    assert len(groups) == 1
    for before, after in pairwise(legs):
        assert groups[0].links[id(after)].before is before


def test_a_loop_without_max_forwards_is_one_call() -> None:
    legs = turns_of(10, fresh=True)
    for one in legs:
        one.invite.max_forwards = None
    (group,) = linked(*legs)
    in_a_row(group, legs)


@settings(derandomize=True, deadline=None, max_examples=25)
@given(st.integers(2, 12), st.integers(0, 2**32), st.integers(1, 4))
def test_calls_between_distinct_numbers_are_never_mixed(calls: int, seed: int, turns: int) -> None:
    """Interleaved loops of B2BUAs; the clocks are up to 50 ms late."""
    random = Random(seed)
    of: dict[int, int] = {}
    every: list[SeenLeg] = []
    for number in range(calls):
        legs = turns_of(turns, fresh=True, at=random.random() * 0.02, caller=f"+4711{number:06d}")
        for one in legs:
            one.at += random.random() * 0.05
            of[id(one)] = number
        every += legs
    random.shuffle(every)
    groups = linked(*every)
    assert len(groups) == calls
    assert all(len({of[id(one)] for one in group.legs}) == 1 for group in groups)
    assert all(len(group.legs) == 2 * turns + 1 for group in groups)
    assert not any(group.doubts for group in groups)


def test_a_phone_that_calls_while_it_is_called_makes_a_call_of_its_own() -> None:
    one, two = leg(A, CORE, 0.0), leg(CORE, B, 0.01)
    other = leg(B, CORE, 1.0, caller=CALLEE, called=UNLIKE)
    assert [group.legs for group in linked(one, two, other)] == [[one, two], [other]]


def test_behind_the_tas_legs_go_on() -> None:
    """Elements behind the TAS: the call goes through them, and comes back by another one."""
    inner, media = "10.0.0.11", "10.0.0.12"
    one, two = _out()
    legs = [
        one,
        two,
        leg(TAS, inner, 0.02),
        leg(inner, media, 0.03),
        leg(media, TAS, 0.04),
        leg(TAS, CORE, 0.05),
    ]
    assert are_one(*legs)
