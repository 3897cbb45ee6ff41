"""The one place that knows how the trace command is called."""

import io
import json
import re
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sipbreakout_tui.cli.running import run
from tests.trace.traffic.pcap import Packet, write_pcap

DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class Answer:
    """What a run left behind."""

    code: int
    out: str
    err: str


def trace(*arguments: str | Path) -> Answer:
    """Run `sipbreakout trace` in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = run(["trace", *map(str, arguments)])
    texts = []
    for stream in (out, err):
        stream.flush()
        stream.seek(0)
        texts.append(stream.read())
    return Answer(code, *texts)


def diagnose(pcap: Path, registrations: str | None, *options: str, code: int = 0) -> dict[str, Any]:
    """Return the JSON that the command makes of a capture.

    Args:
        pcap: The capture.
        registrations: TOML text; None to give no file.
        options: What else the command is told.
        code: The exit code that is expected.
    """
    with TemporaryDirectory() as folder:
        told: list[str | Path] = [pcap, "--format", "json", *options]
        if registrations is not None:
            file = Path(folder, "registrations.toml")
            file.write_text(registrations, encoding="utf-8")
            told += ["--registrations", file]
        answer = trace(*told)
    assert answer.code == code, answer.err + answer.out[:2000]
    assert "Traceback" not in answer.err
    found: dict[str, Any] = json.loads(answer.out)
    return found


def diagnose_packets(
    folder: Path, packets: Iterable[Packet], registrations: str | None, *options: str, code: int = 0
) -> dict[str, Any]:
    """Return the JSON that the command makes of packets, which are written first."""
    return diagnose(write_pcap(folder / "made.pcap", packets), registrations, *options, code=code)


def only_call(found: dict[str, Any]) -> dict[str, Any]:
    calls: list[dict[str, Any]] = found["calls"]
    assert len(calls) == 1, [(call["caller"], call["callee"], call["verdict"]) for call in calls]
    return calls[0]


def verdicts(found: dict[str, Any]) -> list[str]:
    return [call["verdict"]["id"] for call in found["calls"]]


def finding_ids(call: dict[str, Any]) -> set[str]:
    return {finding["id"] for finding in call["findings"]}


def evidence(call: dict[str, Any], name: str | None = None) -> set[int]:
    """Return the frames that findings point at: all of them, or those of one id."""
    return {frame for finding in call["findings"] if name in (None, finding["id"]) for frame in finding["frames"]}


def told_how(call: dict[str, Any], how: str) -> bool:
    """Return whether the verdict or its finding says in which way the Session-ID was lost."""
    verdict = call["verdict"]
    own = [finding for finding in call["findings"] if finding["id"] == verdict["id"]]
    texts = [verdict["text"], *(finding["text"] for finding in own)]
    named = {entry.get("how") for entry in (verdict, *own)}
    return how in named or any(re.search(rf"\b{how}\b", text) for text in texts)


def registration(
    number: str,
    route_type: str,
    *,
    mo: str = "00",
    mt: str = "11",
    host: str = "tas.lab.test",
    accepted_at: float | None = None,
) -> str:
    """Return the TOML of one registration."""
    lines = [
        "[[registration]]",
        f'number = "{number}"',
        f'sip_uri = "sips:{host}"',
        f'route_type = "{route_type}"',
        f'mobile_originating_prefix = "{mo}"',
        f'mobile_terminating_prefix = "{mt}"',
    ]
    if accepted_at is not None:
        lines.append(f"accepted_at = {accepted_at:.6f}")
    return "\n".join(lines) + "\n"


def parties(call: dict[str, Any]) -> list[tuple[str, str]]:
    return [(leg["source"], leg["target"]) for leg in call["legs"]]


def statuses(call: dict[str, Any]) -> list[int | None]:
    return [leg["status"] for leg in call["legs"]]
