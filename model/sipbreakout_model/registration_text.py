"""Registrations as TOML, JSON and CSV text.

One entry has `number`, `sip_uri`, `route_type`, optionally both prefixes, and optionally
`accepted_at` (Unix seconds or RFC 3339). JSON may also use the API's names (proto3 JSON mapping).
"""

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from sipbreakout_model.book import RegistrationBook
from sipbreakout_model.errors import InvalidRegistration, InvalidValue, RegistrationTextError
from sipbreakout_model.registration import Registration
from sipbreakout_model.times import parse_time, rfc3339

_FIELDS = (
    "number",
    "sip_uri",
    "route_type",
    "mobile_originating_prefix",
    "mobile_terminating_prefix",
    "accepted_at",
)
_REQUIRED = ("number", "sip_uri", "route_type")
_API_NAMES = {
    "phoneNumber": "number",
    "phone_number": "number",
    "sipUri": "sip_uri",
    "routeType": "route_type",
    "mobileOriginatingPrefix": "mobile_originating_prefix",
    "mobileTerminatingPrefix": "mobile_terminating_prefix",
    "acceptedAt": "accepted_at",
}


class TextFormat(Enum):
    """How registrations are written."""

    TOML = "toml"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Entry:
    """One registration of a file."""

    registration: Registration
    accepted_at: float | None
    """Unix time in seconds, or None: time not given, in force at every moment asked."""


def parse_registrations(text: str, form: TextFormat) -> list[Entry]:
    """Return the entries that the text holds, in order.

    Raises:
        RegistrationTextError: One problem for each faulty entry, with its line or index and the value;
            nothing is used.
    """
    problems: list[str] = []
    entries: list[Entry] = []
    first_place: dict[str, str] = {}
    for place, table in _tables(text.removeprefix("\ufeff"), form):
        try:
            entry = _entry(table)
        # Most are InvalidValue; a number of thousands of digits or deep nesting cannot even be shown.
        except (ValueError, RecursionError) as error:
            problems.append(f"{place}: {error}")
            continue
        number = entry.registration.number.text
        if number in first_place:
            problems.append(
                f"{place}: {number} stands in {first_place[number]} already; a number has one registration (V1)"
            )
        first_place.setdefault(number, place)
        entries.append(entry)
    if problems:
        raise RegistrationTextError(problems)
    return entries


def book_of(entries: list[Entry]) -> RegistrationBook:
    """Return a book with the entries' registrations; those without a time are in force at every moment."""
    book = RegistrationBook()
    for entry in entries:
        book.upsert(entry.registration, entry.accepted_at)
    return book


def _entry(table: object) -> Entry:
    if isinstance(table, InvalidRegistration):
        raise table
    if not isinstance(table, Mapping):
        raise InvalidRegistration(f"{table!r} is not a registration: expected a table with {', '.join(_REQUIRED)}")
    fields: dict[str, object] = {}
    for key, value in table.items():
        if value is None:
            continue  # the proto3 JSON mapping takes null for a field that is not set
        name = _API_NAMES.get(key, key)
        if name not in _FIELDS:
            raise InvalidRegistration(f"{key!r} is no field of a registration: expected {', '.join(_FIELDS)}")
        if name in fields:
            raise InvalidRegistration(f"{key!r} gives {name} a second time")
        fields[name] = value.get("e164") if name == "number" and isinstance(value, Mapping) else value
    missing = [name for name in _REQUIRED if fields.get(name) in (None, "")]
    if missing:
        raise InvalidRegistration(f"{', '.join(missing)} missing in {_shown(table)}")
    accepted_at = fields.pop("accepted_at", None)
    for name, value in fields.items():
        if not isinstance(value, str):
            raise InvalidRegistration(f"{name} {value!r} is not text: put it in quotes")
    texts = {name: value for name, value in fields.items() if isinstance(value, str)}
    return Entry(Registration.parse(**texts), _accepted_at(accepted_at))


def _shown(table: Mapping[str, object]) -> str:
    """Return what an entry has, as it would be written; tables in it by their keys alone."""
    parts = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            parts.append(f"{key} (with {', '.join(map(str, value)) or 'nothing'})")
        elif value not in (None, ""):
            parts.append(f"{key} = {json.dumps(value, default=str)}")
    return f"an entry that has {', '.join(parts)}" if parts else "an entry that has nothing"


def _accepted_at(value: object) -> float | None:
    if value is None or value == "":
        return None
    if isinstance(value, date):
        value = value.isoformat()
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise InvalidRegistration(f"accepted_at {value!r} is not a time: expected Unix seconds or RFC 3339")
    try:
        return parse_time(str(value))
    except InvalidValue as error:
        raise InvalidRegistration(f"accepted_at {error}") from error


def _tables(text: str, form: TextFormat) -> Iterator[tuple[str, object]]:
    """Yield each entry, or the error that stands in its place, with the words for the place."""
    if form is TextFormat.TOML:
        return _toml_tables(text)
    return _json_tables(text) if form is TextFormat.JSON else _csv_tables(text)


def _toml_tables(text: str) -> Iterator[tuple[str, object]]:
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError also for a number of thousands of digits
        raise RegistrationTextError([f"this is no TOML: {error}"]) from error
    tables = document.pop("registration", [])
    if document:
        raise RegistrationTextError([f"{next(iter(document))!r} is unknown: expected only [[registration]] tables"])
    if not isinstance(tables, list):
        raise RegistrationTextError(["[registration] is a single table: write [[registration]]"])
    lines = [n for n, line in enumerate(text.split("\n"), 1) if re.match(r"\s*\[\[\s*registration\s*\]\]", line)]
    for index, table in enumerate(tables, 1):
        # Headers inside multi-line strings would shift the lines: then only the index is said.
        yield (
            (f"entry {index} (line {lines[index - 1]})" if len(lines) == len(tables) else f"entry {index}"),
            table,
        )


def _json_tables(text: str) -> Iterator[tuple[str, object]]:
    try:
        document = json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise RegistrationTextError([f"this is no JSON: {error}"]) from error
    if isinstance(document, dict) and len(document) == 1:
        document = document.get("registrations", document.get("registration", document))
    if isinstance(document, dict):
        document = [document]
    if not isinstance(document, list):
        raise RegistrationTextError(["expected a JSON array of registrations"])
    for index, table in enumerate(document, 1):
        yield f"entry {index}", table


def _without_repeats(pairs: list[tuple[str, object]]) -> object:
    table = dict(pairs)
    if len(table) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in table if keys.count(key) > 1)
        return InvalidRegistration(f"{twice!r} stands twice in one entry")
    return table


def _csv_tables(text: str) -> Iterator[tuple[str, object]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header)
        for row in reader:
            place = f"line {reader.line_num}"
            if not any(map(str.strip, row)):
                continue
            if len(row) == len(header):
                yield place, dict(zip(header, map(str.strip, row), strict=True))
            else:
                problem = f"{len(row)} values for {len(header)} columns in {','.join(row)!r}"
                yield place, InvalidRegistration(problem)
    except csv.Error as error:
        yield f"line {reader.line_num}", InvalidRegistration(f"this is no CSV: {error}")


def _check_header(header: list[str]) -> None:
    names = [_API_NAMES.get(name, name) for name in header]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated or not set(_REQUIRED) <= set(names) <= set(_FIELDS):
        problem = f"line 1: {','.join(header)!r} is no header: expected {', '.join(_FIELDS)}, each once"
        raise RegistrationTextError([problem])


def format_registrations(entries: Iterable[Entry], form: TextFormat) -> str:
    """Return the entries as text that `parse_registrations` reads back; moments to the millisecond."""
    tables = [_table(entry) for entry in entries]
    if form is TextFormat.JSON:
        return json.dumps(tables, indent=2) + "\n"
    if form is TextFormat.TOML:
        return "\n".join(
            "".join(["[[registration]]\n", *(f"{name} = {json.dumps(value)}\n" for name, value in table.items())])
            for table in tables
        )
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _FIELDS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(tables)
    return text.getvalue()


def _table(entry: Entry) -> dict[str, str]:
    registration = entry.registration
    table = {
        "number": str(registration.number),
        "sip_uri": str(registration.sip_uri),
        "route_type": registration.route_type.name,
        "mobile_originating_prefix": registration.mobile_originating_prefix,
        "mobile_terminating_prefix": registration.mobile_terminating_prefix,
    }
    if entry.accepted_at is not None:
        table["accepted_at"] = rfc3339(entry.accepted_at)
    return table
