"""Version 1 of the SIP breakout API: the service and its messages."""
