"""How a request to a core can end other than well.

SipBreakoutError
├── Refused            the core said no, in its own words (V10)
├── NotSent            refused here, before anything was sent
├── CannotReachCore    no answer: unreachable, too slow; or the token endpoint is
│   └── NotConnected   TLS failed before anything was sent
├── NotAuthorised      the token was not taken, or none could be had
└── CoreFailed         the core answered with a fault
"""

from sipbreakout_model import SipBreakoutError


class Refused(SipBreakoutError):
    """The core's refusal in the body of its answer.

    Attributes:
        words: The core's own, as it sent them; may be empty.
    """

    def __init__(self, words: str, message: str | None = None) -> None:
        """Keep the words; the message is what to show."""
        self.words = words
        super().__init__(words if message is None else message)


class NotSent(SipBreakoutError):
    """A request that this program refuses to send: the profile is read-only, or for another number."""


class CannotReachCore(SipBreakoutError):
    """No answer came, so it is not known whether the request was carried out; it may be repeated."""

    exit_code = 3
    """What the command line exits with."""


class NotConnected(CannotReachCore):
    """The connection failed in its TLS handshake: nothing was sent, so nothing was carried out."""


class NotAuthorised(SipBreakoutError):
    """The core or the token endpoint did not accept who we are, or what we may do."""


class CoreFailed(SipBreakoutError):
    """The core answered with a fault of its own, or with something that is no answer."""
