"""`sipbreakout serve`: its first line, its end, its errors, and what a kill leaves behind."""

import asyncio
import os
import re
import select
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import grpc
import grpc.aio
import pytest
import trustme

from tests.cli.conftest import ENVIRONMENT, PROGRAM, SECONDS, Cli
from wgtwo.common.v1.phonenumber_pb2 import E164
from wgtwo.sipbreakout.v1 import sipbreakout_pb2 as pb
from wgtwo.sipbreakout.v1 import sipbreakout_pb2_grpc as pb_grpc

FREE = ("--listen", "127.0.0.1:0")
URI = "sips:tas.example.com"
NUMBER = "+4711111111"
TOKENS = '[[token]]\ntoken = "abc"\nkind = "client"\nscopes = ["call.routing:write"]\n'
UPSERTS = 1000


class Served:
    """A core in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process = process
        self.address = address

    def end(self, number: int) -> tuple[int, str, str]:
        """Send a signal and return the exit code and what was printed after the address."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, out, err


@contextmanager
def serving(*arguments: str) -> Iterator[Served]:
    process = subprocess.Popen(
        [*PROGRAM, "serve", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=ENVIRONMENT,
    )
    with process:
        try:
            assert process.stdout is not None
            ready, _, _ = select.select([process.stdout], [], [], SECONDS)
            assert ready, "no first line in time"
            yield Served(process, process.stdout.readline().removesuffix("\n"))
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=SECONDS)


def upsert(number: str = NUMBER, sip_uri: str = URI) -> pb.UpsertRegistrationRequest:
    return pb.UpsertRegistrationRequest(
        registration=pb.Registration(phone_number=E164(e164=number), sip_uri=sip_uri, route_type=pb.ROUTE_TYPE_LOOP)
    )


def ask(
    address: str, request: pb.UpsertRegistrationRequest, token: str | None = None, ca: bytes | None = None
) -> pb.UpsertRegistrationResponse:
    metadata = None if token is None else (("authorization", f"Bearer {token}"),)
    channel = (
        grpc.insecure_channel(address) if ca is None else grpc.secure_channel(address, grpc.ssl_channel_credentials(ca))
    )
    with channel:
        stub = pb_grpc.SipBreakoutServiceStub(channel)
        return stub.UpsertRegistration(request, timeout=SECONDS, metadata=metadata)


def numbers_in(state: Path) -> set[str]:
    with closing(sqlite3.connect(state)) as connection:
        return {number for (number,) in connection.execute("SELECT number FROM registration")}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_the_first_line_is_the_address_and_a_signal_ends_it(number: int, code: int) -> None:
    with serving(*FREE) as core:
        assert re.fullmatch(r"127\.0\.0\.1:[1-9][0-9]*", core.address)
        assert ask(core.address, upsert()).status_code == pb.STATUS_CODE_OK
        assert core.end(number) == (code, "", "")


def test_two_signals_end_it_at_once() -> None:
    with serving(*FREE, "--delay", "600") as core, grpc.insecure_channel(core.address) as channel:
        call = pb_grpc.SipBreakoutServiceStub(channel).UpsertRegistration.future(upsert())
        grpc.channel_ready_future(channel).result(SECONDS)
        core.process.send_signal(signal.SIGTERM)
        code, _, err = core.end(signal.SIGTERM)
        assert (code, err) == (0, "")
        assert call.exception(SECONDS) is not None


def test_registrations_survive_a_restart(tmp_path: Path) -> None:
    state = str(tmp_path / "state.sqlite3")
    for sip_uri in (URI, "sips:other.example.com"):
        with serving(*FREE, "--state", state) as core:
            assert ask(core.address, upsert(sip_uri=sip_uri)).status_code == pb.STATUS_CODE_OK
            assert core.end(signal.SIGTERM)[0] == 0
    with serving(*FREE, "--state", state, "-v") as core:
        code, _, err = core.end(signal.SIGINT)
        assert (code, "with 1 registrations" in err) == (130, True)


async def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite3"
    acknowledged: set[str] = set()
    with serving(*FREE, "--state", str(state)) as core:
        async with grpc.aio.insecure_channel(core.address) as channel:
            stub = pb_grpc.SipBreakoutServiceStub(channel)
            enough = asyncio.Event()

            async def register(number: str) -> None:
                answer = await stub.UpsertRegistration(upsert(number), timeout=SECONDS)
                assert answer.status_code == pb.STATUS_CODE_OK
                acknowledged.add(number)
                if len(acknowledged) == UPSERTS // 3:
                    enough.set()

            numbers = [f"+4711{index:06d}" for index in range(UPSERTS)]
            calls = [asyncio.ensure_future(register(number)) for number in numbers]
            await asyncio.wait_for(enough.wait(), SECONDS)
            core.process.kill()
            done = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), SECONDS)
    failed = [error for error in done if error is not None]
    assert len(failed) + len(acknowledged) == UPSERTS
    assert all(isinstance(error, grpc.aio.AioRpcError) for error in failed), failed
    with serving(*FREE, "--state", str(state)) as core:  # the dead process holds no lock
        assert ask(core.address, upsert("+4799999999")).status_code == pb.STATUS_CODE_OK
        assert core.end(signal.SIGTERM) == (0, "", "")
    assert acknowledged
    assert acknowledged - numbers_in(state) == set()


def test_faults() -> None:
    with serving(*FREE, "--refuse", NUMBER, "--refuse", "+4722222222", "--fail-every", "3", "--delay", "0.01") as core:
        for number in (NUMBER, "+4722222222"):
            assert "is refused on purpose" in ask(core.address, upsert(number)).error_message
        with pytest.raises(grpc.RpcError, match="request 3 fails on purpose"):
            ask(core.address, upsert("+4733333333"))


def test_tokens_and_tls(tmp_path: Path) -> None:
    ca = trustme.CA()
    issued = ca.issue_cert("127.0.0.1")
    cert, key, tokens = (tmp_path / name for name in ("cert.pem", "key.pem", "tokens.toml"))
    issued.private_key_pem.write_to_path(key)
    issued.cert_chain_pems[0].write_to_path(cert)
    tokens.write_text(TOKENS, encoding="utf-8")
    arguments = ("--tls-cert", str(cert), "--tls-key", str(key), "--require-token", str(tokens))
    with serving(*FREE, *arguments, "-v") as core:
        pem = ca.cert_pem.bytes()
        assert ask(core.address, upsert(), "abc", pem).status_code == pb.STATUS_CODE_OK
        with pytest.raises(grpc.RpcError, match="UNAUTHENTICATED"):
            ask(core.address, upsert(), "\x7e" * 40, pem)
        code, out, err = core.end(signal.SIGTERM)
        assert (code, out) == (0, "")
        assert "abc" not in err
        assert "~~~" not in err
        assert "UNAUTHENTICATED answered to ipv4:127.0.0.1:" in err


def test_what_a_stranger_sends_does_not_reach_the_terminal() -> None:
    with serving(*FREE, "-v") as core:
        with grpc.insecure_channel(core.address) as channel:
            for method in ("wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration", "grpc.health.v1.Health/Check"):
                call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(f"/{method}")
                try:
                    call(b"\x0a\x03\x1b[2", timeout=SECONDS)
                except grpc.RpcError:
                    assert "Health" in method
        ask(core.address, upsert("\x1b[31m\u202e\n"))
        code, _, err = core.end(signal.SIGTERM)
        assert code == 0
        assert all(line.isprintable() for line in err.splitlines()), err
        assert "Traceback" not in err


def test_an_address_in_use(process: Cli) -> None:
    with serving(*FREE) as core:
        answer = process("serve", "--listen", core.address)
        assert answer.code == 1
        assert answer.error().startswith(f"cannot listen on {core.address}: Address already in use. Stop what listens")


def test_a_state_in_use(process: Cli, tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    with serving(*FREE, "--state", state):
        answer = process("serve", *FREE, "--state", state)
        assert (answer.code, "is in use by another core" in answer.error()) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--listen", "nonsense"], 2, "'nonsense' is not an address to listen on: expected HOST:PORT"),
        (["--listen", "0.0.0.0:0"], 2, "0.0.0.0:0 is reached by other machines"),
        (["--require-token", "missing.toml"], 2, "token file missing.toml: cannot be read: No such file"),
        (["--require-token", "\x1b.toml"], 2, r"token file \x1b.toml: cannot be read"),
        (["--tls-cert", "missing.pem"], 2, "the TLS key is missing: give certificate and key"),
        (["--tls-cert", "missing.pem", "--tls-key", "missing.pem"], 2, "TLS file missing.pem cannot be read"),
        (["--client-ca", "missing.pem"], 2, "a client CA without TLS"),
        (["--refuse", "112"], 2, "--refuse '112' is not an E.164 number"),
        (["--fail-every", "-1"], 2, "fail_every -1 is below 0"),
        (["--fail-every", "x"], 2, "Invalid value for '--fail-every'"),
        (["--delay", "nan"], 2, "delay nan is not possible: expected 0 to 3600 seconds"),
        (["--state", "/dev/null/x"], 1, "/dev/null/x"),
        (["--state", "nosuch/dir/x"], 2, "--state 'nosuch/dir/x': folder 'nosuch/dir' is not there: make it, or name"),
        (["--state", "\0/x"], 2, r"\x00"),
    ],
)
def test_errors_are_one_line(cli: Cli, arguments: list[str], code: int, words: str) -> None:
    answer = cli("serve", *FREE, *arguments) if "--listen" not in arguments else cli("serve", *arguments)
    assert answer.code == code
    assert words in answer.error()


def test_a_closed_stdout_ends_it() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*PROGRAM, "serve", *FREE],
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        encoding="utf-8",
        env=ENVIRONMENT,
        timeout=SECONDS,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; from sipbreakout_tui.cli.running import run; run(['serve', '--help']); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True, timeout=SECONDS
    )
    assert {"grpc", "asyncio", "google.protobuf", "sipbreakout_model"} & set(done.stdout.split()) == set()
