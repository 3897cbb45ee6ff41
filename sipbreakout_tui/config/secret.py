"""Secrets, which never show themselves, and references to them.

A profile holds references only. What one leads to is a `Secret`, whose text comes out of `reveal()`
and of nothing else.
"""

import hmac
import os
import stat
import subprocess
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn
from urllib.parse import quote, quote_plus

from sipbreakout_tui.config.errors import ConfigError, SecretUnavailable
from sipbreakout_tui.safe_text import visible

COMMAND_SECONDS = 10.0
"""How long a command may take to print a secret."""

MAX_BYTES = 64 * 1024
"""The most that a file or a command may give: whatever is larger is no token."""

_MET_AT_MOST = 100

HOW_TO_REFER = (
    'refer to it: { env = "VARIABLE" }, { file = "path" }, { command = ["program", "argument"] } '
    'or { keyring = "service/user" }'
)
"""The forms that a reference has in a profile file."""


class Secret:
    """A text that neither `repr`, `str`, a format, a log nor a pickle shows."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text: Final = text

    def reveal(self) -> str:
        """Return the text. Use it where it is sent, and keep it in no variable."""
        return self.__text

    def __repr__(self) -> str:
        return "Secret(hidden)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        pair = (text.encode("utf-8", "surrogatepass") for text in (self.__text, other.reveal()))
        return hmac.compare_digest(*pair)

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, _memo: object) -> "Secret":
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled")


_met: deque[Secret] = deque(maxlen=_MET_AT_MOST)


def met(secret: Secret) -> Secret:
    """Return the secret, and remember that this process got it, so that reports can leave it out."""
    if secret not in _met:
        _met.append(secret)
    return secret


def secrets_met() -> tuple[Secret, ...]:
    """Return the secrets that this process got from references and token endpoints, the latest 100."""
    return tuple(_met)


def without(text: str, *secrets: Secret | None) -> str:
    """Return text from outside without the secrets in it, also as they are quoted or put in base64."""
    for secret in secrets:
        if secret is not None and secret.reveal():
            for form in _forms(secret):
                text = text.replace(form, "(hidden)")
    return text


def _forms(secret: Secret) -> list[str]:
    text = secret.reveal()
    octets = text.encode("utf-8", "surrogatepass")
    forms = {text, repr(text)[1:-1], quote(octets, ""), quote_plus(octets), b64encode(octets).decode("ascii")}
    return sorted(forms, key=len, reverse=True)


@dataclass(frozen=True, slots=True, repr=False)
class SecretRef:
    """Where a secret is: exactly one of four places.

    Raises:
        ConfigError: None or several places, or one that cannot be; the message shows no value.
    """

    env: str | None = None
    """An environment variable."""
    file: Path | None = None
    """A file that holds the secret and nothing else."""
    command: tuple[str, ...] | None = None
    """A program and its arguments, started without a shell, that prints the secret."""
    keyring: str | None = None
    """`service/user` in the keyring of the operating system."""

    def __post_init__(self) -> None:
        """Refuse what is no reference."""
        given = [place for place in (self.env, self.file, self.command, self.keyring) if place is not None]
        if len(given) != 1:
            raise ConfigError([f"a reference names one place, not {len(given)}: {HOW_TO_REFER}"])
        # The values are not shown: somebody may have put the secret itself there.
        if self.env is not None and not (self.env.isidentifier() and self.env.isascii()):
            raise ConfigError(["env is not the name of an environment variable: letters, digits and _ are expected"])
        if self.file is not None and (not self.file.name or "\0" in str(self.file)):
            raise ConfigError(["file is not the path of a file"])
        if self.command is not None and (not self.command or not self.command[0] or "\0" in "".join(self.command)):
            raise ConfigError(["command names no program: a list of texts is expected, the program first"])
        if self.keyring is not None and not all(self.keyring.rpartition("/")[::2]):
            raise ConfigError(["keyring is not of the form service/user"])

    def resolve(self) -> Secret:
        """Return the secret, without the white space around it. Blocks: commands may take 10 s.

        Raises:
            SecretUnavailable: There is none; the message says where it was looked for.
        """
        text, why = self._source()()
        if why is None and not (text := (text or "").strip()):
            why = "is empty"
        if why is not None:
            raise SecretUnavailable(f"no secret: {self} {why}")
        return met(Secret(text or ""))

    def warning(self) -> str | None:
        """Return what is unsafe about the place, or None: a file that other users may read."""
        if self.file is None or os.name != "posix":
            return None
        try:
            mode = self.file.stat().st_mode
        except OSError:
            return None
        if not stat.S_ISREG(mode) or not mode & (stat.S_IRGRP | stat.S_IROTH):
            return None
        return f"{self} can be read by other users: chmod 600 {visible(str(self.file))}"

    def _source(self) -> Callable[[], tuple[str | None, str | None]]:
        """Return what fetches the text, or why there is none."""
        if self.env is not None:
            return self._from_environment
        if self.file is not None:
            return self._from_file
        return self._from_command if self.command is not None else self._from_keyring

    def _from_environment(self) -> tuple[str | None, str | None]:
        text = os.environ.get(self.env or "")
        if text is None:
            return None, "is not set: export it"
        return _text(os.fsencode(text))  # what is not UTF-8 comes out of the environment as surrogates

    def _from_file(self) -> tuple[str | None, str | None]:
        try:
            with Path(self.file or "").open("rb") as file:
                return _text(file.read(MAX_BYTES + 1))
        except OSError as error:
            return None, f"cannot be read: {error.strerror}"

    def _from_command(self) -> tuple[str | None, str | None]:
        # What it writes on stderr is not shown either: programs complain about the secret they got.
        why = None
        try:
            done = subprocess.run(
                self.command or (),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=COMMAND_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            why = f"printed nothing for {COMMAND_SECONDS:g} s: it must not ask for anything"
        except OSError as error:
            why = f"cannot be started: {error.strerror}"
        if why is not None:
            return None, why
        if done.returncode != 0:
            return None, f"ended with code {done.returncode}: run it by hand to see why"
        return _text(done.stdout)

    def _from_keyring(self) -> tuple[str | None, str | None]:
        from importlib import import_module

        service, _, user = (self.keyring or "").rpartition("/")
        try:
            keyring = import_module("keyring")
        except ImportError:
            return None, "needs the library keyring: pip install 'sipbreakout-tui[keyring]'"
        why = text = None
        try:
            text = keyring.get_password(service, user)
        except keyring.errors.KeyringError as error:
            why = f"cannot be read: {type(error).__name__}: is the keyring unlocked?"
        if why is None and text is None:
            why = f"has no entry: keyring set {visible(service)} {visible(user)}"
        return text, why

    def __str__(self) -> str:
        """Return the place in words; of a command only the program."""
        if self.env is not None:
            return f"environment variable {self.env}"
        if self.file is not None:
            return f"file {visible(str(self.file))}"
        if self.command is not None:
            return f"command {visible(self.command[0])}"
        return f"keyring entry {visible(self.keyring or '')}"

    def __repr__(self) -> str:
        """Return the place in words; the arguments of a command may be secret themselves."""
        return f"<SecretRef: {self}>"


def _text(content: bytes) -> tuple[str | None, str | None]:
    if len(content) > MAX_BYTES:
        return None, f"gives more than {MAX_BYTES} bytes: that is no token"
    try:
        return content.decode("utf-8"), None
    except UnicodeDecodeError:
        return None, "does not give UTF-8 text"
