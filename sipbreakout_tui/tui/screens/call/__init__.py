"""Place 2: what a call does, and why."""
