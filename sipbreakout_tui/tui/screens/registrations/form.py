"""The form that adds or changes a registration: read while it is typed, refused in place."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from sipbreakout_model import Registration, RouteType, SipBreakoutError
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.tui.screens.dialog import Dialog
from sipbreakout_tui.tui.screens.registrations.choice_line import ChoiceLine
from sipbreakout_tui.tui.widgets.picture import picture_content

if TYPE_CHECKING:
    from sipbreakout_tui.services.registrations.form import FormReading, FormText
    from sipbreakout_tui.services.registrations.live import LiveRegistrations

EXAMPLE_NUMBER = "+12025550123"
"""Valid in its plan, which keeps 555-0100 to 555-0199 free for examples."""

_WARNINGS_SECONDS = 0.2
"""How long nothing is typed before what is dangerous is looked for."""

_MOST_REMARKS = 3

_KEEP = ("no", "yes, the keeper refreshes it before it ends")

_TYPES = {
    RouteType.LOOP: "through the TAS first, outgoing and incoming calls",
    RouteType.LOOP_MO: "through the TAS first, outgoing calls only",
    RouteType.LOOP_MT: "through the TAS first, incoming calls only",
    RouteType.FORK: "the TAS is rung at the same time as the callee",
    RouteType.FALLBACK: "the TAS is rung if the callee does not answer",
    RouteType.INGRESS: "the TAS may place calls to the number",
}


class TextField(Input):
    """An input that takes what is pasted as one line of printable characters."""

    def __init__(self, value: str, hint: str, *, id: str) -> None:
        """Take what stands there first, and what stands there while it is empty."""
        super().__init__(value, placeholder=hint, compact=True, select_on_focus=False, id=id, max_length=300)

    def _on_paste(self, event: events.Paste) -> None:
        from sipbreakout_tui.services.registrations.form import one_line

        event.prevent_default()
        event.stop()
        selection = self.selection
        room = 300 - len(self.value) + len(self.selected_text)
        self.replace(one_line(event.text)[:room], *sorted(selection))


class RegistrationForm(Dialog[Registration]):
    """Asks for a registration, sends it, and gives it back once the core took it."""

    CSS_PATH = "form.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (33, "-high")]  # noqa: RUF012 - as Screen declares it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "send", "send", id="form.send", tooltip="Send the registration; enter in a field does, too."),
    ]

    def __init__(self, live: "LiveRegistrations", edited: Registration | None) -> None:
        """Take the registrations, and the one to change; None: one is added."""
        super().__init__("Add a registration" if edited is None else f"Edit the registration of {edited.number}")
        self._live = live
        self._edited = edited
        row = None if edited is None else live.row(edited.number.text)
        self._kept = row is not None and bool(row.kept)
        self._reading: FormReading | None = None
        self._tried: set[str] = set()
        self._sending = False
        self._behind = False
        self._warned: list[str] = []
        self._timer: Timer | None = None

    def body(self) -> Iterable[Widget]:
        """Yield fields, pictures and buttons."""
        from sipbreakout_tui.services.registrations.form import FormText

        text = FormText() if self._edited is None else FormText.of(self._edited)
        with VerticalScroll(classes="form-fields", can_focus=False):
            yield from self._row("number", TextField(text.number, EXAMPLE_NUMBER, id="number"))
            yield from self._row("TAS", TextField(text.sip_uri, "sips:tas.example.com", id="sip_uri"))
            yield from self._row(
                "type", ChoiceLine([kind.name for kind in RouteType], text.route_type, id="route_type")
            )
            yield Static("", classes="form-type", markup=False)
            with Horizontal(classes="form-row"):
                yield Static("MO", classes="form-label", markup=False)
                yield TextField(text.mo, "prefix, or empty", id="mo")
                yield Static("MT", classes="form-label -second", markup=False)
                yield TextField(text.mt, "prefix, or empty", id="mt")
            yield Static("", id="said-mo", classes="form-said", markup=False)
            yield Static("", id="said-mt", classes="form-said", markup=False)
            with Horizontal(classes="form-row -close"):
                yield Static("keep", classes="form-label", markup=False)
                yield ChoiceLine(_KEEP, _KEEP[self._kept], id="keep")
            with Horizontal(classes="form-doings"):
                yield Static("", id="doing-0", markup=False)
                yield Static("", id="doing-1", markup=False)
            yield Static("", classes="form-remarks", markup=False)
        yield Static("", classes="form-state", markup=False)
        with Horizontal(classes="dialog-buttons"):
            yield Button("Send", compact=True, id="send", variant="primary")
            yield Button("Cancel", compact=True, id="cancel")
            yield Static("enter sends   esc leaves", classes="form-keys", markup=False)

    def _row(self, label: str, widget: Widget) -> Iterable[Widget]:
        with Horizontal(classes="form-row"):
            yield Static(label, classes="form-label", markup=False)
            yield widget
        yield Static("", id=f"said-{widget.id}", classes="form-said", markup=False)

    def on_mount(self) -> None:
        """Put the focus where one types first."""
        self.query_one("#number" if self._edited is None else "#sip_uri").focus()
        self._say_state()
        self._read()

    # While it is typed

    @property
    def _text(self) -> "FormText":
        from sipbreakout_tui.services.registrations.form import FormText

        typed = {name: self.query_one(f"#{name}", Input).value for name in ("number", "sip_uri", "mo", "mt")}
        return FormText(**typed, route_type=self.query_one("#route_type", ChoiceLine).value)

    @on(Input.Changed)
    @on(ChoiceLine.Changed, "#route_type")
    def _typed(self) -> None:
        if not self._behind:
            self._behind = True
            self.call_after_refresh(self._catch_up)

    def _catch_up(self) -> None:
        """Read what was typed, once for all keys that came at once: the next ones must not wait for each picture."""
        if not self._behind or self.was_left or not self.is_attached:
            return
        self._behind = False
        self._read()
        if not self._sending:
            self._say_state()

    def _read(self) -> None:
        """Read the fields, and show what they mean."""
        from sipbreakout_tui.services.registrations.form import read_form

        reading = self._reading = read_form(self._text)
        for name in ("number", "sip_uri", "mo", "mt"):
            problem = reading.problems.get(name, "")
            if problem == "missing" and name not in self._tried:
                problem = ""
            said = self.query_one(f"#said-{name}", Static)
            said.update(f"✖ {problem}" if problem else "")
            said.set_class(bool(problem), "-there")
        kind = RouteType[self.query_one("#route_type", ChoiceLine).value]
        self.query_one(".form-type", Static).update(_TYPES[kind])
        self._draw()
        self._warned = []
        self._remark()
        if self._timer is not None:
            self._timer.stop()
        if reading.registration is not None:
            self._timer = self.set_timer(_WARNINGS_SECONDS, partial(self._warn, reading.registration))

    def _draw(self) -> None:
        """Draw what the registration does; what is not typed yet is taken for an example."""
        from sipbreakout_tui.services.registrations.form import FormText, read_form
        from sipbreakout_tui.services.registrations.what_it_does import what_it_does

        text = self._text
        reading = self._reading
        if reading is not None and reading.registration is None:
            example = FormText(EXAMPLE_NUMBER, "sips:tas.example.com", text.route_type, text.mo, text.mt)
            wrong = {name: "" for name in ("mo", "mt") if name in reading.problems}
            reading = read_form(replace(example, **wrong))
        if reading is None or reading.registration is None:
            return
        for at, doing in enumerate(what_it_does(reading.registration)):
            lines = Content("\n").join([Content.styled(doing.title, "$secondary"), picture_content(doing.lines)])
            self.query_one(f"#doing-{at}", Static).update(lines)

    def _remark(self) -> None:
        from sipbreakout_tui.services.registrations.form import remarks

        registration = None if self._reading is None else self._reading.registration
        said = []
        if registration is not None:
            row = self._live.row(registration.number.text)
            said = remarks(registration, self._edited, row, self._live.clock())
        said += self._warned
        more = [f"… and {len(said) - _MOST_REMARKS} more: 4 Hazards"] if len(said) > _MOST_REMARKS else []
        shown = [f"▲ {words}" for words in said[:_MOST_REMARKS]] + more
        remarked = self.query_one(".form-remarks", Static)
        remarked.update("\n".join(shown))
        remarked.display = bool(shown)

    @work(exclusive=True, group="warnings")
    async def _warn(self, registration: Registration) -> None:
        from sipbreakout_tui.services.registrations.form import warnings

        found = await asyncio.to_thread(warnings, registration)
        if self._reading is not None and self._reading.registration == registration:
            self._warned = found
            self._remark()

    def _say_state(self, words: str = "", *, bad: bool = False) -> None:
        profile = self._live.profile
        if not words and not profile.is_local:
            words = f"Changes {profile.target} (profile {profile.name})."
        state = self.query_one(".form-state", Static)
        state.update(words)
        state.display = bool(words)
        state.set_class(bad, "-bad")

    # Sending

    @on(Input.Submitted)
    @on(Button.Pressed, "#send")
    def action_send(self) -> None:
        """Send what is typed, where it can be."""
        if self._sending or self._reading is None:
            return
        self._behind = False  # what was typed is read here: catching up later would wipe the answer away
        self._tried = {"number", "sip_uri"}
        self._read()
        registration = self._reading.registration
        if registration is None:
            first = next(iter(self._reading.problems))
            self.query_one(f"#{first}").focus()
            return
        self._sending = True
        self.query_one("#send", Button).disabled = True
        self._say_state(f"sending to {self._live.profile.target} … esc leaves it to itself")
        # The app's own: who leaves the form does not take back what is under way.
        self.app.run_worker(
            self._send(registration, self.query_one("#keep", ChoiceLine).value == _KEEP[1]), group="send"
        )

    async def _send(self, registration: Registration, keep: bool) -> None:
        from sipbreakout_tui.rpc.errors import Refused

        refused = ""
        try:
            await self._live.upsert(registration)
            if keep or self._live.row(registration.number.text) is not None:
                await self._live.keep([registration.number.text], keep)
        except Refused as error:
            refused = f"✖ the core refuses: {visible(error.words) or 'it gives no reason'}"
        except SipBreakoutError as error:
            refused = f"✖ {visible(str(error), keep=chr(10))}"
        if self.was_left or not self.is_attached:
            self._tell(registration, refused)
            return
        self._sending = False
        self.query_one("#send", Button).disabled = False
        if refused:
            self._say_state(refused, bad=True)
            return
        self._tell(registration, "")
        self.dismiss(registration)

    def _tell(self, registration: Registration, refused: str) -> None:
        if refused:
            self.app.notify(f"{registration.number}: {refused}", severity="error", markup=False, timeout=10)
        else:
            self.app.notify(f"{registration.number} registered", markup=False)

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.dismiss(None)
