"""The keys that act at a moment, as help and the last line show them."""

from collections.abc import Iterator
from typing import NamedTuple

from textual.dom import DOMNode
from textual.screen import Screen

_SHORT = {
    "question_mark": "?",
    "slash": "/",
    "space": "space",
    "escape": "esc",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "plus": "+",
    "minus": "-",
}


class KeyEntry(NamedTuple):
    """A key with what it does."""

    key: str
    """As people write it."""
    raw_key: str
    words: str
    """A word or two."""
    tooltip: str
    """A sentence; may be empty."""
    action: str
    shown: bool
    """Whether it belongs into the last line."""
    source: DOMNode
    """The screen, app or widget that it belongs to."""


def keys_of(screen: Screen[object]) -> Iterator[KeyEntry]:
    """Yield the keys that act on a screen now, each action once, in the order of their definition."""
    seen = set()
    for active in screen.active_bindings.values():
        binding = active.binding
        if not active.enabled or binding.system or (binding.action, id(active.node)) in seen:
            continue
        seen.add((binding.action, id(active.node)))
        yield KeyEntry(
            shown_key(binding.key),
            binding.key,
            binding.description,
            binding.tooltip,
            binding.action,
            binding.show,
            active.node,
        )


def shown_key(key: str) -> str:
    """Return a key as people write it."""
    *modifiers, last = key.split("+") if key != "plus" else [key]
    return "+".join([*modifiers, _SHORT.get(last, last)])
