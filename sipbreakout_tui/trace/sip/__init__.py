"""SIP messages, read tolerantly: any bytes give a message, and what is wrong with them is told."""

from sipbreakout_tui.trace.sip.header import SENSITIVE, Header
from sipbreakout_tui.trace.sip.message import SipMessage
from sipbreakout_tui.trace.sip.showing import shown
from sipbreakout_tui.trace.sip.uri import Uri
from sipbreakout_tui.trace.sip.values import Address, CSeq, ReasonValue, SessionId, Via, WarningValue

__all__ = [
    "SENSITIVE",
    "Address",
    "CSeq",
    "Header",
    "ReasonValue",
    "SessionId",
    "SipMessage",
    "Uri",
    "Via",
    "WarningValue",
    "shown",
]
