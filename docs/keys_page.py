"""Makes docs/terminal-ui.md: the terminal UI key by key, from the bindings that act."""

from typing import NamedTuple

from textual.dom import DOMNode

from sipbreakout_tui.services.hazards.rows import FIELDS as HAZARD_FIELDS
from sipbreakout_tui.services.journal import FIELDS as JOURNAL_FIELDS
from sipbreakout_tui.services.registrations.listing import FIELDS as REGISTRATION_FIELDS
from sipbreakout_tui.services.traces.filter import FIELDS as TRACE_FIELDS
from sipbreakout_tui.tui.app import SipBreakoutApp
from sipbreakout_tui.tui.keys import shown_key
from sipbreakout_tui.tui.scopes import all_scopes, bindings_of
from sipbreakout_tui.tui.screens.call.moment import MomentSlider
from sipbreakout_tui.tui.screens.call.place import CallPlace
from sipbreakout_tui.tui.screens.call.question import QuestionForm
from sipbreakout_tui.tui.screens.call.what_if import WhatIfDialog
from sipbreakout_tui.tui.screens.dialog import Dialog, Question, TextDialog
from sipbreakout_tui.tui.screens.hazards.fix import HazardFix
from sipbreakout_tui.tui.screens.hazards.place import HazardsPlace
from sipbreakout_tui.tui.screens.journal.place import JournalPlace
from sipbreakout_tui.tui.screens.jump import Jump
from sipbreakout_tui.tui.screens.open_file import FileDialog
from sipbreakout_tui.tui.screens.registrations.bulk import BulkDialog
from sipbreakout_tui.tui.screens.registrations.choice_line import ChoiceLine
from sipbreakout_tui.tui.screens.registrations.details import DetailsDialog
from sipbreakout_tui.tui.screens.registrations.form import RegistrationForm
from sipbreakout_tui.tui.screens.registrations.place import RegistrationsPlace
from sipbreakout_tui.tui.screens.trace.choices import ReportDialog
from sipbreakout_tui.tui.screens.trace.difference import DifferenceDialog
from sipbreakout_tui.tui.screens.trace.fix import FixDialog as CallFix
from sipbreakout_tui.tui.screens.trace.legs import LegsPane
from sipbreakout_tui.tui.screens.trace.message import MessageDialog
from sipbreakout_tui.tui.screens.trace.parties import PartyTable
from sipbreakout_tui.tui.screens.trace.place import TracePlace
from sipbreakout_tui.tui.widgets.filter_bar import FilterBar
from sipbreakout_tui.tui.widgets.line_table import LineTable

INTRODUCTION = """\
# The terminal UI, key by key

`sipbreakout` opens it on the default profile, `sipbreakout demo` on a core of its own with registrations and a captured
call that looped. Files that are named behind either are opened as captures; [commands](commands.md#sipbreakout-ui) has
the options.

It has five **places**, behind the keys `1` to `5`. `?` shows the keys that act where one is, and the last line shows
the most useful of them. `ctrl+p` opens the **palette**, which finds every action by its name and also has the themes
and a picture of the screen. `'` **jumps**: a letter stands on everything that can have the focus; type it. `tab` goes
from one part of a place to the next.

Everything can be done by **mouse**, too: click on tabs, on rows (twice opens), on the left margin of a row to mark it,
on the head of a column to sort, on the keys of the last line. Text is marked by dragging and copied with `ctrl+c`.
What is copied goes to the clipboard of the terminal one sits at, over ssh too, where that terminal allows it (OSC 52).
Where it does not, `Save what was copied` in the palette (`ctrl+p`) writes it to a file.

## Filters

`/` filters the list of a place. All terms have to hold:

| term | lets through |
|---|---|
| `word` | rows in which the word stands anywhere, in either case |
| `field:value` | rows whose field holds the value |
| `field:` | rows whose field is empty |
| `!term` | rows that the term does not let through |
| `/regex/` | rows in which the regular expression is found |
| `"words:not acceptable"` | quotes keep spaces together |

| place | fields | compared |
|---|---|---|
| Registrations | {registrations} | `ttl:<10m`, `ttl:>1h`: the remaining life |
| Trace | {trace} | `turns:>3`, `status:>=400` |
| Hazards | {hazards} | |
| Journal | {journal} | `latency:>100ms` |

## Other keys

Every action has a name, the last column below; `sipbreakout config keys` lists them all. A key for it stands in the
profile file (`sipbreakout config path` says where), several are separated by commas:

```toml
version = 1

[keys]
"registrations.delete" = "D"
"call.next" = "n,f6"
```

A key that would do two things in one place is refused at the start, with the names of both.

## How it looks, and what it may do

- `--theme light` is for light terminals; the palette switches while it runs.
- `NO_COLOR` in the environment takes the colours away; nothing is told by colour alone.
- `--ascii` shows ASCII only, and is implied where the locale is not UTF-8.
- `--read-only` changes nothing at the core: the keys that would are not there.
- `sipbreakout web` shows the same in a browser of this machine, at a URL with a random token, and read-only unless
  `--write`. It needs the extra `web`.

```sh
sipbreakout ui --read-only
sipbreakout demo --theme light --ascii
sipbreakout web --demo
```

The keys below are those as shipped. `esc` leaves a dialog.
"""


class Keys(NamedTuple):
    """A table of keys."""

    kind: type[DOMNode]
    """Whose keys they are."""
    words: str = ""
    """Where they act, a sentence above the table."""


class Section(NamedTuple):
    """A part of the page."""

    title: str
    text: str
    tables: tuple[Keys, ...]
    picture: str = ""
    """What the picture shows, of the place with the section's title; empty for none."""


SECTIONS = (
    Section(
        "Everywhere", "In every place. While a dialog is open, of these only `ctrl+c` acts.", (Keys(SipBreakoutApp),)
    ),
    Section(
        "Lists and filters",
        "In every list, and in the filter above it.",
        (Keys(LineTable, "In a list:"), Keys(FilterBar, "In a filter:")),
    ),
    Section(
        "Dialogs",
        "",
        (
            Keys(Dialog, "In every dialog:"),
            Keys(Question, "Where it asks before something is done (a large count has to be typed first):"),
            Keys(TextDialog, "Where it shows a text:"),
            Keys(FileDialog, "Where it asks for a file:"),
            Keys(Jump, "While jumping:"),
        ),
    ),
    Section(
        "Registrations",
        "What is registered as far as we know, counting down. The API has no list, so each row says what it is known "
        "from.",
        (
            Keys(RegistrationsPlace),
            Keys(RegistrationForm, "In the form of a registration:"),
            Keys(ChoiceLine, "In a line of words of which one is chosen:"),
            Keys(DetailsDialog, "In the details of a registration:"),
            Keys(BulkDialog, "While many registrations are changed:"),
        ),
        "Registrations of a core, with what each does to a call below",
    ),
    Section(
        "Call",
        "The legs of any call, now or later, and why. The answer follows while the question is typed.",
        (
            Keys(CallPlace),
            Keys(QuestionForm, "In the question:"),
            Keys(MomentSlider, "On the slider of the moment:"),
            Keys(WhatIfDialog, "In what if:"),
        ),
        "A call that loops, leg by leg, with the rules that make it",
    ),
    Section(
        "Trace",
        "Captures: every call with its verdict, the legs seen beside those predicted, the messages that prove it.",
        (
            Keys(TracePlace),
            Keys(LegsPane, "In the legs:"),
            Keys(MessageDialog, "In a message:"),
            Keys(DifferenceDialog, "In the difference of two messages:"),
            Keys(CallFix, "In what puts the call right:"),
            Keys(ReportDialog, "Where a report is saved:"),
            Keys(PartyTable, "In who is who:"),
        ),
        "A captured call: its verdict, and the legs seen beside those predicted",
    ),
    Section(
        "Hazards",
        "What can go wrong with these registrations, each with its fix as a dry run.",
        (Keys(HazardsPlace), Keys(HazardFix, "In the fix:")),
        "Hazards, worst first, with the chosen one below",
    ),
    Section(
        "Journal",
        "Every request and answer, from the ledger.",
        (Keys(JournalPlace),),
        "Requests and answers, the latest first",
    ),
)


def keys_page() -> str:
    """Return docs/terminal-ui.md.

    Raises:
        SystemExit: A key stands in no section.
    """
    fields = {
        "registrations": REGISTRATION_FIELDS,
        "trace": TRACE_FIELDS,
        "hazards": HAZARD_FIELDS,
        "journal": JOURNAL_FIELDS,
    }
    listed = {name: ", ".join(f"`{field}`" for field in names) for name, names in fields.items()}
    told: set[str] = set()
    parts = [INTRODUCTION.format(**listed), *(_section(section, told) for section in SECTIONS)]
    missing = {name for scope in all_scopes() for name in scope.keys} - told
    if missing:
        raise SystemExit(f"docs: no section of docs/keys_page.py has the keys {', '.join(sorted(missing))}")
    return "".join(parts)


def _section(section: Section, told: set[str]) -> str:
    parts = [f"\n## {section.title}\n"]
    if section.text:
        parts.append(f"\n{section.text}\n")
    if section.picture:
        parts.append(f"\n![{section.picture}](screenshots/{section.title.lower()}.svg)\n")
    for keys in section.tables:
        if keys.words:
            parts.append(f"\n{keys.words}\n")
        parts.append(f"\n{_table(keys.kind, told)}")
    return "".join(parts)


def _table(kind: type[DOMNode], told: set[str]) -> str:
    """Return the keys of a class that were not told before, such as that `esc` leaves a dialog; and note them."""
    keys: dict[str, list[str]] = {}
    words: dict[str, str] = {}
    for binding in bindings_of(kind):
        name = binding.id or ""
        if name not in told:
            keys.setdefault(name, []).append(f"`{shown_key(binding.key)}`")
            words[name] = binding.tooltip or f"{binding.description[:1].upper()}{binding.description[1:]}."
    told.update(keys)
    rows = [f"| {', '.join(keys[name])} | {words[name]} | `{name}` |\n" for name in keys]
    return f"| key | what it does | name |\n|---|---|---|\n{''.join(rows)}"
