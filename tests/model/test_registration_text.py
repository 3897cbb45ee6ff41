"""Registrations as TOML, JSON and CSV: the same entries in, every fault said."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbreakout_model import E164, Registration, RegistrationTextError, RouteType, TasUri
from sipbreakout_model.registration_text import Entry, TextFormat, book_of, format_registrations, parse_registrations
from sipbreakout_model.times import rfc3339

TOML, JSON, CSV = TextFormat.TOML, TextFormat.JSON, TextFormat.CSV
FIELDS = ("number", "sip_uri", "route_type", "mobile_originating_prefix", "mobile_terminating_prefix", "accepted_at")
API = ("phoneNumber", "sipUri", "routeType", "mobileOriginatingPrefix", "mobileTerminatingPrefix", "acceptedAt")
PREFIX = st.from_regex(r"[0-9]{0,16}", fullmatch=True)
ENTRIES = st.lists(
    st.builds(
        Entry,
        st.builds(
            Registration,
            st.from_regex(r"\+[1-9][0-9]{1,31}", fullmatch=True).map(E164),
            st.builds(
                TasUri,
                st.sampled_from(["tas.example.com", "192.0.2.1", "2001:db8::1", "a-b.example."]),
                st.none() | st.integers(1, 65535),
            ),
            st.sampled_from(RouteType),
            PREFIX,
            PREFIX,
        ),
        st.none() | st.integers(0, 4_000_000_000).map(float),
    ),
    unique_by=lambda entry: entry.registration.number,
    max_size=5,
)


def values(entry: Entry) -> tuple[str, ...]:
    registration = entry.registration
    return (
        str(registration.number),
        str(registration.sip_uri),
        str(registration.route_type),
        registration.mobile_originating_prefix,
        registration.mobile_terminating_prefix,
        "" if entry.accepted_at is None else rfc3339(entry.accepted_at),
    )


def as_toml(entries: list[Entry]) -> str:
    tables = []
    for entry in entries:
        lines = [f"{name} = {json.dumps(value)}" for name, value in zip(FIELDS, values(entry), strict=True) if value]
        tables.append("\n".join(["[[registration]]", *lines]))
    return "\n\n".join(tables)


def as_json(entries: list[Entry], names: tuple[str, ...] = FIELDS) -> str:
    return json.dumps([dict(zip(names, values(entry), strict=True)) for entry in entries])


def as_csv(entries: list[Entry]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(FIELDS)
    writer.writerows(map(values, entries))
    return text.getvalue()


@given(ENTRIES, st.sampled_from(TextFormat))
def test_what_is_written_is_read_back(entries: list[Entry], form: TextFormat) -> None:
    text = format_registrations(entries, form)
    assert parse_registrations(text, form) == entries
    assert text.isascii()
    assert parse_registrations(text.replace("\n", "\r\n"), form) == entries


@given(st.floats(0, 4_000_000_000), st.sampled_from(TextFormat))
def test_moments_are_written_to_the_millisecond(at: float, form: TextFormat) -> None:
    (entry,) = parse_registrations(format_registrations([Entry(ONE.registration, at)], form), form)
    assert entry.registration == ONE.registration
    assert entry.accepted_at is not None
    assert entry.accepted_at == pytest.approx(at, abs=0.0011)


def test_written_forms() -> None:
    entries = [ONE, Entry(Registration.parse("+4722222222", "sips:[2001:db8::1]:1", "FORK", "00", "0"), 1795348800.5)]
    assert format_registrations(entries, TOML) == (
        '[[registration]]\nnumber = "+4711111111"\nsip_uri = "sips:a.example"\nroute_type = "LOOP_MO"\n'
        'mobile_originating_prefix = ""\nmobile_terminating_prefix = ""\n\n'
        '[[registration]]\nnumber = "+4722222222"\nsip_uri = "sips:[2001:db8::1]:1"\nroute_type = "FORK"\n'
        'mobile_originating_prefix = "00"\nmobile_terminating_prefix = "0"\n'
        'accepted_at = "2026-11-22T12:00:00.500Z"\n'
    )
    assert format_registrations(entries, CSV).splitlines() == [
        ",".join(FIELDS),
        "+4711111111,sips:a.example,LOOP_MO,,,",
        "+4722222222,sips:[2001:db8::1]:1,FORK,00,0,2026-11-22T12:00:00.500Z",
    ]
    assert json.loads(format_registrations(entries, JSON))[1] == dict(zip(FIELDS, values(entries[1]), strict=True))
    assert [format_registrations([], form) for form in (TOML, JSON, CSV)] == ["", "[]\n", ",".join(FIELDS) + "\n"]


@given(ENTRIES)
def test_every_format_gives_back_the_entries(entries: list[Entry]) -> None:
    assert parse_registrations(as_toml(entries), TOML) == entries
    assert parse_registrations(as_json(entries), JSON) == entries
    assert parse_registrations(as_json(entries, API), JSON) == entries
    assert parse_registrations(as_csv(entries), CSV) == entries


@given(ENTRIES)
def test_book_holds_every_entry(entries: list[Entry]) -> None:
    book = book_of(entries)
    assert [(lease.registration, lease.accepted_at) for lease in book] == [
        (entry.registration, entry.accepted_at) for entry in entries
    ]
    for entry in entries:
        if entry.accepted_at is None:
            assert book.active(entry.registration.number, -1e9) is not None
            assert book.active(entry.registration.number, 1e12) is not None


ONE = Entry(Registration.parse("+4711111111", "sips:a.example", "LOOP_MO"), None)
FIELD_TEXT = '"number": "+4711111111", "sip_uri": "sips:a.example", "route_type": "LOOP_MO"'
TABLE_TEXT = '[[registration]]\nnumber = "+4711111111"\nsip_uri = "sips:a.example"\nroute_type = "LOOP_MO"\n'


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (f"[{{{FIELD_TEXT}}}]", JSON),
        (f"{{{FIELD_TEXT}}}", JSON),
        (f'{{"registrations": [{{{FIELD_TEXT}}}]}}', JSON),
        (f'{{"registration": {{{FIELD_TEXT}}}}}', JSON),
        (f'[{{{FIELD_TEXT}, "mobile_originating_prefix": null, "accepted_at": null}}]', JSON),
        ('[{"phoneNumber": {"e164": "+4711111111"}, "sipUri": "sips:a.example", "routeType": "ROUTE_TYPE_LOOP_MO"}]',
         JSON),
        ('[{"number": "+4711111111", "sip_uri": "sips:a.example", "route_type": "loop-mo"}]', JSON),
        (TABLE_TEXT, TOML),
        (TABLE_TEXT.replace("\n", "\r\n"), TOML),
        ('registration = [{number="+4711111111", sip_uri="sips:a.example", route_type="LOOP_MO"}]', TOML),
        ("number,sip_uri,route_type\n+4711111111,sips:a.example,LOOP_MO\n", CSV),
        ("route_type, number ,sip_uri\r\n LOOP_MO, +4711111111, sips:a.example \r\n\r\n,,\r\n", CSV),
        ("phoneNumber,sipUri,routeType\n+4711111111,sips:a.example,ROUTE_TYPE_LOOP_MO", CSV),
        ('"number","sip_uri","route_type"\n"+4711111111","sips:a.example","LOOP_MO"\n', CSV),
    ],
)  # fmt: skip
def test_shapes(text: str, form: TextFormat) -> None:
    assert parse_registrations(text, form) == [ONE]
    assert parse_registrations(f"\ufeff{text}", form) == [ONE]


@pytest.mark.parametrize(("text", "form"), [("", TOML), ("# nothing", TOML), ("[]", JSON),
                                            ("number,sip_uri,route_type\n", CSV)])  # fmt: skip
def test_nothing(text: str, form: TextFormat) -> None:
    assert parse_registrations(text, form) == []


@pytest.mark.parametrize("written", ["2026-11-22T12:00:00Z", "2026-11-22T13:00:00+01:00", "1795348800",
                                     "1795348800.0"])  # fmt: skip
def test_accepted_at(written: str) -> None:
    at = 1795348800.0
    (entry,) = parse_registrations(f"{TABLE_TEXT}accepted_at = {written}", TOML)
    assert entry.accepted_at == at
    (entry,) = parse_registrations(f'{TABLE_TEXT}accepted_at = "{written}"', TOML)
    assert entry.accepted_at == at
    (entry,) = parse_registrations(f'[{{{FIELD_TEXT}, "accepted_at": "{written}"}}]', JSON)
    assert entry.accepted_at == at


def test_local_date_and_time_in_toml_are_those_of_the_text() -> None:
    for written in ("2026-11-22T12:00:00", "2026-11-22"):
        (as_value,) = parse_registrations(f"{TABLE_TEXT}accepted_at = {written}", TOML)
        (as_text,) = parse_registrations(f'{TABLE_TEXT}accepted_at = "{written}"', TOML)
        assert as_value == as_text


def problems(text: str, form: TextFormat) -> list[str]:
    with pytest.raises(RegistrationTextError) as caught:
        parse_registrations(text, form)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def test_every_faulty_entry_is_named_in_toml() -> None:
    wrong = TABLE_TEXT.replace("+4711111111", "112") + TABLE_TEXT + TABLE_TEXT.replace("LOOP_MO", "LOPE") + TABLE_TEXT
    found = problems(wrong, TOML)
    assert [problem.partition(":")[0] for problem in found] == [
        "entry 1 (line 1)",
        "entry 3 (line 9)",
        "entry 4 (line 13)",
    ]
    assert "'112'" in found[0]
    assert "'LOPE'" in found[1]
    assert "+4711111111 stands in entry 2 (line 5) already" in found[2]


def test_lines_are_left_out_where_they_cannot_be_known() -> None:
    hidden = TABLE_TEXT.replace('"sips:a.example"', '"""\n[[registration]]\n"""')
    assert problems(hidden, TOML)[0].startswith("entry 1: ")


def test_every_faulty_entry_is_named_in_json() -> None:
    found = problems(
        f'[{{"number": 5}}, {{{FIELD_TEXT}, "number": "x"}}, 7, {{{FIELD_TEXT}}}, {{{FIELD_TEXT}, "colour": "red"}}]',
        JSON,
    )
    assert found == [
        "entry 1: sip_uri, route_type missing in an entry that has number = 5",
        "entry 2: 'number' stands twice in one entry",
        "entry 3: 7 is not a registration: expected a table with number, sip_uri, route_type",
        f"entry 5: 'colour' is no field of a registration: expected {', '.join(FIELDS)}",
    ]


def test_every_faulty_entry_is_named_in_csv() -> None:
    found = problems(
        'number,sip_uri,route_type\n+4711111111,sips:a.example\n\n+4711111111,"a\nb",LOOP\n+1,sips:a.example,LOOP\n"x',
        CSV,
    )
    assert [problem.partition(":")[0] for problem in found] == ["line 2", "line 5", "line 6", "line 7"]
    assert "2 values for 3 columns in '+4711111111,sips:a.example'" in found[0]
    assert r"'a\nb' is not a TAS URI" in found[1]


@pytest.mark.parametrize(
    ("text", "form", "said"),
    [
        ("x", TOML, "this is no TOML: "),
        (f"a = {'[' * 5000}{']' * 5000}", TOML, "this is no TOML: "),
        (f"a = {'1' * 5000}", TOML, "this is no TOML: "),
        ("[registration]\nnumber = '+1'", TOML, "[registration] is a single table: write [[registration]]"),
        ("[[registrations]]", TOML, "'registrations' is unknown: expected only [[registration]] tables"),
        (f"{TABLE_TEXT}mobile_originating_prefix = 0x{'f' * 5000}", TOML, "entry 1 (line 1): "),
        (f"{TABLE_TEXT}accepted_at = 0x{'f' * 5000}", TOML, "entry 1 (line 1): "),
        (f"{TABLE_TEXT}mobile_originating_prefix = 00", TOML, "this is no TOML: "),
        (f"{TABLE_TEXT}mobile_originating_prefix = 47", TOML,
         "entry 1 (line 1): mobile_originating_prefix 47 is not text: put it in quotes"),
        (f"{TABLE_TEXT}accepted_at = true", TOML, "entry 1 (line 1): accepted_at True is not a time"),
        (f"{TABLE_TEXT}accepted_at = nan", TOML, "entry 1 (line 1): accepted_at 'nan' is not a time"),
        (f"{TABLE_TEXT}accepted_at = 12:00:00", TOML, "entry 1 (line 1): accepted_at datetime.time(12, 0) is not"),
        (f"{TABLE_TEXT}accepted_at = '-10m'", TOML, "entry 1 (line 1): accepted_at '-10m' is not a time: expected Un"),
        (f"{TABLE_TEXT}accepted_at = 0001-01-01", TOML, "entry 1 (line 1): accepted_at '0001-01-01' "),
        (f"{TABLE_TEXT}accepted_at = 99999999999999", TOML, "entry 1 (line 1): accepted_at '99999999999999' lies out"),
        ("", JSON, "this is no JSON: "),
        ("[" * 100_000, JSON, "this is no JSON: "),
        ("9" * 5000, JSON, "this is no JSON: "),
        ("7", JSON, "expected a JSON array of registrations"),
        (f'[{{{FIELD_TEXT}, "phoneNumber": "+4711111111"}}]', JSON, "entry 1: 'phoneNumber' gives number a second"),
        ('[{"phoneNumber": {"national": "11111111"}}]', JSON,
         "entry 1: number, sip_uri, route_type missing in an entry that has phoneNumber (with national)"),
        ("[{}]", JSON, "entry 1: number, sip_uri, route_type missing in an entry that has nothing"),
        ('[{"number": "112"}]', JSON, 'entry 1: sip_uri, route_type missing in an entry that has number = "112"'),
        (f'[{{{FIELD_TEXT}, "accepted_at": 1e400}}]', JSON, "entry 1: accepted_at 'inf' is not a time"),
        ("", CSV, "line 1: '' is no header: expected number, sip_uri, route_type, "),
        ("number;sip_uri;route_type", CSV, "line 1: 'number;sip_uri;route_type' is no header"),
        ("number,sip_uri,route_type,colour", CSV, "line 1: 'number,sip_uri,route_type,colour' is no header"),
        ("number,sip_uri,route_type,phoneNumber", CSV, "line 1: 'number,sip_uri,route_type,phoneNumber' is no he"),
        ("number,sip_uri,route_type\n,,LOOP", CSV,
         'line 2: number, sip_uri missing in an entry that has route_type = "LOOP"'),
        (f"number,sip_uri,route_type\n{'x' * 200_000},a,b", CSV, "line 2: this is no CSV: field larger than"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, form: TextFormat, said: str) -> None:
    (found,) = problems(text, form)
    assert found.startswith(said), found


@given(st.text(), st.sampled_from(TextFormat))
def test_any_text_is_registrations_or_refused(text: str, form: TextFormat) -> None:
    assert_taken_or_refused(text, form)


def assert_taken_or_refused(text: str, form: TextFormat) -> None:
    entries: list[Entry] = []
    refused: list[str] = []
    try:
        entries = parse_registrations(text, form)
    except RegistrationTextError as error:
        refused = error.problems
    assert not (entries and refused)
    assert len(book_of(entries)) == len(entries)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(FIELDS + API) | st.text(), inner),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_any_json_is_registrations_or_refused(value: object) -> None:
    assert_taken_or_refused(json.dumps(value), JSON)
