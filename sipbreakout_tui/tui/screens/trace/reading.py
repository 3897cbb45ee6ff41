"""What the place reads: captures, who is who in them, the registrations that calls are held against."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.timer import Timer

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.tui.place import Place
from sipbreakout_tui.tui.requests import OpenCaptures, Request
from sipbreakout_tui.tui.screens.trace.about import AboutTrace
from sipbreakout_tui.tui.screens.trace.choices import Choice, ChoiceDialog
from sipbreakout_tui.tui.screens.trace.parties import PartiesDialog

if TYPE_CHECKING:
    from sipbreakout_tui.services.registrations.live import LiveRegistrations
    from sipbreakout_tui.services.traces.call_rows import CallList
    from sipbreakout_tui.services.traces.opening import OpenedTrace
    from sipbreakout_tui.services.traces.reading import Known, Question, TraceWork

_LOOK_SECONDS = 0.1
"""How often the progress of a reading is shown."""

_REGISTRATIONS = (".toml", ".json", ".csv")


class ReadingPlace(Place):
    """A place with one trace; how its calls are shown, the subclass knows."""

    def __init__(self) -> None:
        """Start with nothing read."""
        super().__init__()
        self.calls: CallList | None = None
        """What is open; None until something is."""
        self._work: TraceWork | None = None
        self._chosen: Question | None = None
        self._waiting: tuple[Path, ...] = ()
        self._was_asked = False
        self._progress: Timer | None = None
        self._former: list[OpenedTrace] = []
        self._users = 0

    @property
    def busy(self) -> bool:
        """Whether calls are about to be shown."""
        return self._work is not None or bool(self._waiting)

    def show_calls(self, former: "CallList | None") -> None:
        """Called when other calls are open than the former ones."""
        raise NotImplementedError

    def focus_calls(self) -> None:
        """Called when the list of calls shall have the focus."""
        raise NotImplementedError

    # Captures

    def arrive(self, request: Request) -> None:
        """Open captures."""
        if isinstance(request, OpenCaptures):
            self._was_asked = True
            self._waiting = request.paths
            if self.live is not None:
                self._read_waiting()

    def opened(self, live: "LiveRegistrations") -> None:
        """Read what was asked for before the ledger was there; in the demo its capture."""
        bench = self.sip_app.bench
        if not self._was_asked and bench is not None and bench.demo is not None:
            self._was_asked = True
            self._waiting = (bench.demo.capture,)
        self._read_waiting()

    def ticked(self, now: float) -> None:
        """Read without the ledger what waits for it, where it cannot be opened."""
        if self._waiting and self.sip_app.opening_words == "not opened":
            self._read_waiting()

    def on_screen_resume(self) -> None:
        """Close former captures that a dialog may have shown until now."""
        super().on_screen_resume()
        self._close_former()

    def on_unmount(self) -> None:
        """Let everything go."""
        if self._work is not None:
            self._work.give_up()
        if self.calls is not None:
            self._former.append(self.calls.opened)
        for opened in self._former:
            opened.close()

    def _read_waiting(self) -> None:
        from sipbreakout_tui.services.traces.reading import read_captures

        paths, self._waiting = self._waiting, ()
        if not paths:
            return
        # Who is who was said of the former captures.
        question = replace(self.question, core=(), tas=())
        title = ", ".join(visible(path.name) for path in paths)
        self._begin(read_captures(paths, title, question, self._known), question)

    @property
    def question(self) -> "Question":
        """What is taken for granted when calls are diagnosed."""
        from sipbreakout_tui.services.traces.reading import Question

        if self._chosen is None:
            self._chosen = Question()
        return self._chosen

    @property
    def _known(self) -> "Known | None":
        from sipbreakout_tui.services.traces.reading import Known

        live = self.live
        return None if live is None else Known(live.ledger, live.profile.target)

    def _begin(self, begun: "TraceWork", question: "Question") -> None:
        """Follow what was begun; the result of anything before it is not wanted any more."""
        if self._work is not None:
            self._work.give_up()
        self._work = begun
        if self._progress is None:
            self._progress = self.set_interval(_LOOK_SECONDS, self._present)
        self._present()
        self._follow(begun, question)

    @work(group="trace")
    async def _follow(self, begun: "TraceWork", question: "Question") -> None:
        try:
            calls = await begun.calls()
        except SipBreakoutError as error:
            if self._work is begun:
                self._end()
                self.sip_app.say_error(error)
            return
        former = self.calls
        if self._work is not begun:  # something else was begun when the result was there already
            if former is None or former.opened.captures is not calls.opened.captures:
                calls.opened.close()
            return
        self.calls, self._chosen = calls, question
        if former is not None and former.opened.captures is not calls.opened.captures:
            self._former.append(former.opened)
        self._end()
        self.show_calls(former)
        self._close_former()
        for note in calls.opened.notes:
            self.notify(note, severity="warning", markup=False)

    def _end(self) -> None:
        self._work = None
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
        self._present()

    def _present(self) -> None:
        self.query_one(AboutTrace).show(self.calls, self._work)

    @contextmanager
    def using(self) -> Iterator[None]:
        """Keep captures open that are being read from, whatever is opened meanwhile."""
        self._users += 1
        try:
            yield
        finally:
            self._users -= 1
            self._close_former()

    def _close_former(self) -> None:
        if self.app.screen is self and not self._users:
            former, self._former = self._former, []
            for opened in former:
                opened.close()

    # Keys

    def action_back(self) -> None:
        """Stop the reading, give up the diagnosing, or go to the calls."""
        going = self._work
        if going is None:
            self.focus_calls()
        elif going.reads:
            going.stop()
            self._present()
        else:
            going.give_up()
            self._end()
            self.notify("given up: what was there before is shown", markup=False)

    @work(group="dialog", exclusive=True)
    async def action_against(self) -> None:
        """Choose the registrations that calls are held against."""
        from sipbreakout_tui.services.traces.reading import Against
        from sipbreakout_tui.tui.screens.open_file import OpenFile

        question = self.question
        file = "" if question.file is None else f" (now {visible(question.file.name)})"
        choices = (
            Choice(Against.LEDGER.value, "the ledger: what was registered at the time of each call"),
            Choice(Against.FILE.value, f"a file of registrations: TOML, JSON or CSV{file}"),
            Choice(Against.NOTHING.value, "nothing: infer the registrations from the legs"),
        )
        name = await self.app.push_screen_wait(ChoiceDialog("Hold calls against", choices, question.against.value))
        if name is None:
            return
        against, path = Against(name), question.file
        if against is Against.FILE:
            path = await self.app.push_screen_wait(OpenFile("Registrations to hold calls against", _REGISTRATIONS))
            if path is None:
                return
        self._ask_again(replace(question, against=against, file=path))

    @work(group="dialog", exclusive=True)
    async def action_parties(self) -> None:
        """Say which address is the core's or a TAS's."""
        from sipbreakout_tui.services.traces.parties import seen_addresses

        calls = self.calls
        if calls is None:
            self.notify("nothing is open: o opens a capture", markup=False)
            return
        trace = calls.opened.trace
        parties = trace.parties
        known = f"How it is known: core {parties.core_known}, TAS {parties.tas_known}"
        dialog = PartiesDialog(seen_addresses(calls.opened), known)
        chosen = await self.app.push_screen_wait(dialog)
        if chosen is not None:
            self._ask_again(replace(self.question, core=chosen.core, tas=chosen.tas))

    def _ask_again(self, question: "Question") -> None:
        """Diagnose the open calls anew."""
        from sipbreakout_tui.services.traces.reading import diagnose_calls

        if self._work is not None:
            self.notify("wait until it is read, or press esc", severity="warning", markup=False)
            return
        if self.calls is None:
            self._chosen = question
            return
        title = ", ".join(capture.name for capture in self.calls.opened.captures)
        self._begin(diagnose_calls(self.calls.opened, title, question, self._known), question)
