"""The commands of the palette: what the keys do here, the theme, a picture of the screen, what was copied."""

from collections.abc import Coroutine, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.command import CommandPalette
from textual.screen import Screen

from sipbreakout_tui.tui.keys import KeyEntry, keys_of
from sipbreakout_tui.tui.theme import THEMES

if TYPE_CHECKING:
    from sipbreakout_tui.tui.app import SipBreakoutApp


class Palette(CommandPalette):
    """Textual's, which fails where a page is turned before its rows were laid out."""

    def _action_command_list(self, action: str) -> None:
        with suppress(KeyError):
            super()._action_command_list(action)


_MOVES = ("move(", "page(", "edge(")


def palette_commands(app: "SipBreakoutApp", screen: Screen[object]) -> Iterator[SystemCommand]:
    """Yield every key's action on a screen, with the key and the id by which the profile file can give it another."""
    for entry in keys_of(screen):
        if entry.action == "command_palette" or entry.action.startswith(_MOVES):
            continue
        words = entry.words[:1].upper() + entry.words[1:]
        yield SystemCommand(words, f"{entry.key}   {entry.tooltip or words}   ({entry.id})", partial(_do, app, entry))
    for word, theme in THEMES.items():
        if app.theme != theme.name:
            yield SystemCommand(
                f"Theme: {word}", f"Show the program in {word} colours.", partial(_set_theme, app, word)
            )
    yield SystemCommand("Picture of the screen", "Save what is on the screen as an SVG file.", app.save_picture)
    if app.clipboard:
        yield SystemCommand("Save what was copied", "Save the text that was copied last.", partial(_save_copied, app))


async def _do(app: "SipBreakoutApp", entry: KeyEntry) -> None:
    await app.run_action(entry.action, default_namespace=entry.source)


def _save_copied(app: "SipBreakoutApp") -> None:
    from sipbreakout_tui.tui.everywhere import save_copied

    saving: Coroutine[None, None, None] = save_copied(app)
    app.run_worker(saving, group="everywhere", exclusive=True)


def _set_theme(app: "SipBreakoutApp", word: str) -> None:
    app.theme = THEMES[word].name
