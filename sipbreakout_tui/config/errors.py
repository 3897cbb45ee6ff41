"""What can be wrong with settings.

SipBreakoutError
├── InvalidValue
│   └── ConfigError          a file or a profile that cannot be used
└── SecretUnavailable        a reference that leads to no secret
"""

from sipbreakout_model import InvalidValue, SipBreakoutError


class ConfigError(InvalidValue):
    """Settings that cannot be used; nothing of them is.

    Attributes:
        problems: One sentence for each problem, with its place.
    """

    def __init__(self, problems: list[str]) -> None:
        """Keep every problem; the message lists them, one a line."""
        self.problems = problems
        super().__init__("\n".join(problems))


class SecretUnavailable(SipBreakoutError):
    """A secret that could not be had from where its reference points; the message never holds one."""
