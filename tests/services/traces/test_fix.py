"""What puts a captured call right, by what is registered now."""

from dataclasses import replace

from sipbreakout_model import Registration, RegistrationBook, RouteType
from sipbreakout_tui.services.registrations.plan import ChangeKind
from sipbreakout_tui.services.traces.fix import way_out
from sipbreakout_tui.services.traces.opening import open_trace
from tests.services.tracing import lab, scripted
from tests.trace.blackbox.cases import LOOP
from tests.trace.blackbox.command import DATA
from tests.trace.traffic import loops

NOTHING = RegistrationBook()


def book(*registrations: Registration) -> RegistrationBook:
    found = RegistrationBook()
    for registration in registrations:
        found.upsert(registration, None)
    return found


def test_a_loop_is_stopped_by_another_registration() -> None:
    with lab("loop_sid_dropped") as opened:
        diagnosis = opened.trace.diagnoses[0]
        held = diagnosis.case.registration
        assert held is not None
        way = way_out(diagnosis, book(held), 1_790_000_000.0)
        assert way.owner == "the vendor of the TAS"
        assert way.now == "goes round 35 times, then 483 Too Many Hops"
        (change,) = way.changes
        assert (change.kind, change.registration.route_type) == (ChangeKind.REPLACE, RouteType.INGRESS)
        assert way.then == "is answered by the callee"
        assert way.wrong
        assert not way.from_capture


def test_once_it_is_changed_nothing_is_left_to_do() -> None:
    with lab("loop_sid_dropped") as opened:
        diagnosis = opened.trace.diagnoses[0]
        held = diagnosis.case.registration
        assert held is not None
        way = way_out(diagnosis, book(replace(held, route_type=RouteType.INGRESS)), 0.0)
        assert (way.changes, way.now) == ((), "is answered by the callee")
        assert way.remedy is not None  # the TAS still has its fault
        assert not way.wrong


def test_where_nothing_is_known_now_the_capture_counts() -> None:
    with lab("loop_sid_dropped") as opened:
        way = way_out(opened.trace.diagnoses[0], NOTHING, 1_790_000_000.0)
        assert way.from_capture
        assert way.changes


def test_an_expired_registration_is_to_be_made_again() -> None:
    with lab("loop") as opened:
        lease_of = opened.trace.diagnoses[0].case.registration
    assert lease_of is not None
    expired = RegistrationBook()
    with open_trace(DATA / "expired.pcap", registrations=_expired(lease_of, expired)) as opened:
        diagnosis = opened.trace.diagnoses[0]
        assert diagnosis.verdict.id == "registration-expired"
        way = way_out(diagnosis, NOTHING, 1_790_000_000.0)
        assert [change.kind for change in way.changes] == [ChangeKind.CREATE]
        assert way.changes[0].registration == lease_of
        renewed = way_out(diagnosis, book(lease_of), 1_790_000_000.0)
        assert renewed.changes == ()


def _expired(registration: Registration, found: RegistrationBook) -> RegistrationBook:
    with open_trace(DATA / "expired.pcap") as opened:
        found.upsert(registration, opened.trace.calls[0].at - 4000.0)
    return found


def test_nothing_is_wrong_with_a_healthy_call() -> None:
    with lab("loop") as opened:
        way = way_out(opened.trace.diagnoses[0], NOTHING, 0.0)
        assert (way.remedy, way.changes, way.owner) == (None, (), "")
        assert way.now == "is answered by the callee"


def test_of_some_faults_no_registration_is_the_cause() -> None:
    with scripted(loops.prefix_left_on, registrations=LOOP) as opened:
        way = way_out(opened.trace.diagnoses[0], NOTHING, 0.0)
        assert (way.now, way.changes, way.wrong) == ("ends: rejected (404)", (), True)
