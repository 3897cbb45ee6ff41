"""Registers how IPython shows the values of the model, and takes it back."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, get_args

from sipbreakout_model import CallFlow, Difference, Fix, Hazard, InvalidValue, RegistrationBook, SipBreakoutError
from sipbreakout_tui.notebook.bundles import (
    Bundle,
    Theme,
    difference_bundle,
    fix_bundle,
    flow_bundle,
    hazard_bundle,
)
from sipbreakout_tui.notebook.views import book_bundle

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_DRAWN: dict[type, Callable[..., Bundle]] = {
    CallFlow: flow_bundle,
    Fix: fix_bundle,
    RegistrationBook: book_bundle,
}
"""Those with a picture, which has a theme."""

_TABLES: dict[type, Callable[..., Bundle]] = {
    Difference: difference_bundle,
    Hazard: hazard_bundle,
}


class _Formatter(Protocol):
    """What we use of IPython's formatter of MIME bundles, which has no types."""

    type_printers: dict[type, Any]

    def for_type(self, typ: type, func: Callable[..., Bundle]) -> Any: ...

    def pop(self, typ: type) -> Any: ...


class _Show:
    """One formatter of ours; a class, so that `disable` knows them again."""

    def __init__(self, bundle: Callable[[Any], Bundle], former: Any) -> None:
        self._bundle = bundle
        self.former = former
        """The formatter in whose place this one stands, or None."""

    def __call__(self, value: object, include: object = None, exclude: object = None) -> Bundle:
        return self._bundle(value)


def enable(shell: "InteractiveShell | None" = None, *, theme: Theme = "light") -> None:
    """Show values of the model as pictures and tables from now on; again does nothing but set the theme.

    Args:
        shell: The IPython to register at; None: the one that runs this.
        theme: `light` or `dark`, for the pictures.

    Raises:
        InvalidValue: No such theme.
        SipBreakoutError: This is no IPython.
    """
    if theme not in get_args(Theme):
        raise InvalidValue(f"{theme!r} is not a theme: expected one of {', '.join(get_args(Theme))}")
    formatter = _formatter(shell)
    drawn = {kind: partial(bundle, theme=theme) for kind, bundle in _DRAWN.items()}
    for kind, bundle in (drawn | _TABLES).items():
        former = formatter.type_printers.get(kind)
        former = former.former if isinstance(former, _Show) else former
        formatter.for_type(kind, _Show(bundle, former))


def disable(shell: "InteractiveShell | None" = None) -> None:
    """Show values of the model as before `enable`; formatters that were registered since stay.

    Raises:
        SipBreakoutError: This is no IPython.
    """
    formatter = _formatter(shell)
    for kind in (*_DRAWN, *_TABLES):
        ours = formatter.type_printers.get(kind)
        if isinstance(ours, _Show):
            formatter.pop(kind)
            if ours.former is not None:
                formatter.for_type(kind, ours.former)


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """Do what `%load_ext sipbreakout_tui.notebook` asks for."""
    enable(shell)


def unload_ipython_extension(shell: "InteractiveShell") -> None:
    """Do what `%unload_ext sipbreakout_tui.notebook` asks for."""
    disable(shell)


def _formatter(shell: "InteractiveShell | None") -> _Formatter:
    if shell is None:
        try:
            from IPython import get_ipython
        except ModuleNotFoundError:
            raise SipBreakoutError("IPython is not installed: pip install 'sipbreakout-tui[notebook]'") from None

        shell = get_ipython()
    display = None if shell is None else shell.display_formatter
    if display is None:
        raise SipBreakoutError("this is no IPython: formatters can be enabled in IPython or a notebook only")
    formatter: _Formatter = display.mimebundle_formatter
    return formatter
