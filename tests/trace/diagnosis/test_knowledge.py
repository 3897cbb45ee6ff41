"""Registrations of a file at a moment."""

import pytest

from sipbreakout_model import E164, RegistrationBook
from sipbreakout_tui.trace.diagnosis.knowledge import BookKnowledge, Standing
from tests.trace.blackbox.command import registration
from tests.trace.hearing import knowledge

NUMBER = "+4711111111"


@pytest.mark.parametrize(
    ("moment", "standing", "seconds"),
    [
        (999.0, Standing.NOT_YET, 1.0),
        (1000.0, Standing.ACTIVE, None),
        (4599.9, Standing.ACTIVE, None),
        (4600.0, Standing.EXPIRED, 0.0),
        (4612.0, Standing.EXPIRED, 12.0),
    ],
)
def test_a_lease_stands_from_its_acceptance_to_its_end(
    moment: float, standing: Standing, seconds: float | None
) -> None:
    """V2: both bounds as in the model."""
    state = knowledge(registration(NUMBER, "LOOP", accepted_at=1000.0)).state(E164(NUMBER), moment)
    assert (state.standing, state.seconds) == (standing, seconds)
    assert state.lease is not None


def test_without_a_time_a_registration_always_stands() -> None:
    known = knowledge(registration(NUMBER, "LOOP"))
    assert [known.state(E164(NUMBER), moment).standing for moment in (0.0, 4e9)] == [Standing.ACTIVE] * 2


def test_a_number_that_is_not_in_the_file_was_never_registered() -> None:
    assert knowledge(registration(NUMBER, "LOOP")).state(E164("+4799999999"), 0.0).standing is Standing.NEVER


def test_hosts_and_prefixes_of_all() -> None:
    text = registration(NUMBER, "LOOP", mo="00", mt="", host="TAS.Example:5071")
    known = knowledge(text + registration("+4722222222", "LOOP_MT", mo="", mt="123", host="[2001:db8::1]"))
    assert known.hosts() == {"tas.example", "2001:db8::1"}
    assert known.prefixes() == {"00", "123"}
    empty = BookKnowledge(RegistrationBook())
    assert (empty.hosts(), empty.prefixes()) == (set(), set())
