"""The app: what all places share, and the way between them."""

import asyncio
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.tui.keys import keys_of
from sipbreakout_tui.tui.options import Options
from sipbreakout_tui.tui.place import Place
from sipbreakout_tui.tui.places import PLACES
from sipbreakout_tui.tui.requests import OpenCaptures, Request
from sipbreakout_tui.tui.terminal.app import TerminalApp
from sipbreakout_tui.tui.theme import THEMES
from sipbreakout_tui.tui.widgets.header_line import HeaderLine

if TYPE_CHECKING:
    from sipbreakout_tui.services.registrations.bulk_run import BulkRun
    from sipbreakout_tui.services.registrations.live import LiveRegistrations
    from sipbreakout_tui.services.workbench import Workbench

LOOK_SECONDS = 1.0
"""How often the ledger is asked for changes; other processes make them, too."""


class SipBreakoutApp(TerminalApp, inherit_bindings=False):
    """The terminal UI; `run` returns an exit code."""

    TITLE = "sipbreakout"
    ENABLE_COMMAND_PALETTE = True
    MODES: ClassVar = {place.name: place.make for place in PLACES}
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                *(str(number), f"place('{place.name}')", place.title),
                show=False,
                id=f"place.{place.name}",
                tooltip=f"Go to {place.title}.",
            )
            for number, place in enumerate(PLACES, 1)
        ),
        Binding("question_mark", "keys", "keys", id="app.keys", tooltip="Show what the keys do here."),
        Binding("o", "open_file", "open", id="app.open", tooltip="Open a capture, or a file of registrations."),
        Binding("P", "switch_profile", "profile", id="app.profile", tooltip="Go to the core of another profile."),
        Binding("apostrophe", "jump", "jump", show=False, id="app.jump", tooltip="Put the focus where a letter is."),
        Binding(
            *("ctrl+p", "command_palette", "palette"),
            show=False,
            priority=True,
            id="app.palette",
            tooltip="Find everything by its name.",
        ),
        Binding("q", "quit", "quit", id="app.quit", tooltip="Leave the program."),
        Binding(
            *("ctrl+c", "interrupt", "copy"), show=False, id="app.interrupt", tooltip="Copy what the mouse has marked."
        ),
        Binding(
            *("ctrl+z", "suspend_process", "suspend"), show=False, id="app.suspend", tooltip="Go to the shell until fg."
        ),
    ]

    def __init__(self, options: Options) -> None:
        """Take the choices of the command line; nothing is opened yet."""
        super().__init__(ascii_only=options.ascii)
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = THEMES[options.theme].name
        self.options = options
        self.clock = options.clock
        self.live: LiveRegistrations | None = None
        """The registrations; None until the ledger is read."""
        self.bench: Workbench | None = None
        self.profile_words = "demo" if options.demo else (options.profile or "")
        """Which core, for the first line."""
        self.bulk: BulkRun | None = None
        """The bulk action under way; `str` tells its state, its `stop` ends it."""
        self.opening_words = "reading the ledger…"
        self.open_error: SipBreakoutError | None = None
        """Why nothing could be opened."""
        self._look_error = ""
        self._opened = AsyncExitStack()
        self.set_keymap(dict(options.keys))

    @property
    def read_only(self) -> bool:
        """Whether nothing may be changed."""
        return self.options.read_only or (self.live is not None and self.live.read_only)

    # Opening, and what goes on all the time

    def on_mount(self) -> None:
        """Show the first place at once; what takes time comes after."""
        self.switch_mode(PLACES[0].name)
        self.set_interval(1.0, self._tick)
        self._follow()
        self.call_after_refresh(self._open)

    @work(exclusive=True, group="open")
    async def _open(self) -> None:
        try:
            self.bench = await self._opened.enter_async_context(await asyncio.to_thread(self._bench_opener))
        except SipBreakoutError as error:
            self.opening_words = "not opened"
            self.open_error = error
            self.say_error(error)
            return
        self.live = self.bench.live
        self.title = f"sipbreakout: {self.profile_words}"
        self._present_opened()
        self._connect(self.bench)
        if self.options.captures:
            await self.go("trace", OpenCaptures(self.options.captures))

    def _bench_opener(self) -> "AbstractAsyncContextManager[Workbench]":
        """Return what opens the workbench; runs in a thread, as importing gRPC takes a while."""
        from sipbreakout_tui.services.workbench import open_demo_workbench, open_workbench

        if self.options.demo:
            return open_demo_workbench(
                read_only=self.options.read_only, clock=self.clock, monotonic=self.options.monotonic
            )
        from sipbreakout_tui.config import load_profiles

        profile = load_profiles().choose(self.options.profile)
        self.profile_words = f"{profile.name} {profile.target}"
        return open_workbench(profile, read_only=self.options.read_only, clock=self.clock)

    async def close(self) -> None:
        """Close what is open; again does nothing."""
        self.live = None
        await self._opened.aclose()

    @work(group="watch")
    async def _connect(self, bench: "Workbench") -> None:
        """Open the core's client, and follow whether it can be reached; what the ledger knows is shown meanwhile."""
        try:
            await bench.connect()
        except SipBreakoutError as error:
            self.say_error(error)
            return
        self._watch(bench.live)

    @work(group="watch")
    async def _watch(self, live: "LiveRegistrations") -> None:
        await live.watch(self._refresh_header)

    @work(group="follow")
    async def _follow(self) -> None:
        """Ask the ledger again and again what changed: other processes change it, too."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self._look()

    @work(group="look")
    async def look(self) -> None:
        """Ask the ledger now what changed, and show it."""
        await self._look()

    async def _look(self) -> None:
        live = self.live
        if live is None:
            return
        try:
            changed = await live.look()
        except SipBreakoutError as error:
            if str(error) != self._look_error:  # once, not twice a second
                self._look_error = str(error)
                self.say_error(error)
            return
        self._look_error = ""
        if live is self.live and (changed.indices or changed.everything):
            self._refresh_header()
            if self._place is not None:
                self._place.changed(live, changed)

    async def change_bench(self, bench: "Workbench", opened: AsyncExitStack) -> None:
        """Show another core in new places, and close what was open before.

        Args:
            bench: The other one, connected.
            opened: What closes it.
        """
        for group in ("watch", "look", "open"):
            self.workers.cancel_group(self, group)
        former, self._opened = self._opened, opened
        self.live = self.bench = None
        for worker in list(self.workers):
            if worker.node is not self:  # of a place that is about to be removed
                worker.cancel()
        self.add_mode("between", Screen)
        await self.switch_mode("between")
        for place in PLACES:
            await self.remove_mode(place.name)
            self.add_mode(place.name, place.make)
        await former.aclose()
        self.bench, self.live = bench, bench.live
        self.profile_words = f"{bench.live.profile.name} {bench.live.profile.target}"
        self.title = f"sipbreakout: {self.profile_words}"
        await self.switch_mode(PLACES[0].name)
        await self.remove_mode("between")
        self._present_opened()
        self._watch(bench.live)

    def _present_opened(self) -> None:
        self._refresh_header()
        place = self._place
        if place is not None and self.live is not None:
            place.opened(self.live)

    def _tick(self) -> None:
        self._refresh_header()
        if self._place is not None:
            self._place.ticked(self.clock())

    @property
    def _place(self) -> Place | None:
        """The place under whatever dialogs are open; None while it is being made, or all is being closed."""
        if not self.is_running:
            return None
        return next((screen for screen in self.screen_stack if isinstance(screen, Place) and screen.is_mounted), None)

    def _refresh_header(self) -> None:
        if self._place is not None:
            for header in self._place.query(HeaderLine):
                header.refresh()

    async def on_event(self, event: events.Event) -> None:
        """Take what does not print out of what is pasted, wherever it goes: no field shows a terminal sequence."""
        if isinstance(event, events.Paste) and not event.text.isprintable():
            lines = event.text.expandtabs(1).splitlines()
            event.text = "\n".join("".join(filter(str.isprintable, line)) for line in lines)
        await super().on_event(event)

    # What places use

    def say_error(self, error: Exception | str) -> None:
        """Show an error; what it says is shown as it is."""
        self.notify(str(error), severity="error", markup=False, timeout=10)

    async def go(self, place: str, request: Request | None = None) -> None:
        """Go to a place, and ask something of it."""
        await self.switch_mode(place)
        if request is not None and self._place is not None:
            self._place.arrive(request)

    # Keys

    async def action_place(self, name: str) -> None:
        """Go to a place by its name."""
        await self.go(name)

    def action_keys(self) -> None:
        """Show what the keys do here."""
        from sipbreakout_tui.tui.screens.keys_help import KeysHelp

        self.push_screen(KeysHelp(list(keys_of(self.screen))))

    @work(exclusive=True, group="everywhere")
    async def action_open_file(self) -> None:
        """Ask for a file, and go where it is shown."""
        from sipbreakout_tui.tui.everywhere import open_file

        await open_file(self)

    @work(exclusive=True, group="everywhere")
    async def action_switch_profile(self) -> None:
        """Ask for a profile, and go to its core."""
        from sipbreakout_tui.tui.everywhere import switch_profile

        await switch_profile(self)

    def action_command_palette(self) -> None:
        """Open the palette."""
        from sipbreakout_tui.tui.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    async def action_quit(self) -> None:
        """Leave the program, after a question where something would be left undone."""
        self._quit()

    @work(exclusive=True, group="everywhere")
    async def _quit(self) -> None:
        from sipbreakout_tui.tui.everywhere import quit_program

        await quit_program(self)

    def action_interrupt(self) -> None:
        """Say how to quit: where the mouse marked a text, this key has copied it before it comes here."""
        key = next((entry.key for entry in keys_of(self.screen) if entry.id == "app.quit"), "q")
        self.notify(f"press {key} to quit", markup=False)

    @work(exclusive=True, group="everywhere")
    async def action_jump(self) -> None:
        """Put a letter on everything that can have the focus, and go to the one that is typed."""
        from sipbreakout_tui.tui.everywhere import jump

        await jump(self)

    @work(exclusive=True, group="everywhere")
    async def save_picture(self) -> None:
        """Ask for a file, and save what is on the screen as SVG."""
        from sipbreakout_tui.tui.everywhere import save_picture

        await save_picture(self)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Return the commands of the palette."""
        from sipbreakout_tui.tui.palette import palette_commands

        return palette_commands(self, screen)
