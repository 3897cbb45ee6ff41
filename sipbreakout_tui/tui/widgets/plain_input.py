"""An input that takes nothing but characters that print."""

from textual.widgets import Input


class PlainInput(Input):
    """What is pasted or put into it loses its control and format characters: no terminal sequence is shown."""

    def validate_value(self, value: str) -> str:
        """Return the value without what does not print."""
        return value if value.isprintable() else "".join(char for char in value if char.isprintable())
