"""The question about a call, in fields that say what is wrong with them."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any, ClassVar, Protocol

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.message import Message
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from sipbreakout_model import CalleeBehaviour, PrefixReading, TasBehaviour, UnmatchedReturn
from sipbreakout_tui.services.calls.question import FIELD_WORDS, Asked, Question, choice_words, differing
from sipbreakout_tui.services.calls.text import Standing
from sipbreakout_tui.services.number_index import NumberIndex
from sipbreakout_tui.tui.widgets.plain_input import PlainInput

_CHOICES: dict[str, list[tuple[str, str | bool]]] = {
    name: [(choice_words(member.value), member.value) for member in kind]
    for name, kind in (
        ("callee_does", CalleeBehaviour),
        ("tas", TasBehaviour),
        ("fallback_tas", TasBehaviour),
        ("prefix_reading", PrefixReading),
        ("unmatched_return", UnmatchedReturn),
    )
}
_CHOICES["resets_max_forwards"] = [("no", False), ("yes", True)]
_HINTS = {
    "caller": "+47… or anonymous",
    "callee": "+47… or 112",
    "forwards_to": "+47…",
    "placed_by": "sips:tas.example.com",
}
_STANDING_LOOKS = {
    "in force": ("●", "$success"),
    "expiring": ("◐", "$warning"),
    "out of force": ("○", "$secondary"),
    "none": ("○", "$secondary"),
}
KNOBS = (
    *("fallback_tas", "placed_by", "prefix_reading", "unmatched_return"),
    *("hops_per_turn", "max_forwards", "resets_max_forwards"),
)
"""Rarely turned: folded away."""


class HasNumber(Protocol):
    """What has a number: a row of a list."""

    @property
    def number(self) -> str:
        """The number."""


class NumberSuggester(Suggester):
    """Completes a number from those that are known."""

    def __init__(self) -> None:
        """Start without numbers."""
        super().__init__(use_cache=False, case_sensitive=True)
        self._index = NumberIndex()
        self._source: object = None

    async def learn(self, rows: Sequence[HasNumber]) -> None:
        """Know the numbers of these rows; puts them in order in a thread, where they are others than before."""
        if self._source is not rows or len(self._index) != len(rows):
            self._source = rows
            self._index = await asyncio.to_thread(lambda: NumberIndex([row.number for row in rows]))

    async def get_suggestion(self, value: str) -> str | None:
        """Return the first number that goes on from here, or `anonymous`."""
        if value and "anonymous".startswith(value):
            return "anonymous"
        return self._index.starting(value)


class QuestionForm(Container):
    """Numbers and main choices always; the rest folded, with what is unusual about it in one line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "to the answer", id="question.leave", tooltip="Go on to the answer."),
    ]

    class Changed(Message):
        """Something else is asked."""

    class Left(Message):
        """The answer shall have the focus."""

    class NumbersWanted(Message):
        """A number is about to be typed."""

    def __init__(self, *, id: str | None = None) -> None:
        """Start with nothing asked."""
        super().__init__(id=id)
        self.question = Question()
        """What the fields hold."""
        self._suggester = NumberSuggester()
        self._said: dict[str, Content] = {}

    def compose(self) -> ComposeResult:
        """Yield the fields."""
        with Horizontal(id="question-main"):
            with Container(id="question-numbers"):
                for name in ("caller", "callee"):
                    with Horizontal(classes="question-field"):
                        yield from self._field(name)
                        yield Static("", id=f"{name}-said", classes="question-said", markup=False)
            with Container(id="question-choices"):
                for name in ("callee_does", "tas"):
                    with Horizontal(classes="question-field"):
                        yield from self._field(name)
        with Horizontal(classes="question-field", id="question-forwards"):
            yield from self._field("forwards_to")
            yield Static("", id="forwards_to-said", classes="question-said", markup=False)
        with Container(id="question-knobs"):
            for name in KNOBS:
                with Horizontal(classes="question-field"):
                    yield from self._field(name)
        yield Static("", id="question-unusual", markup=False)

    def _field(self, name: str) -> Iterator[Widget]:
        usual = Question()
        yield Static(FIELD_WORDS[name], classes="question-label", markup=False)
        if name in _CHOICES:
            yield Select(_CHOICES[name], value=getattr(usual, name), allow_blank=False, compact=True, id=name)
            return
        yield PlainInput(
            getattr(usual, name),
            placeholder=_HINTS.get(name, ""),
            compact=True,
            max_length=80,
            select_on_focus=False,
            suggester=self._suggester if name in ("caller", "callee", "forwards_to") else None,
            id=name,
        )

    # The question

    def fill(self, question: Question) -> None:
        """Put a question into the fields, without telling of it."""
        self.question = question
        for each in fields(Question):
            widget = self.query_one(f"#{each.name}")
            if isinstance(widget, (Input, Select)):
                with widget.prevent(Input.Changed, Select.Changed):
                    widget.value = getattr(question, each.name)

    def focus_field(self, name: str) -> None:
        """Put the focus into a field."""
        self.query_one(f"#{name}").focus()

    @property
    def folded(self) -> bool:
        """Whether the knobs are hidden."""
        return not self.has_class("-unfolded")

    def fold(self, folded: bool) -> None:
        """Hide the knobs, or show them."""
        self.set_class(not folded, "-unfolded")

    # What is said of it

    def say(self, asked: Asked, standings: dict[str, Standing]) -> None:
        """Say beside each field what is wrong, odd, or in force."""
        for name in ("caller", "callee", "forwards_to"):
            self._put(f"{name}-said", _beside(name, asked, standings.get(name)), layout=False)
        question = self.question
        self.set_class(question.forwards, "-forwards")
        said = [
            ("✖ ", f"{FIELD_WORDS[name]}: {text}", "$error")
            for name, text in asked.problems.items()
            if name not in ("caller", "callee", "forwards_to")
        ]
        unusual = differing(question) if self.folded else []
        if unusual:
            said.append(("◆ ", " · ".join(unusual), "$accent"))
        self.set_class(bool(said), "-said")
        lines = [Content.assemble((sign, f"bold {style}"), (text, style)) for sign, text, style in said]
        self._put("question-unusual", Content("\n").join(lines), layout=True)
        for each in fields(Question):
            self.query_one(f"#{each.name}").set_class(each.name in asked.problems, "-wrong")

    def _put(self, name: str, content: Content, *, layout: bool) -> None:
        """Show a content where it is another one: each second the same is said again."""
        if self._said.get(name) != content:
            self._said[name] = content
            self.query_one(f"#{name}", Static).update(content, layout=layout)

    # Keys

    def action_leave(self) -> None:
        """Go to the answer."""
        self.post_message(self.Left())

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left())

    @on(Input.Changed)
    @on(Select.Changed)
    def _changed(self, event: Input.Changed | Select.Changed) -> None:
        event.stop()
        value: Any = event.value  # of a Select that is being made: none yet
        if isinstance(value, (str, bool)) and event.control.id is not None:
            changed: dict[str, Any] = {event.control.id: value}
            question = replace(self.question, **changed)
            if question != self.question:
                self.question = question
                self.post_message(self.Changed())

    def on_descendant_focus(self) -> None:
        """Know the numbers by the time one is typed."""
        if isinstance(self.screen.focused, Input):
            self.post_message(self.NumbersWanted())

    @work(exclusive=True, group="numbers")
    async def learn(self, rows: Sequence[HasNumber]) -> None:
        """Complete numbers from these rows."""
        await self._suggester.learn(rows)


def _beside(name: str, asked: Asked, standing: Standing | None) -> Content:
    if name in asked.problems:
        return Content.styled(f"✖ {asked.problems[name]}", "$error")
    if name in asked.notes:
        return Content.styled(f"▲ {asked.notes[name]}", "$warning")
    if standing is None:
        return Content("")
    glyph, colour = _STANDING_LOOKS[standing.kind]
    return Content.assemble((f"{glyph} ", colour), (standing.text, "" if standing.kind == "in force" else colour))
