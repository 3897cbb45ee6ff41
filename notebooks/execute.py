"""Executes the notebooks here, each in a kernel of its own, and keeps what a reader needs: source and outputs.

`python notebooks/execute.py` writes all of them, `… 01-route-types` one. What belongs to one machine or one run stays
out: times, ids of widgets, versions, paths.
"""

import asyncio
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent
WIDGETS = "application/vnd.jupyter.widget-"
"""MIME types that mean something only while the kernel lives."""

NO_NETWORK = """
import socket

_connect = socket.socket.connect


def _loopback_only(self, address):
    if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise OSError(f"no network in these notebooks: {address[0]} was asked for")
    return _connect(self, address)


socket.socket.connect = _loopback_only
"""
"""What the kernel runs first."""


def read(path: Path) -> Any:
    """Return a notebook."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def execute(notebook: Any, folder: Path, seconds: int = 60) -> None:
    """Execute a notebook in a clean kernel of this interpreter, in place.

    Args:
        notebook: As `read` returns it.
        folder: Working directory of the kernel, and where its settings and state go.
        seconds: The most that one cell may take.

    Raises:
        CellExecutionError: A cell ended with an error.
    """
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True, exist_ok=True)
    (startup / "no_network.py").write_text(NO_NETWORK, encoding="utf-8")
    state = {
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "jupyter"),
        "JUPYTER_DATA_DIR": str(folder / "jupyter"),
        "SIPBREAKOUT_STATE_DIR": str(folder / "state"),
        "TZ": "UTC",
    }
    # Without folders to search the kernel is the one of this interpreter, whatever else is installed.
    specs = KernelSpecManager(kernel_dirs=[], ensure_native_kernel=True)
    # The path of a socket may have 107 bytes: a short folder of its own.
    with TemporaryDirectory() as sockets:
        manager = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=specs,
            connection_file=str(folder / "kernel.json"),
            transport="ipc",
            ip=str(Path(sockets) / "kernel"),
        )
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=seconds,
            record_timing=False,
            store_widget_state=False,
            coalesce_streams=True,  # what is printed comes in pieces, cut by chance
            resources={"metadata": {"path": str(folder)}},
        )
        asyncio.run(client.async_execute(cleanup_kc=True, env={**os.environ, **state}))


def strip(notebook: Any) -> None:
    """Take out what belongs to one machine or one run, in place."""
    notebook.metadata = nbformat.from_dict(  # type: ignore[no-untyped-call]
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for index, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{index:02}"
        cell.metadata.clear()
        for output in cell.get("outputs", ()):
            if "metadata" in output:
                output.metadata.clear()
            for mime in [mime for mime in output.get("data", ()) if mime.startswith(WIDGETS)]:
                del output.data[mime]


def main(names: list[str]) -> None:
    """Execute and write the notebooks with these names; all of them where none is named."""
    for path in sorted(FOLDER.glob("*.ipynb")):
        if names and path.stem not in names:
            continue
        notebook = read(path)
        with TemporaryDirectory() as folder:
            execute(notebook, Path(folder))
        strip(notebook)
        nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
        print(path.name, "written")


if __name__ == "__main__":
    main(sys.argv[1:])
