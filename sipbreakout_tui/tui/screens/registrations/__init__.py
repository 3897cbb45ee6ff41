"""Place 1: the registrations."""
