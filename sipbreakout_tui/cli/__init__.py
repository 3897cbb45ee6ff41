"""The command line.

Modules of this package import nothing heavy when they are loaded, so that help stays fast; the commands import
what they need when they run. Typer, too, is loaded only for those that it parses: the terminal UI starts without.
"""
