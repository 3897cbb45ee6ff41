"""What somebody types to add or change a registration, read while it is typed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from sipbreakout_model import E164, InvalidValue, Registration, RegistrationBook, RouteType, Severity, TasUri
from sipbreakout_model import find_hazards as hazards_of_book
from sipbreakout_model.registration import check_prefix
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.services.numbering import number_problem
from sipbreakout_tui.services.registrations.listing import Row, shortened

LONGEST_TEXT = 300
"""Characters of a field that are looked at; no value is longer."""

_LONGEST_WORDS = 160
_BETWEEN_DIGITS = re.compile(r"[\s().\-/\u00a0]+")


@dataclass(frozen=True, slots=True)
class FormText:
    """What stands in the fields."""

    number: str = ""
    sip_uri: str = ""
    route_type: str = "LOOP"
    mo: str = ""
    mt: str = ""

    @classmethod
    def of(cls, registration: Registration) -> "FormText":
        """Return the texts of a registration."""
        return cls(
            registration.number.text,
            str(registration.sip_uri),
            registration.route_type.name,
            registration.mobile_originating_prefix,
            registration.mobile_terminating_prefix,
        )


@dataclass(frozen=True, slots=True)
class FormReading:
    """What the fields mean."""

    registration: Registration | None
    """None while something is wrong."""
    problems: dict[str, str] = field(default_factory=dict)
    """Why a field cannot be sent, by its name in FormText; safe to show. An empty one is `missing`."""


def one_line(text: str) -> str:
    """Return pasted text as one line without characters that do not print, cut where no value is that long."""
    return "".join(char for char in text[: 4 * LONGEST_TEXT].strip() if char.isprintable())[:LONGEST_TEXT]


def read_form(text: FormText) -> FormReading:
    """Return what the fields mean, each with its own complaint; numbers may be written with spaces."""
    problems: dict[str, str] = {}

    def read(name: str, value: str, reader: Callable[[str], object], *, needed: bool = True) -> None:
        if needed and not value:
            problems[name] = "missing"
            return
        try:
            reader(value)
        except InvalidValue as error:
            problems[name] = shortened(visible(str(error)), _LONGEST_WORDS)

    number, sip_uri = _BETWEEN_DIGITS.sub("", text.number), text.sip_uri.strip()
    mo, mt = text.mo.strip(), text.mt.strip()
    read("number", number, E164)
    read("sip_uri", sip_uri, TasUri.parse)
    read("route_type", text.route_type, RouteType.parse)
    read("mo", mo, lambda value: check_prefix(value, "MO"), needed=False)
    read("mt", mt, lambda value: check_prefix(value, "MT"), needed=False)
    if problems:
        return FormReading(None, problems)
    return FormReading(Registration.parse(number, sip_uri, text.route_type, mo, mt))


def remarks(registration: Registration, edited: Registration | None, row: Row | None, at: float) -> list[str]:
    """Return what sending a registration means for what is there.

    Args:
        registration: What would be sent.
        edited: What the form was opened with, or None: something is added.
        row: What is known of the number.
        at: Unix time in seconds.
    """
    said = []
    if edited is not None and registration.number != edited.number:
        said.append(f"Another number: this adds a registration, that of {edited.number} stays as it is.")
    in_force = row is not None and row.accepted_at is not None and (row.remaining(at) or 0) > 0
    if row is not None and in_force and (edited is None or registration.number != edited.number):
        held = row.registration()
        if held == registration:
            said.append("The same registration is in force: this refreshes it.")
        else:
            said.append(f"Replaces {held.route_type} {held.sip_uri}, which is in force for the number (V1).")
    return said


def warnings(registration: Registration) -> list[str]:
    """Return what is dangerous in a registration by itself, worst first; asks the numbering plans, so in a thread."""
    book = RegistrationBook()
    book.upsert(registration, None)
    found = hazards_of_book(book, 0.0, number_problem)
    return [visible(hazard.text) for hazard in found if hazard.severity >= Severity.WARNING]
