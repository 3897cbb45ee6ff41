"""Captures of the lab as it went over the wire: TLS whose secrets stand in the file."""

import shutil
from typing import Any

import pytest

from tests.trace.blackbox.command import DATA, diagnose, only_call
from tests.trace.blackbox.lab import KNOWN, registered

needs_tshark = pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark, which decrypts, is not installed")

LOOP_FRAMES = (
    {1, 2, 34, 35, 36, 43, 53},
    {8, 10, 31, 32, 37, 44, 52},
    {17, 19, 28, 29, 38, 46, 51},
    {22, 24, 26, 39, 48, 50},
)
"""What `tshark` shows of SIP in `loop-on-the-wire-tls.pcapng`, leg by leg."""


def _found(name: str, *options: str, code: int = 0) -> dict[str, Any]:
    return diagnose(DATA / f"{name}-on-the-wire-tls.pcapng", registered(name, host="tas.lab.test"), *options, code=code)


@needs_tshark
@pytest.mark.parametrize("name", ["loop", "fork_bob_answers"])
def test_secrets_in_the_capture_are_used_unasked(name: str) -> None:
    call = only_call(_found(name))
    known = KNOWN[name]
    assert (call["verdict"]["id"], call["turns"]) == (known.verdict, known.turns)
    kind, by, status = known.outcome
    assert call["outcome"] == {"kind": kind, "by": by, "status": status}


@needs_tshark
def test_frames_are_those_of_wireshark() -> None:
    call = only_call(_found("loop"))
    assert len(call["legs"]) == len(LOOP_FRAMES)
    for leg, frames in zip(call["legs"], LOOP_FRAMES, strict=True):
        assert frames <= set(leg["frames"]), leg["number"]


@pytest.mark.parametrize("name", ["loop", "fork_bob_answers"])
def test_what_cannot_be_read_is_said_and_not_guessed(name: str) -> None:
    found = _found(name, "--decoder", "builtin", code=1)
    assert any(found["unread"].values())
    for call in found["calls"]:
        assert call["verdict"]["id"] not in ("as-predicted", "intended-loop", "tas-unreachable")
