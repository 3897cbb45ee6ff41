"""The capture of the README is what its script makes."""

import gzip

from docs.example_capture import CAPTURE, example_capture


def test_the_example_capture_is_what_its_script_makes() -> None:
    assert gzip.decompress(CAPTURE.read_bytes()) == example_capture()
