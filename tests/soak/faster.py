"""The program on a clock that runs faster: `python -m tests.soak.faster SPEED ORIGIN ARGUMENT...`.

Every process of a soak shares ORIGIN, and so the clock. What the keeper and the ledger count by that clock is as in
the product, but for what also passes in real seconds: the attempts of one request, and how long a request counts as
under way. At speed 20 these last as long as in the product; above that they get shorter, below it longer.
"""

import sys
import time
from types import SimpleNamespace

BUDGET = 300.0
"""Seconds of the fast clock that all attempts of one request may take; 15 real ones at speed 20."""

UNDER_WAY = 400.0
"""Seconds of the fast clock for which a request without an answer counts as under way; 20 real ones at speed 20."""

_real_time = time.time


class FastClock:
    """Unix time that passes `speed` times as fast from `origin` on."""

    def __init__(self, speed: float, origin: float) -> None:
        self.speed = speed
        self.origin = origin

    def __call__(self) -> float:
        return self.origin + (_real_time() - self.origin) * self.speed

    def program(self) -> list[str]:
        """Return the words that start the program on this clock."""
        return [sys.executable, "-m", "tests.soak.faster", repr(self.speed), repr(self.origin)]


def main() -> None:
    """Run the program with the arguments that follow speed and origin."""
    speed, origin = float(sys.argv[1]), float(sys.argv[2])
    # Before anything of the product is loaded: it takes time.time as a default of parameters.
    time.time = FastClock(speed, origin)

    import grpc.aio._utils

    from sipbreakout_tui import changes
    from sipbreakout_tui.__main__ import main as product
    from sipbreakout_tui.keeper import keeping
    from sipbreakout_tui.ledger import ledger
    from sipbreakout_tui.rpc import attempts

    # gRPC hands the end of a request to its C library as a moment of the real clock.
    vars(grpc.aio._utils)["time"] = SimpleNamespace(time=_real_time)
    keeping.TICK_SECONDS /= speed
    ledger.UNDER_WAY_SECONDS = UNDER_WAY
    vars(changes)["UNDER_WAY_SECONDS"] = UNDER_WAY / speed
    attempts.BUDGET = BUDGET / speed
    sys.argv[:3] = ["sipbreakout"]
    product()


if __name__ == "__main__":
    main()
