"""The rules of the domain as lines for people."""

import textwrap

from sipbreakout_model import InvalidValue
from sipbreakout_model.rules import RULES, Rule


def rules_named(ids: list[str]) -> list[Rule]:
    """Return the rules with these ids, in either case, each once and in the order asked.

    Raises:
        InvalidValue: An id that no rule has; the message lists those that exist.
    """
    by_id = {rule_id.casefold(): rule for rule_id, rule in RULES.items()}
    unknown = [text for text in ids if text.strip().casefold() not in by_id]
    if unknown:
        named = ", ".join(map(repr, unknown))
        raise InvalidValue(f"{named}: no such rule: expected {', '.join(RULES)}")
    return list({rule.id: rule for rule in (by_id[text.strip().casefold()] for text in ids)}.values())


def rule_lines(rule: Rule, width: int = 96) -> list[str]:
    """Return a rule whole: title, text, source, and what of it is our reading; wrapped at `width` characters."""
    paragraphs = [rule.text, f"Source: {rule.source}"]
    if rule.assumed:
        paragraphs.append(f"Assumed: {rule.assumed}")
    wrapped = [line for text in paragraphs for line in textwrap.wrap(text, width)]
    return [f"{rule.id}  {rule.title}", *(f"  {line}" for line in wrapped)]


def rule_list() -> list[str]:
    """Return every rule in one line; those that are our reading, in whole or in part, are marked."""
    width = max(map(len, RULES))
    return [f"{rule.id:<{width}}  {rule.title}{'  (assumed)' if rule.assumed else ''}" for rule in RULES.values()]
