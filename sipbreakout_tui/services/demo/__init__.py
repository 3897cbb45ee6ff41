"""The demo: a core in this process, a dozen registrations and a captured call that looped."""

from sipbreakout_tui.services.demo.scene import Demo, open_demo

__all__ = ["Demo", "open_demo"]
