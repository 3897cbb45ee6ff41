"""A core in a process of its own, what it holds of this machine, and a client that wants to go on."""

import resource
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import pytest

from tests.core.conftest import ENVIRONMENT, OK, PROGRAM, SECONDS, upsert
from wgtwo.sipbreakout.v1 import sipbreakout_pb2 as pb

UPSERT = "/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration"
ALONE = (("grpc.use_local_subchannel_pool", 1),)
"""A channel with these has a connection of its own."""

BESIDE = 300
"""Descriptors for what else the tests have open."""

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="what a process holds is read from /proc, which is not here"
)


@dataclass(frozen=True)
class Served:
    """`sipbreakout serve` on a free port."""

    process: subprocess.Popen[str]
    address: str
    errors: Path

    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def threads(self) -> int:
        return self._status("Threads")

    def memory(self) -> int:
        """Resident bytes."""
        return self._status("VmRSS") * 1024

    def _status(self, name: str) -> int:
        for line in Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines():
            key, _, value = line.partition(":")
            if key == name:
                return int(value.split()[0])
        raise KeyError(name)


@contextmanager
def serving(folder: Path, said: str = "", **environment: str) -> Iterator[Served]:
    """Serve; at the end it must still be there, end at once, and have said so much on stderr."""
    errors = folder / "stderr.txt"
    with errors.open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            (*PROGRAM, "serve", "--listen", "127.0.0.1:0"),
            env={**ENVIRONMENT, **environment},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        try:
            assert process.stdout is not None
            yield Served(process, process.stdout.readline().strip(), errors)
            assert process.poll() is None, errors.read_text(encoding="utf-8")
            process.send_signal(signal.SIGTERM)
            assert process.wait(SECONDS) == 0
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
    assert errors.read_text(encoding="utf-8") == said


def until(what: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Wait until something holds; it has to within the seconds."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.02)


def channel(address: str, *options: tuple[str, int]) -> grpc.Channel:
    return grpc.insecure_channel(address, options=(*ALONE, *options))


def put(on: grpc.Channel, number: str = "+4799999999") -> int:
    """Upsert, and return the answer's status; an error of gRPC's is raised."""
    call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = on.unary_unary(UPSERT)
    answer = pb.UpsertRegistrationResponse.FromString(call(upsert(number).SerializeToString(), timeout=SECONDS))
    return answer.status_code


@dataclass
class Good:
    """A client that upserts one registration after the other, whatever others do."""

    address: str
    answers: int = 0
    wrong: list[str] = field(default_factory=list)
    _enough: threading.Event = field(default_factory=threading.Event)

    def goes_on(self, times: int = 10) -> None:
        """Wait until it has had so many more answers."""
        want = self.answers + times
        until(lambda: self.answers >= want or bool(self.wrong))
        assert self.wrong == []

    def run(self) -> None:
        with channel(self.address) as on:
            while not self._enough.is_set() and not self.wrong:
                try:
                    status = put(on, f"+47{self.answers % 100:08d}")
                except grpc.RpcError as error:
                    self.wrong.append(str(error))
                else:
                    self.answers += 1
                    if status != OK:
                        self.wrong.append(f"status {status}")


@contextmanager
def good_client(address: str) -> Iterator[Good]:
    """A good client beside what happens here; all of its upserts have to succeed."""
    good = Good(address)
    thread = threading.Thread(target=good.run)
    thread.start()
    try:
        good.goes_on(1)
        yield good
        good.goes_on()
    finally:
        good._enough.set()
        thread.join()
    assert good.wrong == []


def most_descriptors(want: int) -> int:
    """So many, or as many as this machine allows a process beside what else the tests have open."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return want if hard == resource.RLIM_INFINITY else min(want, hard - BESIDE)


@contextmanager
def room_for(descriptors: int) -> Iterator[None]:
    """Let this process and its children have so many descriptors, or skip where the machine forbids it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    want = descriptors + BESIDE
    if hard != resource.RLIM_INFINITY and hard < want:
        pytest.skip(f"this machine allows {hard} open files for a process, and the test needs {want}")
    if soft != resource.RLIM_INFINITY and soft < want:
        resource.setrlimit(resource.RLIMIT_NOFILE, (want, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
