"""Whose addresses take part: given, from the registrations, or inferred."""

from collections.abc import Callable

import pytest

from sipbreakout_model import Party
from sipbreakout_tui.trace.assembling import assemble
from sipbreakout_tui.trace.leg import SeenLeg
from sipbreakout_tui.trace.parties import Known, Parties, find_parties
from tests.trace.hearing import CALLEE, CALLER, CORE, PREFIXED, TAS, A, B, C, leg, memory
from tests.trace.traffic import loops, others
from tests.trace.traffic.script import Lab

HOST = "tas.example"
INNER, CORE_2, TAS_2, EDGE = "10.0.0.11", "10.0.0.21", "10.0.0.20", "10.0.0.31"
U, V = "a0317f1a784dc48ff824d0d3715d86ab", "b0317f1a784dc48ff824d0d3715d86ab"


def loop() -> list[SeenLeg]:
    return [
        leg(A, CORE, 0.0, session=U),
        leg(CORE, TAS, 0.01, called=PREFIXED, host=HOST, session=U),
        leg(TAS, CORE, 0.02, session=U),
        leg(CORE, B, 0.03, session=U),
    ]


def addresses(parties: Parties) -> tuple[set[str], set[str]]:
    return set(parties.core), set(parties.tas)


def test_what_is_given_is_taken() -> None:
    parties = find_parties(loop(), core=[CORE], tas=[TAS])
    assert (addresses(parties), parties.core_known, parties.tas_known) == (
        ({CORE}, {TAS}),
        Known.GIVEN,
        Known.GIVEN,
    )
    assert [parties.of(text) for text in (CORE, TAS, A)] == [Party.CORE, Party.TAS, None]
    assert str(parties) == f"core {CORE} (given), TAS {TAS} (given)"


@pytest.mark.parametrize("host", [HOST, HOST.upper(), TAS])
def test_a_tas_may_be_given_by_its_host(host: str) -> None:
    parties = find_parties(loop(), tas=[host])
    assert (addresses(parties), parties.tas_known) == (({CORE}, {TAS}), Known.GIVEN)


def test_a_given_core_is_not_overruled() -> None:
    """Also where the TAS is inferred, and other addresses behave like a core's."""
    parties = find_parties(loop(), core=[CORE])
    assert (addresses(parties), parties.core_known, parties.tas_known) == (
        ({CORE}, {TAS}),
        Known.GIVEN,
        Known.INFERRED,
    )


def test_registrations_name_the_tas_and_with_it_the_core() -> None:
    parties = find_parties(loop(), hosts=[HOST])
    assert addresses(parties) == ({CORE}, {TAS})
    assert (parties.core_known, parties.tas_known) == (Known.REGISTRATIONS, Known.REGISTRATIONS)
    assert str(parties) == f"core {CORE} (from the registrations' hosts), TAS {TAS} (from the registrations' hosts)"


def test_without_anything_it_is_inferred() -> None:
    parties = find_parties(loop())
    assert addresses(parties) == ({CORE}, {TAS})
    assert (parties.core_known, parties.tas_known) == (Known.INFERRED, Known.INFERRED)


def test_registrations_whose_tas_is_not_seen_leave_the_core_inferred() -> None:
    direct = [leg(A, CORE, 0.0), leg(CORE, B, 0.01)]
    parties = find_parties(direct, hosts=["elsewhere.example"])
    assert (addresses(parties), parties.core_known, parties.tas_known) == (
        ({CORE}, set()),
        Known.INFERRED,
        Known.INFERRED,
    )


def test_nothing_seen_is_nobody() -> None:
    parties = find_parties([])
    assert str(parties) == "core none seen (inferred), TAS none seen (inferred)"


def test_a_tas_that_returns_the_call_from_another_address() -> None:
    legs = [
        leg(A, CORE, 0.0, session=U),
        leg(CORE, TAS, 0.01, called=PREFIXED, host=HOST, session=U, branch="z9hG4bKout", far=[V]),
    ]
    for back in (leg(TAS_2, CORE, 0.02, below=["z9hG4bKout"]), leg(TAS_2, CORE, 0.02, session=V)):
        assert addresses(find_parties([*legs, back, leg(CORE, B, 0.03)], hosts=[HOST])) == ({CORE}, {TAS, TAS_2})
        assert addresses(find_parties([*legs, back, leg(CORE, B, 0.03)])) == ({CORE}, {TAS, TAS_2})


@pytest.mark.parametrize("host", [INNER, "core.example", HOST])
def test_elements_behind_the_tas_are_not_the_core(host: str) -> None:
    """An edge of the TAS hands the INVITE on to what stands behind it, which calls it back."""
    legs = [
        leg(A, CORE, 0.0, session=U),
        leg(CORE, TAS, 0.01, called=PREFIXED, host=HOST, session=U),
        leg(TAS, INNER, 0.02, called=PREFIXED, host=host, session=U),
        leg(INNER, TAS, 0.03, session=U),
        leg(TAS, CORE, 0.04, session=U),
        leg(CORE, B, 0.05, session=U),
    ]
    parties = find_parties(legs, hosts=[HOST])
    assert parties.core == {CORE}
    assert TAS in parties.tas
    assert B not in parties.tas


def test_a_core_of_two_addresses() -> None:
    """One towards subscribers, one towards TASes: the Via headers say that both are it."""
    one = leg(A, CORE, 0.0, branch="z9hG4bK1")
    two = leg(CORE_2, TAS, 0.01, called=PREFIXED, host=HOST, branch="z9hG4bK2", below=["z9hG4bK1"])
    three = leg(TAS, CORE_2, 0.02, branch="z9hG4bK3", below=["z9hG4bK2", "z9hG4bK1"])
    four = leg(CORE, B, 0.03, branch="z9hG4bK4", below=["z9hG4bK3", "z9hG4bK2", "z9hG4bK1"])
    assert addresses(find_parties([one, two, three, four], hosts=[HOST])) == ({CORE, CORE_2}, {TAS})


def test_a_tas_that_returns_to_another_address_of_the_core() -> None:
    """A B2BUA with an address for what leaves and one for what comes in."""
    legs = [
        leg(CORE, TAS, 0.01, called=PREFIXED, host=HOST, session=U),
        leg(TAS, CORE_2, 0.02, session=U),
        leg(CORE_2, B, 0.03, session=U),
    ]
    assert addresses(find_parties(legs, hosts=[HOST])) == ({CORE, CORE_2}, {TAS})


@pytest.mark.parametrize("hosts", [[HOST], []], ids=["known", "inferred"])
def test_an_edge_before_the_core_is_a_subscriber_to_it(hosts: list[str]) -> None:
    """A proxy between the phones and the core hands calls on in both directions; only the core adds prefixes."""
    legs = [
        leg(A, EDGE, 0.0, hops=70),
        leg(EDGE, CORE, 0.01, hops=69),
        leg(CORE, TAS, 0.02, called=PREFIXED, host=HOST, hops=68),
        leg(TAS, CORE, 0.03, hops=67),
        leg(CORE, EDGE, 0.04, hops=66),
        leg(EDGE, B, 0.05, hops=65),
    ]
    parties = find_parties(legs, hosts=hosts)
    assert parties.tas == {TAS}
    assert CORE in parties.core
    assert not parties.core & {A, B}


def test_an_edge_that_both_subscribers_are_behind_is_no_tas() -> None:
    """It places the call before it is rung: it brought nothing back."""
    assert addresses(find_parties([leg(EDGE, CORE, 0.0, hops=69), leg(CORE, EDGE, 0.01, hops=68)], core=[CORE])) == (
        {CORE},
        set(),
    )


@pytest.mark.parametrize("hosts", [[HOST], []], ids=["known", "inferred"])
def test_two_addresses_alone(hosts: list[str]) -> None:
    """A capture between core and TAS only: who is who is told by the prefix, or by the hops left."""
    legs = [leg(CORE, TAS, 0.0, called=PREFIXED, host=HOST, hops=69), leg(TAS, CORE, 0.01, hops=68)]
    assert addresses(find_parties(legs, hosts=hosts)) == ({CORE}, {TAS})


def test_two_addresses_and_one_leg() -> None:
    assert addresses(find_parties([leg(CORE, TAS, 0.0, called=PREFIXED)])) == ({CORE}, {TAS})


def test_a_call_of_two_addresses_without_a_prefix_has_no_tas() -> None:
    assert addresses(find_parties([leg(A, CORE, 0.0)])) == ({CORE}, set())


def test_a_number_that_grows_shows_the_tas_also_without_zeros() -> None:
    legs = [leg(A, CORE, 0.0, call_id="one"), leg(CORE, TAS, 0.01, call_id="one", called="+46" + CALLEE[1:])]
    assert addresses(find_parties([*legs, leg(CORE, C, 0.02, call_id="one")])) == ({CORE}, {TAS})


def test_a_phone_that_is_called_and_calls_is_no_tas() -> None:
    """B is called by A, and later calls A: B brought nothing back."""
    legs = [
        leg(A, CORE, 0.0),
        leg(CORE, B, 0.01),
        leg(B, CORE, 9.0, caller=CALLEE, called=CALLER),
        leg(CORE, A, 9.01, caller=CALLEE, called=CALLER),
    ]
    assert addresses(find_parties(legs)) == ({CORE}, set())


@pytest.mark.parametrize(
    "scene", [loops.returned, loops.loop(), others.fork_callee_answers, others.fallback_callee_busy]
)
@pytest.mark.parametrize("b2bua", [False, True], ids=["proxies", "b2buas"])
def test_scripted_calls_are_understood_without_help(scene: Callable[[Lab], None], b2bua: bool) -> None:
    lab = Lab(core_b2bua=b2bua, tas_b2bua=b2bua)
    scene(lab)
    legs = assemble([memory(lab.wire.packets)]).legs
    for hosts in (["tas.lab.test"], []):
        assert addresses(find_parties(legs, hosts=hosts)) == ({"127.0.0.1"}, {"127.0.0.10"})


def test_a_tas_that_places_calls_is_known_by_its_host() -> None:
    lab = Lab()
    others.placed_by_the_tas(lab)
    legs = assemble([memory(lab.wire.packets)]).legs
    parties = find_parties(legs, hosts=["tas.lab.test"])
    assert addresses(parties) == ({"127.0.0.1"}, {"127.0.0.10"})


def test_all_addresses_of_one_party_are_one_element() -> None:
    parties = Parties(frozenset({CORE, CORE_2}), Known.GIVEN, frozenset({TAS, TAS_2}), Known.GIVEN)
    assert {parties.element(text) for text in (CORE, CORE_2)} == {"core"}
    assert {parties.element(text) for text in (TAS, TAS_2)} == {"tas"}
    assert parties.element(A) == A
