"""One thing changed: what a call would do then."""

import re
from dataclasses import replace

from sipbreakout_model import E164, Call, InvalidValue, Registration
from sipbreakout_model.registration_text import Entry
from sipbreakout_model.times import parse_span

FIELDS = ("sip_uri", "route_type", "mobile_originating_prefix", "mobile_terminating_prefix")
"""What `NUMBER.field=value` may set."""

_SETTING = re.compile(r"(\+[0-9]+)\.([a-z_]+)=(.*)", re.DOTALL)


def with_settings(entries: list[Entry], settings: list[str]) -> list[Entry]:
    """Return the entries with `NUMBER.field=value` applied, in order.

    Raises:
        InvalidValue: A setting that cannot be read, a number that is not there, a value no field can have.
    """
    changed = {entry.registration.number.text: entry for entry in entries}
    for setting in settings:
        match = _SETTING.fullmatch(setting)
        if match is None or match[2] not in FIELDS:
            raise InvalidValue(
                f"{setting!r} is no setting: expected NUMBER.field=value, as in +4711111111.route_type=LOOP_MT; "
                f"fields are {', '.join(FIELDS)}"
            )
        number, field, value = match.groups()
        if number not in changed:
            raise InvalidValue(f"{setting!r}: {number} is not registered, so nothing of it can be set")
        entry = changed[number]
        changed[number] = replace(entry, registration=_with(entry.registration, field, value))
    return list(changed.values())


def _with(registration: Registration, field: str, value: str) -> Registration:
    texts = {
        "sip_uri": str(registration.sip_uri),
        "route_type": registration.route_type.name,
        "mobile_originating_prefix": registration.mobile_originating_prefix,
        "mobile_terminating_prefix": registration.mobile_terminating_prefix,
    }
    return Registration.parse(registration.number.text, **{**texts, field: value})


def without_numbers(entries: list[Entry], numbers: list[str]) -> list[Entry]:
    """Return the entries without those of these numbers.

    Raises:
        InvalidValue: A number that is none, or not there.
    """
    dropped = {E164(text).text for text in numbers}
    missing = dropped - {entry.registration.number.text for entry in entries}
    if missing:
        raise InvalidValue(f"{', '.join(sorted(missing))} is not registered, so it cannot be dropped")
    return [entry for entry in entries if entry.registration.number.text not in dropped]


def later_call(call: Call, span: str) -> Call:
    """Return the call placed later by a span such as `50m` or `1h30m`.

    Raises:
        InvalidValue: Not a span.
    """
    return replace(call, at=call.at + parse_span(span))
