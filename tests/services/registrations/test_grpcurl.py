"""The grpcurl line for a request."""

import json
import shlex

import pytest

from sipbreakout_model import Registration
from sipbreakout_tui.services.registrations.grpcurl import grpcurl_line

LOOP = Registration.parse("+4711111111", "sips:tas.example.com", "LOOP", "00", "")


def test_upsert_in_plaintext() -> None:
    words = shlex.split(grpcurl_line("upsert", LOOP, "127.0.0.1:50051", plaintext=True))
    assert words[:3] == ["grpcurl", "-plaintext", "-d"]
    assert words[4:] == ["127.0.0.1:50051", "wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration"]
    assert json.loads(words[3]) == {
        "registration": {
            "phoneNumber": {"e164": "+4711111111"},
            "sipUri": "sips:tas.example.com",
            "routeType": "ROUTE_TYPE_LOOP",
            "mobileOriginatingPrefix": "00",
        }
    }


def test_delete_with_token_and_ca() -> None:
    line = grpcurl_line("delete", LOOP, "api.example.com:443", ca_file="/tmp/my ca.pem", with_token=True)
    assert '"authorization: Bearer $TOKEN"' in line
    words = shlex.split(line)
    assert words[words.index("-cacert") + 1] == "/tmp/my ca.pem"
    body = json.loads(words[words.index("-d") + 1])
    assert body == {"registration": {"phoneNumber": {"e164": "+4711111111"}, "sipUri": "sips:tas.example.com"}}
    assert words[-1].endswith("/DeleteRegistration")


@pytest.mark.parametrize("verb", ["upsert", "delete"])
def test_number_of_a_users_token_stays_out(verb: str) -> None:
    assert "phoneNumber" not in grpcurl_line(verb, LOOP, "127.0.0.1:1", without_number=True)
