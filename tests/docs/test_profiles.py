"""docs/profiles.md: every key of a profile, and the refusals as the program words them."""

import re
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import pytest

from sipbreakout_tui.config import ConfigError, load_profiles
from sipbreakout_tui.config.profile_table import KEYS
from tests.docs.pages import ROOT, blocks

PAGE = ROOT / "docs" / "profiles.md"


def test_every_key_stands_in_the_table() -> None:
    (table,) = re.findall(r"^\| key \|.*\n\|---.*\n((?:\|.*\n)+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    named = [key for row in table.splitlines() for key in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(named) == sorted(KEYS)


def test_faults_of_the_file_are_worded_as_the_page_says(tmp_path: Path) -> None:
    texts = [block.text for block in blocks(PAGE) if block.language == "text"]
    ((faulty, answer),) = [pair for pair in pairwise(texts) if pair[0].startswith("default =")]
    path = tmp_path / "bad.toml"
    path.write_text(faulty, encoding="utf-8")
    with pytest.raises(ConfigError) as refusal:
        load_profiles(path)
    said = [f"sipbreakout: error: {problem}\n".replace(str(path), "bad.toml") for problem in refusal.value.problems]
    assert "".join(said) == answer


def test_the_file_of_the_page_has_every_way_to_prove_who_we_are(tmp_path: Path) -> None:
    (text,) = [block.text for block in blocks(PAGE) if block.text.startswith("version = 1")]
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    own = load_profiles(path).own.values()
    assert {type(profile.auth).__name__ for profile in own} == {"TokenAuth", "OAuthAuth"}
    assert any(profile.read_only for profile in own)
    assert {field.name for profile in own for field in fields(profile.auth)} >= {"token", "client_secret"}
