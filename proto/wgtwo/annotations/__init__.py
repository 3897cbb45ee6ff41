"""Method options of the API: the scope a caller needs, and how settled a method is."""
