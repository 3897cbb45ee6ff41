"""Splitting header values at commas and semicolons in linear time, however broken they are."""

import re

WHITE = " \t\r\n"

_MARKS = {separator: re.compile(rf'["<({separator}]') for separator in ",;"}
_QUOTE_END = re.compile(r'"|\\')
_COMMENT_MARK = re.compile(r"[()]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MAX_DIGITS = 10


def split(text: str, separator: str) -> list[str]:
    """Return the parts between separators, stripped, without empty ones.

    Separators within quotes, `<>` or a comment do not count. What is opened and never closed reaches to the end.

    Args:
        text: A header's value.
        separator: `,` or `;`.
    """
    if separator not in text:
        whole = text.strip(WHITE)
        return [whole] if whole else []
    parts: list[str] = []
    start = position = 0
    marks = _MARKS[separator]
    while mark := marks.search(text, position):
        position = mark.end()
        match text[position - 1]:
            case '"':
                position = quote_end(text, position)
            case "<":
                position = _after(text, ">", position)
            case "(":
                # A round bracket within a word belongs to a URI, and is no comment.
                if position < 2 or text[position - 2] in WHITE:
                    position = _comment_end(text, position)
            case _:
                parts.append(text[start : position - 1].strip(WHITE))
                start = position
    parts.append(text[start:].strip(WHITE))
    return [part for part in parts if part]


def quote_end(text: str, position: int) -> int:
    """Return the place after the quote that closes; the text's length if none does.

    Args:
        text: Any text.
        position: The place after the opening quote.
    """
    while mark := _QUOTE_END.search(text, position):
        if mark.group() == '"':
            return mark.end()
        position = mark.end() + 1
    return len(text)


def params(parts: list[str]) -> dict[str, str]:
    """Return parameters by name in lower case; a name without a value has an empty one, the first of equals counts.

    Args:
        parts: Texts such as `tag=x1`, `lr` or `text="Terminated"`; quotes are taken off.
    """
    found: dict[str, str] = {}
    for part in parts:
        name, _, value = part.partition("=")
        found.setdefault(name.strip(WHITE).lower(), unquoted(value.strip(WHITE)))
    return found


def unquoted(text: str) -> str:
    """Return the text without its quotes and their escapes; a text that does not start with a quote as it is."""
    if not text.startswith('"'):
        return text
    inner = text[1 : quote_end(text, 1)].removesuffix('"')
    return _ESCAPED.sub(r"\1", inner) if "\\" in inner else inner


def number(text: str) -> int | None:
    """Return a number of at most ten digits without leading zeros, None for anything else."""
    digits = text.strip(WHITE)
    if not (digits.isascii() and digits.isdigit()):
        return None
    if len(digits) > _MAX_DIGITS:
        digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= _MAX_DIGITS else None


def _after(text: str, mark: str, position: int) -> int:
    found = text.find(mark, position)
    return len(text) if found < 0 else found + 1


def _comment_end(text: str, position: int) -> int:
    depth = 1
    for mark in _COMMENT_MARK.finditer(text, position):
        depth += 1 if mark.group() == "(" else -1
        if depth == 0:
            return mark.end()
    return len(text)
