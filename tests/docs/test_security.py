"""docs/security.md names a test for each claim; each of them is there."""

import ast
import re

import pytest

from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py::\w+)`", PAGE)))


@pytest.mark.parametrize("named", NAMED)
def test_named_test_is_there(named: str) -> None:
    path, _, function = named.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert function in names


def test_every_claim_names_a_test() -> None:
    claims = re.findall(r"^\| (?!threat |---)(.+) \|$", PAGE, flags=re.MULTILINE)
    assert claims
    assert [claim for claim in claims if not re.search(r"`tests/[\w/]+\.py::test_\w+`$", claim)] == []
