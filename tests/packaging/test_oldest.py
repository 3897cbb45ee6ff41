"""The constraints of `make test-oldest`."""

import pytest

from tests.packaging.oldest import lower_bounds, oldest

PROJECT = """
[project]
dependencies = ["one>=1.2", "t_wo>=3,<4"]
[project.optional-dependencies]
web = ["three>=5.0.1"]
dev = ["four==9"]
"""


def test_bounds_take_the_place_of_what_is_pinned() -> None:
    bounds = lower_bounds(PROJECT, ["web"])
    assert bounds == {"one": "1.2", "t_wo": "3", "three": "5.0.1"}
    constraints = ["# a comment", "One==1.9", "T.wo==3.9", "httpcore2==2", "other==7"]
    assert list(oldest(bounds, constraints)) == ["other==7", "one==1.2", "t_wo==3", "three==5.0.1"]


def test_a_requirement_without_a_lower_bound_is_refused() -> None:
    with pytest.raises(ValueError, match="'four==9' has no lower bound: write it as"):
        lower_bounds(PROJECT, ["dev"])
