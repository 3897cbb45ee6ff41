"""The columns of a trace's messages."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sipbreakout_tui.trace.capture import Endpoint, Heard
from sipbreakout_tui.trace.messages import Messages, Row
from tests.trace.hearing import CORE, T0, A, Memory

ENDS = st.lists(
    st.builds(Endpoint, st.sampled_from(["10.0.0.1", "10.0.0.2", "::1"]), st.integers(0, 65535)), min_size=1
)
COLUMNS = st.tuples(
    st.integers(1, 2**32 - 1),
    st.floats(0, 4e9),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.sampled_from(["UDP", "TCP", "TLS"]),
    st.binary(max_size=50),
    st.integers(0, 2**63 - 1),
)


@settings(derandomize=True, deadline=None)
@given(st.integers(0, 65535), ENDS, st.lists(COLUMNS, max_size=20))
def test_what_was_added_comes_back(file: int, ends: list[Endpoint], columns: list[tuple[int, ...]]) -> None:
    messages = Messages([])
    added: list[Row] = []
    for frame, at, one, two, transport, data, place in columns:
        source, target = ends[one % len(ends)], ends[two % len(ends)]
        heard: Heard = (frame, at, source, target, transport, data, place)  # type: ignore[assignment]
        assert messages.add(file, heard) == len(added)
        added.append(Row(file, frame, at, source, target, transport))  # type: ignore[arg-type]
    assert len(messages) == len(added)
    assert list(messages) == added
    assert [messages[row] for row in range(len(added))] == added
    assert list(messages.frames) == [row.frame for row in added]


def test_a_message_is_read_from_its_own_capture() -> None:
    sources = [Memory([(T0, A, CORE, text)]) for text in (b"one", b"second")]
    messages = Messages(list(sources))
    for file, source in enumerate(sources):
        for heard in source.messages():
            messages.add(file, heard)
    assert [messages.raw(row) for row in range(2)] == [b"one", b"second"]
