"""Calls as files: pictures, Mermaid, text."""

from pathlib import Path
from typing import NamedTuple

from sipbreakout_model import Call
from sipbreakout_tui.services.calls.pictures import picture_of
from sipbreakout_tui.services.calls.question import Answer
from sipbreakout_tui.services.calls.text import answer_text
from sipbreakout_tui.services.result_files import write_whole


class Form(NamedTuple):
    """What a call can be saved as."""

    name: str
    suffix: str
    words: str


FORMS = (
    Form("svg", ".svg", "SVG, a drawing for pages and tickets"),
    Form("png", ".png", "PNG, the same as pixels"),
    Form("pdf", ".pdf", "PDF, the same for paper"),
    Form("mermaid", ".mmd", "Mermaid, a diagram as text for wikis"),
    Form("text", ".txt", "Text, the explanation with its diagram"),
)


def suggested_name(call: Call, form: Form) -> str:
    """Return a name for a file, such as `call-4711111111-4722222222.svg`."""
    caller = "anonymous" if call.caller is None else call.caller.digits
    callee = "".join(char for char in str(call.callee) if char.isdigit()) or "short"
    return f"call-{caller}-{callee}{form.suffix}"


def save_call(answer: Answer, form: Form, path: Path) -> None:
    """Write a call to a file, whole or not at all; drawing takes a while, so call it in a thread.

    Raises:
        NotWritten: With the path and why.
    """
    content = answer_text(answer).encode() if form.name == "text" else picture_of(answer.flow, form.name)
    write_whole(path, content)
