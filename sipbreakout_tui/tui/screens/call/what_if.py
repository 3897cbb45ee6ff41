"""What-if: every single change of a call with what it does, and one of them side by side with the call as it is."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Select, Static
from textual.widgets.option_list import Option

from sipbreakout_model import CallFlow, Leg, OutcomeKind, SipBreakoutError
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.services.calls.variants import Drop, Edit, Slot, TakeOver, Variant, WhatIf
from sipbreakout_tui.tui.screens.dialog import Dialog
from sipbreakout_tui.tui.widgets.plain_input import PlainInput

_NOTHING = "type a value, or choose a change below"


class WhatIfDialog(Dialog[TakeOver]):
    """One thing changed; gives what makes the change real."""

    CSS_PATH = "what_if.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "type", "type a value", id="what_if.type", tooltip="Type another TAS, prefix or moment."),
    ]

    def __init__(self, what_if: WhatIf, *, read_only: bool = False) -> None:
        """Take the call.

        Args:
            what_if: The call and its changes.
            read_only: Whether changes of registrations cannot be taken over.
        """
        super().__init__("What if one thing were other?")
        self._what_if = what_if
        self._read_only = read_only
        self._slots = what_if.slots()
        # What changes nothing comes last; in itself the order stays.
        self._listed = sorted(what_if.variants(), key=lambda variant: not variant.difference)
        self._typed: Variant | None = None

    def body(self) -> Iterable[Widget]:
        """Yield what can be typed, the changes, and both calls side by side."""
        with Horizontal(id="what-if-typed"):
            yield Select(
                [(slot.words, index) for index, slot in enumerate(self._slots)],
                allow_blank=False,
                compact=True,
                id="what-if-slot",
            )
            yield PlainInput(self._slots[0].value, compact=True, max_length=120, id="what-if-value")
        yield Static(_NOTHING, id="what-if-said", markup=False)
        yield OptionList(markup=False, compact=True, id="what-if-list")
        with VerticalScroll(id="what-if-difference"):
            with Horizontal(id="what-if-sides"):
                yield Static("", id="what-if-before", markup=False)
                yield Static("", id="what-if-after", markup=False)
            yield Static("", id="what-if-why", markup=False)
        yield Static("enter take over   t type a value   tab go on   esc leave", classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        """Show the first change."""
        self._fill()
        self.query_one("#what-if-list").focus()

    @property
    def _variants(self) -> list[Variant]:
        return self._listed if self._typed is None else [self._typed, *self._listed]

    def _fill(self) -> None:
        listed = self.query_one("#what-if-list", OptionList)
        width = max((len(variant.text) for variant in self._variants), default=0)
        listed.set_options(Option(_row(variant, width)) for variant in self._variants)
        listed.highlighted = 0 if self._variants else None

    # What is typed

    def action_type(self) -> None:
        """Go to where a value is typed."""
        self.query_one("#what-if-value").focus()

    @on(Select.Changed, "#what-if-slot")
    def _slot_chosen(self) -> None:
        self.query_one("#what-if-value", Input).value = self._slot.value

    @on(Input.Changed, "#what-if-value")
    def _value_typed(self, event: Input.Changed) -> None:
        slot, said = self._slot, self.query_one("#what-if-said", Static)
        words, former = _NOTHING, self._typed
        self._typed = None
        wrong = False
        if (event.value.strip() and event.value != slot.value) or slot.name == "at":
            try:
                self._typed = self._what_if.typed(slot, event.value)
                words = "stands first below"
            except SipBreakoutError as error:
                words, wrong = visible(str(error)), True
        said.update(words)
        said.set_class(wrong, "-bad")
        if former is not None or self._typed is not None:
            self._fill()

    @on(Input.Submitted)
    def _to_list(self) -> None:
        self.query_one("#what-if-list").focus()

    @property
    def _slot(self) -> Slot:
        chosen = self.query_one("#what-if-slot", Select).value
        return self._slots[chosen if isinstance(chosen, int) else 0]

    # The changes

    @on(OptionList.OptionHighlighted)
    def _looked_at(self, event: OptionList.OptionHighlighted) -> None:
        variant = self._variants[event.option_index]
        before, after = self._what_if.before, variant.flow
        self.query_one("#what-if-before", Static).update(_side("as it is", before, variant.difference.lost, "−"))
        self.query_one("#what-if-after", Static).update(_side(variant.text, after, variant.difference.gained, "+"))
        why = [("because  ", step) for step in variant.difference.why]
        why += [("no more  ", step) for step in variant.difference.no_longer]
        lines = [
            Content.assemble((word, "$secondary"), (f"{step.rule:<4} ", "$primary"), str(step)) for word, step in why
        ]
        self.query_one("#what-if-why", Static).update(Content("\n").join(lines))
        self.query_one("#what-if-difference").scroll_home(animate=False)

    @on(OptionList.OptionSelected)
    def _taken(self, event: OptionList.OptionSelected) -> None:
        take = self._variants[event.option_index].take
        if self._read_only and isinstance(take, (Edit, Drop)):
            self.app.notify("Registrations cannot be changed here: read-only.", severity="warning", markup=False)
            return
        self.dismiss(take)


def _row(variant: Variant, width: int) -> Content:
    """Return a change in one line: what, how many legs are gained and lost, and how the call ends."""
    changed = variant.difference
    text = variant.text.ljust(width)
    if not changed:
        return Content.styled(f"{text}   no difference", "$secondary")
    outcome = changed.after
    glyph, colour = ("●", "$success") if outcome.kind is OutcomeKind.ANSWERED else ("✖", "$error")
    return Content.assemble(
        text,
        (f"   +{len(changed.gained)}", "$success" if changed.gained else "$secondary"),
        (f" −{len(changed.lost)}", "$error" if changed.lost else "$secondary"),
        (f"   {glyph} ", colour),
        str(outcome),
    )


def _side(title: str, flow: CallFlow, marked: tuple[Leg, ...], sign: str) -> Content:
    """Return a call with its legs, those only it has marked."""
    colour = "$success" if sign == "+" else "$error"
    left = list(marked)
    turns = "" if flow.loop is None or flow.loop.turns is None else f" after {flow.loop.turns} turns"
    lines = [Content.styled(title, "bold"), Content.styled(f"{flow.outcome}{turns}", "$accent")]
    for leg in flow.legs:
        own = leg in left
        if own:
            left.remove(leg)
        words = f"{sign if own else ' '} {leg.number} {leg.source}→{leg.target}"
        lines.append(Content.styled(f"{words:<16}  {leg.called}", f"bold {colour}" if own else ""))
    return Content("\n").join(lines)
