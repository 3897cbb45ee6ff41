"""The terminal UI in a browser: textual-serve's protocol and page script behind our own server.

`server` listens and serves the page, `access` decides who gets in, `child` is the program of one
browser tab, `driver` is what that program talks through.
"""
