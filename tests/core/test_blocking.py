"""A core for code that does not await."""

import subprocess
import sys
import threading
from pathlib import Path

import grpc
import grpc.aio
import pytest

from sipbreakout_model import E164, InvalidValue, SipBreakoutError
from sipbreakout_tui.core import BlockingCore, CannotListen
from tests.core.conftest import ENVIRONMENT, NOW, NUMBER, OK, SECONDS, Clock, TlsPaths, delete, trusting, upsert
from wgtwo.sipbreakout.v1 import sipbreakout_pb2_grpc as pb_grpc


def test_it_serves_while_it_is_entered(clock: Clock, tmp_path: Path) -> None:
    threads = threading.active_count()
    with BlockingCore(clock=clock, state=tmp_path / "state") as core:
        assert core.address == f"127.0.0.1:{core.listen_port}"
        with grpc.insecure_channel(core.address) as channel:
            stub = pb_grpc.SipBreakoutServiceStub(channel)
            assert stub.UpsertRegistration(upsert(), timeout=SECONDS).status_code == OK
            book = core.book
            lease = book.active(E164(NUMBER), clock.now)
            assert lease is not None
            assert lease.accepted_at == NOW
            assert stub.DeleteRegistration(delete(), timeout=SECONDS).status_code == OK
        assert (len(book), len(core.book)) == (1, 0)
    assert len(core.book) == 0
    core.stop()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("sipbreakout", "store"))]
    assert threading.active_count() <= threads + 1  # gRPC keeps a thread of its own


def test_tls(tls: TlsPaths) -> None:
    with (
        BlockingCore(tls_cert=tls.cert, tls_key=tls.key) as core,
        grpc.secure_channel(core.address, trusting(tls)) as channel,
    ):
        answer = pb_grpc.SipBreakoutServiceStub(channel).UpsertRegistration(upsert(), timeout=SECONDS)
        assert answer.status_code == OK


async def test_it_works_where_a_loop_runs() -> None:
    with BlockingCore() as core:
        async with grpc.aio.insecure_channel(core.address) as channel:
            answer = await pb_grpc.SipBreakoutServiceStub(channel).UpsertRegistration(upsert(), timeout=SECONDS)
            assert answer.status_code == OK
        assert len(core.book) == 1


def test_errors_are_those_of_the_core() -> None:
    with pytest.raises(InvalidValue, match="is not an address"):
        BlockingCore(listen="x")
    with BlockingCore() as core:
        with pytest.raises(SipBreakoutError, match="entered before"):
            core.__enter__()
        with pytest.raises(CannotListen, match="in use"):
            BlockingCore(listen=core.address).__enter__()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("sipbreakout")]


def test_before_it_is_entered() -> None:
    core = BlockingCore()
    core.stop()
    with pytest.raises(SipBreakoutError, match="enter it first"):
        _ = core.book


SCRIPT = """
import asyncio, grpc.aio
from sipbreakout_tui.core import BlockingCore
async def notebook():
    with BlockingCore() as core:
        async with grpc.aio.insecure_channel(core.address) as channel:
            call = channel.unary_unary("/grpc.health.v1.Health/Check")
            for answer in await asyncio.gather(*(call(b"") for _ in range(500))):
                assert answer == bytes([8, 1])
asyncio.run(notebook())
"""


def test_nothing_is_printed_or_left_open() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=ENVIRONMENT,
        timeout=SECONDS,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


CUT_SHORT = """
import grpc
from sipbreakout_tui.core import BlockingCore, Faults
with BlockingCore(faults=Faults(delay=600)) as core, grpc.insecure_channel(core.address) as channel:
    calls = [channel.unary_unary("/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration").future(b"")]
    channel.unary_unary("/grpc.health.v1.Health/Check")(b"")
    core.stop()
    assert calls[0].exception(30) is not None
"""


def test_requests_that_are_cut_short_print_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CUT_SHORT],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={**ENVIRONMENT, "GRPC_VERBOSITY": "NONE"},
        timeout=SECONDS,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
