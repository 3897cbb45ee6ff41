"""The gRPC channel to a core."""

import grpc
import grpc.aio

from sipbreakout_tui import __version__
from sipbreakout_tui.config import Profile, read_tls_files

MAX_ANSWER = 64 * 1024
"""Bytes of the largest answer that is read; a refusal with its reason has some hundred."""

OPTIONS: tuple[tuple[str, int | str], ...] = (
    ("grpc.primary_user_agent", f"sipbreakout/{__version__}"),
    # A dead connection is noticed 5 s after something was sent, in time for another attempt (this sets
    # TCP_USER_TIMEOUT too). Pings without a request running make many servers hang up.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 0),
    ("grpc.max_receive_message_length", MAX_ANSWER),
    # We retry ourselves, to know that an answer may have been lost.
    ("grpc.enable_retries", 0),
    # Its own pause after a failed connection would outlast our 15 s: an attempt must be one. The second
    # of these is no pause, but how long connecting may take.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 5_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)
"""What every channel has."""


def open_channel(profile: Profile) -> grpc.aio.Channel:
    """Return a channel to the profile's core; it connects when the first request is sent.

    Raises:
        ConfigError: A certificate file cannot be used.
    """
    options: list[tuple[str, int | str]] = list(OPTIONS)
    if profile.is_local:
        # A proxy of the environment must not carry what is meant for this machine: it may be plaintext.
        options.append(("grpc.enable_http_proxy", 0))
    if profile.plaintext:
        return grpc.aio.insecure_channel(profile.target, options=options)
    files = read_tls_files(profile)
    if profile.server_name is not None:
        options.append(("grpc.ssl_target_name_override", profile.server_name))
    credentials = grpc.ssl_channel_credentials(files.ca, files.client_key, files.client_cert)
    return grpc.aio.secure_channel(profile.target, credentials, options=options)
