"""A client that nobody here wrote: `@grpc/grpc-js` of Node, from npm, with our `.proto` files or with none.

The packages are kept in pytest's cache; where they cannot be had, the tests are skipped with the reason.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sipbreakout_tui.core import BlockingCore
from tests.core.conftest import NUMBER, SECONDS, URI, TlsPaths

ROOT = Path(__file__).resolve().parents[2]
CLIENT = Path(__file__).with_name("node_client.js")
PACKAGES = {"@grpc/grpc-js": "^1.14.0", "@grpc/proto-loader": "^0.8.0", "@grpc/reflection": "^1.0.4"}
INSTALL_SECONDS = 90

REGISTRATION = {"phone_number": {"e164": NUMBER}, "sip_uri": URI, "route_type": "ROUTE_TYPE_LOOP"}
BAD_PREFIX = {**REGISTRATION, "mobile_originating_prefix": "+1"}
ELSEWHERE = {**REGISTRATION, "sip_uri": "sips:other.example.com"}
TOKENS = f"""
[[token]]
token = "user-token"
kind = "user"
number = "{NUMBER}"
scopes = ["call.routing:write"]
"""


@pytest.fixture(scope="session")
def packages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which Node finds the packages."""
    npm = shutil.which("npm")
    if shutil.which("node") is None or npm is None:
        pytest.skip("node and npm are not installed")
    cache = getattr(request.config, "cache", None)
    folder = Path(cache.mkdir("node-grpc")) if cache is not None else tmp_path_factory.mktemp("node-grpc")
    package = json.dumps({"name": "interop", "private": True, "dependencies": PACKAGES})
    done = folder / "installed.json"
    if not (done.is_file() and done.read_text(encoding="utf-8") == package):
        (folder / "package.json").write_text(package, encoding="utf-8")
        command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        try:
            subprocess.run(command, cwd=folder, capture_output=True, check=True, text=True, timeout=INSTALL_SECONDS)
        except subprocess.TimeoutExpired:
            pytest.skip(f"npm could not install {', '.join(PACKAGES)} in {INSTALL_SECONDS} s")
        except subprocess.CalledProcessError as error:
            pytest.skip(f"npm could not install {', '.join(PACKAGES)}: {error.stderr.strip()[-300:]}")
        done.write_text(package, encoding="utf-8")
    return folder


def node(packages: Path, core: BlockingCore, calls: list[list[object]], **options: object) -> dict[str, Any]:
    asked = {"packages": str(packages), "protos": str(ROOT / "proto"), "address": core.address, "calls": calls}
    done = subprocess.run(
        ["node", str(CLIENT), json.dumps({**asked, **options})],
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=SECONDS,
    )
    assert (done.returncode, done.stderr) == (0, "")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


CALLS: list[list[object]] = [
    ["UpsertRegistration", REGISTRATION],
    ["UpsertRegistration", BAD_PREFIX],
    ["UpsertRegistration", None],
    ["DeleteRegistration", ELSEWHERE],
    ["DeleteRegistration", REGISTRATION],
    ["DeleteRegistration", REGISTRATION],
]


def with_tls(core: BlockingCore, tls: TlsPaths) -> dict[str, str]:
    """How Node reaches it: it warns of an IP address as the name in TLS."""
    return {"ca": str(tls.ca), "address": f"localhost:{core.listen_port}"}


def check_answers(answers: list[dict[str, Any]]) -> None:
    accepted, bad_prefix, empty, elsewhere, deleted, again = answers
    assert accepted["status_code"] == deleted["status_code"] == "STATUS_CODE_OK"
    assert accepted["time_to_live"]["seconds"] == "3600"
    for answer, words in (
        (bad_prefix, "mobile_originating_prefix '+1' is not a prefix"),
        (empty, "the request is empty: set registration"),
        (elsewhere, f"{NUMBER} is registered at {URI}, not sips:other.example.com"),
        (again, f"{NUMBER} is not registered"),
    ):
        assert answer["status_code"] == "STATUS_CODE_NOT_ACCEPTABLE"
        assert words in answer["error_message"]
        assert not answer.get("time_to_live")


def test_plaintext(packages: Path) -> None:
    with BlockingCore() as core:
        check_answers(node(packages, core, CALLS)["answers"])


def test_tls(packages: Path, tls: TlsPaths) -> None:
    with BlockingCore(tls_cert=tls.cert, tls_key=tls.key) as core:
        check_answers(node(packages, core, CALLS, **with_tls(core, tls))["answers"])


def test_state(packages: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    with BlockingCore(state=state) as core:
        node(packages, core, CALLS[:1])
    with BlockingCore(state=state) as core:
        assert [str(lease.registration.number) for lease in core.book] == [NUMBER]


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
def test_reflection_in_place_of_files(packages: Path, tls: TlsPaths, version: str) -> None:
    with BlockingCore(tls_cert=tls.cert, tls_key=tls.key) as core:
        told = node(packages, core, CALLS, **with_tls(core, tls), reflection=version, protos="")
    assert told["services"] == [
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
        "wgtwo.sipbreakout.v1.SipBreakoutService",
    ]
    check_answers(told["answers"])


def test_tokens(packages: Path, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.toml"
    tokens.write_text(TOKENS, encoding="utf-8")
    nameless = {key: value for key, value in REGISTRATION.items() if key != "phone_number"}
    calls: list[list[object]] = [
        ["UpsertRegistration", REGISTRATION],
        ["UpsertRegistration", REGISTRATION, "unknown"],
        ["UpsertRegistration", nameless, "user-token"],
    ]
    with BlockingCore(tokens=tokens) as core:
        without, unknown, accepted = node(packages, core, calls)["answers"]
        assert [str(lease.registration.number) for lease in core.book] == [NUMBER]
    assert without["code"] == unknown["code"] == 16  # UNAUTHENTICATED
    assert without["details"].startswith("no access token")
    assert accepted["status_code"] == "STATUS_CODE_OK"
