"""`sipbreakout apply`, `export` and `undo`."""

import json
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from sipbreakout_model import E164
from sipbreakout_model.registration_text import TextFormat, parse_registrations
from sipbreakout_tui.core import BlockingCore, Faults
from sipbreakout_tui.ledger import Ledger, State
from tests.cli.conftest import AWAY, ENVIRONMENT, PROGRAM, REFUSED, SECONDS, Answer, Cli

A, B, C = "+4711111111", "+4722222222", "+4733333333"
HEADER = "number,sip_uri,route_type,mobile_originating_prefix\n"
FAR = "core.example.com:443"


def write(tmp_path: Path, *numbers: str, uri: str = "sips:tas.example.com", name: str = "wanted.csv") -> str:
    path = tmp_path / name
    path.write_text(HEADER + "".join(f"{number},{uri},LOOP,00\n" for number in numbers), encoding="utf-8")
    return str(path)


def numbers(core: BlockingCore) -> list[str]:
    return sorted(lease.registration.number.text for lease in core.book)


def counted(answer: Answer) -> str:
    return answer.out.splitlines()[-1]


def sound(state: Path) -> bool:
    with Ledger(state / "ledger.sqlite3") as ledger:
        return ledger.verify() == []


def test_apply_shows_the_difference_and_carries_it_out(
    cli: Cli, core: BlockingCore, at: tuple[str, ...], state: Path, tmp_path: Path
) -> None:
    first = cli("apply", write(tmp_path, A, B), *at)
    assert (first.code, first.err) == (0, "")
    assert first.out.splitlines() == [
        f"create     {A} LOOP sips:tas.example.com (MO 00, MT –)",
        f"create     {B} LOOP sips:tas.example.com (MO 00, MT –)",
        f"2 create at {core.address}",
        "2 done",
    ]
    again = cli("apply", write(tmp_path, A, B), *at)
    assert (again.code, again.out) == (0, f"2 unchanged at {core.address}\n")
    changed = cli("apply", write(tmp_path, B, C, uri="sips:other.example.com"), "--prune", "--concurrency", "1", *at)
    assert changed.code == 0
    assert changed.out.splitlines()[-2:] == [f"1 create, 1 replace, 1 delete at {core.address}", "3 done"]
    assert f"replace    {B} LOOP sips:other.example.com (MO 00, MT –), was {B} LOOP sips:tas" in changed.out
    assert numbers(core) == [f"{B}", f"{C}"]
    assert sound(state)


def test_keep_marks_what_is_unchanged_too(
    cli: Cli, core: BlockingCore, at: tuple[str, ...], state: Path, tmp_path: Path
) -> None:
    file = write(tmp_path, A, B, REFUSED)
    cli("apply", write(tmp_path, A, name="a.csv"), *at)
    assert cli("apply", file, "--keep", *at).code == 1
    rows = json.loads(cli("list", "--json").out)
    assert {row["number"]: row["kept"] for row in rows} == {A: True, B: True, REFUSED: False}


def test_dry_run_sends_nothing(cli: Cli, core: BlockingCore, at: tuple[str, ...], state: Path, tmp_path: Path) -> None:
    many = [f"+47{number}" for number in range(10_000_000, 10_000_060)]
    answer = cli("apply", write(tmp_path, *many), "--dry-run", "--show-grpcurl", *at)
    assert answer.code == 0
    assert answer.out.count("create     ") == 60
    assert answer.out.count("grpcurl -plaintext") == 60
    assert counted(answer) == f"60 create at {core.address}"
    assert cli("apply", write(tmp_path, A), "--dry-run", "--target", FAR).code == 0
    assert numbers(core) == []
    with Ledger(state / "ledger.sqlite3") as ledger:
        assert list(ledger.events()) == []


def test_another_machine_is_asked_for(cli: Cli, state: Path, tmp_path: Path) -> None:
    answer = cli("apply", write(tmp_path, A), "--target", FAR)
    assert answer.code == 2
    assert f"This will send 1 requests to {FAR}. There is no terminal to answer on: add --yes" in answer.err
    with Ledger(state / "ledger.sqlite3") as ledger:
        assert list(ledger.events()) == []


def test_partly_refused_is_exit_1_and_names_every_number(
    cli: Cli, core: BlockingCore, at: tuple[str, ...], tmp_path: Path
) -> None:
    answer = cli("apply", write(tmp_path, A, REFUSED, B), *at)
    assert answer.code == 1
    assert f"refused      {REFUSED}: {REFUSED} is refused on purpose" in answer.out
    assert counted(answer) == "2 done, 1 refused"
    assert numbers(core) == [A, B]


def test_a_core_that_is_away_is_exit_3(cli: Cli, state: Path, tmp_path: Path, impatient: None) -> None:
    fleet = [A, B, C]
    answer = cli("apply", write(tmp_path, *fleet), "--concurrency", "1", "--target", AWAY, "--plaintext")
    assert answer.code == 3
    said = answer.out.splitlines()[-4:]
    assert said[0].startswith(f"failed       {A}: upsert of {A} at {AWAY} failed with UNAVAILABLE")
    assert said[1:] == [f"not started  {B}", f"not started  {C}", "0 done, 1 failed, 2 not started"]
    assert sound(state)


def test_faults_on_the_way_are_retried(cli: Cli, state: Path, tmp_path: Path, impatient: None) -> None:
    many = [f"+47{number}" for number in range(10_000_000, 10_000_100)]
    with BlockingCore(faults=Faults(fail_every=3)) as core:
        at = ("--target", core.address, "--plaintext")
        answer = cli("apply", write(tmp_path, *many), *at)
        assert (answer.code, counted(answer)) == (0, "100 done")
        assert numbers(core) == many
        answer = cli("apply", write(tmp_path), "--prune", *at)
        assert (answer.code, counted(answer)) == (0, "100 done")
        assert numbers(core) == []
    assert sound(state)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_in_the_middle_it_reports_the_truth_and_goes_on_when_run_again(
    cli: Cli, state: Path, tmp_path: Path, number: int
) -> None:
    many = [f"+47{each}" for each in range(10_000_000, 10_000_200)]
    file = write(tmp_path, *many)
    with BlockingCore(faults=Faults(delay=0.05)) as core:
        at = ("--target", core.address, "--plaintext")
        with subprocess.Popen(
            [*PROGRAM, "apply", file, "--concurrency", "4", *at],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**ENVIRONMENT, "SIPBREAKOUT_STATE_DIR": str(state)},
        ) as process:
            try:
                waiting = threading.Event()
                for _ in range(SECONDS * 50):
                    if len(core.book) >= 8 or process.poll() is not None:
                        break
                    waiting.wait(0.02)
                process.send_signal(number)
                out, err = process.communicate(timeout=SECONDS)
            finally:
                process.kill()
        assert (process.returncode, err) == (130, "")
        lines = out.splitlines()
        done = int(lines[-1].split()[0])
        not_started = [line.split()[-1] for line in lines if line.startswith("not started  ")]
        assert lines[-1] == f"{done} done, {len(not_started)} not started"
        assert 8 <= done < 200
        assert numbers(core) == sorted(set(many) - set(not_started)), "exactly what it says was done"
        with Ledger(state / "ledger.sqlite3") as ledger:
            assert ledger.verify() == []
            assert [known.state for known in ledger.current()] == [State.ASSERTED] * done
        again = cli("apply", file, *at)
        assert again.code == 0
        assert again.out.splitlines()[-2:] == [
            f"{200 - done} create, {done} unchanged at {core.address}",
            f"{200 - done} done",
        ]
        assert numbers(core) == many


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.toml"], "missing.toml: cannot be read: No such file"),
        (["x.txt"], "the suffix does not tell the format"),
        (["x.toml", "--concurrency", "0"], "--concurrency 0 is out of range: expected 1 to 1000"),
        (["x.toml", "--concurrency", "x"], "Invalid value for '--concurrency'"),
        ([], "Missing argument 'FILE'"),
    ],
)
def test_wrong_usage(cli: Cli, state: Path, arguments: list[str], words: str) -> None:
    answer = cli("apply", *arguments)
    assert (answer.code, words in answer.error()) == (2, True)


def test_a_faulty_file_sends_nothing(cli: Cli, core: BlockingCore, at: tuple[str, ...], tmp_path: Path) -> None:
    answer = cli("apply", write(tmp_path, A, "112", A), *at)
    assert answer.code == 2
    assert answer.err.count("sipbreakout: error: ") == 2
    assert numbers(core) == []


@pytest.mark.parametrize("form", ["toml", "json", "csv"])
def test_export_and_apply_are_a_round_trip(
    cli: Cli, core: BlockingCore, at: tuple[str, ...], tmp_path: Path, form: str
) -> None:
    cli("upsert", A, "--sip-uri", "sips:tas.example.com", "--type", "LOOP", "--mo", "00", "--mt", "0011", *at)
    cli("upsert", B, "--sip-uri", "sips:[2001:db8::1]:5061", "--type", "INGRESS", *at)
    cli("upsert", REFUSED, "--sip-uri", "sips:tas.example.com", "--type", "LOOP", *at)
    cli("upsert", C, "--sip-uri", "sips:tas.example.com", "--type", "LOOP", *at)
    cli("delete", C, *at)
    where = ("--target", core.address)
    said = cli("export", "--format", form.upper(), *where)
    assert (said.code, said.err) == (0, "")
    path = tmp_path / f"export.{form}"
    assert cli("export", "-o", str(path), *where).out == "", "the suffix says the format"
    assert path.read_text(encoding="utf-8") == said.out
    held = [lease.registration for lease in core.book]
    assert [entry.registration for entry in parse_registrations(said.out, TextFormat(form))] == held
    assert cli("apply", str(path), "--prune", *at).out == f"2 unchanged at {core.address}\n"
    with BlockingCore() as another:
        assert cli("apply", str(path), "--target", another.address, "--plaintext").code == 0
        assert sorted(map(str, (lease.registration for lease in another.book))) == sorted(map(str, held))
    # Without the options: what is at the core that would be asked, the embedded one.
    assert E164(A) not in [
        entry.registration.number for entry in parse_registrations(cli("export").out, TextFormat.TOML)
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--format", "xml"], 2, "--format 'xml' is not known: expected one of toml, json, csv"),
        (["--profile", "nix"], 2, "no profile is named 'nix'"),
        (["-o", "/dev/null/x"], 1, "/dev/null/x"),
    ],
)
def test_wrong_export(cli: Cli, state: Path, arguments: list[str], code: int, words: str) -> None:
    answer = cli("export", *arguments)
    assert (answer.code, words in answer.error()) == (code, True)


def test_undo_of_an_add_of_a_replace_of_a_delete_and_of_an_undo(
    cli: Cli, core: BlockingCore, at: tuple[str, ...], state: Path
) -> None:
    def uris() -> list[str]:
        return [str(lease.registration.sip_uri) for lease in core.book]

    nothing = cli("undo", *at)
    assert (nothing.code, "nothing to undo" in nothing.error()) == (1, True)
    cli("upsert", A, "--sip-uri", "sips:one.example", "--type", "LOOP", *at)
    cli("upsert", A, "--sip-uri", "sips:two.example", "--type", "FORK", *at)
    dry = cli("undo", "--dry-run", "--show-grpcurl", *at)
    assert dry.code == 0
    assert dry.out.splitlines()[0] == (
        f"replace    {A} LOOP sips:one.example (MO –, MT –), was {A} FORK sips:two.example (MO –, MT –)"
    )
    assert "UpsertRegistration" in dry.out
    assert uris() == ["sips:two.example"]
    for expected in ("sips:one.example", "sips:two.example", "sips:one.example"):
        assert cli("undo", "--yes", *at).code == 0
        assert uris() == [expected]
    cli("upsert", A, "--sip-uri", "sips:one.example", "--type", "LOOP", "--keep", *at)
    cli("delete", A, *at)
    assert cli("undo", *at).code == 0
    assert uris() == ["sips:one.example"]
    with Ledger(state / "ledger.sqlite3") as ledger:
        assert [known.number.text for known in ledger.current(kept=True)] == [A]
    assert cli("undo", *at).code == 0
    assert uris() == []
    assert sound(state)


def test_undo_at_another_machine_is_asked_for(cli: Cli, state: Path) -> None:
    import asyncio

    from sipbreakout_model import Lease, Registration
    from sipbreakout_tui.ledger import Verb

    what = Registration.parse(A, "sips:tas.example.com", "LOOP")
    with Ledger(state / "ledger.sqlite3") as ledger:

        async def add() -> None:
            request = await ledger.asked(Verb.UPSERT, what, FAR, "lab", "cli")
            await ledger.accepted(request, Lease(what, None))

        asyncio.run(add())
    answer = cli("undo", "--target", FAR)
    assert (answer.code, "add --yes" in answer.err) == (2, True)
    assert cli("undo", "--target", FAR, "--dry-run").out.splitlines()[-1] == f"1 delete at {FAR}"
