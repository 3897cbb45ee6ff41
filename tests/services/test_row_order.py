from hypothesis import given
from hypothesis import strategies as st

from sipbreakout_tui.services.filter import Filter
from sipbreakout_tui.services.registrations.listing import FIELDS, Row
from sipbreakout_tui.services.row_order import RowOrder

KINDS = ("LOOP", "FORK", "INGRESS")
FILTERS = ("", "loop", "type:fork", "!loop", "/o[or]/", "+471 !fork", "ttl:<10m", '"loop"', "sips:tas-1")


def row(number: int, kind: str = "LOOP", tas: int = 1, ends: float | None = 3600.0) -> Row:
    uri = f"sips:tas-{tas}.example.com"
    return Row(f"+47{number:08}", "core:1", uri, kind, "", "", "asserted", 0.0, ends, 0, None, 0.0, None, 3600.0)


rows_of_any_kind = st.lists(
    st.builds(row, st.integers(0, 30), st.sampled_from(KINDS), st.integers(1, 3), st.sampled_from([100.0, 3600.0])),
    max_size=12,
    unique_by=lambda each: each.number,
)


def expected(rows: list[Row], text: str, at: float) -> list[int]:
    chosen = Filter(text, FIELDS)
    passing = [index for index, each in enumerate(rows) if chosen.matches(each, at)]
    return sorted(passing, key=lambda index: rows[index].number)


@given(rows_of_any_kind, st.sampled_from(FILTERS))
def test_filtering_many_rows_is_filtering_each(rows: list[Row], text: str) -> None:
    order = RowOrder(rows, lambda each: each.number)
    order.arrange(Filter(text, FIELDS), None, False, 50.0)
    assert order.order == expected(rows, text, 50.0)


@given(rows_of_any_kind, rows_of_any_kind, st.sampled_from(FILTERS))
def test_following_changes_is_arranging_anew(rows: list[Row], later: list[Row], text: str) -> None:
    """Rows change in place or come at the end, some after haystacks were made."""
    order = RowOrder(rows, lambda each: each.number)
    order.arrange(Filter(text, FIELDS), None, False, 50.0)
    order.make_haystacks()
    changed = []
    for new in later:
        index = next((index for index, each in enumerate(rows) if each.number == new.number), len(rows))
        rows[index : index + 1] = [new]
        changed.append(index)
    assert order.take(changed, 50.0)
    assert order.order == expected(rows, text, 50.0)
    order.arrange(order.filter, None, False, 50.0)
    assert order.order == expected(rows, text, 50.0)


def test_a_sorting_of_its_own_wants_to_be_arranged_again() -> None:
    rows = [row(1, ends=300.0), row(2, ends=100.0), row(3, ends=200.0)]
    order = RowOrder(rows, lambda each: each.number)
    order.arrange(None, lambda each: each.expires_at, False, 0.0)
    assert order.order == [1, 2, 0]
    order.arrange(None, lambda each: each.expires_at, True, 0.0)
    assert order.order == [0, 2, 1]
    rows[1] = row(2, ends=400.0)
    assert not order.take([1], 0.0)


def test_equal_rows_stand_by_identity_and_the_identity_can_be_turned_round() -> None:
    rows = [row(3), row(1), row(2)]
    order = RowOrder(rows, lambda each: each.number)
    order.arrange(None, lambda each: each.route_type, False, 0.0)
    assert order.order == [1, 2, 0]
    order.arrange(None, None, True, 0.0)
    assert order.order == [0, 2, 1]
