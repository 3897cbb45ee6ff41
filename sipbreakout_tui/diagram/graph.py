"""Call flows and fleets as networkx graphs: what every picture is drawn from, and what files carry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import networkx as nx

from sipbreakout_model import CallFlow, Leg, Party, Registration, RegistrationBook

if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Graph: TypeAlias = nx.MultiDiGraph[str]


def callflow_graph(flow: CallFlow) -> Graph:
    """Return a call flow as a graph.

    Nodes are parties, named by their word; every TAS beyond the first is `tas 2`, `tas 3`. Their attributes:
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
    names = _Names(graph, flow)
    for leg in flow.legs:
        source, target = names.of(leg.source, leg.registration), names.of(leg.target, leg.registration, leg.called)
        graph.add_edge(source, target, leg.number, **_leg_attributes(flow, leg))
    unnumbered = 0
    for absent in flow.absent:
        key: int | str | None = absent.number
        if key is None:
            unnumbered += 1
            key = f"absent {unnumbered}"
        source, target = names.of(absent.source, None), names.of(absent.target, absent.registration)
        graph.add_edge(source, target, key, made=False, rule=absent.reason.rule, reason=str(absent.reason))
    return graph


class _Names:
    """Which node stands for which party; a second TAS is another party."""

    def __init__(self, graph: Graph, flow: CallFlow) -> None:
        self._graph = graph
        self._flow = flow
        self._tas: list[str] = []

    def of(self, party: Party, registration: Registration | None, called: str | None = None) -> str:
        """Return the node's name, made where it is new."""
        if party is Party.TAS:
            return self._tas_name(registration)
        name = party.host
        if name not in self._graph:
            self._graph.add_node(
                name, role=name, label=str(party), **_without_none(address=self._address(party, called))
            )
        return name

    def _tas_name(self, registration: Registration | None) -> str:
        placed_by = self._flow.call.placed_by
        uri = registration.sip_uri if registration is not None else placed_by
        address = None if uri is None else str(uri)
        for name in self._tas:
            if address in (None, self._graph.nodes[name].get("address")):
                return name
        name = "tas" if not self._tas else f"tas {len(self._tas) + 1}"
        self._tas.append(name)
        self._graph.add_node(name, role="tas", label="TAS", **_without_none(address=address))
        return name

    def _address(self, party: Party, called: str | None) -> str | None:
        call = self._flow.call
        if party is Party.CALLER:
            return "anonymous" if call.caller is None else str(call.caller)
        if party is Party.CALLEE:
            return str(call.callee)
        return called if party is Party.OTHER else None


_NOTES = {"R8": "same Session-ID", "R9": "no Session-ID", "R11": "prefix left on", "R12": "forwarded"}


def _leg_attributes(flow: CallFlow, leg: Leg) -> dict[str, Any]:
    loop = flow.loop
    looped = loop is not None and loop.first_leg <= leg.number <= loop.last_leg
    prefix = note = None
    if leg.target is Party.TAS:
        asked = _asked_before(flow, leg)
        prefix = leg.called[1 : len(leg.called) - len(asked) + 1] or None
        note = f"prefix {prefix}" if prefix else None
    elif leg.source is Party.TAS and leg.number > 1:
        note = _NOTES.get(leg.rule)
        if leg.rule == "R15":
            lost = any(step.rule == "R15" and step.code == "session_id_lost" for step in flow.steps)
            note = "no Session-ID" if lost else "same Session-ID"
    return _without_none(
        made=True,
        called=leg.called,
        prefix=prefix,
        rule=leg.rule,
        starts_after=leg.starts_after,
        end=leg.end.value,
        status=leg.status,
        turns=loop.turns if looped and loop is not None else None,
        looped=True if looped else None,
        note=note,
    )


def _asked_before(flow: CallFlow, leg: Leg) -> str:
    """Return the number that the core was asked for when it made this leg, prefix-free."""
    for former in reversed(flow.legs[: leg.number - 1]):
        if leg.called.endswith(former.called[1:]) and former.target is not Party.TAS:
            return former.called
    return leg.called


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


def cycles(graph: Graph) -> list[list[str]]:
    """Return the parties of every way round in a call flow's made legs, the core first.

    A LOOP registration passes the core twice, which is one such way and intended; the flow's `loop` says
    whether the call goes round again.
    """
    made: nx.DiGraph[str] = nx.DiGraph()
    made.add_edges_from((source, target) for source, target, leg in graph.edges(data=True) if leg.get("made"))
    found = []
    for cycle in nx.simple_cycles(made):
        start = cycle.index("core") if "core" in cycle else 0
        found.append(cycle[start:] + cycle[:start])
    return sorted(found)


def to_graphml(graph: Graph) -> str:
    """Return the graph as GraphML; attributes that are not there stay away."""
    return "\n".join(nx.generate_graphml(graph, named_key_ids=True)) + "\n"


def from_graphml(text: str) -> Graph:
    """Return the graph that `to_graphml` wrote."""
    return cast("Graph", nx.parse_graphml(text, force_multigraph=True))


def to_json(graph: Graph) -> str:
    """Return the graph as node-link JSON."""
    return json.dumps(nx.node_link_data(graph, edges="edges"), indent=2, ensure_ascii=False) + "\n"


def from_json(text: str) -> Graph:
    """Return the graph that `to_json` wrote."""
    return cast("Graph", nx.node_link_graph(json.loads(text), edges="edges"))
