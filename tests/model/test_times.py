"""Moments as text: every form in, and out."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbreakout_model import InvalidValue
from sipbreakout_model.times import local_time, parse_moment, parse_time, rfc3339

NOW = 1795348800.0
EARLIEST = datetime(1, 1, 2, tzinfo=UTC).timestamp()
LATEST = datetime(9999, 12, 30, 23, 59, 59, tzinfo=UTC).timestamp()


@pytest.fixture
def kolkata(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A local time that is never UTC."""
    if not hasattr(time, "tzset"):
        pytest.skip("the local time zone cannot be set")
    before = os.environ.get("TZ")
    monkeypatch.setenv("TZ", "IST-05:30")
    time.tzset()
    yield
    if before is None:
        monkeypatch.delenv("TZ")
    else:
        monkeypatch.setenv("TZ", before)
    time.tzset()


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1795348800", NOW),
        ("1795348800.5", NOW + 0.5),
        (" 1795348800 ", NOW),
        ("-1", -1.0),
        ("0", 0.0),
        ("2026-11-22T12:00:00Z", NOW),
        ("2026-11-22t12:00:00z", NOW),
        ("2026-11-22 12:00:00Z", NOW),
        ("2026-11-22T12:00Z", NOW),
        ("2026-11-22T13:00:00+01:00", NOW),
        ("2026-11-22T13:00:00.250+01:00", NOW + 0.25),
        ("2026-11-21T22:00:00-14:00", NOW),
    ],
)
def test_time(text: str, at: float) -> None:
    assert parse_time(text) == at
    assert parse_moment(text, 0.0) == at


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("now", 0),
        ("-10m", -600),
        ("+50m", 3000),
        ("+1h30m", 5400),
        ("-1.5h", -5400),
        ("+2d", 172800),
        ("-30s", -30),
        ("+1d1h1m1s", 90061),
    ],
)
def test_span_from_now(text: str, seconds: float) -> None:
    assert parse_moment(text, NOW) == NOW + seconds
    with pytest.raises(InvalidValue):
        parse_time(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "yesterday", "10m", "+10", "-", "+m", "-10 m", "-10M", "1e9", "nan", "inf", "-inf", "0x10", "1_000",
     "٣", "-٣m", "12:00", "2026-13-01", "2026-11-22T25:00:00Z", "2026-11-22T12:00:00+25:00",
     "\x1b[31m", "1 2"],
)  # fmt: skip
def test_other_forms_are_refused_with_the_value(text: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_moment(text, NOW)
    assert str(caught.value) == (
        f"{text!r} is not a time: expected Unix seconds or RFC 3339 such as 2026-11-22T12:00:00Z, or a span from "
        "now such as -10m or +1h30m"
    )


@pytest.mark.parametrize(
    "text",
    ["99999999999999", "-99999999999999", "9" * 400, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
     "+9999999d", "-9999999d", f"+{'9' * 400}d"],
)  # fmt: skip
def test_moments_that_cannot_be_shown_are_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="lies outside the years 1 to 9999"):
        parse_moment(text, NOW)


@pytest.mark.usefixtures("kolkata")
def test_without_offset_is_local() -> None:
    assert parse_time("2026-11-22T17:30:00") == NOW
    assert parse_time("2026-11-22") == NOW - 17.5 * 3600
    assert local_time(NOW) == "2026-11-22 17:30:00+05:30"
    assert local_time(NOW, utc=True) == "2026-11-22 12:00:00+00:00"
    assert rfc3339(NOW) == "2026-11-22T12:00:00.000Z"
    assert local_time(EARLIEST)
    assert local_time(LATEST)


@given(st.integers(-(2**32) * 1000, 2**33 * 1000))
def test_rfc3339_round_trip_is_exact_in_milliseconds(milliseconds: int) -> None:
    assert parse_time(rfc3339(milliseconds / 1000)) == milliseconds / 1000


@given(st.floats(EARLIEST, LATEST))
def test_rfc3339_cuts_what_is_finer(at: float) -> None:
    text = rfc3339(at)
    assert len(text) == len("2026-11-22T12:00:00.000Z")
    assert text.endswith("Z")
    assert abs(parse_time(text) - at) < 0.0011  # far from 1970 a float is not exact to the ms


@given(
    st.floats(EARLIEST + 86400, LATEST - 86400),
    st.integers(-14 * 60, 14 * 60),
)
def test_every_offset(at: float, minutes: int) -> None:
    aware = datetime.fromtimestamp(at, timezone(timedelta(minutes=minutes)))
    assert parse_time(aware.isoformat()) == aware.timestamp()


@given(st.floats(EARLIEST, LATEST))
def test_local_time_round_trip_in_seconds(at: float) -> None:
    for utc in (True, False):
        assert abs(parse_time(local_time(at, utc=utc)) - at) <= 1


@given(st.text())
def test_any_text_is_a_moment_or_refused_with_the_value(text: str) -> None:
    try:
        at = parse_moment(text, NOW)
    except InvalidValue as error:
        refusal: str | None = str(error)
    else:
        refusal = None
        rfc3339(at)
        local_time(at)
    assert refusal is None or refusal.startswith(repr(text))
