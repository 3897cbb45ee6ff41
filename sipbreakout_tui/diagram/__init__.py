"""Pictures of call flows."""
