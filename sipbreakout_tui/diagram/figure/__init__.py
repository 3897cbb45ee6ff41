"""Figures of call flows and fleets, drawn with matplotlib, which is imported only when something is drawn.

Every `draw_…` returns the Axes, shows nothing and needs no pyplot.
"""

from sipbreakout_tui.diagram.figure.alignment import draw_alignment
from sipbreakout_tui.diagram.figure.difference import draw_difference
from sipbreakout_tui.diagram.figure.files import save
from sipbreakout_tui.diagram.figure.fleet import draw_fleet
from sipbreakout_tui.diagram.figure.ladder import draw_ladder
from sipbreakout_tui.diagram.figure.legs import draw_legs
from sipbreakout_tui.diagram.figure.lives import draw_lives

__all__ = ["draw_alignment", "draw_difference", "draw_fleet", "draw_ladder", "draw_legs", "draw_lives", "save"]
