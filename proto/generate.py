"""Generate the Python code of the .proto files beside them, or check that it is up to date.

Run it as ``make proto``; ``make check`` runs it with ``--check``. Both need the exact generator
versions of the extra ``dev``: another version writes other code.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
WITH_SERVICE = frozenset({"wgtwo/sipbreakout/v1/sipbreakout.proto"})
GENERATED = ("*_pb2.py", "*_pb2.pyi", "*_pb2_grpc.py", "*_pb2_grpc.pyi")


def generate(target: Path) -> None:
    """Write the code of every .proto file below ``target``.

    Raises:
        SystemExit: A .proto file is faulty or a generator is missing; protoc's own words say which.
    """
    protos = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.proto"))
    services = sorted(WITH_SERVICE)
    _protoc(["--python_out", "--mypy_out"], protos, target)
    _protoc(["--grpc_python_out", "--mypy_grpc_out"], services, target)


def _protoc(outputs: list[str], protos: list[str], target: Path) -> None:
    scripts = Path(sys.executable).parent
    plugins = [f"--plugin={name}={scripts / name}" for name in ("protoc-gen-mypy", "protoc-gen-mypy_grpc")]
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{ROOT}", *plugins]
    command += [f"{output}={target}" for output in outputs]
    finished = subprocess.run([*command, *protos], capture_output=True, text=True, check=False)
    if finished.returncode:
        sys.exit(f"protoc failed:\n{finished.stderr}{finished.stdout}")


def generated_files(folder: Path) -> dict[str, bytes]:
    """Return the generated files below ``folder``: relative path to content."""
    paths = (path for pattern in GENERATED for path in folder.rglob(pattern))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def stale_files() -> list[str]:
    """Return a line for each committed file that is missing, left over, or not what protoc makes."""
    with tempfile.TemporaryDirectory() as fresh:
        generate(Path(fresh))
        wanted = generated_files(Path(fresh))
    found = generated_files(ROOT)
    return (
        [f"proto/{path}: missing" for path in sorted(wanted.keys() - found.keys())]
        + [f"proto/{path}: left over, delete it" for path in sorted(found.keys() - wanted.keys())]
        + [
            f"proto/{path}: not what its .proto file makes"
            for path in sorted(wanted.keys() & found.keys())
            if wanted[path] != found[path]
        ]
    )


def main() -> None:
    """Generate the code, or with ``--check`` exit with 1 if the committed code differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the code is stale")
    if not parser.parse_args().check:
        generate(ROOT)
        return
    if stale := stale_files():
        sys.exit("\n".join([*stale, "The generated code is stale. Run: make proto"]))


if __name__ == "__main__":
    main()
