"""Makes docs/rules.md."""

from docs.examples import ALICE, BOB, CAROL, RULE_EXAMPLES, Example, flow_of, registered_lines
from sipbreakout_model import RULES
from sipbreakout_model.explanation import outcome_sentence
from sipbreakout_tui.diagram.sequence import leg_sequence

INTRODUCTION = """\
# The rules

A mobile operator's **core** carries calls. A third party runs a telephony application server, the **TAS**: a
switchboard, a recorder, a voicemail. To be let into the calls of a number, the third party makes a **registration**
for it: it names the TAS, and a **route type** says when the core rings the TAS.

A call then consists of **legs**. A leg is one INVITE (the SIP message that starts a call) from one party to the next,
and every leg starts or ends at the core. A plain call has two: from the caller to the core, from the core to the
callee. A registration adds legs to and from the TAS.

The rules below say which legs a call makes. V rules tell of the registration's life, R rules of routing. Each names
its source: **API** is the published description of `wgtwo.sipbreakout.v1`, **guide** the operator's how-to pages,
an RFC is a standard. What nobody published is **assumed**: our reading, which the program names wherever it decides
something.

In the pictures time runs downwards; Alice is {alice}, Bob {bob}, Carol {carol}. `+00…` is a number with the prefix 00
after its plus. Solid arrows are legs, dotted ones are legs that one might expect and that are not made.
"""


def rules_page() -> str:
    """Return docs/rules.md."""
    parts = [INTRODUCTION.format(alice=ALICE, bob=BOB, carol=CAROL)]
    for rule in RULES.values():
        parts.append(f"\n## {rule.id}: {rule.title}\n\n{rule.text}\n\n*Source: {rule.source}.*\n")
        if rule.assumed:
            parts.append(f"\n**Assumed:** {rule.assumed}\n")
        parts += [_drawn(example) for example in RULE_EXAMPLES.get(rule.id, [])]
    return "".join(parts)


def _drawn(example: Example) -> str:
    flow = flow_of(example)
    lines = registered_lines(example)
    sentences = [f"→ {outcome_sentence(flow)}", *map(str, flow.absent)]
    picture = "\n".join([*lines, *([""] if lines else []), *leg_sequence(flow), "", *sentences])
    return f"\n{example[0]}\n\n```text\n{picture}\n```\n"
