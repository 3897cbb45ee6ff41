"""Place 4: what can go wrong, seen from the registrations alone."""
