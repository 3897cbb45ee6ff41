"""Call flows and fleets as graphs, and back from files."""

import json
from typing import Any

import networkx as nx
import pytest

from sipbreakout_model import (
    E164,
    Call,
    CalleeBehaviour,
    CallFlow,
    Registration,
    RegistrationBook,
    Scenario,
    TasBehaviour,
    TasUri,
    route,
)
from sipbreakout_tui.diagram.graph import (
    callflow_graph,
    fleet_graph,
    to_graphml,
    to_json,
)

AT = 1_790_000_000.0
LOOP = Registration.parse("+4711111111", "sips:tas.example.com", "LOOP", "00", "11")
FALLBACK = Registration.parse("+4722222222", "sips:vm.example.com", "FALLBACK", "", "22")


def flow_of(*registrations: Registration, scenario: Scenario | None = None, placed_by: str | None = None) -> CallFlow:
    book = RegistrationBook()
    for registration in registrations:
        book.upsert(registration, AT)
    return route(Call.parse("+4711111111", "+4722222222", AT, placed_by), book, scenario or Scenario())


def leg_of(graph: Any, source: str, target: str, key: object) -> dict[str, Any]:
    """The attributes of one edge; the stubs of networkx know string keys only."""
    attributes: dict[str, Any] = graph.get_edge_data(source, target, key)
    return attributes


FLOWS = {
    "nobody": flow_of(),
    "loop": flow_of(LOOP),
    "looped": flow_of(LOOP, scenario=Scenario(tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID)),
    "endless": flow_of(LOOP, scenario=Scenario(tas=TasBehaviour.RETURNS_WITHOUT_SESSION_ID, resets_max_forwards=True)),
    "answers": flow_of(LOOP, scenario=Scenario(tas=TasBehaviour.ANSWERS)),
    "two tases": flow_of(LOOP, FALLBACK, scenario=Scenario(callee=CalleeBehaviour.BUSY)),
    "masked": flow_of(LOOP, FALLBACK),
    "forwarded": flow_of(LOOP, scenario=Scenario(tas=TasBehaviour.FORWARDS, forwards_to=E164("+4733333333"))),
    "placed by a TAS": flow_of(placed_by="sips:tas.example.com"),
}


def test_parties_are_nodes_with_role_label_and_address() -> None:
    graph = callflow_graph(FLOWS["loop"])
    assert {name: graph.nodes[name] for name in graph} == {
        "caller": {"role": "caller", "label": "caller", "address": "+4711111111"},
        "core": {"role": "core", "label": "core"},
        "tas": {"role": "tas", "label": "TAS", "address": "sips:tas.example.com"},
        "callee": {"role": "callee", "label": "callee", "address": "+4722222222"},
    }
    assert graph.graph["title"] == "+4711111111 calls +4722222222"
    assert graph.graph["outcome"] == "answered by the callee"


def test_legs_are_edges_keyed_by_number() -> None:
    graph = callflow_graph(FLOWS["looped"])
    assert leg_of(graph, "core", "tas", 2) == {
        "made": True,
        "called": "+004722222222",
        "prefix": "00",
        "rule": "R4",
        "starts_after": 0.0,
        "end": "looped",
        "status": 483,
        "turns": 35,
        "looped": True,
        "note": "prefix 00",
    }
    assert leg_of(graph, "tas", "core", 3)["note"] == "no Session-ID"
    absent = leg_of(graph, "core", "callee", 4)
    assert (absent["made"], absent["rule"]) == (False, "R9")
    assert "turns" not in leg_of(graph, "caller", "core", 1)


def test_every_tas_is_a_node_of_its_own() -> None:
    graph = callflow_graph(FLOWS["two tases"])
    assert graph.nodes["tas 2"]["address"] == "sips:vm.example.com"
    assert leg_of(graph, "core", "tas 2", 5)["made"]
    masked = callflow_graph(FLOWS["masked"])
    assert leg_of(masked, "core", "tas 2", "absent 1")["made"] is False


def from_graphml(text: str) -> Any:
    return nx.parse_graphml(text, force_multigraph=True)


def from_json(text: str) -> Any:
    return nx.node_link_graph(json.loads(text), edges="edges")


@pytest.mark.parametrize("name", FLOWS)
def test_files_come_back_equal(name: str) -> None:
    graph = callflow_graph(FLOWS[name])
    for back in (from_json(to_json(graph)), from_graphml(to_graphml(graph))):
        assert isinstance(back, nx.MultiDiGraph)
        assert {name: back.nodes[name] for name in back} == {name: graph.nodes[name] for name in graph}
        edges = {(source, target, str(key)): leg for source, target, key, leg in graph.edges(keys=True, data=True)}
        assert {(s, t, str(k)): leg for s, t, k, leg in back.edges(keys=True, data=True)} == edges


def test_fleet() -> None:
    book = RegistrationBook()
    book.upsert(LOOP, AT)
    book.upsert(FALLBACK, None)
    book.upsert(Registration.parse("+4733333333", "sips:tas.example.com", "FORK"), AT - 4000)
    graph = fleet_graph(book, AT + 600)
    assert set(graph) == {"+4711111111", "+4722222222", "sips:tas.example.com", "sips:vm.example.com"}
    assert leg_of(graph, "+4711111111", "sips:tas.example.com", 0)["remaining"] == 3000.0
    assert "remaining" not in leg_of(graph, "+4722222222", "sips:vm.example.com", 0)
    assert graph.nodes["sips:vm.example.com"] == {"role": "tas", "label": TasUri("vm.example.com").host_port}
    assert set(from_graphml(to_graphml(graph)).edges()) == set(graph.edges())
