"""Where the program starts: the console script `sipbreakout` and `python -m sipbreakout_tui`."""

import sys
from typing import NoReturn

INTERRUPTED = 130
"""Exit code after ctrl-c: 128 and the number of SIGINT."""


def main() -> NoReturn:
    """Run the command line of this process and exit with its code."""
    try:
        from sipbreakout_tui.cli.running import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.exit(code)


if __name__ == "__main__":
    main()
