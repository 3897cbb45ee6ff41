"""Pictures of the screen as SVG files that need nothing from elsewhere."""
