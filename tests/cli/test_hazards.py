"""`sipbreakout hazards`: both formats, worst first."""

import json
from pathlib import Path

from tests.cli.conftest import AT, Answer, Cli

HEADER = "number,sip_uri,route_type,mobile_originating_prefix,mobile_terminating_prefix,accepted_at\n"


def test_worst_comes_first(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(
        f"{HEADER}+4740000001,sips:192.0.2.1,LOOP_MT,,77,\n+4740000002,sips:a.example,LOOP,88,99,2026-11-22T09:00Z\n",
        encoding="utf-8",
    )
    text = cli("hazards", "--registrations", str(path), "--at", AT, "--utc")
    assert (text.code, text.err) == (0, "")
    lines = text.out.splitlines()
    assert lines[0] == "1 error, 1 warning, 1 notice in 2 registrations at 2026-11-22 12:00:00+00:00"
    assert lines[1] == "error    expired  +4740000002"
    assert lines[3].startswith("         Fix: Upsert it again: sipbreakout upsert +4740000002 --sip-uri sips:a.example")
    assert lines[4] == "warning  ip-literal  +4740000001"

    answer = cli("hazards", "--registrations", str(path), "--at", AT, "--format", "JSON")
    document = json.loads(answer.out)
    assert list(document) == ["at", "registrations", "hazards"]
    assert document["at"] == "2026-11-22T12:00:00.000Z"
    assert document["registrations"] == 2
    found = [(hazard["severity"], hazard["id"], hazard["numbers"]) for hazard in document["hazards"]]
    assert found[:2] == [("error", "expired", ["+4740000002"]), ("warning", "ip-literal", ["+4740000001"])]
    assert {tuple(hazard) for hazard in document["hazards"]} == {("id", "severity", "numbers", "text", "fix")}


def test_numbering_plan_is_asked(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(f"{HEADER}+47112,sips:a.example,INGRESS,,,\n", encoding="utf-8")
    answer = cli("hazards", "--registrations", str(path))
    assert "number-invalid  +47112\n         +47112: it is too short for the plan of +47\n" in answer.out


def test_none(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(f"{HEADER}+4740000001,sips:a.example,INGRESS,,,\n", encoding="utf-8")
    words = ["hazards", "--registrations", str(path), "--at", AT, "--utc"]
    assert cli(*words) == Answer(0, "no hazards in 1 registration at 2026-11-22 12:00:00+00:00\n", "")
    assert json.loads(cli(*words, "--format", "json").out)["hazards"] == []


def test_output_file(cli: Cli, file: str, tmp_path: Path) -> None:
    words = ["hazards", "--registrations", file, "--at", AT]
    path = tmp_path / "hazards.txt"
    assert cli(*words, "-o", str(path)) == Answer(0, "", "")
    assert path.read_text(encoding="utf-8") == cli(*words).out


def test_bad_file(cli: Cli, tmp_path: Path) -> None:
    answer = cli("hazards", "--registrations", str(tmp_path / "none.toml"))
    assert answer.code == 2
    assert answer.error() == f"{tmp_path}/none.toml: cannot be read: No such file or directory"
