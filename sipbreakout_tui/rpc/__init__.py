"""The client of the core: gRPC, tokens, and what can go wrong.

Only asking for `RegistrationClient` loads gRPC; the errors do not.
"""

from typing import TYPE_CHECKING

from sipbreakout_tui.rpc.errors import CannotReachCore, CoreFailed, NotAuthorised, NotSent, Refused

if TYPE_CHECKING:
    from sipbreakout_tui.rpc.client import RegistrationClient

__all__ = [
    "CannotReachCore",
    "CoreFailed",
    "NotAuthorised",
    "NotSent",
    "Refused",
    "RegistrationClient",
]


def __getattr__(name: str) -> object:
    if name == "RegistrationClient":
        from sipbreakout_tui.rpc.client import RegistrationClient

        return RegistrationClient
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
