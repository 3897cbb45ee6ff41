"""The explanation of a call, a rule beside each line."""

import textwrap
from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

if TYPE_CHECKING:
    from sipbreakout_tui.services.calls.question import Why

_SIGNS = {
    "good": ("● ", "bold $success"),
    "bad": ("✖ ", "bold $error"),
    "absent": ("", "$secondary"),
    "fix": ("▸ ", "bold $accent"),
    "heading": ("", "bold $secondary"),
}
_RULE_WIDTH = 5


class WhyList(OptionList):
    """Lines one can stand on; enter opens the rule of a line."""

    DEFAULT_CSS = """
    WhyList {
        background: $background; scrollbar-size-vertical: 1; scrollbar-gutter: stable; height: 1fr;
        &:focus { background-tint: $foreground 0%; }
        &> .option-list--option, &> .option-list--option-disabled { background: $background; }
        &> .option-list--option-highlighted { background: $panel; color: $foreground; text-style: none; }
        &:focus > .option-list--option-highlighted { background: $primary 25%; color: $foreground; text-style: none; }
    }
    """

    class RuleWanted(Message):
        """Somebody wants to read a rule."""

        def __init__(self, rule: str) -> None:
            """Take its id."""
            super().__init__()
            self.rule = rule

    def __init__(self, *, id: str | None = None) -> None:
        """Start empty."""
        super().__init__(id=id, markup=False, compact=True)
        self._shown: list[Why] = []
        self._shown_width = 0

    def show(self, lines: "list[Why]") -> None:
        """Show these lines; the cursor stays where it is if as many are there as before."""
        width = max(self.scrollable_content_region.width - 1, 20)
        if lines == self._shown and width == self._shown_width:
            return
        same_form = [(line.kind, line.rule) for line in lines] == [(line.kind, line.rule) for line in self._shown]
        former, before = self.highlighted, self._shown if width == self._shown_width else []
        self._shown, self._shown_width = lines, width
        # Only words such as the time to live differ from second to second: the options stay then.
        if same_form and before:
            for index, line in enumerate(lines):
                if line != before[index]:
                    self.replace_option_prompt_at_index(index, _prompt(line, width))
            return
        self.set_options(Option(_prompt(line, width), disabled=line.kind == "heading") for line in lines)
        if lines:
            self.highlighted = 0 if former is None else min(former, len(lines) - 1)

    def on_resize(self) -> None:
        """Wrap for the new width."""
        if self._shown:
            self.show(self._shown)

    @property
    def rule(self) -> str | None:
        """The rule of the line under the cursor."""
        index = self.highlighted
        return None if index is None or index >= len(self._shown) else self._shown[index].rule

    def action_select(self) -> None:
        """Ask for the rule of the line."""
        if self.rule is not None:
            self.post_message(self.RuleWanted(self.rule))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Ask for the rule of a line that was clicked."""
        event.stop()
        self.action_select()


def _prompt(line: "Why", width: int) -> Content:
    sign, style = _SIGNS.get(line.kind, ("", ""))
    margin = _RULE_WIDTH if line.kind in ("step", "absent", "assumed") else len(sign)
    rows = textwrap.wrap(line.text, max(width - margin, 12)) or [""]
    head = sign or (line.rule or "").ljust(margin)
    parts: list[tuple[str, str]] = [(head, "$primary" if line.rule else style)]
    text_style = {"good": "bold", "bad": "bold", "heading": "bold $secondary", "absent": "$secondary"}
    parts.append((f"\n{' ' * margin}".join(rows), text_style.get(line.kind, "")))
    return Content.assemble(*parts)
