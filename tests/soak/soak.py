"""A soak: a core, a keeper and many commands, killed at random; then ledger and core have to agree.

`python -m tests.soak.soak --minutes 30`; `--seed` repeats the choices of a run, though not what the machine makes of
them.
"""

import argparse
import asyncio
import os
import random
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from sipbreakout_model import Lease, Registration
from sipbreakout_tui.core.durable import DurableRegistry
from sipbreakout_tui.keeper import is_held
from sipbreakout_tui.ledger import Answer, Ledger, Request, Verb
from tests.soak.children import Child, start, wait_for
from tests.soak.evidence import Acknowledged, Spells, Watch, differences, missing, unanswered
from tests.soak.faster import FastClock

FLEET = 120
"""Numbers that are kept, and changed by nobody else."""

AGES = (1500.0, 2700.0)
"""Seconds of the fast clock since the fleet was registered, first and last number: all end 900 s to 2100 s later.

The keeper starts within some hundred of these seconds, and gets a quarter of a lease's life for one that is overdue.
"""

SLOTS = 3
"""Commands under way at once, each with numbers of its own: 40 that come and go, and 10 that the keeper keeps, too."""

CODES = (0, 1, 3)
"""What a command may end with: done, refused, core away."""

REFUSALS = ("is not registered", "we know of no registration", "is registered at ")
"""Why a command may end with 1."""

PACE = 0.05
"""Real seconds between two looks at everything."""

CHECK, KEEPER_KILL, CORE_KILL = (900.0, 1100.0), (300.0, 900.0), (600.0, 1400.0)
"""Seconds of the fast clock from one to the next."""


class Failed(Exception):
    """What the soak was made to find."""


class Soak:
    """One run: what is up, what was told, and what comes next."""

    def __init__(self, folder: Path, *, seed: int, speed: float) -> None:
        self.random = random.Random(seed)
        self.clock = FastClock(speed, time.time())
        self.folder = folder
        self.state = folder / "state"
        self.core_file = folder / "core.sqlite3"
        self.watch = Watch(self.core_file)
        self.said: list[Acknowledged] = []
        self.counts: Counter[str] = Counter()
        self.fleet = [registration(index, "LOOP") for index in range(FLEET)]
        self.address = "127.0.0.1:0"
        self.core: Child | None = None
        self.keeper: Child | None = None
        self.commands: list[Command | None] = [None] * SLOTS
        self.children: list[Child] = []
        self._turn = 0

    def run(self, seconds: float) -> None:
        """Go on for so many real seconds, then stop everything and look at all of it."""
        try:
            self._begin()
            next_check, next_keeper, next_core = (self._after(*span) for span in (CHECK, KEEPER_KILL, CORE_KILL))
            end = time.monotonic() + seconds
            pause = threading.Event()
            while time.monotonic() < end:
                now = self.clock()
                if now > next_core:
                    self._kill_core()
                    next_core = self._after(*CORE_KILL)
                if now > next_keeper:
                    self._kill_keeper()
                    next_keeper = self._after(*KEEPER_KILL)
                if now > next_check:
                    self._finish_commands()
                    self._check()
                    next_check = self._after(*CHECK)
                self._step()
                pause.wait(PACE)
            self._finish_commands()
            self._stop()
            self._check()
            self._check_all()
        finally:
            for child in self.children:
                child.kill()

    def summary(self) -> str:
        """Return what was done, in one line."""
        return ", ".join(f"{count} {what}" for what, count in sorted(self.counts.items()))

    # What is up

    def _begin(self) -> None:
        self._start_core()
        config = f'version = 1\ndefault = "lab"\n[profiles.lab]\ntarget = "{self.address}"\nplaintext = true\n'
        (self.folder / "config.toml").write_text(config, "utf-8")
        self._end_core()
        asyncio.run(self._register_fleet())
        self._start_core()
        self._start_keeper()

    async def _register_fleet(self) -> None:
        """Let the fleet have been registered by and by, so that refreshes are due from the beginning."""
        now, (least, most) = self.clock(), AGES
        ages = (least + (most - least) * index / FLEET for index in range(FLEET))
        leases = [Lease(each, now - age) for each, age in zip(self.fleet, ages, strict=True)]
        registry = DurableRegistry(self.core_file, now=now)
        for lease in leases:
            await registry.upsert(lease.registration, lease.accepted_at or now)
        registry.close()
        self.watch.look()  # before a keeper can have refreshed any
        with Ledger(self.state / "ledger.sqlite3", clock=self.clock) as ledger:
            asked = [
                Request(Verb.UPSERT, one.registration, self.address, "lab", "cli", one.accepted_at) for one in leases
            ]
            ids = await ledger.asked_many(asked)
            await ledger.answered_many(Answer.accepted(id_, one) for id_, one in zip(ids, leases, strict=True))
            await ledger.keep_many([(each.number, self.address) for each in self.fleet], True)

    def _start(self, *arguments: str) -> Child:
        environment = {
            **os.environ,
            "SIPBREAKOUT_STATE_DIR": str(self.state),
            "SIPBREAKOUT_CONFIG": str(self.folder / "config.toml"),
        }
        child = start([*self.clock.program(), *arguments], self.folder, environment)
        self.children = [child, *(each for each in self.children if each.is_running)]
        return child

    def _start_core(self) -> None:
        self.watch.core_away.begin(self.clock())
        for _ in range(5):  # another process may have the port for a moment
            self.core = core = self._start("serve", "--listen", self.address, "--state", str(self.core_file))
            line = core.first_line("out")
            if line.startswith("127.0.0.1:"):
                self.address = line.strip()
                self.watch.core_away.end(self.clock())
                return
        raise Failed(f"the core does not start: {core.err()}")

    def _start_keeper(self) -> None:
        self.watch.keeper_away.begin(self.clock())
        self.keeper = self._start("keep")
        line = self.keeper.first_line("err")
        if "keeping registrations at" not in line:
            raise Failed(f"the keeper does not start: {line}")
        self.watch.keeper_away.end(self.clock())

    def _end_core(self) -> None:
        if self.core is not None and self.core.end() != 0:
            raise Failed(f"the core ended badly: {self.core.err()}")

    def _kill_core(self) -> None:
        self._kill(self.core, self.watch.core_away, "kills of the core")
        self._start_core()

    def _kill_keeper(self) -> None:
        self._kill(self.keeper, self.watch.keeper_away, "kills of the keeper")
        self._start_keeper()

    def _kill(self, child: Child | None, away: Spells, what: str) -> None:
        if child is None or not child.is_running:
            raise Failed(f"it ended by itself: {'' if child is None else child.err()}")
        away.begin(self.clock())
        child.kill()
        self.counts[what] += 1

    def _stop(self) -> None:
        if self.keeper is None or self.keeper.end() != 0:
            raise Failed(f"the keeper ended badly: {'' if self.keeper is None else self.keeper.err()}")
        self.watch.keeper_away.begin(self.clock())
        self._end_core()
        self.watch.core_away.begin(self.clock())

    # What is asked

    def _step(self) -> None:
        self.watch.look()
        for slot, command in enumerate(self.commands):
            if command is None:
                self.commands[slot] = self._new_command(slot)
            elif not command.child.is_running:
                self._take(command)
                self.commands[slot] = None
            elif command.kill_at is not None and time.monotonic() > command.kill_at:
                command.child.kill()
                self.counts["kills of commands"] += 1
                self.commands[slot] = None

    def _new_command(self, slot: int) -> "Command":
        self._turn += 1
        began = self.clock()
        chance = self.random
        kill_at = time.monotonic() + chance.uniform(0.05, 2.0) if chance.random() < 0.35 else None
        first = FLEET + 50 * slot
        kind = chance.choice(("apply", "upsert", "upsert", "delete", "keep", "delete kept"))
        if kind == "apply":
            wanted = [registration(first + index, "FORK", self._turn) for index in range(40)]
            path = self.folder / f"fleet{slot}.csv"
            path.write_text("number,sip_uri,route_type\n" + "".join(map(csv_line, wanted)), "utf-8")
            return Command(self._start("apply", str(path)), wanted, None, began, kill_at)
        index = first + (chance.randrange(40, 50) if kind in ("keep", "delete kept") else chance.randrange(40))
        one = registration(index, "LOOP", self._turn)
        if kind.startswith("delete"):
            return Command(self._start("delete", one.number.text), [], one.number.text, began, kill_at)
        words = ["upsert", one.number.text, "--sip-uri", str(one.sip_uri), "--type", "LOOP"]
        child = self._start(*words, *(["--keep"] if kind == "keep" else []))
        return Command(child, [one], None, began, kill_at)

    def _take(self, command: "Command") -> None:
        """Take down what a command said that ended by itself."""
        child, code, err, out = command.child, command.child.code, command.child.err(), command.child.out()
        refused = code != 1 or bool(command.wanted) or any(words in err for words in REFUSALS)
        if code not in CODES or "Traceback" in err or not refused:
            raise Failed(f"{child.arguments} ended with {code}\n{out}{err}")
        self.counts[f"commands that ended with {code}"] += 1
        now = self.clock()
        if command.deleted is not None:
            if code == 0:
                self.said.append(Acknowledged(command.deleted, None, command.began, now))
            return
        not_done = set(re.findall(r"^(?:refused|failed|not started) +(\+\d+)", out, re.MULTILINE))
        if len(command.wanted) == 1:
            done = command.wanted if code == 0 else []
        else:
            done = [each for each in command.wanted if each.number.text not in not_done] if " done" in out else []
        self.counts["registrations acknowledged"] += len(done)
        self.said += [Acknowledged(each.number.text, each, command.began, now) for each in done]

    def _finish_commands(self) -> None:
        def all_ended() -> bool:
            self.watch.look()
            return not any(command is not None and command.child.is_running for command in self.commands)

        wait_for(all_ended, "the commands do not end")
        for command in self.commands:
            if command is not None:
                self._take(command)
        self.commands = [None] * SLOTS

    # What has to be true

    def _check(self) -> None:
        verify = self._start("ledger", "verify")
        wait_for(lambda: not verify.is_running, "ledger verify does not end")
        if verify.code != 0:
            raise Failed(f"ledger verify: {verify.out()}{verify.err()}")
        now = self.clock()
        with Ledger(self.state / "ledger.sqlite3", clock=self.clock) as ledger:
            compared, found = differences(ledger, self.watch, now)
            lost = missing(ledger, self.said)
            self.watch.look()
            fleet, now = [each.number.text for each in self.fleet], self.clock()
            lapses = list(self.watch.lapses(fleet, now))
            unexplained = [
                f"{number} lapsed from {end:.0f} to {renewed:.0f}"
                for number, end, renewed in lapses
                if not self.watch.is_explained(end, renewed, unanswered(ledger, number), now)
            ]
        if found or lost or unexplained:
            raise Failed("\n".join([*found, *(f"not in the ledger: {one}" for one in lost), *unexplained]))
        self.counts["checks"] += 1
        self.counts["registrations compared"] += compared
        self.counts["lapses that a kill explains"] = len(lapses)
        self.counts["leases past their end but for a refresh"] = self.watch.lives(fleet, now)

    def _check_all(self) -> None:
        """Look at what is left when everything has ended."""
        self.counts["refreshes of the fleet"] = sum(self.watch.refreshes(each.number.text) for each in self.fleet)
        if any(child.is_running for child in self.children):
            raise Failed("a process is left")
        if is_held(self.state / "keeper.lock"):
            raise Failed("the keeper's lock is left")
        DurableRegistry(self.core_file, now=self.clock()).close()  # its lock is free
        left = sorted(path.name for path in self.state.iterdir())
        if left != ["keeper.lock", "ledger.sqlite3"]:
            raise Failed(f"files are left: {left}")

    def _after(self, least: float, most: float) -> float:
        return self.clock() + self.random.uniform(least, most)


class Command:
    """A command under way, and what it was asked to do."""

    def __init__(
        self, child: Child, wanted: list[Registration], deleted: str | None, began: float, kill_at: float | None
    ) -> None:
        self.child = child
        self.wanted = wanted
        self.deleted = deleted
        self.began = began
        self.kill_at = kill_at


def registration(index: int, route_type: str, turn: int = 0) -> Registration:
    """Return one whose TAS tells the turn in which it was asked for."""
    return Registration.parse(f"+47{10_000_000 + index}", f"sips:tas{turn}.example.com", route_type)


def csv_line(one: Registration) -> str:
    return f"{one.number},{one.sip_uri},{one.route_type.name}\n"


def main(arguments: Sequence[str] | None = None, say: Callable[[str], object] = print) -> int:
    """Run a soak and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.soak", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=30.0, help="how long, in real time (%(default)s)")
    parser.add_argument("--speed", type=float, default=20.0, help="how much faster the clock runs (%(default)s)")
    parser.add_argument("--seed", type=int, default=None, help="of the choices; by default another one at each run")
    options = parser.parse_args(arguments)
    seed = random.SystemRandom().randrange(2**32) if options.seed is None else options.seed
    say(f"seed {seed}, {options.minutes:g} minutes at speed {options.speed:g}")
    with tempfile.TemporaryDirectory(prefix="soak") as folder:
        soak = Soak(Path(folder), seed=seed, speed=options.speed)
        try:
            soak.run(60 * options.minutes)
        except (Failed, TimeoutError) as error:
            say(f"failed, seed {seed}: {error}")
            return 1
        finally:
            say(soak.summary())
    say("sound")
    return 0


if __name__ == "__main__":
    sys.exit(main())
