"""What is known of every number, as rows for lists (V7)."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from sipbreakout_model import Registration
from sipbreakout_model.times import local_time, rfc3339

FIELDS = ("number", "type", "tas", "mo", "mt", "target", "state", "kept", "words")
"""What `field:value` of a filter may name."""

CSV_COLUMNS = (
    *("number", "sip_uri", "route_type", "mobile_originating_prefix", "mobile_terminating_prefix"),
    *("target", "state", "accepted_at", "expires_at", "kept"),
)
"""The columns of `list --csv` and the names of `list --json`, in order."""


class Row(NamedTuple):
    """What is known of a number at one core: a row of the ledger's `CURRENT_COLUMNS`, in that order."""

    number: str
    target: str
    sip_uri: str
    route_type: str
    """Empty where nobody ever named one: a delete was asked for, and nothing else."""
    mo: str
    mt: str
    answer: str
    """`asserted`, `refused`, `failed`, `deleted` or `unknown`, as the ledger says it."""
    accepted_at: float | None
    expires_at: float | None
    """Unix time in seconds; None where no registration is known."""
    kept: int
    words: str | None
    last_event_at: float
    doubt_since: float | None
    ttl: float | None

    def state(self, at: float) -> str:
        """Return the state at Unix time `at` (s).

        The ledger's, or `expired`, or `unknown` where a request that has no answer may have changed it.
        """
        if self.doubt_since is not None and self.answer != "deleted":
            return "unknown"
        if self.answer == "asserted" and self.expires_at is not None and self.expires_at <= at:
            return "expired"
        return self.answer

    def known_from(self, at: float) -> str:
        """Return what the state rests on, in words."""
        state = self.state(at)
        if state == "asserted":
            is_later = self.accepted_at is not None and self.accepted_at > at
            return "asserted by us, before the clock was set back" if is_later else "asserted by us"
        if state == "expired":
            return "asserted by us, not refreshed"
        if state == "deleted":
            return "deleted by us"
        why = "asked, no answer" if state == "unknown" else f"{state}: {self.words or 'no reason given'}"
        stands = self.expires_at is not None and at < self.expires_at
        return f"{why}; ours of before may stand" if stands else why

    def in_force(self, at: float) -> bool | None:
        """Return whether `registration` counts at Unix time `at` (s); None where that is not known."""
        state = self.state(at)
        if state == "unknown":
            return None
        stands = self.expires_at is not None and at < self.expires_at
        return None if stands and state in ("refused", "failed") else state == "asserted"

    def registration(self) -> Registration:
        """Return the registration, or where none is known the one last asked for; LOOP where no type is known."""
        return Registration.parse(self.number, self.sip_uri, self.route_type or "LOOP", self.mo, self.mt)

    def remaining(self, at: float) -> float | None:
        """Return the seconds left to live, never more than a whole life; None where no registration is known."""
        if self.expires_at is None:
            return None
        left = self.expires_at - at
        return left if self.ttl is None or left < self.ttl else self.ttl  # more: the clock was set back

    @property
    def haystack(self) -> str:
        """Every field that words of a filter look at, lower case."""
        return "\n".join((*self[:7], self.words or "")).lower()

    def field(self, name: str, at: float) -> str | None:
        """Return a field of FIELDS in lower case; None for any other."""
        value = _VALUES.get(name)
        return None if value is None else value(self, at).lower()


_VALUES: dict[str, Callable[[Row, float], str]] = {
    "number": lambda row, at: row.number,
    "type": lambda row, at: row.route_type,
    "tas": lambda row, at: row.sip_uri,
    "mo": lambda row, at: row.mo,
    "mt": lambda row, at: row.mt,
    "target": lambda row, at: row.target,
    "state": lambda row, at: row.state(at),
    "kept": lambda row, at: "yes" if row.kept else "no",
    "words": lambda row, at: row.words or "",
}


def lives(remaining: float | None) -> str:
    """Return how long it lives, such as `45:10`, `-00:41` for ended, `–` for not known."""
    if remaining is None:
        return "–"
    sign, seconds = ("-", -remaining) if remaining < 0 else ("", remaining)
    return f"{sign}{int(seconds) // 60:02}:{int(seconds) % 60:02}"


def shortened(words: str, most: int = 72) -> str:
    """Return the words, cut at `most` characters with an ellipsis."""
    return words if len(words) <= most else f"{words[: most - 1]}…"


def table(rows: Iterable[Row], at: float) -> Iterator[str]:
    """Yield the lines of the table, the header first; every column as wide as its widest value."""
    cells = [
        (
            row.number,
            row.route_type or "–",
            row.sip_uri,
            row.mo or "–",
            row.mt or "–",
            lives(row.remaining(at)),
            "yes" if row.kept else "–",
            row.target,
            shortened(row.known_from(at)),
        )
        for row in rows
    ]
    header = ("number", "type", "TAS", "MO", "MT", "lives", "kept", "core", "known from")
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    form = "  ".join(f"{{:<{width}}}" for width in widths[:-1]) + "  {}"
    for line in (header, *cells):
        yield form.format(*line)


def values(row: Row, at: float) -> tuple[str, ...]:
    """Return the row as texts for CSV_COLUMNS; moments as RFC 3339 in UTC."""
    return (
        *(row.number, row.sip_uri, row.route_type, row.mo, row.mt, row.target, row.state(at)),
        "" if row.accepted_at is None else rfc3339(row.accepted_at),
        "" if row.expires_at is None else rfc3339(row.expires_at),
        "true" if row.kept else "false",
    )


def row_object(row: Row, at: float) -> dict[str, object]:
    """Return the row as one JSON object with the names of CSV_COLUMNS."""
    texts = dict(zip(CSV_COLUMNS, values(row, at), strict=True))
    moments = {name: texts[name] or None for name in ("accepted_at", "expires_at")}
    return {**texts, **moments, "kept": bool(row.kept)}


def details(row: Row, at: float, *, utc: bool = False) -> list[str]:
    """Return all that is known of one number at one core, as lines for people."""
    remaining = row.remaining(at)
    accepted = "–" if row.accepted_at is None else local_time(row.accepted_at, utc=utc)
    ends = "–" if row.expires_at is None else local_time(row.expires_at, utc=utc)
    lines = [
        f"{row.number} at {row.target}: {row.state(at)}",
        f"  route type  {row.route_type or '–'}",
        f"  TAS         {row.sip_uri}",
        f"  prefixes    MO {row.mo or '–'}, MT {row.mt or '–'}",
        f"  accepted    {accepted}",
        f"  ends        {ends} ({lives(remaining)})",
        f"  kept        {'yes' if row.kept else 'no'}",
        f"  known from  {row.known_from(at)}, last {local_time(row.last_event_at, utc=utc)}",
    ]
    if row.words:
        lines.append(f"  last words  {row.words}")
    if row.doubt_since is not None:
        lines.append(f"  in doubt    since {local_time(row.doubt_since, utc=utc)}: a request has no answer")
    return lines
