"""Starts the terminal UI: reads the arguments of `ui` and `demo`, and refuses before the terminal is touched."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from sipbreakout_tui.tui.options import Options

FRAMES_A_SECOND = "240"
"""How soon after one change another may be drawn; where nothing changes nothing is. Textual's 60 makes a key wait."""

THEME_WORDS = ("dark", "light")


class StartOption(NamedTuple):
    """An option of `ui` or `demo`."""

    names: tuple[str, ...]
    help: str
    metavar: str = ""
    """Of its value; empty where it takes none."""
    words: tuple[str, ...] = ()
    """The values it takes, where these are few."""


_PROFILE = StartOption(
    ("--profile",), "The profile; else SIPBREAKOUT_PROFILE, the file's default, or embedded.", metavar="NAME"
)
_OPTIONS = (
    StartOption(("--read-only",), "Change nothing."),
    StartOption(("--ascii",), "Show ASCII characters only; implied where the locale is not UTF-8."),
    StartOption(("--theme",), "dark (as without it) or light.", metavar="THEME", words=THEME_WORDS),
    StartOption(("-v", "--verbose"), "Log what is done, on stderr when the screen is closed."),
    StartOption(("--log-file",), "Append the log to a file.", metavar="PATH"),
)


def options_of(*, demo: bool) -> tuple[StartOption, ...]:
    """Return the options that `ui` takes, or `demo`."""
    return _OPTIONS if demo else (_PROFILE, *_OPTIONS)


def run(arguments: Sequence[str], *, demo: bool = False) -> int:
    """Run the terminal UI until it is left, and return the exit code.

    Raises:
        InvalidValue: An argument, a capture that is not there, or a profile that is not known.
        SipBreakoutError: There is no terminal; its `exit_code` is 2.
        NotWritten: The log cannot be written.
    """
    given = _parser(demo).parse_args(arguments)
    profile = None if demo else given.profile
    check_captures(given.captures)
    if not demo:
        from sipbreakout_tui.config import load_profiles

        load_profiles().choose(profile)
    in_browser = bool(os.environ.get("TEXTUAL_DRIVER"))
    if not in_browser:
        _check_terminal()
        os.environ.setdefault("TEXTUAL_FPS", FRAMES_A_SECOND)  # it is read when Textual is imported
    from sipbreakout_tui.tui.chosen_keys import chosen_keys

    keys = chosen_keys()
    _start_logging(given.verbose, given.log_file)
    options = Options(
        demo=demo,
        profile=profile,
        read_only=given.read_only,
        ascii=given.ascii or not (in_browser or speaks_utf8(os.environ, sys.stdout.encoding or "")),
        theme=given.theme,
        captures=tuple(given.captures),
        keys=keys,
    )
    from sipbreakout_tui.tui.app import SipBreakoutApp
    from sipbreakout_tui.tui.terminal.session import run_app

    return run_app(SipBreakoutApp(options))


def speaks_utf8(environment: Mapping[str, str], encoding: str) -> bool:
    """Return whether a terminal takes UTF-8, by its locale.

    Python makes UTF-8 of the locale C; whoever says C by LC_ALL or LANG means it nevertheless.

    Args:
        environment: The environment variables.
        encoding: How Python writes to the terminal.
    """
    if encoding.lower().replace("-", "").replace("_", "") != "utf8":
        return False
    # LC_CTYPE=C.UTF-8 is what Python sets where nothing but C is there.
    by_python = environment.get("LC_CTYPE", "") in ("", "C.UTF-8")
    named = environment.get("LC_ALL") or (environment.get("LANG") if by_python else None)
    return named not in ("C", "POSIX")


class _Parser(argparse.ArgumentParser):
    """Refuses as the rest of the command line does."""

    def error(self, message: str) -> NoReturn:
        from sipbreakout_model import InvalidValue

        raise InvalidValue(f"{message[:1].upper()}{message[1:].rstrip('.')}. Try: {self.prog} --help")


def _parser(demo: bool) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=f"sipbreakout {'demo' if demo else 'ui'}",
        description="Open the terminal UI on a core of its own, with registrations and a captured call to look at."
        if demo
        else "Open the terminal UI, on the default profile; so does sipbreakout without arguments.",
        allow_abbrev=False,
    )
    parser.add_argument("captures", metavar="FILE", nargs="*", type=Path, help="captures to open")
    for option in options_of(demo=demo):
        takes: dict[str, Any] = {"metavar": option.metavar} if option.metavar else {"action": "store_true"}
        if option.words:
            takes |= {"choices": option.words, "default": option.words[0]}
        parser.add_argument(*option.names, help=option.help, **takes)
    return parser


def check_captures(paths: Sequence[Path]) -> None:
    """Refuse captures that cannot be read.

    Raises:
        InvalidValue: With the first of them, and why.
    """
    for path in paths:
        try:
            why = "it is a folder" if path.is_dir() else ""
            path.stat()
            if not os.access(path, os.R_OK):
                why = "Permission denied"
        except (OSError, ValueError) as error:
            why = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        if why:
            from sipbreakout_model import InvalidValue
            from sipbreakout_tui.safe_text import visible

            raise InvalidValue(f"cannot read {visible(str(path))}: {why}")


def _check_terminal() -> None:
    streams = {"stdin": sys.stdin, "stdout": sys.stdout}
    missing = [name for name, stream in streams.items() if stream is None or stream.closed or not stream.isatty()]
    if missing:
        from sipbreakout_model import InvalidValue

        raise InvalidValue(
            f"{' and '.join(missing)} {'are' if len(missing) > 1 else 'is'} no terminal: the terminal UI needs one. "
            "Without a terminal use commands such as: sipbreakout list, sipbreakout explain; all: sipbreakout --help"
        )


def _start_logging(verbose: bool, path: str | None) -> None:
    if verbose or path is not None:
        from sipbreakout_tui.cli import logs

        if verbose:
            logs.log_to_stderr()
        if path is not None:
            logs.log_to_file(path)
