"""The real program on a terminal, beside a real core in another process."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="no pseudo-terminals here")

import pyte  # noqa: E402 - needs no pty, but says nothing without one

from tests.tui.in_pty import SECONDS, InPty, in_pty  # noqa: E402

CAPTURE = Path(__file__).parents[1] / "trace" / "data" / "loop_sid_dropped.pcap"
SIZE = (120, 36)
PROGRAM = (sys.executable, "-m", "sipbreakout_tui")
ENTER, ESCAPE, TAB, SAVE = b"\r", b"\x1b", b"\t", b"\x13"


class Seen:
    """What a person sees on the terminal."""

    def __init__(self, program: InPty, size: tuple[int, int] = SIZE) -> None:
        self.program = program
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._fed = 0

    def text(self) -> str:
        self.program.read()
        self._stream.feed(self.program.written[self._fed :])
        self._fed = len(self.program.written)
        return "\n".join(self._screen.display)

    def until(self, holds: Callable[[str], object] | str) -> str:
        end = time.monotonic() + SECONDS
        while True:
            text = self.text()
            if holds in text if isinstance(holds, str) else holds(text):
                return text
            if time.monotonic() > end or self.program.process.poll() is not None:
                raise AssertionError(f"never seen: {holds}\n{text}")

    def press(self, *keys: str | bytes) -> None:
        for key in keys:
            self.program.press(key.encode() if isinstance(key, str) else key)
            # What comes right after an escape is taken for one key with it, and a text goes where the focus is.
            end = time.monotonic() + (0.3 if key in (ESCAPE, TAB) else 0.02)
            while time.monotonic() < end:
                self.program.read()


@contextmanager
def core() -> Iterator[str]:
    with subprocess.Popen(
        [*PROGRAM, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def test_from_adding_a_number_to_quitting(tmp_path: Path) -> None:
    with core() as target:
        config = tmp_path / "config.toml"
        config.write_text(
            f'version = 1\ndefault = "lab"\n[profiles.lab]\ntarget = "{target}"\nplaintext = true\n', "utf-8"
        )
        environment = {"SIPBREAKOUT_CONFIG": str(config), "SIPBREAKOUT_STATE_DIR": str(tmp_path / "state")}

        def command(*arguments: str) -> str:
            done = subprocess.run(
                [*PROGRAM, *arguments],
                env={**os.environ, **environment},
                capture_output=True,
                text=True,
                check=True,
                timeout=SECONDS,
            )
            return done.stdout

        with in_pty(environment=environment, size=SIZE) as program:
            seen = Seen(program)
            seen.until("● serving")

            seen.press("a")
            seen.until("Add")
            seen.press("+4711111111")
            seen.until("+4711111111")
            seen.press(TAB, "sips:tas.example.com", SAVE)
            seen.until(lambda text: "+47 11111111" in text and "in force 1" in text)
            assert "+4711111111" in command("list")

            command("upsert", "+4722222222", "--sip-uri", "sips:tas.example.com", "--type", "FALLBACK")
            seen.until("in force 2")

            seen.press("x")
            seen.until("Who calls whom")
            seen.press("+4722222222")
            seen.until("answered by the callee")

            seen.press(ESCAPE, "3", "o")
            seen.until("Open")
            seen.press(str(CAPTURE), ENTER)
            seen.until("session-id-lost")

            seen.press("1")
            seen.until("last answer")
            seen.press("\x1b[H", "d")
            seen.until("Delete")
            seen.press("y")
            seen.until(lambda text: "deleted" in text and "Delete" not in text)
            assert "deleted" in command("show", "+4711111111")

            seen.press("q")
            assert program.end() == 0
            program.assert_restored()
