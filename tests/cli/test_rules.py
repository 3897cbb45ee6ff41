"""`sipbreakout explain-rule`: one rule, several, all, none such."""

from sipbreakout_model.rules import RULES
from tests.cli.conftest import Cli


def test_one_rule(cli: Cli) -> None:
    answer = cli("explain-rule", "R4")
    assert (answer.code, answer.err) == (0, "")
    rule = RULES["R4"]
    lines = answer.out.splitlines()
    assert lines[0] == f"R4  {rule.title}"
    said = " ".join(line.strip() for line in lines[1:])
    assert said == f"{rule.text} Source: {rule.source} Assumed: {rule.assumed}"


def test_ids_are_taken_in_either_case_once_and_in_order(cli: Cli) -> None:
    answer = cli("explain-rule", "v2", "r6B", "R6b")
    titles = [line for line in answer.out.splitlines() if not line.startswith(" ")]
    assert titles == [f"V2  {RULES['V2'].title}", f"R6b  {RULES['R6b'].title}"]


def test_without_id_all_are_listed(cli: Cli) -> None:
    lines = cli("explain-rule").out.splitlines()
    assert [line.split()[0] for line in lines] == list(RULES)
    assert all(rule.title in line for rule, line in zip(RULES.values(), lines, strict=True))


def test_unknown_ids(cli: Cli) -> None:
    answer = cli("explain-rule", "R4", "R99", "\x1b")
    assert answer.code == 2
    assert answer.error() == f"'R99', '\\x1b': no such rule: expected {', '.join(RULES)}"
