"""`sipbreakout explain-rule`: the rules that explanations name."""

from typing import Annotated

import typer


def _ids() -> list[str]:
    from sipbreakout_model.rules import RULES

    return list(RULES)


def explain_rule(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Rules such as R4 or V2.", autocompletion=_ids),
    ] = None,
) -> None:
    """Show rules by their ids, or list them all."""
    from sipbreakout_tui.cli.output import put_lines
    from sipbreakout_tui.services.rule_text import rule_lines, rule_list, rules_named

    if ids:
        put_lines([line for rule in rules_named(ids) for line in rule_lines(rule)], None)
    else:
        put_lines(rule_list(), None)
