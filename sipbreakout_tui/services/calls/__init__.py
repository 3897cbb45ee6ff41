"""Questions about a call: its legs, why, what if, and as texts and pictures."""
