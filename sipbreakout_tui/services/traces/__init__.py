"""Captures: opened, read, diagnosed, and what lists, texts and reports show of them."""
