"""Text from outside made harmless: no terminal sequence and no invisible character gets through."""


def visible(text: str, keep: str = "") -> str:
    r"""Return the text with every character that does not print as its escape, such as `\x1b`.

    Escaped are control and format characters (bidirectional ones too), separators but the space,
    surrogates and unassigned code points.

    Args:
        text: Anything.
        keep: Characters to leave as they are, such as a newline.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in keep else _escape(char) for char in text)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
