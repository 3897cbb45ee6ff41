"""Masks for what must not leave the house: numbers, addresses, names of hosts and people."""

import re
from collections.abc import Callable, Iterable
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import unquote

from sipbreakout_tui.report.pseudonyms import Addresses, Names, Numbers
from sipbreakout_tui.trace.diagnosis.diagnose import Diagnosis

_HOST = r"(?:\[[0-9a-f:.]+\]|[\w+][\w.+-]*)"
_PORT = r"(?::\d{1,5}(?!\d))?"
_NAMED = (
    "From|f|To|t|Contact|m|P-Asserted-Identity|P-Preferred-Identity|P-Called-Party-ID|P-Associated-URI|Remote-Party-ID"
    "|Diversion|History-Info|Referred-By|b|Refer-To|r|Reply-To|Route|Record-Route"
)
_SAID = "Subject|s|Organization|Call-Info|Identity|y|Geolocation|P-Access-Network-Info"
_FOUR = r"(?<!\d)(?:\d{1,3}\.){3}\d{1,3}(?!\d)"
_DIGITS = r"\+?\d{5,}"

_RULES = {
    "kept": r"(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])"
    r"|\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?"
    r"|\bframes? \d{1,7}(?!\d)(?:(?:, | and | to |–)\d{1,7}(?!\d))*"
    r"|^m=\w+ \d{1,5}(?!\d)|\brport=\d{1,5}(?!\d)|\burn:service:[a-z.]+",
    "token": r"(?<![\w.+:-])(?:(?=[0-9a-f-]{12})(?=[0-9-]*[a-f])[0-9a-f]+(?:-[0-9a-f]+)*(?![\w.:-])"
    r"|(?=[\w.~-]*[a-z])[\w.~-]{6,300}(?=@))",
    "unit": r"\burn:[\w:.-]+",
    "said": rf"^(?P<before>(?:{_SAID})[ \t]*:[ \t]*|[siuep]=(?!-$))(?P<words>.+)",
    "owner": r"^o=(?P<login>\S+)",
    "header": rf"^(?P<name>(?:{_NAMED})[ \t]*:)(?P<display>[^<\n]*)(?=<)",
    "quoted": r'"(?P<quote>(?:\\.|[^"\\\n]){0,300})"(?=[ \t]*<)',
    "listed": r',(?P<entry>[^<>,":;\n]+)(?=<(?:sips?|tel):)',
    "web": r"\b(?P<web_scheme>https?://)(?P<web_host>[^\s<>\"/:]*)[^\s<>\"]*",
    "uri": r'\b(?P<scheme>sips?:|tel:|im:|pres:|mailto:)(?:(?P<user>[^\s<>"@]{1,300})@)?'
    rf"(?P<host>{_HOST})?(?P<port>{_PORT})",
    "via": rf"SIP[ \t]*/[ \t]*2\.0[ \t]*/[ \t]*\w+[ \t]+(?P<sent_by>{_HOST})(?P<via_port>{_PORT})",
    "at": rf"@(?P<at_host>{_HOST})",
    "tas": r"\bTAS (?P<tas_host>[\w-]+)(?![\w-]|\.\w)",
    "four": rf"(?P<address>{_FOUR})(?P<four_port>{_PORT})",
    "six": r"(?<![0-9a-f])(?P<groups>[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*)(?P<six_port>(?:\]:\d{1,5}(?!\d))?)",
    "spaced": r"\+\d{1,4}(?:[ .()-]{1,2}\d{1,5}){2,6}(?!\d)",
    "domain": rf"(?<![\w.+-])(?P<labels>(?:[\w-]+\.)+[a-z]{{2,}})(?![\w-]|\.\w)(?P<domain_port>{_PORT})",
    "number": _DIGITS,
}
"""What is looked for, in this order, at each place of a text."""

_PATTERN = re.compile(
    "|".join(f"(?P<{name}>{rule})" for name, rule in _RULES.items()), re.MULTILINE | re.IGNORECASE | re.ASCII
)
_REST = re.compile(f"(?P<address>{_FOUR})|(?P<number>{_DIGITS})")
_RUN = re.compile(r"\d{5,}")
_ALONE = re.compile(rf"(?<![0-9a-z])\d{{5,}}(?![0-9a-z])|{_FOUR}", re.IGNORECASE)
_LIKE_A_NUMBER = 7
"""Digits in a row that count as a number, also within a token."""
_DIALLED = re.compile(r"\+?[\d*#().-]+")
_SEPARATORS = str.maketrans("", "", " ().-")
_GROUPS = 8
_FILE_ENDS = ("pcap", "pcapng", "cap", "gz", "txt", "log", "toml", "json", "csv", "html", "svg")


class Redaction:
    """Masks text; equal things get equal masks, different ones different masks, as long as this object lives.

    Masked are: runs of five digits or more, wherever they stand, as numbers (`+XX…001`; a prefix before a known number
    stays, as in `+00XX…001`, so that legs can be compared); IPv4 and IPv6 addresses (as ones that are reserved for
    documents); user parts and hosts of URIs, hosts of Via and Call-ID, and whatever else looks like a domain name
    (`host-1.example`); display names; subjects, places and the words of SDP; device names (`urn:…`).

    Not masked, because they prove the point or find the call in a log: statuses, frames, times, ports, 32-digit
    Session-IDs, numbers of four digits or fewer, and of a Call-ID what stands before its host. Where that may hold a
    number (seven digits in a row, five that stand alone or are known) or an address, all of it is masked (`id-1`).

    A text goes through once: a mask would be masked again.
    """

    def __init__(self) -> None:
        """Know nothing yet: everything gets its mask when it comes first."""
        self._numbers = Numbers()
        self._addresses = Addresses()
        self._hosts = Names("host-{}.example")
        self._users = Names("user-{}")
        self._people = Names("Name {}")
        self._words = Names("(words {})")
        self._units = Names("urn:device-{}")
        self._tokens = Names("id-{}")
        self._masks: dict[str, Callable[[re.Match[str]], str]] = {
            "kept": lambda found: found[0],
            "token": lambda found: self._token(found[0]),
            "unit": lambda found: self._units.of(found[0]),
            "said": lambda found: found["before"] + self._words.of(found["words"]),
            "owner": lambda found: f"o={'-' if found['login'] == '-' else self._users.of(found['login'])}",
            "header": lambda found: found["name"] + self._display(found["display"]),
            "quoted": lambda found: f'"{self._name(found["quote"])}"',
            "listed": lambda found: f",{self._display(found['entry'])}",
            "web": lambda found: found["web_scheme"] + self._host(found["web_host"]),
            "uri": self._uri,
            "via": lambda found: (
                found[0].removesuffix(found["sent_by"] + found["via_port"])
                + self._host(found["sent_by"])
                + found["via_port"]
            ),
            "at": lambda found: f"@{self._host(found['at_host'])}",
            "tas": lambda found: f"{found[0][:4]}{self._tas(found['tas_host'])}",
            "four": lambda found: self._address(found["address"]) + found["four_port"],
            "six": lambda found: self._six(found["groups"]) + found["six_port"],
            "spaced": lambda found: self._number(found[0].translate(_SEPARATORS)),
            "domain": lambda found: self._domain(found["labels"]) + found["domain_port"],
            "number": lambda found: self._number(found[0]),
        }

    def expect(self, diagnoses: Iterable[Diagnosis]) -> None:
        """Take note of the numbers, prefixes, addresses and hosts of calls, so that their masks fit together.

        Without this, a number that is first met behind a prefix other than zeros counts as another number.
        """
        numbers: dict[str, None] = {}
        hosts: set[str] = set()
        for diagnosis in diagnoses:
            seen = diagnosis.case.seen
            for prefix in {*seen.prefixes, *diagnosis.case.prefixes}:
                self._numbers.expect(prefix)
            numbers |= dict.fromkeys(number for number in (seen.caller, seen.callee) if number)
            for placed in seen.legs:
                leg = placed.leg
                hosts |= {leg.source.address, leg.target.address, leg.invite.host}
                hosts.update(host for _, host in leg.invite.vias)
        self._expect_hosts(hosts)
        for number in sorted(numbers, key=len):  # what stands behind a prefix before what has the prefix, too
            self.text(number)

    def text(self, text: str) -> str:
        """Return the text, of one line or many, with masks in place of what must not be told."""
        return _PATTERN.sub(lambda found: self._masks[found.lastgroup or "kept"](found), text)

    def _expect_hosts(self, hosts: Iterable[str]) -> None:
        for host in hosts:
            address = _address(host)
            if address is not None:
                self._addresses.expect(address)
            elif host:
                self._hosts.expect(host.lower())

    def _token(self, text: str) -> str:
        """Return the part of a Call-ID before its host, or a long hexadecimal word, as it is or masked whole."""
        if self._hosts.knows(text.lower()):
            return self._hosts.of(text.lower())
        runs = _RUN.findall(text)
        may_tell = _ALONE.search(text) or any(len(run) >= _LIKE_A_NUMBER or self._numbers.knows(run) for run in runs)
        return self._tokens.of(text) if may_tell else text

    def _uri(self, found: re.Match[str]) -> str:
        user = "" if found["user"] is None else f"{self._user(found['user'])}@"
        host = "" if found["host"] is None else self._host(found["host"])
        return found["scheme"] + user + host + found["port"]

    def _user(self, user: str) -> str:
        name, semicolon, parameters = user.partition(";")
        dialled = unquote(name)
        if dialled.lower() == "anonymous" or _DIALLED.fullmatch(dialled):
            shown = self._rest(dialled.translate(_SEPARATORS))
        else:
            shown = self._users.of(name)
        return shown + semicolon + self._rest(parameters)

    def _display(self, text: str) -> str:
        """Mask a display name, with quotes or without, between white space."""
        bare = text.strip()
        if not bare:
            return text
        name = f'"{self._name(bare[1:-1])}"' if len(bare) > 1 and bare[0] == bare[-1] == '"' else self._name(bare)
        return f"{text[: text.index(bare)]}{name}{text[len(text.rstrip()) :]}"

    def _name(self, name: str) -> str:
        return self._people.of(name) if name.strip() and name.lower() != "anonymous" else name

    def _host(self, text: str) -> str:
        host = text.rstrip(".-")
        address = _address(host.strip("[]"))
        if address is not None:
            shown = self._addresses.of(address)
            shown = f"[{shown}]" if host.startswith("[") else shown
        elif _DIALLED.fullmatch(host) or not host:
            shown = self._rest(host.translate(_SEPARATORS))
        else:
            shown = self._hosts.of(host.lower())
        return shown + text[len(host) :]

    def _tas(self, word: str) -> str:
        return self._host(word) if self._hosts.knows(word.lower()) else self._rest(word)

    def _domain(self, labels: str) -> str:
        return self._rest(labels) if labels.lower().endswith(_FILE_ENDS) else self._host(labels)

    def _address(self, text: str) -> str:
        address = _address(text)
        return text if address is None else self._addresses.of(address)

    def _six(self, groups: str) -> str:
        """Mask the IPv6 address within a run of groups; a time such as `12:00:00` is none."""
        start = 0
        for _ in range(_GROUPS):
            for end in (len(groups), len(groups) - 1):
                address = _address(groups[start:end])
                if address is not None and int(address):
                    return self._rest(groups[:start]) + self._addresses.of(address) + groups[end:]
            start = groups.find(":", start) + 1
            if not start:
                break
        return self._rest(groups)

    def _number(self, text: str) -> str:
        return f"+{self._numbers.of(text[1:])}" if text.startswith("+") else self._numbers.of(text)

    def _rest(self, text: str) -> str:
        """Mask the addresses and numbers in what turned out to be nothing else."""
        return _REST.sub(lambda found: self._number(found[0]) if found["number"] else self._address(found[0]), text)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        if ":" in text:
            return IPv6Address(text)
        return IPv4Address(".".join(str(int(part)) for part in text.split(".")) if text[:1].isdigit() else text)
    except (AddressValueError, ValueError):
        return None
