"""What IPython shows for values of the model, once it was asked to."""

import re
import subprocess
import sys
from base64 import b64decode
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from sipbreakout_model import (
    E164,
    Call,
    CallFlow,
    Hazard,
    InvalidValue,
    Registration,
    RegistrationBook,
    Scenario,
    Severity,
    SipBreakoutError,
    TasBehaviour,
    difference,
    route,
    smallest_fix,
)
from sipbreakout_tui import notebook
from sipbreakout_tui.notebook import compare, disable, enable, fleet, hazards, lives
from tests.notebook.conftest import ALICE, BOB, NOW

HTML, SVG, PLAIN = "text/html", "image/svg+xml", "text/plain"
LOSSY = Scenario(tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID)
CALL = Call.parse(ALICE, BOB, NOW)


class Tags(HTMLParser):
    """Every element and attribute of a page; an element that is not closed is an error."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "img":
            assert self.open.pop() == tag


def shown(shell: InteractiveShell, value: object) -> dict[str, Any]:
    assert shell.display_formatter is not None
    bundle, _ = shell.display_formatter.format(value)  # type: ignore[no-untyped-call]
    return dict(bundle)


def looping(book: RegistrationBook) -> CallFlow:
    return route(CALL, book, LOSSY)


def test_importing_registers_nothing() -> None:
    code = (
        "import sys, sipbreakout_tui.notebook; "
        "print(*[name for name in ('IPython', 'ipywidgets', 'matplotlib', 'networkx') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.split() == []


def test_without_enable_nothing_changes(shell: InteractiveShell, book: RegistrationBook) -> None:
    assert set(shown(shell, looping(book))) == {PLAIN}
    assert set(shown(shell, book)) == {PLAIN}


def test_the_extension_is_loaded_and_unloaded(shell: InteractiveShell, book: RegistrationBook) -> None:
    flow = looping(book)
    shell.run_line_magic("load_ext", "sipbreakout_tui.notebook")
    assert set(shown(shell, flow)) == {PLAIN, HTML, SVG}
    shell.run_line_magic("unload_ext", "sipbreakout_tui.notebook")
    assert set(shown(shell, flow)) == {PLAIN}


def test_a_formatter_of_the_user_comes_back(shell: InteractiveShell, book: RegistrationBook) -> None:
    assert shell.display_formatter is not None
    formatter = shell.display_formatter.mimebundle_formatter
    formatter.for_type(CallFlow, lambda value, include=None, exclude=None: {PLAIN: "mine"})
    enable(shell)
    enable(shell, theme="dark")
    assert HTML in shown(shell, looping(book))
    disable(shell)
    disable(shell)
    assert shown(shell, looping(book)) == {PLAIN: "mine"}


def test_enable_says_what_is_wrong(shell: InteractiveShell) -> None:
    with pytest.raises(SipBreakoutError, match="IPython or a notebook only"):
        enable()
    with pytest.raises(InvalidValue, match="'pink' is not a theme: expected one of light, dark"):
        enable(shell, theme="pink")  # type: ignore[arg-type]


def test_a_flow_shows_picture_tables_and_text(shell: InteractiveShell, book: RegistrationBook) -> None:
    enable(shell)
    bundle = shown(shell, looping(book))
    assert bundle[SVG].lstrip().startswith("<?xml") or bundle[SVG].startswith("<svg")
    for text in ("Outcome: looped (483): legs 2 to 3 repeat, 35 turns", "+31" + BOB[1:], "Not there", "Assumed", "R9"):
        assert text in bundle[HTML]
    assert "483" in bundle[PLAIN]
    assert "Not there" in bundle[PLAIN]


def test_the_themes_differ(shell: InteractiveShell, book: RegistrationBook) -> None:
    enable(shell)
    light = shown(shell, looping(book))[SVG]
    enable(shell, theme="dark")
    assert shown(shell, looping(book))[SVG] != light


def test_the_same_flow_shows_the_same_bytes(shell: InteractiveShell, book: RegistrationBook) -> None:
    enable(shell)
    assert shown(shell, looping(book)) == shown(shell, looping(book))


def test_a_fix_shows_the_call_after_it(shell: InteractiveShell, book: RegistrationBook) -> None:
    enable(shell)
    bundle = shown(shell, smallest_fix(CALL, book, LOSSY))
    assert set(bundle) == {PLAIN, HTML, SVG}
    assert "tas vendor" in bundle[HTML]
    assert "Then: answered by the callee" in bundle[PLAIN]


def test_a_difference_shows_legs_and_reasons(shell: InteractiveShell, book: RegistrationBook) -> None:
    enable(shell)
    intended = route(CALL, book)
    bundle = shown(shell, difference(looping(book), intended))
    assert set(bundle) == {PLAIN, HTML}
    assert "gained +" in bundle[HTML]
    assert "looped (483) → answered by the callee" in bundle[HTML]
    assert "no difference" in shown(shell, difference(intended, intended))[HTML]


def test_a_comparison_shows_both_flows(shell: InteractiveShell, book: RegistrationBook) -> None:
    comparison = compare(looping(book), route(CALL, book))
    bundle = shown(shell, comparison)  # needs no enable: it is there to be looked at
    assert set(bundle) == {PLAIN, HTML, SVG}
    assert str(comparison) == str(comparison.difference) == bundle[PLAIN]


def test_a_book_shows_who_is_registered(shell: InteractiveShell, book: RegistrationBook) -> None:
    enable(shell)
    bundle = shown(shell, fleet(book, NOW))
    assert set(bundle) == {PLAIN, HTML, SVG}
    assert "2 registrations in force at 2026-09-21 14:13:20+00:00: 1 FALLBACK, 1 LOOP" in bundle[PLAIN]
    assert "50 min" in bundle[HTML]
    later = shown(shell, fleet(book, NOW + 3000))
    assert "1 registrations in force at" not in later[HTML]
    assert "1 not in force at that moment" in later[HTML]
    assert "expired 0 s ago" in later[HTML]
    # Without a moment it is the present one, long after which everything here ended.
    assert f"{len(book)} " in shown(shell, book)[HTML]


def test_a_book_without_anything_in_force_shows_no_picture(shell: InteractiveShell) -> None:
    bundle = shown(shell, fleet(RegistrationBook(), NOW))
    assert set(bundle) == {PLAIN, HTML}
    assert bundle[PLAIN] == "no registration in force at 2026-09-21 14:13:20+00:00"


def test_lives_show_when_leases_end(shell: InteractiveShell, book: RegistrationBook) -> None:
    book.upsert(Registration.parse("+4733333333", "sips:tas.example.com", "FORK"), None)
    bundle = shown(shell, lives(book, NOW + 3000, {ALICE: NOW + 10}))
    assert set(bundle) == {PLAIN, HTML, SVG}
    assert bundle[PLAIN].splitlines()[1:] == [
        "      1  end in 10 min to 20 min",
        "      1  ended before",
        "      1  time not given",
    ]
    assert set(shown(shell, lives(RegistrationBook(), NOW))) == {PLAIN, HTML}


def test_hazards_are_a_list_to_look_at(shell: InteractiveShell, book: RegistrationBook) -> None:
    found = hazards(book, NOW)
    assert len(found) == len(list(found)) == sum(found.counts().values())
    bundle = shown(shell, found)
    assert set(bundle) == {PLAIN, HTML}
    assert found[0].fix in bundle[PLAIN]
    assert "loop-on-redial" in bundle[HTML]


def test_long_tables_are_cut_and_say_so(shell: InteractiveShell, book: RegistrationBook) -> None:
    found = hazards(book, NOW)
    many = replace(found, found=tuple(found) * 10)
    assert f"and {len(many) - 20} more hazards" in shown(shell, many)[HTML]
    assert shown(shell, many)[HTML].count("<tr>") == 21


def test_one_hazard_is_a_table(shell: InteractiveShell, book: RegistrationBook) -> None:
    enable(shell)
    assert "<table>" in shown(shell, hazards(book, NOW)[0])[HTML]


HOSTILE = '<script>alert(1)</script>"\x1b[31m\u202e&amp;'


def test_hostile_text_stays_text(shell: InteractiveShell) -> None:
    enable(shell)
    page = shown(shell, Hazard(HOSTILE, Severity.ERROR, (E164(ALICE),), HOSTILE, HOSTILE))
    assert "script" not in Tags(page[HTML]).seen
    for character in ("\x1b", "\u202e"):
        assert character not in page[HTML]
        assert character not in page[PLAIN]
    assert "&amp;amp;" in page[HTML]


@pytest.mark.parametrize("kind", ["flow", "fix", "fleet", "lives", "comparison", "hazards"])
def test_nothing_runs_and_nothing_is_loaded(shell: InteractiveShell, book: RegistrationBook, kind: str) -> None:
    enable(shell)
    value = {
        "flow": looping(book),
        "fix": smallest_fix(CALL, book, LOSSY),
        "fleet": fleet(book, NOW),
        "lives": lives(book, NOW),
        "comparison": compare(looping(book), route(CALL, book)),
        "hazards": hazards(book, NOW),
    }[kind]
    bundle = shown(shell, value)
    tags = Tags(bundle[HTML])
    assert tags.seen <= {"p", "strong", "em", "table", "thead", "tbody", "tr", "th", "td", "img"}
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    for source in (value for name, value in tags.attributes if name in ("src", "href")):
        head, data = source.split(",", 1)
        assert head == "data:image/svg+xml;base64"
        assert b64decode(data).decode() == bundle[SVG]
    picture = bundle.get(SVG, "")
    assert "<script" not in picture
    assert not re.search(r"(?:href|src)=[\"'](?!#)", picture)
    assert "url(http" not in picture


def test_public_names() -> None:
    assert list(notebook.__all__) == sorted(notebook.__all__)
    assert all(hasattr(notebook, name) for name in notebook.__all__)
