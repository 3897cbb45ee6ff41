"""Version 1 of the shared types: phone numbers."""
