"""The SIP breakout API."""
