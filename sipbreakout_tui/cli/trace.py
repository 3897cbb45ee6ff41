"""`sipbreakout trace`: why did this call take the way it took?"""

from typing import TYPE_CHECKING, Annotated

import typer

from sipbreakout_tui.cli.connection import NarrowingProfile, Target
from sipbreakout_tui.cli.exit_codes import FAILED
from sipbreakout_tui.cli.trace_result import FORMATS
from sipbreakout_tui.cli.values import Output, format_option

if TYPE_CHECKING:
    from pathlib import Path

    from sipbreakout_tui.services.ledger_knowledge import LedgerKnowledge
    from sipbreakout_tui.services.traces.captures import Reader

DECODERS = ("auto", "builtin", "tshark")
"""What `--decoder` takes."""

Files = Annotated[
    list[str], typer.Argument(metavar="FILE...", help="pcap, pcapng (also as a gzip) or a text log of SIP.")
]
Registrations = Annotated[
    str | None,
    typer.Option("--registrations", metavar="FILE", help="Who was registered: a file ending in .toml, .json or .csv."),
]
FromLedger = Annotated[bool, typer.Option("--ledger", help="Who was registered: what the ledger knows of the moment.")]
Core = Annotated[
    list[str] | None, typer.Option("--core", metavar="ADDRESS", help="An address of the core; may be repeated.")
]
Tas = Annotated[
    list[str] | None,
    typer.Option("--tas", metavar="ADDRESS", help="An address or host name of a TAS; may be repeated."),
]
CallNumber = Annotated[int | None, typer.Option("--call", metavar="N", min=1, help="Only this call, from 1.")]
FilterText = Annotated[
    str | None,
    typer.Option(
        "--filter",
        metavar="EXPR",
        help="Only calls that it lets through: words, field:value, turns:>3, status:>=400, !not or /regex/.",
    ),
]
DecoderWord = Annotated[
    str,
    typer.Option(
        "--decoder",
        metavar="WORD",
        help="Who reads packets: auto, builtin or tshark.",
        autocompletion=lambda: list(DECODERS),
    ),
]
Keylog = Annotated[str | None, typer.Option(metavar="FILE", help="TLS secrets, as SSLKEYLOGFILE has them; for tshark.")]
TlsKey = Annotated[
    str | None, typer.Option(metavar="FILE", help="The server's private RSA key (PEM), for old TLS; for tshark.")
]
FormatOfTrace = Annotated[
    str | None,
    format_option(FORMATS),
]
Redact = Annotated[bool, typer.Option("--redact", help="Mask numbers and addresses, equal ones alike.")]
RawMessages = Annotated[bool, typer.Option("--messages", help="With --call: its messages as they were captured.")]
ExportPcap = Annotated[
    str | None, typer.Option(metavar="OUT", help="With --call: write its packets to a capture of their own.")
]


def trace(
    files: Files,
    *,
    registrations: Registrations = None,
    ledger: FromLedger = False,
    profile: NarrowingProfile = None,
    target: Target = None,
    core: Core = None,
    tas: Tas = None,
    call: CallNumber = None,
    filter_: FilterText = None,
    decoder: DecoderWord = "auto",
    keylog: Keylog = None,
    tls_key: TlsKey = None,
    form: FormatOfTrace = None,
    redact: Redact = False,
    messages: RawMessages = False,
    export_pcap: ExportPcap = None,
    output: Output = None,
) -> None:
    """Say why the calls of a capture took the way they took, and prove it with frames.

    Exits with 0 whatever the verdict, with 1 when something in the captures could not be read.
    """
    from sipbreakout_tui.cli.messages import say
    from sipbreakout_tui.cli.progress import reading
    from sipbreakout_tui.cli.trace_result import Wanted, put_result
    from sipbreakout_tui.cli.values import naming, result_format
    from sipbreakout_tui.services.traces.opening import open_trace, party_address

    word = result_format(form, output, FORMATS)
    wanted = Wanted.read(word, call, filter_, messages=messages, redact=redact, export=export_pcap)
    known = _known(registrations, ledger, profile, target)
    reader = _reader(decoder, keylog, tls_key)
    with naming("--core"):
        cores = [party_address(text) for text in core or ()]
    try:
        with reading(files) as progress:
            opened = open_trace(files, registrations=known, core=cores, tas=tas or (), reader=reader, progress=progress)
        with opened:
            put_result(opened, wanted, output)
            if opened.trace.unread:
                raise typer.Exit(FAILED)
    except KeyboardInterrupt:
        say("note", "stopped by ctrl-c; nothing was written")
        raise


def _known(
    registrations: str | None, ledger: bool, profile: str | None, target: str | None
) -> "Path | LedgerKnowledge | None":
    """Return where it is known from who was registered.

    Raises:
        InvalidValue: Options that contradict one another.
    """
    from pathlib import Path

    from sipbreakout_model import InvalidValue
    from sipbreakout_tui.cli.connection import narrowed_target

    if not ledger:
        alone = [option for option, given in (("--profile", profile), ("--target", target)) if given is not None]
        if alone:
            raise InvalidValue(f"{alone[0]} goes with --ledger: it narrows what the ledger knows to one core")
        return None if registrations is None else Path(registrations)
    if registrations is not None:
        raise InvalidValue("--registrations and --ledger contradict each other: give one of them")
    from sipbreakout_tui.services.ledger_knowledge import from_ledger

    return from_ledger(narrowed_target(profile, target))


def _reader(decoder: str, keylog: str | None, tls_key: str | None) -> "Reader":
    from pathlib import Path

    from sipbreakout_model import InvalidValue
    from sipbreakout_tui.cli.values import read_word
    from sipbreakout_tui.services.traces.captures import Decoder, Reader

    word = read_word("--decoder", decoder, Decoder)
    reader = Reader(word, None if keylog is None else Path(keylog), None if tls_key is None else Path(tls_key))
    if word is Decoder.BUILTIN and reader.has_keys:
        raise InvalidValue("--decoder builtin opens no TLS: leave it out where --keylog or --tls-key is given")
    return reader
