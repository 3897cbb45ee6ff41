"""Runs a command line and turns every error into one message and an exit code.

A reader that closes the pipe has seen enough: that is silent, and done.
"""

import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TextIO

from sipbreakout_tui.cli import logs
from sipbreakout_tui.cli.exit_codes import DONE, FAILED, INTERRUPTED, USAGE
from sipbreakout_tui.cli.messages import say


def run(arguments: Sequence[str]) -> int:
    """Run the command that the arguments name, and return its exit code; no error gets out."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no arrow gets \u2192
    streams = (sys.stdout, sys.stderr)
    # Read when grpc is first imported. Its C library else writes failed handshakes on stderr, across the
    # screen of the terminal UI; they are in the errors that we raise.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    try:
        code = _run(arguments)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:  # of stderr, while an error was said
        code = FAILED
    finally:
        logs.stop_logging()
    for stream in streams:
        code = _flush(stream, code)
    return code


def _run(arguments: Sequence[str]) -> int:
    word = arguments[0] if arguments else "ui"
    try:
        # Completion asks without arguments, by a variable.
        if word in ("ui", "demo") and "_SIPBREAKOUT_COMPLETE" not in os.environ:
            from sipbreakout_tui.tui.launch import run

            code: object = run(arguments[1:], demo=word == "demo")
        else:
            code = _command(arguments)
    except SystemExit as leaving:
        # argparse's way to leave after its help, and typer's: when nobody reads its output any more, and after it
        # set up completion.
        if isinstance(leaving.__context__, BrokenPipeError):
            return DONE
        return leaving.code if isinstance(leaving.code, int) else DONE
    except Exception as error:  # noqa: BLE001 - the last resort
        return _report(error)
    return code if isinstance(code, int) else DONE


def _command(arguments: Sequence[str]) -> object:
    from typer import Abort
    from typer.main import get_command

    from sipbreakout_tui.cli.commands import app

    try:
        return get_command(app).main(list(arguments), prog_name="sipbreakout", standalone_mode=False)
    except Abort:
        return FAILED


def _report(error: Exception) -> int:
    """Say on stderr what went wrong, and return the exit code for it."""
    from sipbreakout_model import (
        InvalidValue,
        RegistrationTextError,
        ScenarioError,
        SipBreakoutError,
    )

    if hasattr(error, "format_message"):  # what typer's errors of usage have in common, in every version
        say("error", _usage(error.format_message(), getattr(error, "ctx", None)))
        return USAGE
    if isinstance(error, SipBreakoutError):
        say("error", str(error))
        wrong_input = isinstance(error, (InvalidValue, ScenarioError, RegistrationTextError))
        return USAGE if wrong_input else int(getattr(error, "exit_code", FAILED))
    logs.log_unexpected(error)
    hint = "" if logs.is_verbose() else " Run again with -v for the traceback."
    message = " ".join(str(error).split())
    say("error", f"unexpected {type(error).__name__}: {message or 'no message'}. This is a bug.{hint}")
    return FAILED


def _usage(message: str, context: object) -> str:
    path = getattr(context, "command_path", "sipbreakout")
    return f"{' '.join(message.split()).rstrip('.')}. Try: {path} --help"


def _flush(stream: TextIO | None, code: int) -> int:
    """Flush a standard stream, so that the interpreter has nothing left to fail with at its exit."""
    if stream is None or stream.closed:
        return code
    try:
        stream.flush()
    except OSError as error:
        with suppress(OSError, ValueError):  # ValueError: a stream without a file
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
        if not isinstance(error, BrokenPipeError):
            return code or FAILED
    return code
