"""The text of rules."""

import pytest

from sipbreakout_model import InvalidValue
from sipbreakout_model.rules import RULES
from sipbreakout_tui.services.rule_text import rule_lines, rule_list, rules_named


@pytest.mark.parametrize("rule_id", RULES)
def test_every_rule_is_found_and_shown(rule_id: str) -> None:
    for written in (rule_id, rule_id.lower(), rule_id.upper(), f" {rule_id} "):
        (rule,) = rules_named([written])
        assert rule is RULES[rule_id]
    lines = rule_lines(rule)
    whole = [rule.text, "Source:", rule.source, *(["Assumed:", rule.assumed] if rule.assumed else [])]
    assert " ".join(line.strip() for line in lines[1:]) == " ".join(whole)
    assert all(line.isprintable() and len(line) <= 98 for line in lines)


def test_list_has_one_line_each() -> None:
    assert [line.split()[0] for line in rule_list()] == list(RULES)


@pytest.mark.parametrize("text", ["", "R", "R0", "R4x", "4"])
def test_unknown(text: str) -> None:
    with pytest.raises(InvalidValue, match="no such rule: expected V1, V2"):
        rules_named(["R1", text])
