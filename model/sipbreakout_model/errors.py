"""The one error tree of the product.

    SipBreakoutError
    ├── InvalidValue (also a ValueError)
    │   ├── InvalidNumber          not an E.164 number
    │   ├── InvalidTasUri          not sips:host or sips:host:port
    │   ├── InvalidRegistration    a prefix or route type that no registration can have
    │   └── InvalidCall            a call that nobody can place
    ├── ScenarioError              a behaviour that does not fit, or a value out of range
    ├── RegistrationTextError      a registration file with faulty entries
    ├── NotRegistered              nothing in force for the number
    └── WrongSipUri                registered, but at another sip_uri

Every message says what failed, shows the value, and says what to do.
"""


class SipBreakoutError(Exception):
    """Root of every error this product raises on purpose."""


class InvalidValue(SipBreakoutError, ValueError):
    """A value that its type cannot hold."""


class InvalidNumber(InvalidValue):
    """A text that is not an E.164 number."""


class InvalidTasUri(InvalidValue):
    """A text that is not the `sips:` URI of a TAS."""


class InvalidRegistration(InvalidValue):
    """A registration with a prefix, a route type or a value of a kind it cannot have."""


class InvalidCall(InvalidValue):
    """A call with a called number or a time that no call has."""


class ScenarioError(SipBreakoutError):
    """A scenario that contradicts itself or the route type of the TAS that is rung."""


class RegistrationTextError(SipBreakoutError):
    """A registration file that cannot be used; nothing of it is.

    Attributes:
        problems: One sentence for each faulty entry, with its line or index and the value.
    """

    def __init__(self, problems: list[str]) -> None:
        """Keep every problem; the message lists them, one a line."""
        self.problems = problems
        super().__init__("\n".join(problems))


class NotRegistered(SipBreakoutError):
    """No registration is in force for the number (V3)."""


class WrongSipUri(SipBreakoutError):
    """The number is registered at another sip_uri than the one named (V3)."""
