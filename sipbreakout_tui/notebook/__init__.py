"""Call flows and registrations as pictures and tables in IPython and Jupyter.

`%load_ext sipbreakout_tui.notebook`, or `enable()`, registers the formatters; importing registers nothing.
What needs a moment or two flows to be shown has a function: `fleet`, `lives`, `hazards`,
`compare`. `explore` is a panel
of widgets around one call. `open_trace` reads captures and says why each call went as it did.
"""

from sipbreakout_tui.notebook.explorer import Explorer, explore
from sipbreakout_tui.notebook.formatters import disable, enable, load_ipython_extension, unload_ipython_extension
from sipbreakout_tui.notebook.messages import CapturedMessage, CapturedMessages
from sipbreakout_tui.notebook.trace import CapturedCall, CaptureView, open_trace
from sipbreakout_tui.notebook.views import Comparison, Fleet, Hazards, Lives, compare, fleet, hazards, lives

__all__ = [
    "CaptureView",
    "CapturedCall",
    "CapturedMessage",
    "CapturedMessages",
    "Comparison",
    "Explorer",
    "Fleet",
    "Hazards",
    "Lives",
    "compare",
    "disable",
    "enable",
    "explore",
    "fleet",
    "hazards",
    "lives",
    "load_ipython_extension",
    "open_trace",
    "unload_ipython_extension",
]
