"""How a command ends."""

DONE = 0
FAILED = 1
"""Refused, failed, or not all of it done."""
USAGE = 2
"""Wrong usage, or a value or file that cannot be used; nothing was done."""
UNREACHABLE = 3
"""The core cannot be reached."""
INTERRUPTED = 130
"""Ctrl-c."""
