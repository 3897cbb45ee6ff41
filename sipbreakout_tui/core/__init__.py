"""The embedded core: the gRPC service on the model, for training, notebooks and tests.

It answers as the API says (V1 to V6, V9, V10) and connects no calls.
"""

from sipbreakout_tui.core.blocking import BlockingCore
from sipbreakout_tui.core.embedded import EmbeddedCore
from sipbreakout_tui.core.faults import Faults
from sipbreakout_tui.core.listening import CannotListen
from sipbreakout_tui.core.tokens import TokenFileError, Tokens

__all__ = [
    "BlockingCore",
    "CannotListen",
    "EmbeddedCore",
    "Faults",
    "TokenFileError",
    "Tokens",
]
