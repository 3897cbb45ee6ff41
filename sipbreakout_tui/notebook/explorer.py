"""A panel of widgets around one call: change what the parties do, and see the legs and why at once."""

import math
import time
from collections.abc import Iterable
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sipbreakout_model import (
    DEFAULT_TTL,
    E164,
    Call,
    CalleeBehaviour,
    CallFlow,
    Policy,
    PrefixReading,
    RegistrationBook,
    Scenario,
    SipBreakoutError,
    TasBehaviour,
    UnmatchedReturn,
    route,
    smallest_fix,
)
from sipbreakout_model.times import local_time
from sipbreakout_tui.notebook import html
from sipbreakout_tui.notebook.bundles import Bundle, Theme, bundle_of, flow_bundle
from sipbreakout_tui.services.calls.question import choice_words

if TYPE_CHECKING:
    from ipywidgets import VBox

OFFERED_NUMBERS = 500
"""How many numbers of a book the fields for numbers offer; any other can be typed."""

_Word = TypeVar("_Word", bound=Enum)


class Explorer:
    """The panel; every widget is an attribute, so that code can turn the knobs, too.

    Numbers are read when Enter is pressed or the field is left; everything else acts at once. What cannot be is
    said in place of the picture.
    """

    def __init__(
        self,
        book: RegistrationBook,
        at: float | None = None,
        *,
        caller: str = "",
        callee: str = "",
        theme: Theme = "light",
    ) -> None:
        """Make the widgets and show the first call; `explore` tells of the arguments.

        Raises:
            SipBreakoutError: ipywidgets is not installed.
        """
        try:
            import ipywidgets as widgets
        except ModuleNotFoundError:
            raise SipBreakoutError("ipywidgets is not installed: pip install 'sipbreakout-tui[notebook]'") from None

        self._book = book
        self._theme: Theme = theme
        self._start = _start(book) if at is None else at
        self.flow: CallFlow | None = None
        """The flow that is shown; None where an error is."""
        self._still: Bundle = {}
        numbers = [str(lease.registration.number) for lease in islice(book, OFFERED_NUMBERS)]
        first = numbers[0] if numbers else "+4711111111"
        other = numbers[1] if len(numbers) > 1 else "+4722222222"

        def number(label: str, value: str) -> Any:
            return widgets.Combobox(
                value=value, options=numbers, description=label, continuous_update=False, ensure_option=False, **_WIDE
            )

        def choice(label: str, kind: type[Enum]) -> Any:
            return widgets.Dropdown(options=_words(kind), value=next(iter(kind)), description=label, **_WIDE)

        def whole(label: str, value: int) -> Any:
            return widgets.IntText(value=value, description=label, **_WIDE)

        self.caller = number("caller", caller or first)
        self.callee = number("callee", callee or other)
        self.placed_by = widgets.Text(
            description="placed by TAS", placeholder="sips:… or empty", continuous_update=False, **_WIDE
        )
        self.callee_does = choice("callee does", CalleeBehaviour)
        self.tas = choice("TAS does", TasBehaviour)
        self.fallback_tas = choice("fallback TAS does", TasBehaviour)
        self.forwards_to = number("forwards to", "")
        self.seconds = widgets.IntSlider(
            value=0, min=0, max=math.ceil(_longest_life(book)), description="seconds later", **_WIDE
        )
        self.prefix_reading = choice("prefix reading", PrefixReading)
        self.unmatched_return = choice("unmatched return", UnmatchedReturn)
        self.max_forwards = whole("Max-Forwards", 70)
        self.hops_per_turn = whole("hops per turn", 2)
        self.resets_max_forwards = widgets.Checkbox(value=False, description="TAS resets Max-Forwards", indent=False)
        self.moment = widgets.HTML()
        """The moment of the call."""
        self.result = widgets.HTML()
        """Picture, fix and reasons, or what is wrong."""
        knobs = (
            *(self.caller, self.callee, self.placed_by, self.callee_does, self.tas, self.fallback_tas),
            *(self.forwards_to, self.seconds, self.prefix_reading, self.unmatched_return),
            *(self.max_forwards, self.hops_per_turn, self.resets_max_forwards),
        )
        for knob in knobs:
            knob.observe(self._update, names="value")
        columns = [
            widgets.VBox([self.caller, self.callee, self.placed_by, self.seconds, self.moment]),
            widgets.VBox([self.callee_does, self.tas, self.fallback_tas, self.forwards_to]),
            widgets.VBox(
                [
                    *(self.prefix_reading, self.unmatched_return, self.max_forwards),
                    *(self.hops_per_turn, self.resets_max_forwards),
                ]
            ),
        ]
        wrapping = widgets.Layout(flex_flow="row wrap")
        self.widget: VBox = widgets.VBox([widgets.HBox(columns, layout=wrapping), self.result])
        """The whole panel."""
        self._update()

    @property
    def at(self) -> float:
        """The moment of the call, Unix time in seconds."""
        return self._start + float(self.seconds.value)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        # Where no kernel runs the panel stands still: a page shows what it showed last.
        live = self.widget._repr_mimebundle_(include=include, exclude=exclude)
        return {**live, **self._still}

    def _update(self, _change: object = None) -> None:
        self.moment.value = html.paragraph(local_time(self.at, utc=True))
        try:
            self._still = self._shown()
        except SipBreakoutError as error:
            self.flow = None
            self._still = bundle_of(str(error).splitlines(), html.paragraph(error, strong=True), None, "")
        self.result.value = self._still["text/html"]

    def _shown(self) -> Bundle:
        """Return picture, fix and reasons of the call that the widgets describe.

        Raises:
            SipBreakoutError: They describe no call.
        """
        placed_by, forwards_to = self.placed_by.value.strip(), self.forwards_to.value.strip()
        call = Call.parse(self.caller.value.strip(), self.callee.value.strip(), self.at, placed_by or None)
        scenario = Scenario(
            self.callee_does.value,
            self.tas.value,
            self.fallback_tas.value,
            E164(forwards_to) if forwards_to else None,
            self.resets_max_forwards.value,
            self.hops_per_turn.value,
            self.max_forwards.value,
        )
        policy = Policy(self.prefix_reading.value, self.unmatched_return.value)
        flow = route(call, self._book, scenario, policy)
        fix = smallest_fix(call, self._book, scenario, policy)
        shown = flow_bundle(flow, self._theme, fix)
        self.flow = flow
        return shown


def explore(
    book: RegistrationBook,
    at: float | None = None,
    *,
    caller: str = "",
    callee: str = "",
    theme: Theme = "light",
) -> Explorer:
    """Return a panel of widgets around a call, to look at and to play with.

    Args:
        book: Who is registered.
        at: Unix time in seconds where the time slider starts; None: the latest acceptance in the book, or now
            where no time is given. The slider ends where the last registration has ended.
        caller: Who calls at first; empty: the first number of the book.
        callee: Who is called at first; empty: the second one.
        theme: `light` or `dark`, for the picture.

    Raises:
        SipBreakoutError: ipywidgets is not installed.
    """
    return Explorer(book, at, caller=caller, callee=callee, theme=theme)


_WIDE = {"style": {"description_width": "9em"}}
"""So that no label is cut."""


def _words(kind: type[_Word]) -> list[tuple[str, _Word]]:
    return [(choice_words(str(member)), member) for member in kind]


def _start(book: RegistrationBook) -> float:
    accepted: Iterable[float] = (lease.accepted_at for lease in book if lease.accepted_at is not None)
    return max(accepted, default=time.time())


def _longest_life(book: RegistrationBook) -> float:
    """Return the seconds that the time slider covers: the longest TTL."""
    return max((lease.ttl for lease in book if math.isfinite(lease.ttl)), default=DEFAULT_TTL)
