"""Saving a call: first as what, then where."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import on
from textual.widget import Widget
from textual.widgets import OptionList

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.services.calls.files import FORMS, Form, save_call, suggested_name
from sipbreakout_tui.tui.screens.dialog import Dialog
from sipbreakout_tui.tui.screens.open_file import SaveFile

if TYPE_CHECKING:
    from sipbreakout_tui.services.calls.question import Answer
    from sipbreakout_tui.tui.app import SipBreakoutApp


class ChooseForm(Dialog[Form]):
    """Asks what the call shall be saved as."""

    def __init__(self) -> None:
        """Offer every form."""
        super().__init__("Save the call as")

    def body(self) -> Iterable[Widget]:
        """Yield the forms."""
        yield OptionList(*(form.words for form in FORMS), markup=False, compact=True)

    def on_mount(self) -> None:
        """Put the focus where one chooses."""
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(FORMS[event.option_index])


async def save(app: "SipBreakoutApp", answer: "Answer") -> None:
    """Ask what and where, and write the file; for a worker."""
    form = await app.push_screen_wait(ChooseForm())
    if form is None:
        return
    suggested = suggested_name(answer.case.call, form)
    path = await app.push_screen_wait(SaveFile("Save the call", suggested, (form.suffix,)))
    if path is None:
        return
    try:
        await asyncio.to_thread(save_call, answer, form, path)
    except SipBreakoutError as error:
        app.say_error(error)
        return
    app.notify(f"saved {visible(str(path))}", markup=False)
