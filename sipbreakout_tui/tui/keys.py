"""The keys that act at a moment, as help and the last line show them."""

from collections.abc import Iterator
from typing import NamedTuple

from textual.dom import DOMNode
from textual.keys import key_to_character
from textual.screen import Screen

_SHORT = {
    "question_mark": "?",
    "slash": "/",
    "space": "space",
    "escape": "esc",
    "tab": "tab",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
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
    id: str
    """What the profile file calls it."""


def keys_of(screen: Screen[object]) -> Iterator[KeyEntry]:
    """Yield the keys that act on a screen now, each action once, in the order of their definition.

    What Textual's own widgets bind beside them, such as to scroll, is left out: it has no id.
    """
    seen = set()
    for active in screen.active_bindings.values():
        binding = active.binding
        if not active.enabled or binding.id is None or (binding.action, id(active.node)) in seen:
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
            binding.id,
        )


def shown_key(key: str) -> str:
    """Return a key as people write it."""
    *modifiers, last = key.split("+") if key != "plus" else [key]
    return "+".join([*modifiers, _SHORT.get(last) or key_to_character(last) or last])
