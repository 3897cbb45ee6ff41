"""Virtual SIP registrations and the legs they make: terminal UI, command line and notebooks."""

__all__ = ["__version__"]

__version__ = "0.1.0"
