"""Call flows and fleets as networkx graphs: what every picture is drawn from, and what files carry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import networkx as nx

from sipbreakout_model import CallFlow, Leg, RegistrationBook
from sipbreakout_tui.diagram.words import Link, shape_of

if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Graph: TypeAlias = nx.MultiDiGraph[str]


def callflow_graph(flow: CallFlow) -> Graph:
    """Return a call flow as a graph.

    Nodes are parties, named by their word; every TAS beyond the first is `tas 2`, `tas 3`, and a
    second other number `other 2`. Their attributes:
    `role` (as `Party.value`), `label` for people, `address` (number or `sips:` URI, where it is known).

    Edges are legs, keyed by their number; an absent leg without a number of its own is keyed `absent 1`, …
    Their attributes: `made`, `called`, `prefix`, `rule`, `starts_after` (s), `end`, `status`, `turns` (of a leg that
    a loop repeats), `note` (what the picture says beside the number), `reason` (of an absent leg). What does not
    apply is left out.

    The graph's attributes: `title`, `outcome`, `at` (Unix time, s).
    """
    call = flow.call
    caller = "anonymous" if call.caller is None else str(call.caller)
    graph: Graph = nx.MultiDiGraph(title=f"{caller} calls {call.callee}", outcome=str(flow.outcome), at=call.at)
    shape = shape_of(flow)
    for node in shape.nodes.values():
        graph.add_node(node.name, role=node.party.value, label=str(node.party), **_without_none(address=node.address))
    unnumbered = 0
    for link in shape.links:
        if link.leg is not None:
            graph.add_edge(link.source, link.target, link.number, **_leg_attributes(flow, link, link.leg))
            continue
        key: int | str | None = link.number
        if key is None:
            unnumbered += 1
            key = f"absent {unnumbered}"
        graph.add_edge(link.source, link.target, key, made=False, rule=link.rule, reason=link.reason)
    return graph


def _leg_attributes(flow: CallFlow, link: Link, leg: Leg) -> dict[str, Any]:
    return _without_none(
        made=True,
        called=leg.called,
        prefix=link.prefix,
        rule=leg.rule,
        starts_after=leg.starts_after,
        end=leg.end.value,
        status=leg.status,
        turns=flow.loop.turns if link.looped and flow.loop is not None else None,
        looped=link.looped or None,
        note=link.note,
    )


def _without_none(**attributes: object) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}


def fleet_graph(book: RegistrationBook, at: float) -> Graph:
    """Return who is registered where at Unix time `at` (s): numbers and TASes as nodes, leases as edges.

    Nodes have `role` (`number` or `tas`) and `label`; edges, from a number to its TAS, `route_type`, both prefixes
    and `remaining` (s; left out where the time is not given).
    """
    graph: Graph = nx.MultiDiGraph(at=at)
    for lease in book:
        if not lease.active_at(at):
            continue
        registration = lease.registration
        number, tas = str(registration.number), str(registration.sip_uri)
        graph.add_node(number, role="number", label=number)
        graph.add_node(tas, role="tas", label=registration.sip_uri.host_port)
        graph.add_edge(
            number,
            tas,
            0,
            **_without_none(
                route_type=registration.route_type.name,
                mobile_originating_prefix=registration.mobile_originating_prefix,
                mobile_terminating_prefix=registration.mobile_terminating_prefix,
                remaining=lease.remaining(at),
            ),
        )
    return graph


def to_graphml(graph: Graph) -> str:
    """Return the graph as GraphML; attributes that are not there stay away."""
    return "\n".join(nx.generate_graphml(graph, named_key_ids=True)) + "\n"


def to_json(graph: Graph) -> str:
    """Return the graph as node-link JSON."""
    return json.dumps(nx.node_link_data(graph, edges="edges"), indent=2, ensure_ascii=False) + "\n"
