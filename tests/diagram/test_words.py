"""What pictures say of a flow, and what importing them loads."""

import subprocess
import sys

from sipbreakout_model import Scenario, TasBehaviour
from sipbreakout_tui.diagram.words import loop_words, shape_of, status_words
from tests.diagram.flows import FALLBACK, FLOWS, LOOP, flow_of


def test_a_prefix_is_set_apart() -> None:
    links = shape_of(FLOWS["loop"]).links
    assert [link.called for link in links] == ["+4722222222", "+00 4722222222", "+4722222222", "+4722222222"]
    assert [link.note for link in links] == [None, "prefix 00", "same Session-ID", None]
    assert [link.because for link in links] == [None, "LOOP of the caller", None, None]


def test_a_second_tas_is_a_second_party() -> None:
    shape = shape_of(flow_of(LOOP, FALLBACK))
    assert {name: (node.label, node.address) for name, node in shape.nodes.items()} == {
        "caller": ("caller", "+4711111111"),
        "core": ("core", None),
        "tas": ("TAS", "sips:tas.example.com"),
        "callee": ("callee", "+4722222222"),
        "tas 2": ("TAS 2", "sips:voicemail.example.net"),
    }


def test_what_a_tas_does_not_bring_back_the_one_rung_last_does_not() -> None:
    # R13: a TAS places a call to a number with LOOP at another TAS, which answers it itself.
    flow = flow_of(
        (*LOOP[:1], "LOOP", "", "", "sips:b.example"),
        caller="+4733333333",
        callee="+4711111111",
        placed_by="sips:a.example",
        scenario=Scenario(tas=TasBehaviour.ANSWERS),
    )
    absent = next(link for link in shape_of(flow).links if link.leg is None)
    assert shape_of(flow).nodes[absent.source].address == "sips:b.example"


def test_words() -> None:
    assert loop_words(FLOWS["loop"]) is None
    assert loop_words(FLOWS["looped"]) == "× 35, then 483 Too Many Hops"
    assert loop_words(FLOWS["endless"]) == "without end"
    assert status_words(486) == "486 Busy Here"
    assert status_words(499) == "499"


def test_pictures_in_text_load_nothing_heavy() -> None:
    modules = ", ".join(
        f"sipbreakout_tui.diagram.{name}" for name in ("text", "ladder", "mermaid", "sequence", "lines")
    )
    code = f"import sys, {modules}; sys.stdout.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True, timeout=30)
    assert not {"networkx", "matplotlib", "rich", "textual", "grpc"} & set(done.stdout.split())
