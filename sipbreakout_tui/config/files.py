"""The certificate files of a profile, read and looked at before a connection fails on them."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from sipbreakout_tui.config.errors import ConfigError
from sipbreakout_tui.config.profile import Profile
from sipbreakout_tui.safe_text import visible

MAX_BYTES = 16 * 1024 * 1024
"""The largest file of certificates that is read."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """What is in the certificate files of a profile; None where it names no such file."""

    ca: bytes | None = None
    """Certificates that the core's must come from."""
    client_cert: bytes | None = None
    """Our certificate, with those between it and the root."""
    client_key: bytes | None = field(default=None, repr=False)
    """Its key."""


def read_tls_files(profile: Profile) -> TlsFiles:
    """Return what the certificate files of the profile hold.

    Raises:
        ConfigError: With every file that cannot be read or used.
    """
    problems: list[str] = []
    ca = _read("ca_file", profile.ca_file, problems)
    certificate = _read("client_cert", profile.client_cert, problems)
    key = _read("client_key", profile.client_key, problems)
    if ca is not None and not _holds_certificates(ca):
        problems.append(_unusable("ca_file", profile.ca_file, "no certificates in PEM form in it"))
    if certificate is not None and not _holds_certificates(certificate):
        problems.append(_unusable("client_cert", profile.client_cert, "no certificate in PEM form in it"))
    elif certificate is not None and key is not None:
        why = _pair_problem(profile)
        if why is not None:
            problems.append(_unusable("client_key", profile.client_key, why))
    if problems:
        raise ConfigError(problems)
    return TlsFiles(ca, certificate, key)


def _read(name: str, path: Path | None, problems: list[str]) -> bytes | None:
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = error.strerror if isinstance(error, OSError) else error
        problems.append(f"{name} {visible(str(path))} cannot be read: {why}")
        return None
    if len(content) > MAX_BYTES:
        problems.append(f"{name} {visible(str(path))} is larger than {MAX_BYTES} bytes")
        return None
    return content


def _unusable(name: str, path: Path | None, why: str) -> str:
    return f"{name} {visible(str(path))} cannot be used: {why}"


def _holds_certificates(content: bytes) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=content.decode("ascii", "ignore"))
    except (ssl.SSLError, ValueError):
        return False
    return True


def _pair_problem(profile: Profile) -> str | None:
    if profile.client_cert is None or profile.client_key is None:
        return None
    asked = False

    def no_password() -> str:
        nonlocal asked
        asked = True
        return ""

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(profile.client_cert, profile.client_key, no_password)
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        if asked:
            return "it is encrypted: write it without a password: openssl pkey -in KEY -out NEW"
        return "it is no key in PEM form, or not the one of client_cert"
    return None
