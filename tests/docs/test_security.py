"""docs/security.md names a test for each claim; each of them is there."""

import ast
import re

import pytest

from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py::\w+)`", PAGE)))


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.Module) -> dict[str, Function]:
    return {node.name: node for node in tree.body if isinstance(node, Function)}


def is_never_run(mark: ast.expr) -> bool:
    """Whether it is a mark that skips a test, or lets it fail, on every machine."""
    call = mark if isinstance(mark, ast.Call) else None
    name = ast.unparse(mark if call is None else call.func).removeprefix("pytest.").removeprefix("mark.")
    conditions = (
        [] if call is None else [*call.args, *(each.value for each in call.keywords if each.arg == "condition")]
    )
    if name == "xfail":
        return not conditions or isinstance(conditions[0], ast.Constant)
    return name == "skip" or (name == "skipif" and isinstance(conditions[0], ast.Constant))


def holds_nothing(tree: ast.Module, function: Function) -> bool:
    """Whether a test is never run or may fail: by a mark, by one of its module, or by its first level of statements."""
    marks = list(function.decorator_list)
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            marks += node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
    marks += [node.value for node in (*tree.body, *function.body) if isinstance(node, ast.Expr)]
    return any(map(is_never_run, marks))


@pytest.mark.parametrize("named", NAMED)
def test_named_test_is_there_and_is_run(named: str) -> None:
    path, _, name = named.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    function = functions(tree).get(name)
    assert function is not None
    assert not holds_nothing(tree, function)


@pytest.mark.parametrize(
    ("code", "nothing"),
    [
        ("def test(): ...", False),
        ("@pytest.mark.parametrize('a', [1])\ndef test(): ...", False),
        ("@pytest.mark.skipif(os.name != 'posix', reason='a')\nasync def test(): ...", False),
        ("@pytest.mark.xfail(os.name != 'posix', reason='a')\ndef test(): ...", False),
        ("def test():\n if os.name != 'posix':\n  pytest.skip('a')", False),
        ("@pytest.mark.skip\ndef test(): ...", True),
        ("@pytest.mark.skip(reason='a')\nasync def test(): ...", True),
        ("@mark.skip('a')\ndef test(): ...", True),
        ("@pytest.mark.skipif(True, reason='a')\ndef test(): ...", True),
        ("@pytest.mark.skipif(condition=1, reason='a')\ndef test(): ...", True),
        ("@pytest.mark.xfail\ndef test(): ...", True),
        ("@pytest.mark.xfail(reason='a', strict=False)\ndef test(): ...", True),
        ("pytestmark = pytest.mark.skip('a')\ndef test(): ...", True),
        ("pytestmark = [needs_proc, pytest.mark.xfail]\ndef test(): ...", True),
        ("pytest.skip('a', allow_module_level=True)\ndef test(): ...", True),
        ("def test():\n pytest.skip('a')", True),
    ],
)
def test_what_holds_nothing(code: str, nothing: bool) -> None:
    tree = ast.parse(code)
    assert holds_nothing(tree, functions(tree)["test"]) is nothing


def test_every_claim_names_a_test() -> None:
    claims = re.findall(r"^\| (?!threat |---)(.+) \|$", PAGE, flags=re.MULTILINE)
    assert claims
    assert [claim for claim in claims if not re.search(r"`tests/[\w/]+\.py::test_\w+`$", claim)] == []
