"""Registrations: what is known of them live, and every way to change them."""
