"""What can go wrong with registrations, as rows, as text, and with its fix."""
