"""Place 2: a question about a call, and at once its legs, why, and the SIP ladder."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from sipbreakout_model import E164, CallFlow, Registrations, SipBreakoutError, TasBehaviour
from sipbreakout_model.numbers import e164_or_none
from sipbreakout_model.rules import RULES
from sipbreakout_tui.diagram.ladder import sip_ladder
from sipbreakout_tui.diagram.text import leg_diagram
from sipbreakout_tui.services.calls.past import Leases, WithPast, read_past
from sipbreakout_tui.services.calls.question import Answer, Asked, Question, ask, why_lines
from sipbreakout_tui.services.calls.text import Standing, answer_text, explain_command, leg_count, leg_words, standing
from sipbreakout_tui.services.calls.variants import Drop, Edit, Move, TakeOver, WhatIf
from sipbreakout_tui.services.rule_text import rule_lines
from sipbreakout_tui.tui.copying import copy
from sipbreakout_tui.tui.place import Place
from sipbreakout_tui.tui.requests import EditRegistration, ExplainCall, Request, ShowNumber
from sipbreakout_tui.tui.screens.call.moment import MINUTES, MomentSlider
from sipbreakout_tui.tui.screens.call.pictures import FlowPicture
from sipbreakout_tui.tui.screens.call.question import QuestionForm
from sipbreakout_tui.tui.screens.call.why import WhyList
from sipbreakout_tui.tui.screens.dialog import TextDialog
from sipbreakout_tui.tui.words import clock_time

if TYPE_CHECKING:
    from sipbreakout_tui.services.registrations.live import Changed, LiveRegistrations

VIEWS = ("diagram", "why", "ladder")
"""What can be large, or where room is short shown alone."""

HINT = "Who calls whom? Type both numbers above: a number, for the caller also anonymous, for the callee also 112."


class CallPlace(Place):
    """What a call does, answered while it is asked."""

    NAME = "call"
    AUTO_FOCUS = ""
    MUTATING = frozenset({"mend"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "field('caller')", "caller", id="call.caller", tooltip="Type who calls."),
        Binding("C", "field('callee')", "callee", show=False, id="call.callee", tooltip="Type who is called."),
        Binding("n", "step(1)", "next leg", id="call.next", tooltip="Point at the next leg."),
        Binding("p", "step(-1)", "previous", show=False, id="call.previous", tooltip="Point at the leg before."),
        Binding("w", "what_if", "what if", id="call.what_if", tooltip="Change one thing and see what differs."),
        Binding("f", "mend", "fix", id="call.mend", tooltip="Open the registration that puts the call right."),
        Binding("v", "view", "view", id="call.view", tooltip="Go on to the next of diagram, why and ladder."),
        Binding("l", "ladder", "ladder", id="call.ladder", tooltip="Make the SIP ladder large, or the diagram again."),
        Binding("t", "moment", "time", id="call.moment", tooltip="Go to the slider of the moment of the call."),
        Binding("0", "now", "now", show=False, id="call.now", tooltip="Place the call now."),
        Binding("k", "knobs", "knobs", id="call.knobs", tooltip="Show the rarely used choices, or fold them away."),
        Binding("r", "reverse", "reverse", show=False, id="call.reverse", tooltip="Let the callee call the caller."),
        Binding("s", "save", "save", id="call.save", tooltip="Save as SVG, PNG, PDF, Mermaid or text."),
        Binding("y", "copy", "copy", id="call.copy", tooltip="Copy the explanation with its diagram."),
        Binding(
            "Y", "copy_command", "copy command", show=False, id="call.copy_command", tooltip="Copy as command line."
        ),
        Binding("escape", "unpoint", "no leg", show=False, id="call.unpoint", tooltip="Point at no leg."),
    ]
    CSS_PATH = "place.tcss"

    def __init__(self) -> None:
        """Start with nothing asked."""
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]
        self._answer: Answer | None = None
        self._leg: int | None = None
        self._minute = 0.0
        self._view = "diagram"
        self._past: Leases = {}
        self._asked_before = False

    def body(self) -> Iterable[Widget]:
        """Yield question, moment, and the panes of the answer."""
        yield QuestionForm(id="question")
        with Horizontal(id="moment-row"):
            yield Static("when", id="moment-label", markup=False)
            yield MomentSlider(id="moment")
            yield Static("", id="moment-said", markup=False)
        with Vertical(id="answer", classes="-diagram"):
            with Horizontal(id="answer-top"):
                with Vertical(id="diagram-pane"):
                    yield FlowPicture(id="diagram")
                    yield Static("", id="leg", markup=False)
                yield WhyList(id="why")
            yield FlowPicture(id="ladder")
        yield Static(HINT, id="call-hint", markup=False)

    # News

    def opened(self, live: "LiveRegistrations") -> None:
        """Ask again; in the demo its question is there at first."""
        form = self.query_one(QuestionForm)
        demo = None if self.sip_app.bench is None else self.sip_app.bench.demo
        if not self._asked_before:
            self._asked_before = True
            if demo is not None:
                form.fill(Question(demo.caller, demo.callee))
            if form.question.caller:
                self._focus_view()
            else:
                form.focus_field("caller")
        self._read_past()
        self._ask()

    def changed(self, live: "LiveRegistrations", changed: "Changed") -> None:
        """Ask again."""
        self._read_past()
        self._ask()

    def ticked(self, now: float) -> None:
        """Follow the clock: leases end."""
        self._ask(self._answer)

    def arrive(self, request: Request) -> None:
        """Ask what another place wants to know."""
        if not isinstance(request, ExplainCall):
            return
        form = self.query_one(QuestionForm)
        question = form.question
        known = {member.value for member in TasBehaviour}
        form.fill(
            replace(
                question,
                caller=request.caller or question.caller,
                callee=request.callee or question.callee,
                tas=request.tas if request.tas in known else question.tas,
            )
        )
        self._asked_before = True
        self._leg = None
        self._asked_anew()
        if form.question.callee:
            self._focus_view()
        else:
            form.focus_field("callee")  # what is typed next

    # The question

    @on(QuestionForm.Changed)
    @on(MomentSlider.Moved)
    def _asked_anew(self) -> None:
        self._read_past()
        self._ask()

    @on(QuestionForm.Left)
    def _left(self) -> None:
        self._focus_view()

    @on(QuestionForm.NumbersWanted)
    def _learn_numbers(self) -> None:
        if self.live is not None:
            self.query_one(QuestionForm).learn(self.live.rows)

    @property
    def _at(self) -> float:
        """The moment of the call, Unix time in seconds."""
        return self.sip_app.clock() + 60.0 * self.query_one(MomentSlider).minutes

    @property
    def _registrations(self) -> Registrations | None:
        """Who is registered; where the moment is past, with what the ledger knows of it."""
        live = self.live
        if live is None or self.query_one(MomentSlider).minutes >= 0:
            return live
        return WithPast(live, self._past)

    @work(exclusive=True, group="past")
    async def _read_past(self) -> None:
        live, minutes = self.live, self.query_one(MomentSlider).minutes
        if live is None or minutes >= 0:
            return
        question = self.query_one(QuestionForm).question
        numbers = {E164(text) for text in _numbers_of(question)}
        since = live.clock() - 60.0 * 4 * MINUTES
        try:
            past = await asyncio.to_thread(read_past, live.ledger, live.profile.target, numbers, since)
        except SipBreakoutError as error:
            self.sip_app.say_error(error)
            return
        if past != self._past:
            self._past = past
            self._ask()

    def _ask(self, former: Answer | None = None) -> None:
        """Answer what the fields ask, and show it; with the former answer where only time has passed."""
        registrations = self._registrations
        if registrations is None:
            return
        form = self.query_one(QuestionForm)
        asked = ask(form.question, self._at, registrations, former)
        self._show_moment()
        form.say(asked, self._standings(asked, registrations))
        self._show(asked, only_time=former is not None)

    def _standings(self, asked: Asked, registrations: Registrations) -> dict[str, Standing]:
        """Return how the registrations of both parties stand, of an unfinished question those of whole numbers."""
        question = self.query_one(QuestionForm).question
        parties: dict[str, E164 | str | None]
        if asked.answer is None:
            whole = {"caller": e164_or_none(question.caller.strip()), "callee": e164_or_none(question.callee.strip())}
            parties = {name: number for name, number in whole.items() if number is not None}
        else:
            parties = {"caller": asked.answer.case.call.caller, "callee": asked.answer.case.call.callee}
        found = {}
        for name, number in parties.items():
            row = self.live.row(str(number)) if self.live is not None else None
            found[name] = standing(registrations, number, self._at, kept=bool(row is not None and row.kept))
        return found

    # The answer

    def _show(self, asked: Asked, *, only_time: bool) -> None:
        empty = self._answer is None and asked.answer is None
        self.query_one("#answer").display = not empty
        self.query_one("#call-hint").display = empty
        self.query_one("#answer").set_class(asked.answer is None, "-stale")
        if asked.answer is None:
            return
        former, self._answer = self._answer, asked.answer
        if former is None or (former.to_register, former.to_delete) != (
            self._answer.to_register,
            self._answer.to_delete,
        ):
            self.refresh_bindings()
        if self._leg is not None and self._leg >= leg_count(asked.answer.flow):
            self._leg = None
        alike = former is not None and _looks_alike(former.flow, asked.answer.flow)
        minute = asked.answer.case.call.at // 60
        # The list takes the longest to show: of seconds that pass in its sentences it tells once a minute.
        if not (only_time and alike and minute == self._minute):
            self._minute = minute
            self.query_one(WhyList).show(why_lines(asked.answer))
        if not alike:
            self._draw()

    def _draw(self) -> None:
        answer = self._answer
        if answer is None:
            return
        self.query_one("#diagram", FlowPicture).show(partial(leg_diagram, answer.flow), self._leg)
        self.query_one("#ladder", FlowPicture).show(partial(sip_ladder, answer.flow), self._leg)
        self._show_leg(answer)

    def _show_leg(self, answer: Answer) -> None:
        said = self.query_one("#leg", Static)
        said.display = self._leg is not None
        if self._leg is None:
            return
        first, *more = leg_words(answer.flow, self._leg)
        place = f"   {self._leg + 1} of {leg_count(answer.flow)}"
        words = Content.assemble((first, "bold"), (place, "$secondary"), "\n" + "\n".join(more))
        said.update(words, layout=False)

    def _show_moment(self) -> None:
        slider = self.query_one(MomentSlider)
        now = self.sip_app.clock()
        ends, reach = [], MINUTES
        for text in _numbers_of(self.query_one(QuestionForm).question):
            lease = None if self.live is None else self.live.last(E164(text))
            if lease is not None and lease.expires_at is not None:
                ends.append((lease.expires_at - now) / 60.0)
                reach = max(reach, round(lease.ttl / 60.0))
        slider.show_ends(tuple(ends), reach)
        minutes = slider.minutes
        words = "now" if minutes == 0 else f"{abs(minutes)} min {'later' if minutes > 0 else 'ago'}"
        said = Content.assemble((clock_time(self._at), "bold"), (f"  {words}", "$accent" if minutes else "$secondary"))
        self.query_one("#moment-said", Static).update(said, layout=False)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action may run: a fix only where there is one that we can make."""
        if action == "mend":
            answer = self._answer
            if answer is None or (answer.to_register is None and answer.to_delete is None):
                return False
        return super().check_action(action, parameters)

    def action_field(self, name: str) -> None:
        """Go to a field of the question."""
        self.query_one(QuestionForm).focus_field(name)

    def action_step(self, by: int) -> None:
        """Point at another leg."""
        if self._answer is None:
            return
        count = leg_count(self._answer.flow)
        start = -1 if by > 0 else count
        self._leg = ((start if self._leg is None else self._leg) + by) % count
        if self._view == "why" and self._alone:
            self._set_view("diagram")
        self._show_leg(self._answer)
        for picture in self.query(FlowPicture):
            picture.point_at(self._leg)

    def action_unpoint(self) -> None:
        """Point at no leg; where none is pointed at, go to the answer."""
        if self._leg is None:
            self._focus_view()
        self._leg = None
        self._draw()

    def action_moment(self) -> None:
        """Go to the slider."""
        self.query_one(MomentSlider).focus()

    def action_now(self) -> None:
        """Place the call now."""
        self.query_one(MomentSlider).minutes = 0

    def action_knobs(self) -> None:
        """Show or fold the rarely used choices."""
        form = self.query_one(QuestionForm)
        form.fold(not form.folded)
        self._ask()
        if form.folded:
            self._focus_view()
        else:
            form.focus_field("fallback_tas")

    def action_reverse(self) -> None:
        """Let the callee call the caller."""
        form = self.query_one(QuestionForm)
        question = form.question
        form.fill(replace(question, caller=question.callee, callee=question.caller))
        self._asked_anew()

    def action_view(self) -> None:
        """Go on to the next pane."""
        self._set_view(VIEWS[(VIEWS.index(self._view) + 1) % len(VIEWS)])

    def action_ladder(self) -> None:
        """Make the ladder large, or the diagram again."""
        self._set_view("diagram" if self._view == "ladder" else "ladder")

    @property
    def _alone(self) -> bool:
        """Whether there is room for one pane only."""
        return self.has_class("-narrow") or self.has_class("-low")

    def _set_view(self, view: str) -> None:
        answer = self.query_one("#answer")
        answer.remove_class(f"-{self._view}")
        answer.add_class(f"-{view}")
        self._view = view
        self._focus_view()

    def _focus_view(self) -> None:
        self.query_one(f"#{self._view}").focus()

    @on(WhyList.RuleWanted)
    def _show_rule(self, event: WhyList.RuleWanted) -> None:
        rule = RULES.get(event.rule)
        if rule is not None:
            title, *lines = rule_lines(rule, min(96, max(self.size.width - 14, 20)))
            self.app.push_screen(TextDialog(title, "\n".join(line.strip() for line in lines)))

    async def action_mend(self) -> None:
        """Open the registration that puts the call right, as it should be."""
        answer = self._answer
        if answer is None:
            return
        if answer.to_register is not None:
            await self.sip_app.go("registrations", EditRegistration(answer.to_register))
        elif answer.to_delete is not None:
            await self.sip_app.go("registrations", ShowNumber(answer.to_delete.text))

    @work(exclusive=True, group="dialog")
    async def action_what_if(self) -> None:
        """Change one thing, and see what differs."""
        from sipbreakout_tui.tui.screens.call.what_if import WhatIfDialog

        answer, registrations = self._answer, self._registrations
        if answer is None or registrations is None:
            return
        what_if = WhatIf(self.query_one(QuestionForm).question, answer.case, registrations)
        taken = await self.app.push_screen_wait(WhatIfDialog(what_if, read_only=self.sip_app.read_only))
        if taken is not None:
            await self._take_over(taken)

    async def _take_over(self, taken: TakeOver) -> None:
        if isinstance(taken, Edit):
            await self.sip_app.go("registrations", EditRegistration(taken.registration))
        elif isinstance(taken, Drop):
            await self.sip_app.go("registrations", ShowNumber(taken.number.text))
        elif isinstance(taken, Move):
            minutes = (taken.at - self.sip_app.clock()) / 60.0
            self.query_one(MomentSlider).minutes = -int(-minutes // 1)  # up: what ended at that moment has ended
        else:
            self.query_one(QuestionForm).fill(taken)
            self._asked_anew()

    @work(exclusive=True, group="dialog")
    async def action_save(self) -> None:
        """Save what is shown."""
        from sipbreakout_tui.tui.screens.call.save import save

        if self._answer is not None:
            await save(self.sip_app, self._answer)

    def action_copy(self) -> None:
        """Copy the explanation with its diagram."""
        if self._answer is not None:
            copy(self.app, answer_text(self._answer), "the explanation with its diagram")

    def action_copy_command(self) -> None:
        """Copy the command line that asks the same."""
        if self._answer is not None:
            command = explain_command(self.query_one(QuestionForm).question, self._at)
            copy(self.app, command, "the command, which reads registrations.toml (ctrl+s in 1 exports one)")


def _looks_alike(one: CallFlow, other: CallFlow) -> bool:
    """Return whether two flows have the same pictures: then only time has passed."""

    def shown(flow: CallFlow) -> tuple[object, ...]:
        parties = flow.call.caller, flow.call.callee, flow.call.placed_by
        return (
            parties,
            flow.legs,
            flow.outcome,
            flow.loop,
            list(map(str, flow.absent)),
            [step.code for step in flow.steps],
        )

    return shown(one) == shown(other)


def _numbers_of(question: Question) -> list[str]:
    """Return the numbers of a question that can be registered."""
    texts = [question.caller.strip(), question.callee.strip()]
    if question.forwards:
        texts.append(question.forwards_to.strip())
    return list(dict.fromkeys(text for text in texts if e164_or_none(text) is not None))
