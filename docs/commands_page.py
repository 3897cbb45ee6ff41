"""Makes docs/commands.md: every command with its arguments and options, from the definitions that run them."""

from collections.abc import Iterator, Sequence
from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from sipbreakout_tui.cli.commands import app

INTRODUCTION = """\
# Commands

`sipbreakout` without a command opens the [terminal UI](terminal-ui.md). Results go to stdout; notes, warnings and
errors to stderr, one line each.

| exit code | means |
|---|---|
| 0 | done; also where the reader of a pipe has seen enough |
| 1 | refused by the core, failed, or done in part |
| 2 | wrong usage, value or file; nothing was sent |
| 3 | the core cannot be reached, or did not answer |
| 130 | ended with ctrl-c |

| variable | what it does |
|---|---|
| `SIPBREAKOUT_CONFIG` | names the profile file, which has to exist; `sipbreakout config path` says where it is |
| `SIPBREAKOUT_PROFILE` | names the profile to use where `--profile` names none |
| `SIPBREAKOUT_STATE_DIR` | names the folder of the ledger; `sipbreakout ledger path` says where it is otherwise |
| `NO_COLOR` | if it is not empty, the terminal UI shows no colours |

Every command takes `--help`. Where nothing else is said, each takes these, too, before its name or after it:

{everywhere}"""


def commands_page() -> str:
    """Return docs/commands.md."""
    root = get_command(app)
    everywhere = [option for option in _options(root) if option.name in ("verbose", "log_file")]
    known = set(_option_rows(everywhere))
    parts = [INTRODUCTION.format(everywhere=_table(("option", "meaning", "default"), _option_rows(everywhere)))]
    commands = list(_commands(root, "sipbreakout"))
    parts.append("\n## Contents\n\n")
    parts += [f"- [`{path}`](#{path.replace(' ', '-')}): {_sentence(command)}\n" for path, command in commands]
    parts += [_section(path, command, known) for path, command in commands]
    return "".join(parts)


def command_paths() -> list[str]:
    """Return every command that can be run, with its group, as in `ledger path`."""
    root = get_command(app)
    commands = _commands(root, "sipbreakout")
    return [path.partition(" ")[2] for path, command in commands if command is not root and not _is_group(command)]


def _is_group(command: Any) -> bool:
    return isinstance(command, TyperGroup)


def _commands(command: Any, path: str) -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    yield path, command
    if isinstance(command, TyperGroup):
        for name, each in command.commands.items():
            yield from _commands(each, f"{path} {name}")


def _section(path: str, command: TyperCommand | TyperGroup, known: set[tuple[str, str, str]]) -> str:
    arguments = [each for each in command.get_params(_context(command)) if isinstance(each, TyperArgument)]
    options = [row for row in _option_rows(_options(command)) if row not in known]
    if _is_group(command):
        usage = f"{path} COMMAND"
    else:
        words = [path, *_required(command), "[OPTIONS]" if options else "", *map(_shown_argument, arguments)]
        usage = " ".join(filter(None, words))
    parts = [f"\n## {path}\n\n`{usage}`\n\n{(command.help or '').strip()}\n"]
    if arguments:
        rows = [(f"`{_shown_argument(each)}`", each.help or "") for each in arguments]
        parts.append("\n" + _table(("argument", "meaning"), rows))
    if options:
        parts.append("\n" + _table(("option", "meaning", "default"), options))
    return "".join(parts)


def _sentence(command: TyperCommand | TyperGroup) -> str:
    return (command.help or "").partition("\n")[0]


def _context(command: Any) -> Any:
    return command.context_class(command)


def _options(command: Any) -> list[TyperOption]:
    found = [each for each in command.get_params(_context(command)) if isinstance(each, TyperOption)]
    return [option for option in found if option.name != "help" and not option.hidden]


def _required(command: Any) -> list[str]:
    return [f"{option.opts[0]} {option.metavar}" for option in _options(command) if option.required]


def _shown_argument(argument: TyperArgument) -> str:
    return argument.metavar or argument.human_readable_name


def _option_rows(options: Sequence[TyperOption]) -> list[tuple[str, str, str]]:
    rows = []
    for option in options:
        names = sorted(option.opts, key=len)
        value = f" {option.metavar}" if option.metavar else ""
        default = "required" if option.required else _shown_default(option.default)
        rows.append((", ".join(f"`{name}{value}`" for name in names), option.help or "", default))
    return rows


def _shown_default(default: object) -> str:
    return "" if default is None or default is False or default == "" else f"`{default}`"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, *([cell.replace("|", r"\|") for cell in row] for row in rows)]
    head, *rest = [f"| {' | '.join(line)} |\n" for line in lines]
    return f"{head}|{'---|' * len(heads)}\n{''.join(rest)}"
