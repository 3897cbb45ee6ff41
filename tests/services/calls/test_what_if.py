"""One thing changed."""

import pytest

from sipbreakout_model import Call, InvalidValue, Registration, RouteType
from sipbreakout_model.registration_text import Entry
from sipbreakout_tui.services.calls.what_if import later_call, with_settings, without_numbers

A = Entry(Registration.parse("+4711111111", "sips:tas.example.com", "LOOP", "00", "11"), None)
B = Entry(Registration.parse("+4722222222", "sips:vm.example.com", "FALLBACK"), 1000.0)


def test_settings_change_one_field_each_in_order() -> None:
    settings = [
        "+4711111111.route_type=loop-mt",
        "+4711111111.mobile_terminating_prefix=",
        "+4711111111.sip_uri=sips:[2001:db8::1]:5061",
        "+4722222222.mobile_terminating_prefix=9",
    ]
    first, second = with_settings([A, B], settings)
    assert first.registration == Registration.parse("+4711111111", "sips:[2001:db8::1]:5061", "LOOP_MT", "00")
    assert second.registration.mobile_terminating_prefix == "9"
    assert second.accepted_at == 1000.0
    assert A.registration.route_type is RouteType.LOOP


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "+4711111111",
        "+4711111111.route_type",
        "+4711111111.number=+4733333333",
        "+4733333333.route_type=LOOP",
        "+4711111111.route_type=SPIRAL",
        "+4711111111.sip_uri=sip:x",
        "+4711111111.mobile_originating_prefix=a",
    ],
)
def test_setting_that_cannot_be_is_refused_with_its_value(setting: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        with_settings([A, B], [setting])
    assert repr(setting.rsplit("=", maxsplit=1)[-1]) in str(caught.value) or repr(setting) in str(caught.value)


def test_drop() -> None:
    assert without_numbers([A, B], ["+4711111111"]) == [B]
    assert without_numbers([A, B], []) == [A, B]
    with pytest.raises(InvalidValue, match="not registered"):
        without_numbers([A], ["+4722222222"])
    with pytest.raises(InvalidValue):
        without_numbers([A], ["112"])


@pytest.mark.parametrize(("span", "seconds"), [("50m", 3000.0), ("1h30m", 5400.0), ("0.5s", 0.5), ("2d", 172800.0)])
def test_later(span: str, seconds: float) -> None:
    assert later_call(Call.parse("+4711111111", "+4722222222", 1000.0), span).at == 1000.0 + seconds


@pytest.mark.parametrize("span", ["", "soon", "-5m", "5", "5m x", "m"])
def test_span_that_cannot_be_read(span: str) -> None:
    with pytest.raises(InvalidValue, match="no span"):
        later_call(Call.parse("+4711111111", "+4722222222", 1000.0), span)
