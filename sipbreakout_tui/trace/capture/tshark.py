"""Captures read by tshark: TLS with its keys, GTP, and whatever else the built-in reader does not decode."""

import os
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from pathlib import Path

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.capture.file_bytes import FileBytes
from sipbreakout_tui.trace.capture.findings import ENDS_EARLY, TLS_UNREAD
from sipbreakout_tui.trace.capture.heard import (
    CaptureUnreadable,
    ConnectionEvent,
    DecoderMissing,
    Heard,
    NotACapture,
    TraceError,
)
from sipbreakout_tui.trace.capture.spool import Spool
from sipbreakout_tui.trace.capture.tshark_export import FILE_HEADER, TsharkExport

STOPPED = "tshark stopped early"

_TLS_PORT = 5061
_MOST_SAID = 300
_OUTERMOST = re.compile(r"^\S+ +frames:(\d+) ", re.MULTILINE)
_FROM_TSHARK = re.compile(r"^tshark: (.*)$", re.MULTILINE)


def tshark_path() -> str | None:
    """Return where tshark is, None where it is not installed."""
    return shutil.which("tshark")


class TsharkFile:
    """A capture as a source of messages, decoded by tshark in one run and read back from what it exports.

    Wireshark's export of upper PDUs carries the original frame, its time, the innermost addresses and the ports.
    Secrets within a pcapng are used by tshark by itself. Neither the user's preferences nor a name service have a say.
    The plain messages stand in temporary files until `close`.
    """

    def __init__(
        self, path: Path, *, keylog: Path | None = None, tls_key: Path | None = None, ports: Collection[int] = ()
    ) -> None:
        """Prepare; tshark runs once messages are asked for.

        Args:
            path: Any capture file that tshark reads.
            keylog: TLS secrets as programs write them where `SSLKEYLOGFILE` is set.
            tls_key: The server's private RSA key as PEM without a password; serves TLS 1.2 without ephemeral keys only.
            ports: More ports of SIP over TLS, or over UDP, than 5061.

        Raises:
            DecoderMissing: tshark is not installed.
            CaptureUnreadable: A file is not there or cannot be read.
        """
        program = tshark_path()
        if program is None:
            raise DecoderMissing("tshark is not installed. Install it, on Debian with: apt install tshark")
        for file in (path, keylog, tls_key):
            if file is not None:
                FileBytes(file).close()
        self.unread: Counter[str] = Counter()
        self.events: list[ConnectionEvent] = []
        self.frames = 0
        self._path = path
        self._keylog = keylog
        self._tls_key = tls_key
        self._ports = sorted({_TLS_PORT, *ports})
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._spool = Spool()
        self._closed = False
        self._folder = tempfile.TemporaryDirectory(prefix="sipbreakout-")
        self._export = Path(self._folder.name, "export.pcap")

    def messages(self) -> Iterator[Heard]:
        """Yield every SIP message in the order of the file, once tshark has read all of it.

        Raises:
            NotACapture: tshark does not know the format.
            TraceError: tshark fails.
        """
        said, told, code = self._run()
        if self._closed:
            return
        if code:
            self._complain(said or f"it ended with code {code}")
        self.frames, without_sip = _counted(told)
        export = TsharkExport(self._export, self._ports)
        for frame, at, source, target, transport, message in export.messages():
            if self._closed:
                return
            yield frame, at, source, target, transport, message, self._keep(message)
        locked = without_sip - export.decrypted_only
        if locked > 0:
            self.unread[TLS_UNREAD] += locked

    def raw(self, place: int, length: int) -> bytes:
        """Return a message's bytes again, by the place that `messages` gave.

        Raises:
            CaptureUnreadable: The source is closed, or the disk refuses.
        """
        if self._closed:
            raise CaptureUnreadable(f"{visible(str(self._path))}: what tshark read of it is closed. Open it again")
        try:
            return self._spool.get(place, length)
        except OSError as error:
            raise self._no_room(error) from error

    def close(self) -> None:
        """End tshark where it still runs, and remove what it exported."""
        self._closed = True
        self._end()
        self._spool.close()
        self._folder.cleanup()

    def _complain(self, said: str) -> None:
        """Raise where tshark read nothing; count where it stopped on its way."""
        if "cut short" in said:
            self.unread[ENDS_EARLY] += 1
            return
        told = f"tshark cannot read {visible(str(self._path))}: {said}"
        if "isn't a capture file" in said:
            raise NotACapture(told)
        if not self._export.exists() or self._export.stat().st_size <= FILE_HEADER:
            raise TraceError(told)
        self.unread[STOPPED] += 1

    def _keep(self, message: bytes) -> int:
        try:
            return self._spool.put(message)
        except OSError as error:
            raise self._no_room(error) from error

    def _no_room(self, error: OSError) -> CaptureUnreadable:
        return CaptureUnreadable(f"the temporary file for {visible(str(self._path))} fails: {error.strerror}")

    def _run(self) -> tuple[str, str, int]:
        """Run tshark and return what it complained of, its tables, and its exit code."""
        folder = Path(self._folder.name)
        with ExitStack() as files:
            told = files.enter_context((folder / "told").open("w+b"))
            said = files.enter_context((folder / "said").open("w+b"))
            try:
                self._process = subprocess.Popen(
                    self._command(),
                    stdin=subprocess.DEVNULL,
                    stdout=told,
                    stderr=said,
                    env=self._environment(),
                    cwd=folder,
                )
                code = self._process.wait()
            finally:
                self._end()
            for file in (told, said):
                file.seek(0)
            table = told.read().decode("utf-8", "replace")
            complaints = _FROM_TSHARK.findall(said.read(64 * 1024).decode("utf-8", "replace"))
        return visible(" ".join(complaints))[:_MOST_SAID], table, code

    def _command(self) -> list[str]:
        tls = " || ".join(f"tcp.port == {port}" for port in self._ports)
        command = [self._program, "-n", "-q", "-r", str(self._path.absolute())]
        for port in self._ports:
            for layers in (f"tcp.port=={port},tls", f"tls.port=={port},sip", f"udp.port=={port},sip"):
                command += ["-d", layers]
        # Each record by itself: tshark would repeat the parts of a message once it is whole.
        command += ["-o", "tls.desegment_ssl_application_data:FALSE"]
        if self._keylog is not None:
            command += ["-o", f"tls.keylog_file:{self._keylog.absolute()}"]
        if self._tls_key is not None:
            # The option has its own quoting, which a name of ours needs not.
            link = Path(self._folder.name, "key.pem")
            link.symlink_to(self._tls_key.absolute())
            command += ["-o", f'uat:rsa_keys:"{link}",""']
        command += ["-Y", "sip || tls.app_data"]
        command += ["-z", "io,phs", "-z", f"io,phs,tls.app_data && !sip && ({tls})"]
        return [*command, "-U", "OSI layer 7", "-F", "nsecpcap", "-w", str(self._export)]

    def _environment(self) -> dict[str, str]:
        folder = self._folder.name
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C.UTF-8",
            "HOME": folder,
            "XDG_CONFIG_HOME": folder,
            "TMPDIR": folder,
        }

    def _end(self) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            process.kill()
            process.wait()


def _counted(table: str) -> tuple[int, int]:
    """Return all frames, and those of TLS data without SIP, from the two tables of `-z io,phs`."""
    counts = [0, 0]
    for section in table.split("\nFilter: ")[1:]:
        counts[bool(section.partition("\n")[0].strip())] = sum(map(int, _OUTERMOST.findall(section)))
    return counts[0], counts[1]
