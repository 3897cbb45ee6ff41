"""Traces for tests: the lab's captures, and scripted calls."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sipbreakout_model import RegistrationBook
from sipbreakout_model.registration_text import TextFormat, book_of, parse_registrations
from sipbreakout_tui.services.traces.opening import OpenedTrace, open_trace
from tests.trace.blackbox.command import DATA
from tests.trace.blackbox.lab import registered
from tests.trace.traffic.loops import Scene
from tests.trace.traffic.pcap import write_pcap
from tests.trace.traffic.script import Lab


def lab(name: str, *, known: bool = True) -> OpenedTrace:
    """Open a capture of the lab, with the registration that was in force."""
    return open_trace(DATA / f"{name}.pcap", registrations=book(registered(name)) if known else None)


def book(toml: str) -> RegistrationBook:
    return book_of(parse_registrations(toml, TextFormat.TOML))


@contextmanager
def scripted(*scenes: Scene, registrations: str = "", **habits: object) -> Iterator[OpenedTrace]:
    """Open a capture in which these scenes come one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_scenes(Path(folder, "scripted.pcap"), *scenes, **habits)
        with open_trace(path, registrations=book(registrations) if registrations else None) as opened:
            yield opened


def write_scenes(path: Path, *scenes: Scene, **habits: object) -> Path:
    """Write a capture in which these scenes come one after the other."""
    packets = []
    now = None
    for index, scene in enumerate(scenes):
        stage = Lab(seed=f"scene {index}", **habits)  # type: ignore[arg-type]
        if now is not None:
            stage.wire.now = now
        scene(stage)
        packets += stage.wire.packets
        now = stage.wire.now + 120_000_000
    return write_pcap(path, packets)


def write_many(path: Path, times: int, name: str = "loop_sid_dropped") -> Path:
    """Write a capture of the lab this many times over: 283 messages each."""
    capture = (DATA / f"{name}.pcap").read_bytes()
    path.write_bytes(capture + capture[24:] * (times - 1))
    return path
