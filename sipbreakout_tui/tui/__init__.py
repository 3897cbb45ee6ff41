"""The terminal UI: five places on one core, live. Screens show what `services/` say, and decide nothing."""
