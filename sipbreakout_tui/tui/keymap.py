"""Keys chosen by the user, checked against every other key of the program."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import Enum
from itertools import combinations
from typing import NamedTuple

_MODIFIERS = frozenset(("ctrl", "alt", "shift", "super", "hyper", "meta"))
_NAMED = frozenset(
    (
        *("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete", "backspace"),
        *("enter", "tab", "escape", "space", *(f"f{number}" for number in range(1, 25))),
    )
)


class Where(Enum):
    """When keys act."""

    ALWAYS = "always"
    EVERYWHERE = "everywhere"
    """In every place, and not while a dialog is open."""
    PLACE = "place"
    DIALOG = "dialog"
    WIDGET = "widget"
    """While it has the focus."""


class Scope(NamedTuple):
    """What has keys of its own: the app, a place, a dialog, a widget."""

    name: str
    where: Where
    room: str
    """The folder of the place that it belongs to; empty where it may be part of any."""
    keys: Mapping[str, tuple[str, ...]]
    """The keys by the id of what they do, as shipped."""


class Clash(NamedTuple):
    """A key that would do two things."""

    key: str
    first: str
    second: str
    """The ids of the two."""


def parse_keys(text: str) -> tuple[str, ...] | None:
    """Return the keys of a text such as `D`, `?`, `ctrl+s` or `f2,x` as Textual calls them; None: it names none."""
    parts = [part.strip() for part in text.split(",")]
    keys = tuple(filter(None, map(_parse_key, parts)))
    return keys if len(keys) == len(parts) else None


def clashes(scopes: Iterable[Scope], keymap: Mapping[str, tuple[str, ...]]) -> list[Clash]:
    """Return the keys that would do two things at one time, by key.

    Args:
        scopes: All that have keys.
        keymap: The keys chosen by the user, by id.
    """
    by_key: dict[str, list[tuple[Scope, str]]] = defaultdict(list)
    for scope in scopes:
        for name, shipped in scope.keys.items():
            for key in keymap.get(name, shipped):
                by_key[key].append((scope, name))
    found = {
        Clash(key, *sorted((first, second)))
        for key, uses in by_key.items()
        for (one, first), (other, second) in combinations(uses, 2)
        if first != second and _meet(one, other)
    }
    return sorted(found)


def keymap_problems(chosen: Mapping[str, str], scopes: Iterable[Scope]) -> list[str]:
    """Return what is wrong with the keys that a user chose, a sentence each.

    What is shipped may let a widget's key stand before a place's on purpose; only what the choice adds counts.
    """
    scopes = list(scopes)
    known = {name for scope in scopes for name in scope.keys}
    problems, keymap = [], {}
    for name, text in chosen.items():
        keys = parse_keys(text)
        if name not in known:
            from difflib import get_close_matches

            close = get_close_matches(name, sorted(known), 1)
            hint = f"is {close[0]} meant?" if close else "the palette (ctrl+p) names them"
            problems.append(f"keys: no action has the id {name!r}: {hint}")
        elif keys is None:
            problems.append(f"keys: {name} = {text!r} is no key: expected one such as D, f2, ctrl+s or question_mark")
        else:
            keymap[name] = keys
    shipped = set(clashes(scopes, {}))
    problems += [
        f"keys: {clash.key} would do both {clash.first} and {clash.second}: give one of them another key"
        for clash in clashes(scopes, keymap)
        if clash not in shipped
    ]
    return problems


def _parse_key(text: str) -> str | None:
    *modifiers, last = text.split("+") if text != "+" else [text]
    if not set(modifiers) <= _MODIFIERS or len(set(modifiers)) < len(modifiers):
        return None
    if modifiers == ["shift"] and len(last) == 1 and last.isalpha():
        modifiers, last = [], last.upper()  # what a terminal sends for it
    if len(last) == 1 and last.isprintable():
        from textual.keys import _character_to_key

        last = _character_to_key(last)
    elif last not in _NAMED and not _is_character(last):
        return None
    return "+".join([*modifiers, last])


def _is_character(name: str) -> bool:
    from textual.keys import KEY_TO_UNICODE_NAME, REPLACED_KEYS

    name = REPLACED_KEYS.get(name, name)
    try:
        unicodedata.lookup(KEY_TO_UNICODE_NAME.get(name, name.replace("_", " ")).upper())
    except KeyError:
        return False
    return True


def _meet(one: Scope, other: Scope) -> bool:
    """Return whether two scopes are ever active together."""
    pair = {one.where, other.where}
    if one is other or Where.ALWAYS in pair:
        return True
    if pair <= {Where.PLACE, Where.WIDGET}:
        if len(pair) < 2:
            return False
        place, widget = (one, other) if one.where is Where.PLACE else (other, one)
        return widget.room in ("", place.room)
    return Where.EVERYWHERE in pair and Where.DIALOG not in pair
