"""Somebody who has never seen it finds out why the captured call looped, and puts it right, by what the screen says."""

import re
from pathlib import Path

import pytest

pytest.importorskip("pty", reason="no pseudo-terminals here")

from tests.tui.in_pty import in_pty
from tests.tui.test_end_to_end import ENTER, SIZE, Seen

FEW = 8
"""Keys that two minutes are enough for."""


class Newcomer:
    """Presses a key only where the screen offers it in words."""

    def __init__(self, seen: Seen) -> None:
        self.seen, self.pressed = seen, 0

    def press(self, key: str | bytes, offered: str) -> None:
        """Press a key once a pattern on the screen tells of it."""
        self.seen.until(lambda text: re.search(offered, text, re.MULTILINE))
        self.seen.press(key)
        self.pressed += 1


def test_why_the_captured_call_looped_and_how_it_is_put_right(tmp_path: Path) -> None:
    environment = {
        "SIPBREAKOUT_CONFIG": str(tmp_path / "config.toml"),
        "SIPBREAKOUT_STATE_DIR": str(tmp_path / "state"),
    }
    with in_pty("demo", environment=environment, size=SIZE) as program:
        seen = Seen(program)
        newcomer = Newcomer(seen)

        newcomer.press("3", r"Press 3 \(Trace\).* went round 35 times")
        verdict = seen.until("session-id-lost (absent)")
        assert "brought the call back in frame 5 without a Session-ID" in verdict

        newcomer.press("f", r"^ f fix it")
        seen.until("With this change, it is answered by the callee")
        newcomer.press(ENTER, r"enter open the form")
        seen.until(lambda text: "Edit the registration of +4711111111" in text and "● INGRESS" in text)
        newcomer.press(ENTER, r"enter sends")
        seen.until(lambda text: re.search(r"\+47 11111111 +INGRESS", text) and "Edit the" not in text)

        newcomer.press("3", r"^ 1 Registrations │ 2 Call │ 3 Trace")
        newcomer.press("x", r"^ f fix it .* x explain")
        # The TAS still leaves out the Session-ID: it is the registration that keeps it out of the call.
        seen.until(lambda text: "● INGRESS" in text and "→ answered by the callee" in text)
        assert "483" not in seen.text()
        assert newcomer.pressed <= FEW

        newcomer.press("1", r"^ 1 Registrations")
        newcomer.press("u", r"^ a add .* u undo")
        question = seen.until("Undo the last change")
        assert re.search(r"Sends an upsert of.*\n.*\+4711111111 LOOP sips:tas.example.com", question)
        newcomer.press("y", r"\by send\b")
        seen.until(lambda text: re.search(r"\+47 11111111 +LOOP ", text) and "Undo the last" not in text)

        newcomer.press("q", r"q quit")
        assert program.end() == 0
        program.assert_restored()


def test_the_call_looped_before_it_was_put_right(tmp_path: Path) -> None:
    environment = {
        "SIPBREAKOUT_CONFIG": str(tmp_path / "config.toml"),
        "SIPBREAKOUT_STATE_DIR": str(tmp_path / "state"),
    }
    with in_pty("demo", environment=environment, size=(80, 24)) as program:
        seen = Seen(program, (80, 24))
        newcomer = Newcomer(seen)
        newcomer.press("3", r"Press 3 \(Trace\)")
        seen.until("session-id-lost")
        newcomer.press("x", r"x explain")
        seen.until(lambda text: "looped (483)" in text)
        newcomer.press("f", r" f fix")
        seen.until("● INGRESS")
        newcomer.press(ENTER, r"enter sends")
        seen.until(lambda text: re.search(r"\+47 11111111 +INGRESS", text) and "Edit the" not in text)
        newcomer.press("2", r"2 Call")
        seen.until(lambda text: "● INGRESS" in text and "answered by the callee" in text and "looped" not in text)
