"""Every class of the program that has keys, found by loading all of its screens and widgets."""

from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import ModalScreen

from sipbreakout_tui.tui import screens, widgets
from sipbreakout_tui.tui.app import SipBreakoutApp
from sipbreakout_tui.tui.keymap import Scope, Where
from sipbreakout_tui.tui.keys import shown_key
from sipbreakout_tui.tui.place import Place


def bound_classes() -> list[type[DOMNode]]:
    """Return the app, and every screen and widget of the program that keys are bound in."""
    found: dict[type[DOMNode], None] = {SipBreakoutApp: None}
    for package in (screens, widgets):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            for value in vars(import_module(module.name)).values():
                if isinstance(value, type) and issubclass(value, DOMNode) and value.__module__ == module.name:
                    found[value] = None
    return [kind for kind in found if any(True for _ in bindings_of(kind))]


def bindings_of(kind: type[DOMNode]) -> Iterator[Binding]:
    """Yield the bindings of a class that are ours, one for each key; those of Textual's own widgets have no id."""
    merged = kind._merged_bindings
    for bindings in () if merged is None else merged.key_to_bindings.values():
        yield from (binding for binding in bindings if binding.id is not None)


def named_keys() -> list[tuple[str, str, str]]:
    """Return each name that the configuration may give another key, its keys as shipped, and what it does."""
    keys: dict[str, dict[str, None]] = defaultdict(dict)
    words: dict[str, str] = {}
    for kind in bound_classes():
        for binding in bindings_of(kind):
            name = binding.id or ""
            keys[name][shown_key(binding.key)] = None
            words[name] = binding.tooltip or binding.description
    return [(name, " ".join(keys[name]), words[name]) for name in sorted(keys)]


def all_scopes() -> list[Scope]:
    """Return every class with its keys; what the app's keys do over dialogs, too, is a scope of its own."""
    return [scope for kind in bound_classes() for scope in _scopes(kind)]


def _scopes(kind: type[DOMNode]) -> Iterator[Scope]:
    *_, folder, _ = kind.__module__.split(".")
    room = "" if folder in ("tui", "screens", "widgets") else folder
    by_where: dict[Where, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for binding in bindings_of(kind):
        keys = by_where[_where(kind, binding)]
        name = binding.id or ""
        keys[name] = (*keys.get(name, ()), binding.key)
    for where, keys in by_where.items():
        yield Scope(kind.__name__, where, room, keys)


def _where(kind: type[DOMNode], binding: Binding) -> Where:
    if issubclass(kind, App):
        return Where.ALWAYS if binding.priority else Where.EVERYWHERE
    if issubclass(kind, Place):
        return Where.PLACE
    return Where.DIALOG if issubclass(kind, ModalScreen) or _is_part_of_dialog(kind) else Where.WIDGET


def _is_part_of_dialog(widget: type[DOMNode]) -> bool:
    """Return whether a widget stands in a module of a dialog, and so in the dialog."""
    beside = vars(import_module(widget.__module__)).values()
    return any(
        isinstance(value, type) and issubclass(value, ModalScreen) and value.__module__ == widget.__module__
        for value in beside
    )
