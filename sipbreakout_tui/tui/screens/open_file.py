"""Dialogs that ask for a file: one to open, one to save."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.tui.screens.dialog import Dialog, Question

if TYPE_CHECKING:
    from sipbreakout_tui.services.file_choice import Entry, Folder

_HINT = "tab complete   ↓ list   enter take   esc leave"


class FileEntries(OptionList):
    """The files and folders that the path may go on with; up from the first one leads back to the path."""

    def action_cursor_up(self) -> None:
        """Go one up, or to the path."""
        if self.highlighted in (None, 0):
            self.screen.query_one(Input).focus()
        else:
            super().action_cursor_up()


class FileDialog(Dialog[Path]):
    """Asks for a path; below it what the folder holds that is being typed."""

    CSS_PATH = "open_file.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "complete", id="file.complete", tooltip="Complete the path as far as it is plain."),
        Binding("down", "list", "to the list", show=False, id="file.list", tooltip="Go to the list of files."),
    ]

    def __init__(self, title: str, suggested: str = "", suffixes: tuple[str, ...] = ()) -> None:
        """Take what is asked for.

        Args:
            title: The title.
            suggested: The path that stands there first.
            suffixes: How names of files end, in lower case and with the dot; none: anyhow.
        """
        super().__init__(title)
        self._suggested = suggested
        self._suffixes = suffixes
        # Names that cannot be shown as they are stand in the input as escapes: what such a text means.
        self._meant: dict[str, str] = {}
        self._entries: tuple[Entry, ...] = ()

    def body(self) -> Iterable[Widget]:
        """Yield path, complaint and list."""
        yield Input(self._suggested, placeholder="path", compact=True, classes="dialog-input", select_on_focus=False)
        yield Static(self._hint(), classes="file-said", markup=False)
        yield FileEntries(markup=False, compact=True)

    def on_mount(self) -> None:
        """Put the focus where one types, and list what is there."""
        self.query_one(Input).focus()
        self._list()

    def _hint(self) -> str:
        return _HINT

    def _say(self, words: str) -> None:
        said = self.query_one(".file-said", Static)
        said.update(words or self._hint())
        said.set_class(bool(words), "-bad")

    # What is typed

    def _meaning(self, text: str) -> str:
        """Return the path that a text in the input stands for."""
        if text in self._meant:
            return self._meant[text]
        slash = text.rfind("/") + 1
        return self._meant.get(text[:slash], text[:slash]) + text[slash:]

    def _folder(self, text: str) -> tuple[str, Path, str]:
        """Return the folder of a text as typed, as a path, and the start of the name behind it."""
        slash = text.rfind("/") + 1
        return (
            text[:slash],
            _expanded(self._meaning(text[:slash])),
            self._meaning(text)[len(self._meaning(text[:slash])) :],
        )

    def _put(self, folder: str, entry: "Entry") -> None:
        """Type an entry of a folder into the input."""
        parent = self._meaning(folder)
        shown = folder + entry.shown
        meant = f"{parent}{entry.name}{'/' if entry.is_folder else ''}"
        if shown != meant:
            self._meant[shown] = meant
        self._type(shown)

    def _type(self, text: str) -> None:
        path = self.query_one(Input)
        path.value = text
        path.cursor_position = len(text)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._say("")
        self._list()

    @work(exclusive=True, group="list")
    async def _list(self) -> None:
        try:
            folder = await self._read(self.query_one(Input).value)
        except (OSError, ValueError):  # on the way to a path there are many that do not exist
            self._show((), 0)
        else:
            self._show(folder.entries, folder.left_out)

    async def _read(self, text: str) -> "Folder":
        from sipbreakout_tui.services.file_choice import read_folder

        _, path, start = self._folder(text)
        return await asyncio.to_thread(read_folder, path, start, self._suffixes)

    def _show(self, entries: "tuple[Entry, ...]", left_out: int) -> None:
        self._entries = entries
        listed = self.query_one(FileEntries)
        listed.clear_options()
        listed.add_options(
            Option(Content.styled(entry.shown, "$primary" if entry.is_folder else "")) for entry in entries
        )
        if left_out:
            listed.add_option(Option(f"… and {left_out} more: type how the name begins", disabled=True))

    # Keys

    @work(exclusive=True, group="list")
    async def action_complete(self) -> None:
        """Type what all names go on with, or the one that is left."""
        text = self.query_one(Input).value
        if text == "~":
            self._type("~/")
            return
        try:
            found = await self._read(text)
        except (OSError, ValueError) as error:
            self._say(f"{visible(str(self._folder(text)[1]))}: {getattr(error, 'strerror', None) or error}")
            return
        self._show(found.entries, found.left_out)
        folder, _, start = self._folder(text)
        if len(found.entries) == 1:
            self._put(folder, found.entries[0])
        elif len(found.common) > len(start) and found.common.isprintable():
            self._type(folder + found.common)
        elif not found.entries:
            self._say("nothing here begins like that")

    def action_list(self) -> None:
        """Go to the list."""
        listed = self.query_one(FileEntries)
        if listed.option_count:
            listed.focus()
            listed.highlighted = listed.highlighted or 0

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        entry = self._entries[event.option_index]
        folder = self._folder(self.query_one(Input).value)[0]
        self._put(folder, entry)
        self.query_one(Input).focus()
        if not entry.is_folder:
            self._take(_expanded(self._meaning(folder + entry.shown)))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if event.value:
            self._take(_expanded(self._meaning(event.value)))

    @work(exclusive=True, group="take")
    async def _take(self, path: Path) -> None:
        problem = await self._problem(path)
        if problem is not None:
            self._say(problem)
        elif await self._agreed(path):
            self.dismiss(path)

    async def _problem(self, path: Path) -> str | None:
        """Return why the path cannot be given back."""
        raise NotImplementedError

    async def _agreed(self, path: Path) -> bool:
        """Return whether it shall be."""
        return True


class OpenFile(FileDialog):
    """Asks for a file that can be read."""

    def __init__(self, title: str, suffixes: tuple[str, ...] = ()) -> None:
        """Take the title, and how names of the files in the list end; any file can be typed."""
        super().__init__(title, suffixes=suffixes)

    async def _problem(self, path: Path) -> str | None:
        from sipbreakout_tui.services.file_choice import opening_problem

        return await asyncio.to_thread(opening_problem, path)


class SaveFile(FileDialog):
    """Asks for a file to write; one that exists is overwritten only after a question."""

    def __init__(self, title: str, suggested: str, suffixes: tuple[str, ...] = ()) -> None:
        """Take the title, a path to begin with, and how the name may end."""
        super().__init__(title, suggested, suffixes)

    def _hint(self) -> str:
        return f"{_HINT}\nends in {', '.join(self._suffixes)}" if self._suffixes else _HINT

    async def _problem(self, path: Path) -> str | None:
        from sipbreakout_tui.services.file_choice import saving_problem

        return await asyncio.to_thread(saving_problem, path, self._suffixes)

    async def _agreed(self, path: Path) -> bool:
        if not await asyncio.to_thread(path.exists):
            return True
        text = f"{visible(str(path))} exists."
        agreed = await self.app.push_screen_wait(Question("Overwrite?", text, yes="Overwrite"))
        return agreed is True


def _expanded(text: str) -> Path:
    """Return the path that a text means; `~` is the home of the user."""
    try:
        return Path(text).expanduser()
    except RuntimeError:  # no such user
        return Path(text)
