"""What the statuses of SIP mean, in general and in calls with virtual registrations."""

import re
import textwrap

from sipbreakout_model import InvalidValue
from sipbreakout_tui.services.json_form import Json
from sipbreakout_tui.services.sip_code_table import CLASSES, CODES, SipCode

_BY_STATUS = {code.status: code for code in CODES}
_WIDTH = 96


def sip_code(text: str) -> SipCode:
    """Return the status that a text names.

    Raises:
        InvalidValue: No number from 100 to 699, or a status that nobody defined; the message says what
            its class means.
    """
    word = text.strip()
    if not (word.isascii() and word.isdigit() and len(word) == 3 and 1 <= int(word[0]) <= 6):
        raise InvalidValue(f"{text!r} is no SIP status: expected three digits from 100 to 699, such as 483")
    found = _BY_STATUS.get(int(word))
    if found is None:
        name, means = CLASSES[int(word[0])]
        raise InvalidValue(
            f"{word} is no status that is known here. All {word[0]}xx: {name}, {means}; treat it as "
            f"{word[0]}00 (RFC 3261 section 8.1.3.2)"
        )
    return found


def status_words(status: int) -> str:
    """Return a status with its usual phrase, such as `483 Too Many Hops`."""
    found = _BY_STATUS.get(status)
    return str(status) if found is None else f"{status} {found.phrase}"


def code_lines(code: SipCode) -> list[str]:
    """Return a status whole: meaning, where it appears here, what to look for, source."""
    name, means = CLASSES[code.status // 100]
    paragraphs = [code.meaning, f"{code.status // 100}xx: {name}; {means}."]
    if code.here:
        paragraphs.append(f"Here: {code.here}")
    if code.look:
        paragraphs.append(f"Look for: {code.look}")
    paragraphs.append(f"Source: {code.source}")
    wrapped = [line for text in paragraphs for line in textwrap.wrap(text, _WIDTH)]
    return [f"{code.status}  {code.phrase}", *(f"  {line}" for line in wrapped)]


def code_list() -> list[str]:
    """Return every status in one line; those with a place in these calls name its rules."""
    return [f"{code.status}  {code.phrase}{_rules(code)}" for code in CODES]


def code_object(code: SipCode) -> Json:
    """Return a status as what `json.dumps` takes."""
    return {
        "status": code.status,
        "phrase": code.phrase,
        "class": CLASSES[code.status // 100][0],
        "meaning": code.meaning,
        "here": code.here or None,
        "look": code.look or None,
        "source": code.source,
    }


def _rules(code: SipCode) -> str:
    rules = dict.fromkeys(re.findall(r"\b[RV]\d+b?\b", code.here))
    return f"  ({', '.join(rules)})" if rules else ""
