"""`sipbreakout explain-code`."""

import json

from tests.cli.conftest import Cli


def test_a_status_is_explained(cli: Cli) -> None:
    answer = cli("explain-code", "483")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("483  Too Many Hops\n")
    assert "R10" in answer.out


def test_all_are_listed(cli: Cli) -> None:
    lines = cli("explain-code").out.splitlines()
    assert lines[0].startswith("100  Trying")
    assert len(lines) > 70


def test_json(cli: Cli) -> None:
    one = json.loads(cli("explain-code", "408", "--format", "json").out)
    assert (one["status"], one["phrase"]) == (408, "Request Timeout")
    assert "R14" in one["here"]
    every = json.loads(cli("explain-code", "--format", "json").out)
    assert one in every


def test_an_unknown_status_tells_what_its_class_means(cli: Cli) -> None:
    answer = cli("explain-code", "499")
    assert answer.code == 2
    assert answer.error().startswith("499 is no status that is known here. All 4xx: the request failed")
    assert cli("explain-code", "4x3").code == 2
