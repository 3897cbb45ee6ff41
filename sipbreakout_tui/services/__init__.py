"""What command line, terminal UI and notebooks share: plain Python without a screen."""

__all__: list[str] = []
