"""The client against a scripted core over real sockets: answers, refusals, retries, budgets (V1 to V5, V10)."""

import asyncio
import logging

import grpc
import pytest

from sipbreakout_model import DEFAULT_TTL, E164, Lease, Registration
from sipbreakout_tui import __version__
from sipbreakout_tui.config import Profile
from sipbreakout_tui.rpc.attempts import BUDGET, MAX_ATTEMPTS
from sipbreakout_tui.rpc.client import LOST_ANSWER, NOT_REGISTERED, RegistrationClient
from sipbreakout_tui.rpc.errors import CannotReachCore, CoreFailed, NotAuthorised, NotSent, Refused
from sipbreakout_tui.wire import to_wire
from tests.rpc.fake_core import (
    NUMBER,
    REGISTRATION,
    STARTED,
    UNAVAILABLE,
    FakeCore,
    bench,
    body,
    fails,
    hangs,
    ok,
    served,
)
from wgtwo.sipbreakout.v1 import sipbreakout_pb2_grpc as pb_grpc

NOT_THERE = f"{NUMBER} is not registered. There is nothing to delete"
OK, NOT_ACCEPTABLE = 1, 2


async def test_upsert_gives_the_lease_of_the_answer() -> None:
    async with bench(ok(1800, 500_000_000)) as on:
        assert await on.client.upsert(REGISTRATION) == Lease(REGISTRATION, STARTED, 1800.5)
    assert [request.registration for request in on.core.requests] == [to_wire(REGISTRATION)]
    assert on.core.authorizations == [None]


async def test_delete_names_number_and_uri() -> None:
    async with bench(ok()) as on:
        assert await on.client.delete(REGISTRATION) is None
    assert on.core.requests[0].registration.sip_uri == "sips:tas.example.com"
    assert on.core.requests[0].registration.phone_number.e164 == NUMBER


async def test_user_agent_names_the_program() -> None:
    async with bench(ok()) as on:
        await on.client.upsert(REGISTRATION)
    assert str(on.core.metadata[0]["user-agent"]).startswith(f"sipbreakout/{__version__} ")


async def test_one_channel_is_used_for_everything() -> None:
    async with bench(ok()) as on:
        await asyncio.gather(*(on.client.upsert(REGISTRATION) for _ in range(50)))
        await on.client.delete(REGISTRATION)
    assert len(on.core.requests) == 51
    assert len(on.core.peers) == 1


@pytest.mark.parametrize("ttl", [0, -5])
async def test_answer_without_a_life_gets_that_of_v2(ttl: int, caplog: pytest.LogCaptureFixture) -> None:
    async with bench(ok(ttl)) as on:
        assert (await on.client.upsert(REGISTRATION)).ttl == DEFAULT_TTL
    assert "has no time_to_live: 3600 s are assumed (V2)" in caplog.text


# Refusals in the body


@pytest.mark.parametrize("verb", ["upsert", "delete"])
async def test_refusal_has_the_words_of_the_core(verb: str) -> None:
    async with bench(body(NOT_ACCEPTABLE, "no \x1b[2J, never")) as on:
        with pytest.raises(Refused) as caught:
            await getattr(on.client, verb)(REGISTRATION)
    assert caught.value.words == "no \x1b[2J, never"
    assert str(caught.value) == rf"{verb} of {NUMBER} at {on.address} was refused: no \x1b[2J, never"
    assert len(on.core.requests) == 1


async def test_refusal_without_words() -> None:
    async with bench(body(NOT_ACCEPTABLE)) as on:
        with pytest.raises(Refused, match="was refused: the core gave no reason"):
            await on.client.upsert(REGISTRATION)


@pytest.mark.parametrize(("status", "words"), [(0, "with no status"), (9, "with status 9, which is not known")])
async def test_answer_that_says_neither(status: int, words: str) -> None:
    async with bench(body(status, "hm")) as on:
        for request in (on.client.upsert, on.client.delete):
            with pytest.raises(CoreFailed, match=f"{words} and said: hm. Whether it was carried out is not known"):
                await request(REGISTRATION)


# Retries


async def test_unavailable_is_tried_again_and_accepted_at_is_the_successful_attempts() -> None:
    async with bench(UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, ok()) as on:
        lease = await on.client.upsert(REGISTRATION)
    assert on.time.slept == [0.25, 0.5, 1.0]
    assert lease.accepted_at == STARTED + 1.75
    assert len({request.SerializeToString() for request in on.core.requests}) == 1


async def test_jitter_is_full() -> None:
    parts = iter([0.0, 0.5, 0.1])
    async with bench(UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, ok(), random=lambda: next(parts)) as on:
        await on.client.upsert(REGISTRATION)
    assert on.time.slept == pytest.approx([0.0, 0.25, 0.1])


async def test_attempts_end_with_the_budget() -> None:
    async with bench(UNAVAILABLE) as on:
        with pytest.raises(
            CannotReachCore, match=r"failed with UNAVAILABLE after 7 attempts in 11.8 s: scripted\. What"
        ):
            await on.client.upsert(REGISTRATION)
    assert on.time.slept == [0.25, 0.5, 1.0, 2.0, 4.0, 4.0]
    assert on.time.now - STARTED < BUDGET


async def test_attempts_are_bounded_without_waits_too() -> None:
    async with bench(UNAVAILABLE, random=lambda: 0.0) as on:
        with pytest.raises(CannotReachCore, match=f"after {MAX_ATTEMPTS} attempts"):
            await on.client.delete(REGISTRATION)
    assert len(on.core.requests) == MAX_ATTEMPTS


async def test_slow_attempts_use_the_budget_up() -> None:
    async with bench(UNAVAILABLE) as on:

        def pass_five_seconds() -> None:
            on.time.now += 5

        on.core.on_request = pass_five_seconds
        with pytest.raises(CannotReachCore, match="after 3 attempts in 15"):
            await on.client.upsert(REGISTRATION)
    assert on.time.slept == [0.25, 0.5]


async def test_deadline_ends_an_attempt_and_it_is_tried_again() -> None:
    async with bench(hangs, ok(), deadline=0.5) as on:
        lease = await on.client.upsert(REGISTRATION)
    assert lease.accepted_at == STARTED + 0.25
    assert len(on.core.requests) == 2


async def test_hanging_core_is_not_reached() -> None:
    async with bench(hangs, deadline=0.02) as on:
        with pytest.raises(CannotReachCore, match=r"DEADLINE_EXCEEDED after 7 attempts .* is not known: send it again"):
            await on.client.upsert(REGISTRATION)


async def test_nobody_listens() -> None:
    async with served(FakeCore(ok())) as address:
        pass
    async with (
        bench(ok()) as on,
        RegistrationClient(
            Profile("gone", address, plaintext=True),
            sleep=on.time.sleep,
            random=lambda: 1.0,
            monotonic=on.time.clock,
        ) as client,
    ):
        with pytest.raises(CannotReachCore, match=r"UNAVAILABLE after 7 attempts .*Connection refused"):
            await client.upsert(REGISTRATION)


@pytest.mark.parametrize(
    "code", [grpc.StatusCode.INTERNAL, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.ABORTED]
)
async def test_other_faults_are_final(code: grpc.StatusCode) -> None:
    async with bench(fails(code, "boom\x07")) as on:
        with pytest.raises(CoreFailed, match=rf"failed with {code.name}: boom\\x07\. What to do: "):
            await on.client.upsert(REGISTRATION)
    assert len(on.core.requests) == 1


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED])
async def test_without_a_token_there_is_nothing_to_renew(code: grpc.StatusCode) -> None:
    async with bench(fails(code)) as on:
        with pytest.raises(NotAuthorised):
            await on.client.upsert(REGISTRATION)
    assert len(on.core.requests) == 1


async def test_core_that_does_not_speak_this_api() -> None:
    server = grpc.aio.server()
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with RegistrationClient(Profile("lab", f"127.0.0.1:{port}", plaintext=True)) as client:
        with pytest.raises(CoreFailed, match=r"UNIMPLEMENTED.*a core that speaks wgtwo"):
            await client.upsert(REGISTRATION)
    await server.stop(grace=None)


# A delete whose answer was lost


@pytest.mark.parametrize("loss", [UNAVAILABLE, hangs], ids=["unavailable", "too slow"])
async def test_not_registered_after_a_lost_answer_counts_as_deleted(loss: object) -> None:
    async with bench(loss, body(NOT_ACCEPTABLE, NOT_THERE), deadline=0.5) as on:  # type: ignore[arg-type]
        assert await on.client.delete(REGISTRATION) == LOST_ANSWER


async def test_not_registered_at_once_is_a_refusal() -> None:
    async with bench(body(NOT_ACCEPTABLE, NOT_THERE)) as on:
        with pytest.raises(Refused, match="is not registered"):
            await on.client.delete(REGISTRATION)


async def test_another_refusal_after_a_lost_answer_stays_one() -> None:
    words = f"{NUMBER} is registered at sips:b.example, not sips:tas.example.com"
    async with bench(UNAVAILABLE, body(NOT_ACCEPTABLE, words)) as on:
        with pytest.raises(Refused) as caught:
            await on.client.delete(REGISTRATION)
    assert caught.value.words == words


async def test_not_registered_never_makes_an_upsert_good() -> None:
    async with bench(UNAVAILABLE, body(NOT_ACCEPTABLE, NOT_THERE)) as on:
        with pytest.raises(Refused):
            await on.client.upsert(REGISTRATION)


@pytest.mark.parametrize(
    ("words", "means"),
    [
        (NOT_THERE, True),
        (f"{NUMBER} is not registered at that time: its registration at sips:a.example is not in force", True),
        ("No registration for this number", True),
        ("no active registration", True),
        ("Not currently registered", True),
        ("Registration was not found", True),
        ("registration does not exist", True),
        ("nothing registered", True),
        ("unknown number", True),
        (f"{NUMBER} is registered at sips:b.example, not sips:a.example. Delete it with: sipbreakout delete", False),
        ("sip_uri is not acceptable", False),
        ("not allowed for registered numbers", False),
        ("", False),
    ],
)
def test_words_for_nothing_to_delete(words: str, means: bool) -> None:
    assert bool(NOT_REGISTERED.search(words)) is means


# What is never sent


async def test_read_only_profile_sends_nothing() -> None:
    async with bench(ok(), read_only=True) as on:
        for request in (on.client.upsert, on.client.delete):
            with pytest.raises(NotSent, match="was not sent: profile lab is read-only"):
                await request(REGISTRATION)
    assert on.core.requests == []


async def test_token_of_a_user_leaves_the_number_out_and_is_for_no_other() -> None:
    other = Registration.parse("+4722222222", "sips:tas.example.com", "LOOP")
    async with bench(ok(), token_kind="user", number=E164(NUMBER)) as on:
        lease = await on.client.upsert(REGISTRATION)
        await on.client.delete(REGISTRATION)
        for request in (on.client.upsert, on.client.delete):
            with pytest.raises(NotSent, match=r"\+4722222222 was not sent: the token .* that of \+4711111111.*\(V4\)"):
                await request(other)
    assert lease.registration == REGISTRATION
    assert [request.registration.HasField("phone_number") for request in on.core.requests] == [False, False]


async def test_client_has_to_be_opened() -> None:
    client = RegistrationClient(Profile("lab", "127.0.0.1:1", plaintext=True))
    with pytest.raises(RuntimeError, match="async with"):
        await client.upsert(REGISTRATION)


# Stopping, and a core that comes back


async def test_cancelled_request_ends_at_once_and_the_client_goes_on() -> None:
    async with bench(hangs, ok()) as on:
        arrived = asyncio.Event()
        on.core.on_request = arrived.set
        task = asyncio.create_task(on.client.upsert(REGISTRATION))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await on.client.upsert(REGISTRATION)).ttl == 3600


async def test_core_that_was_restarted_is_found_again() -> None:
    async with served(FakeCore(ok())) as address:
        pass
    core = FakeCore(ok())
    server: list[grpc.aio.Server] = []

    async def start_it(seconds: float) -> None:
        if not server:
            server.append(grpc.aio.server())
            pb_grpc.add_SipBreakoutServiceServicer_to_server(core, server[0])
            server[0].add_insecure_port(address)
            await server[0].start()
        assert client._channel is not None
        async with asyncio.timeout(10):  # gRPC pauses 0.1 s before it connects again
            await client._channel.channel_ready()

    async with RegistrationClient(Profile("lab", address, plaintext=True), sleep=start_it) as client:
        assert (await client.upsert(REGISTRATION)).ttl == 3600
    await server[0].stop(grace=None)


async def test_log_names_the_request_and_not_the_metadata(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with bench(UNAVAILABLE, ok()) as on:
        await on.client.upsert(REGISTRATION)
    assert f"upsert of {NUMBER} at {on.address}: attempt 1: UNAVAILABLE" in caplog.text
