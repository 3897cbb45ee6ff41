"""Whether profiles would work, as far as this machine can tell."""

from collections.abc import Iterable
from dataclasses import dataclass

from sipbreakout_tui.config.errors import ConfigError, SecretUnavailable
from sipbreakout_tui.config.files import read_tls_files
from sipbreakout_tui.config.profile import Auth, OAuthAuth, Profile, TokenAuth
from sipbreakout_tui.config.secret import SecretRef


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found; no secret is in it."""

    problems: list[str]
    """What keeps a profile from working."""
    warnings: list[str]
    """What works and is unsafe."""


def secret_refs(auth: Auth) -> list[tuple[str, SecretRef]]:
    """Return every reference that a way to prove who we are needs, with its key."""
    if isinstance(auth, TokenAuth):
        return [("token", auth.token)]
    if isinstance(auth, OAuthAuth):
        refs = [("client_secret", auth.client_secret)]
        return refs if isinstance(auth.client_id, str) else [("client_id", auth.client_id), *refs]
    return []


def check_profiles(profiles: Iterable[Profile]) -> CheckResult:
    """Return what is wrong with the certificate files and the references of the profiles.

    Every reference is followed, and what it leads to is forgotten: commands run, keyrings may ask.
    """
    problems: list[str] = []
    warnings: list[str] = []
    for profile in profiles:
        try:
            read_tls_files(profile)
        except ConfigError as error:
            problems += [f"profiles.{profile.name}.{problem}" for problem in error.problems]
        for key, ref in secret_refs(profile.auth):
            try:
                ref.resolve()
            except SecretUnavailable as error:
                problems.append(f"profiles.{profile.name}.{key}: {error}")
            unsafe = ref.warning()
            if unsafe is not None:
                warnings.append(f"profiles.{profile.name}.{key}: {unsafe}")
    return CheckResult(problems, warnings)
