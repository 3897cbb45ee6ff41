"""Every rule that the code names has a text, and every step a sentence."""

import re
from pathlib import Path

import sipbreakout_model
from sipbreakout_model import RULES
from sipbreakout_model.sentences import SENTENCES

SOURCES = [path.read_text(encoding="utf-8") for path in Path(sipbreakout_model.__file__).parent.glob("*.py")]


def test_rules_are_those_of_the_domain() -> None:
    expected = [f"V{n}" for n in range(1, 11)] + [f"R{n}" for n in range(1, 7)] + ["R6b"]
    assert list(RULES) == expected + [f"R{n}" for n in range(7, 17)]
    assert all(rule.id == key for key, rule in RULES.items())


def test_every_rule_named_in_the_model_exists() -> None:
    named = {match for source in SOURCES for match in re.findall(r"\b(?:R\d+b?|V\d+)\b", source)}
    assert named <= set(RULES)


def test_what_nobody_published_is_marked_as_assumed() -> None:
    for rule in RULES.values():
        if rule.source.startswith("nobody"):
            assert rule.assumed, rule.id


def test_every_sentence_is_used() -> None:
    used = "".join(SOURCES)
    assert [code for code in SENTENCES if used.count(f'"{code}"') < 2] == []
