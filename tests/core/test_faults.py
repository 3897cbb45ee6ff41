"""Faults that a core makes on purpose."""

import math

import grpc
import pytest

from sipbreakout_model import E164, InvalidValue
from sipbreakout_tui.core import EmbeddedCore, Faults
from tests.core.conftest import NOT_ACCEPTABLE, NUMBER, OK, Clock, asking, delete, status_of, upsert

OTHER = "+4722222222"


@pytest.mark.parametrize(("fail_every", "delay"), [(-1, 0.0), (0, -0.1), (0, math.inf), (0, math.nan), (0, 3600.1)])
def test_what_cannot_be_meant(fail_every: int, delay: float) -> None:
    with pytest.raises(InvalidValue, match="expected"):
        Faults(fail_every, delay)


async def test_every_third_request_fails_in_turn_before_and_after_it_is_applied(clock: Clock) -> None:
    async with asking(EmbeddedCore(clock=clock, faults=Faults(fail_every=3))) as asked:
        numbers = [f"+4711{index:06d}" for index in range(1, 13)]
        failed: dict[int, str] = {}
        for index, number in enumerate(numbers, 1):
            call = asked.stub.UpsertRegistration(upsert(number))
            if index % 3:
                assert (await call).status_code == OK
            else:
                code, failed[index] = await status_of(call)
                assert code is grpc.StatusCode.UNAVAILABLE
        assert failed == {
            3: "request 3 fails on purpose: not applied",
            6: "the answer is lost on purpose: applied",
            9: "request 9 fails on purpose: not applied",
            12: "the answer is lost on purpose: applied",
        }
        kept = {str(lease.registration.number) for lease in asked.core.book}
        assert set(numbers) - kept == {numbers[2], numbers[8]}


async def test_the_answer_of_a_delete_is_lost_after_it_was_applied(clock: Clock) -> None:
    async with asking(EmbeddedCore(clock=clock, faults=Faults(fail_every=1))) as asked:
        await status_of(asked.stub.UpsertRegistration(upsert()))
        await status_of(asked.stub.UpsertRegistration(upsert()))
        assert len(asked.core.book) == 1
        await status_of(asked.stub.DeleteRegistration(delete()))
        assert len(asked.core.book) == 1
        await status_of(asked.stub.DeleteRegistration(delete()))
        assert len(asked.core.book) == 0


async def test_numbers_that_are_refused(clock: Clock) -> None:
    async with asking(EmbeddedCore(clock=clock, faults=Faults(refuse=frozenset({E164(NUMBER)})))) as asked:
        for answer in (
            await asked.stub.UpsertRegistration(upsert()),
            await asked.stub.DeleteRegistration(delete()),
        ):
            assert answer.status_code == NOT_ACCEPTABLE
            assert answer.error_message == f"{NUMBER} is refused on purpose: this core was told to refuse it"
        assert (await asked.stub.UpsertRegistration(upsert(OTHER))).status_code == OK


async def test_a_delay_outlasts_a_deadline(clock: Clock) -> None:
    async with asking(EmbeddedCore(clock=clock, faults=Faults(delay=60))) as asked:
        code, _ = await status_of(asked.stub.UpsertRegistration(upsert(), timeout=0.1))
        assert code is grpc.StatusCode.DEADLINE_EXCEEDED
        assert len(asked.core.book) == 0
