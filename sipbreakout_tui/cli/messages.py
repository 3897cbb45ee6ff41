"""What the command line says on stderr; stdout is for results."""

import sys

from sipbreakout_tui.safe_text import visible


def say(kind: str, message: str) -> None:
    """Print a message on stderr, each of its lines as `sipbreakout: kind: line`.

    Args:
        kind: `error`, `warning` or `note`.
        message: The message; nothing in it reaches the terminal as a control sequence.
    """
    lines = [f"sipbreakout: {kind}: {visible(line)}\n" for line in message.split("\n")]
    if sys.stderr is not None:
        sys.stderr.write("".join(lines))
        sys.stderr.flush()
