"""From a capture to the reason: packets, SIP messages, legs, calls, diagnosis."""
