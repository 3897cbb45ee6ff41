"""Parts of a page as HTML; what is not said to be HTML is text, and gets masked and escaped."""

from collections.abc import Callable, Iterable, Sequence
from html import escape

from sipbreakout_model.times import rfc3339
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.names import shown_name


class Words:
    """Makes HTML of text from outside: masked if wanted, printable, escaped."""

    def __init__(self, mask: Callable[[str], str] | None = None) -> None:
        """Take what each text goes through; None: nothing."""
        self._mask = mask

    @property
    def masks(self) -> bool:
        """Whether texts are masked."""
        return self._mask is not None

    def __call__(self, text: object) -> str:
        """Return a value as HTML."""
        return escape(self.plain(text), quote=True)

    def plain(self, text: object) -> str:
        """Return a value as text, masked and printable, but not escaped."""
        return visible(str(text) if self._mask is None else self._mask(str(text)))

    def name(self, name: str | None, absent: str) -> str:
        """Return what a side of a call is called as HTML, or our own words where it has no name."""
        return escape(shown_name(name, absent, self._mask), quote=True)

    def code(self, text: object) -> str:
        """Return a value as HTML in a fixed-width font."""
        return f"<code>{self(text)}</code>"

    def lines(self, lines: Sequence[str]) -> str:
        """Return lines that belong together as HTML in a fixed-width font, the first one stronger."""
        first, *rest = ("\n".join(lines) if self._mask is None else self._mask("\n".join(lines))).split("\n")
        return f"<pre><b>{escape(visible(first))}</b>\n{escape(visible(chr(10).join(rest), keep=chr(10)))}</pre>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], style: str = "") -> str:
    """Return a table of HTML cells; nothing where there are no rows."""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    heads = "".join(f"<th>{name}</th>" for name in head)
    return (
        f'<div class="wide"><table class="{style}"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'
        if body
        else ""
    )


def details(summary: str, body: str) -> str:
    """Return HTML that opens on demand."""
    return f"<details><summary>{summary}</summary>{body}</details>"


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Return names and their HTML values, those without a value left out."""
    shown = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in pairs if value)
    return f"<dl>{shown}</dl>" if shown else ""


def badge(text: str, kind: str) -> str:
    """Return a word of ours that stands out.

    Args:
        text: Our own words.
        kind: A class of the style sheet.
    """
    return f'<span class="badge {kind}">{text}</span>'


def utc(at: float, *, date: bool = True) -> str:
    """Return a moment in UTC with milliseconds, as HTML that may break between date and time."""
    try:
        day, _, clock = rfc3339(at).rstrip("Z").partition("T")
    except (OverflowError, ValueError, OSError):
        return "unknown time"  # a damaged capture may have moments that no calendar has
    return f"{day} {clock}" if date else clock


def seconds(span: float) -> str:
    """Return a span in ms or s."""
    if span < 0.001:
        return "less than 1 ms"
    return f"{span * 1000:.0f} ms" if span < 1 else f"{span:.1f} s"


def counted(count: int, word: str) -> str:
    """Return a count with its word, such as `1 call` or `1,234 calls`."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def ranges(numbers: Iterable[int]) -> str:
    """Return numbers in order, runs of three or more in short, such as `1–4, 7`."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = (f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)
    return ", ".join(words)
