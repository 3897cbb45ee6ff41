"""Texts for a report that goes to others: without anything that could be a secret or tell who a person is."""

import re

HIDDEN = "(hidden)"

_KEY_WORDS = r"pass(?:word|wd|phrase)?|pwd|secret|token|api[-_ ]?key|authorization|credentials?|private[-_ ]?key|cookie"

_RULES = (
    (re.compile(r"-----BEGIN .*?(?:-----END[^-]*-----|\Z)", re.DOTALL), HIDDEN),
    (re.compile(r"\b(bearer|basic|digest)\s+\S+", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (
        re.compile(rf"""((?:{_KEY_WORDS})\w*["']?\s*[:=]\s*)("[^"]*"|'[^']*'|\S+)""", re.IGNORECASE),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(//|sips?:|tel:)[^\s/@]+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(\w://[^\s?#]*)[?#]\S*"), rf"\1?{HIDDEN}"),
)
_QUOTED = re.compile(r"""(b?)("[^"]*"|'[^']*')""")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z_.]{0,40}")
_LONG = re.compile(r"[A-Za-z0-9+/=_~-]{16,}")
_NUMBER = re.compile(r"\+?\d(?:[ ().-]?\d){5,}")


def masked(text: str) -> str:
    """Return a message without tokens, passwords, what is in quotes but for names, and phone numbers."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    text = _QUOTED.sub(lambda found: found[0] if _PLAIN_NAME.fullmatch(found[2][1:-1]) else f"'{HIDDEN}'", text)
    text = _LONG.sub(lambda found: found[0] if _PLAIN_NAME.fullmatch(found[0]) else HIDDEN, text)
    return _NUMBER.sub("(number)", text)
