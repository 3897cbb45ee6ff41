"""Profiles as lines and as JSON; of a secret only the place where it is."""

from collections.abc import Iterator

from sipbreakout_tui.config import NoAuth, OAuthAuth, Profile, Profiles, TokenAuth
from sipbreakout_tui.config.checking import secret_refs
from sipbreakout_tui.safe_text import visible


def profile_lines(profiles: Profiles, chosen: Profile, only: bool = False) -> list[str]:
    """Return what the profiles say, the chosen one marked with `*`.

    Args:
        profiles: All of them.
        chosen: The one in use.
        only: Show no other.
    """
    there = "" if profiles.path.is_file() else " (no such file: the built-in profiles only)"
    lines = [] if only else [f"{visible(str(profiles.path))}{there}"]
    for profile in [chosen] if only else profiles:
        origin = "" if profile.name in profiles.own else "  (built in)"
        lines.append(f"{'*' if profile.name == chosen.name else ' '} {profile.name}{origin}")
        lines += [f"    {key:<13} {visible(value)}" for key, value in _facts(profile)]
    return lines


def profile_object(profiles: Profiles, profile: Profile) -> dict[str, object]:
    """Return a profile as what `json.dumps` takes, with the names of the profile file."""
    auth = profile.auth
    document: dict[str, object] = {
        "name": profile.name,
        "built_in": profile.name not in profiles.own,
        "target": profile.target,
        "plaintext": profile.plaintext,
        "ca_file": _text(profile.ca_file),
        "client_cert": _text(profile.client_cert),
        "client_key": _text(profile.client_key),
        "server_name": profile.server_name,
        "auth": _auth_word(profile),
        "token_kind": profile.token_kind,
        "number": _text(profile.number),
        "read_only": profile.read_only,
        "deadline": profile.deadline,
    }
    if isinstance(auth, OAuthAuth):
        document |= {"token_url": auth.token_url, "client_id": str(auth.client_id)}
    return document | {key: str(ref) for key, ref in secret_refs(auth)}


def _facts(profile: Profile) -> Iterator[tuple[str, str]]:
    yield "target", f"{profile.target}, {'plaintext' if profile.plaintext else 'TLS'}"
    for key in ("ca_file", "client_cert", "client_key", "server_name"):
        value = getattr(profile, key)
        if value is not None:
            yield key, str(value)
    yield "auth", _auth_word(profile)
    if isinstance(profile.auth, OAuthAuth):
        yield "token_url", profile.auth.token_url
        if isinstance(profile.auth.client_id, str):
            yield "client_id", profile.auth.client_id
    for key, ref in secret_refs(profile.auth):
        yield key, str(ref)
    if profile.number is not None:
        yield "token_kind", f"user, of {profile.number}"
    if profile.read_only:
        yield "read_only", "yes"
    yield "deadline", f"{profile.deadline:g} s"


def _auth_word(profile: Profile) -> str:
    if isinstance(profile.auth, NoAuth):
        return "none"
    return "token" if isinstance(profile.auth, TokenAuth) else "oauth"


def _text(value: object) -> str | None:
    return None if value is None else str(value)
