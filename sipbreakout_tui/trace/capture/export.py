"""Some packets of a capture as a capture of its own."""

import errno
import os
import stat
import struct
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.trace.capture.batch import Batch
from sipbreakout_tui.trace.capture.file_bytes import FileBytes
from sipbreakout_tui.trace.capture.heard import TraceError
from sipbreakout_tui.trace.capture.pcap import HEADER, Pcap
from sipbreakout_tui.trace.capture.pcapng import Pcapng, is_pcapng

_LENGTH_UNKNOWN = b"\xff" * 8


def export(file: FileBytes, path: Path, frames: Collection[int], out: Path) -> int:
    """Write packets of a capture, bit for bit, as a capture of the same kind.

    Secrets and name blocks are left out. The file appears whole or not at all; one that is replaced hands
    on its permissions.

    Args:
        file: The capture.
        path: Where the capture stands, which must not be where the packets go.
        frames: Which packets, from 1.
        out: Where to.

    Returns:
        How many packets were written.

    Raises:
        TraceError: The file cannot be written.
    """
    name = visible(str(out))
    try:
        target = out.resolve()
        if target.is_symlink():  # from Python 3.13 on, links in circles are not resolved
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        if target.exists() and path.exists() and target.samefile(path):
            raise TraceError(f"{name}: it is the capture itself. Name another file")
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
        unfinished = target.with_name(f".{target.name[:100]}.{os.urandom(4).hex()}.part")
        try:
            with unfinished.open("xb") as written:
                if mode is not None:
                    unfinished.chmod(mode)
                count = _write(file, frozenset(frames), written)
                written.flush()
                os.fsync(written.fileno())
            unfinished.replace(target)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise
    except (OSError, ValueError, RuntimeError) as error:  # ValueError: a NUL; RuntimeError: links in circles
        why = error.strerror if isinstance(error, OSError) else error
        raise TraceError(f"cannot write {name}: {why}") from error
    return count


def _write(file: FileBytes, frames: frozenset[int], written: IO[bytes]) -> int:
    if not is_pcapng(file.head):
        written.write(file.read_at(0, HEADER))
        count = 0
        for batch, start in _chosen(Pcap(file, Counter()).batches(), frames):
            head = batch.layout.head
            (captured,) = struct.unpack_from(batch.layout.order + "I", batch.data, start + 8)
            written.write(batch.data[start : start + head + captured])
            count += 1
        return count
    capture = Pcapng(file, Counter())
    held: list[tuple[int, int]] = []
    count = 0
    for batch, start in _chosen(capture.batches(), frames):
        if held != capture.definitions:
            known = len(held) if held[:1] == capture.definitions[:1] else 0
            for offset, length in capture.definitions[known:]:
                written.write(_definition(file.read_at(offset, length)))
            held = list(capture.definitions)
        offset = batch.base + start - batch.back
        (length,) = struct.unpack(batch.layout.order + "I", file.read_at(offset + 4, 4))
        written.write(file.read_at(offset, length))
        count += 1
    if not count:
        offset, length = 0, struct.unpack_from("<I" if file.head[8] == 0x4D else ">I", file.head, 4)[0]
        written.write(_definition(file.read_at(offset, length)))
    return count


def _chosen(batches: Iterator[Batch], frames: frozenset[int]) -> Iterator[tuple[Batch, int]]:
    """Yield the chosen packets; the rest of the capture is not looked at once all are found."""
    last = max(frames, default=0)
    frame = 0
    for batch in batches:
        for start in batch.starts:
            frame += 1
            if frame in frames:
                yield batch, start
            if frame >= last:
                return


def _definition(block: bytes) -> bytes:
    """Return a section header without the length of its section, which holds no more; others as they are."""
    return block[:16] + _LENGTH_UNKNOWN + block[24:] if is_pcapng(block) else block
