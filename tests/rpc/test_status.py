"""Every gRPC status is one of our errors, with what to do."""

import grpc
import pytest

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.rpc.errors import CannotReachCore, CoreFailed, NotAuthorised
from sipbreakout_tui.rpc.status import MEANINGS, RETRIED, tls_advice


def test_no_status_is_unmapped() -> None:
    assert set(MEANINGS) == set(grpc.StatusCode)


@pytest.mark.parametrize("code", grpc.StatusCode)
def test_every_status_says_what_to_do(code: grpc.StatusCode) -> None:
    meaning = MEANINGS[code]
    assert issubclass(meaning.error, SipBreakoutError)
    assert len(meaning.advice) > 20
    expected = {
        grpc.StatusCode.UNAVAILABLE: CannotReachCore,
        grpc.StatusCode.DEADLINE_EXCEEDED: CannotReachCore,
        grpc.StatusCode.UNAUTHENTICATED: NotAuthorised,
        grpc.StatusCode.PERMISSION_DENIED: NotAuthorised,
    }
    assert meaning.error is expected.get(code, CoreFailed)
    assert (code in RETRIED) is (meaning.error is CannotReachCore)


def test_exit_code_of_a_core_that_cannot_be_reached() -> None:
    assert CannotReachCore.exit_code == 3


def test_words_without_tls_have_no_advice() -> None:
    assert tls_advice("Connection refused") is None


@pytest.mark.parametrize(
    ("local", "said"), [(True, "add --plaintext to --target"), (False, "Plaintext is possible to this machine only")]
)
def test_plaintext_is_named_where_it_is_possible(local: bool, said: str) -> None:
    assert said in str(tls_advice("WRONG_VERSION_NUMBER", local=local))
