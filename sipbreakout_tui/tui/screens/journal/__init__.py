"""Place 5: every request and its answer."""
