"""Numbers in E.164 form.

Source: ITU-T E.164 for the form; the API allows more digits than the 15 of E.164, so up to 32 are taken.
"""

import re
from dataclasses import dataclass

from sipbreakout_model.errors import InvalidNumber

MAX_DIGITS = 32
"""The most digits the API takes."""

E164_DIGITS = 15
"""The most digits of ITU-T E.164 section 6; longer numbers are taken and warned about."""

_FORM = re.compile(rf"\+[1-9][0-9]{{1,{MAX_DIGITS - 1}}}")
_EXPECTED = f"expected + and 2 to {MAX_DIGITS} digits, the first not 0, without spaces, as in +4711111111"


def _is_e164(text: str) -> bool:
    return _FORM.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, repr=False)
class E164:
    """A number in E.164 form: a plus, a country code, a subscriber number.

    Raises:
        InvalidNumber: The text has another form. Short and emergency numbers (112) have.
    """

    text: str
    """The number with its plus, as in `+4711111111`."""

    def __post_init__(self) -> None:
        """Refuse every other form."""
        if not isinstance(self.text, str) or not _is_e164(self.text):
            raise InvalidNumber(f"{self.text!r} is not an E.164 number: {_hint(self.text)}{_EXPECTED}")

    @classmethod
    def parse(cls, text: str) -> "E164":
        """Return the number that the text names; the same as calling the class."""
        return cls(text)

    @property
    def digits(self) -> str:
        """The digits without the plus."""
        return self.text[1:]

    @property
    def exceeds_e164(self) -> bool:
        """Whether it has more than the 15 digits of E.164 (the API takes them)."""
        return len(self.text) > E164_DIGITS + 1

    def __str__(self) -> str:
        """Return the number with its plus."""
        return self.text

    def __repr__(self) -> str:
        """Return the call that makes it."""
        return f"E164({self.text!r})"


def _hint(text: object) -> str:
    if not isinstance(text, str):
        return "it is no text; "
    if text.isascii() and text.isdigit() and len(text) <= 6:
        return "short and emergency numbers cannot be registered; "
    if re.fullmatch(r"00[1-9][0-9]+", text):
        return f"write +{text[2:]}? "
    if re.fullmatch(r"[1-9][0-9]+", text):
        return "the plus and the country code are missing; "
    if text.startswith("+0"):
        return "no country code starts with 0: is a prefix still on it? "
    if len(text) > MAX_DIGITS + 1:
        return f"it has {len(text)} characters; "
    return ""


def e164_or_none(text: str | None) -> E164 | None:
    """Return the number, or None where the text is missing or of another form."""
    return E164(text) if text is not None and _is_e164(text) else None
