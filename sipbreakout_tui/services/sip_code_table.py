"""The statuses of SIP: RFC 3261 section 21 and the common extensions."""

from typing import NamedTuple


class SipCode(NamedTuple):
    """One status."""

    status: int
    phrase: str
    """The usual reason phrase; any other text may stand in a response."""
    meaning: str
    source: str
    here: str = ""
    """Where it appears in calls with virtual registrations, with the rules concerned; empty: nowhere in particular."""
    look: str = ""
    """What to look for in a capture; empty: the meaning says it."""


_CORE = "RFC 3261 section "

CODES = (
    # provisional
    SipCode(
        100,
        "Trying",
        "The next hop has the request and works on it; it stops retransmissions and says nothing of the target.",
        _CORE + "21.1.1",
        "A TAS that sends it and nothing else was reached and stays silent (R4): that is not the same as unreachable.",
        "Whether any response at all came from the TAS: none means R14, only 100 means a silent TAS.",
    ),
    SipCode(
        180,
        "Ringing",
        "The target alerts its user.",
        _CORE + "21.1.2",
        "FALLBACK counts 30 s from the INVITE whatever 18x came (R6): ringing does not prolong it.",
    ),
    SipCode(
        181,
        "Call Is Being Forwarded",
        "The request goes on to another target.",
        _CORE + "21.1.3",
        "A TAS that forwards may say so before leg 3 asks for another number (R12).",
    ),
    SipCode(
        182,
        "Queued",
        "The target is busy now and keeps the call in a queue.",
        _CORE + "21.1.4",
        "A TAS with a queue: leg 3 may come minutes later and still belongs to the call (R4).",
    ),
    SipCode(
        183,
        "Session Progress",
        "Something happens that no other 1xx names; often with SDP for tones or announcements before an answer.",
        _CORE + "21.1.5",
        "An announcement of the TAS before it brings the call back, or instead of that (R4).",
    ),
    SipCode(
        199,
        "Early Dialog Terminated",
        "One of several early dialogs has ended; the request itself goes on.",
        "RFC 6228",
        "Under FORK one branch has ended while the other rings on (R5).",
    ),
    # success
    SipCode(
        200,
        "OK",
        "The request succeeded; for an INVITE, the call is answered.",
        _CORE + "21.2.1",
        "Who answers first has the call: the TAS on leg 2 of a LOOP (R4), either branch of a FORK (R5), the TAS of a "
        "FALLBACK (R6).",
        "On which leg it came first, and whether that is the party who should have the call.",
    ),
    SipCode(
        202,
        "Accepted",
        "The request was taken and is not finished; used for REFER and SUBSCRIBE, and no longer recommended.",
        "RFC 6665 section 8.3.1",
        "Answers a REFER: the call is transferred, so another INVITE follows.",
    ),
    SipCode(204, "No Notification", "The subscription stands; no NOTIFY follows, as nothing changed.", "RFC 5839"),
    # redirection
    SipCode(300, "Multiple Choices", "The target has several addresses; Contact lists them.", _CORE + "21.3.1"),
    SipCode(301, "Moved Permanently", "The target has another address from now on.", _CORE + "21.3.2"),
    SipCode(
        302,
        "Moved Temporarily",
        "The target is at the address in Contact for now; the caller's side may try there.",
        _CORE + "21.3.3",
        "A TAS that redirects leg 2 of a LOOP: the core does not follow it (R4), so the caller gets the 302.",
        "The Contact: the number there is what the TAS should have asked for in a leg 3 of its own.",
    ),
    SipCode(305, "Use Proxy", "The target is to be reached through the proxy in Contact.", _CORE + "21.3.4"),
    SipCode(380, "Alternative Service", "The call failed; the body describes another service.", _CORE + "21.3.5"),
    # the request is at fault
    SipCode(
        400,
        "Bad Request",
        "The request's syntax is wrong; the phrase may say where.",
        _CORE + "21.4.1",
        look="The message as captured: compare it with the same leg of a call that works.",
    ),
    SipCode(
        401,
        "Unauthorized",
        "The user agent or registrar asks who the sender is; the same request follows with credentials.",
        _CORE + "21.4.2",
        look="Whether the INVITE was repeated with a higher CSeq; the two are one leg.",
    ),
    SipCode(402, "Payment Required", "Reserved; some networks use it for empty accounts.", _CORE + "21.4.3"),
    SipCode(
        403,
        "Forbidden",
        "Understood and refused; credentials would not help, and the request should not be repeated.",
        _CORE + "21.4.4",
        "The core refuses leg 3 that matches no call it knows, where it does not take it for a new one (R9).",
        "The Session-ID of leg 3 beside that of leg 2: absent, new, swapped or malformed makes it a stranger (R8).",
    ),
    SipCode(
        404,
        "Not Found",
        "Nobody here has that address, or the domain is not served here.",
        _CORE + "21.4.5",
        "Leg 3 still has the prefix before the number, and no such number exists (R11).",
        "The request URI of leg 3: digits before the number that leg 1 asked for.",
    ),
    SipCode(405, "Method Not Allowed", "The address does not take this method; Allow lists others.", _CORE + "21.4.6"),
    SipCode(
        406, "Not Acceptable", "Nothing that the target can answer with suits the Accept header.", _CORE + "21.4.7"
    ),
    SipCode(
        407,
        "Proxy Authentication Required",
        "A proxy asks who the sender is; the same request follows with credentials.",
        _CORE + "21.4.8",
        look="Whether the INVITE was repeated with a higher CSeq; the two are one leg.",
    ),
    SipCode(
        408,
        "Request Timeout",
        "No answer came in time; the element that gave up waiting made this up itself.",
        _CORE + "21.4.9",
        "The TAS of a LOOP is silent (R4) or unreachable (R14), or the callee is silent.",
        "Leg 2: no response at all, a refused connection or a TLS alert means unreachable; a 100 or 18x means silent.",
    ),
    SipCode(410, "Gone", "The address existed and does not any more, nor is another one known.", _CORE + "21.4.10"),
    SipCode(412, "Conditional Request Failed", "The entity tag of a PUBLISH is not known.", "RFC 3903 section 11.2.1"),
    SipCode(413, "Request Entity Too Large", "The body is larger than the target takes.", _CORE + "21.4.11"),
    SipCode(414, "Request-URI Too Long", "The request URI is longer than the target takes.", _CORE + "21.4.12"),
    SipCode(
        415,
        "Unsupported Media Type",
        "The body's type is not understood; Accept lists others.",
        _CORE + "21.4.13",
        look="Content-Type, and whether the body is SDP at all.",
    ),
    SipCode(416, "Unsupported URI Scheme", "The request URI's scheme is not understood.", _CORE + "21.4.14"),
    SipCode(417, "Unknown Resource-Priority", "A required priority value is not known.", "RFC 4412 section 4.6.2"),
    SipCode(
        420,
        "Bad Extension",
        "Require or Proxy-Require names an extension that is not supported; Unsupported lists it.",
        _CORE + "21.4.15",
    ),
    SipCode(
        421, "Extension Required", "The target needs an extension that the request does not offer.", _CORE + "21.4.16"
    ),
    SipCode(
        422,
        "Session Interval Too Small",
        "The session timer is too short; the same INVITE follows with a longer one.",
        "RFC 4028 section 6",
        look="Min-SE, and whether the INVITE was repeated with a higher CSeq; the two are one leg.",
    ),
    SipCode(423, "Interval Too Brief", "A registration asked for too short a life.", _CORE + "21.4.17"),
    SipCode(424, "Bad Location Information", "The location in the request is wrong or missing.", "RFC 6442"),
    SipCode(425, "Bad Alert Message", "An emergency alert in the request cannot be used.", "RFC 8876"),
    SipCode(428, "Use Identity Header", "The target wants a signed identity, and there is none.", "RFC 8224"),
    SipCode(429, "Provide Referrer Identity", "A transfer lacks a signed Referred-By.", "RFC 3892 section 5"),
    SipCode(
        430, "Flow Failed", "The connection to that user agent is gone; another one may stand.", "RFC 5626 section 11"
    ),
    SipCode(
        433,
        "Anonymity Disallowed",
        "The callee does not take calls from withheld numbers.",
        "RFC 5079",
        "A TAS that withholds the caller on leg 3 makes the call anonymous (R9).",
        "From and P-Asserted-Identity of leg 3 beside those of leg 1.",
    ),
    SipCode(436, "Bad Identity Info", "The certificate that a signed identity names cannot be fetched.", "RFC 8224"),
    SipCode(437, "Unsupported Credential", "The certificate of a signed identity is not accepted.", "RFC 8224"),
    SipCode(
        438,
        "Invalid Identity Header",
        "The signature of an identity does not fit the request.",
        "RFC 8224",
        look="Whether an element on the way altered From, To or Date after they were signed.",
    ),
    SipCode(439, "First Hop Lacks Outbound Support", "The first proxy does not know outbound flows.", "RFC 5626"),
    SipCode(
        440,
        "Max-Breadth Exceeded",
        "The request was forked into more branches than Max-Breadth allows.",
        "RFC 5393 section 5",
        "A forking loop may end with it before Max-Forwards runs out (R10).",
    ),
    SipCode(469, "Bad Info Package", "An INFO request belongs to a package that was not agreed on.", "RFC 6086"),
    SipCode(470, "Consent Needed", "The recipient has not agreed to be reached in this way.", "RFC 5360"),
    SipCode(
        480,
        "Temporarily Unavailable",
        "The callee's side was reached, the callee is not: not registered, or do not disturb.",
        _CORE + "21.4.18",
        "An unreachable callee; a FALLBACK then rings its TAS (R6).",
        "Whether a leg core→TAS follows; if not, whether the callee's FALLBACK was in force at the first INVITE (R1).",
    ),
    SipCode(
        481,
        "Call/Transaction Does Not Exist",
        "The request belongs to a dialog or transaction that the receiver does not know, or knows no more.",
        _CORE + "21.4.19",
        look="Call-ID and both tags beside those of the INVITE; an element may have been restarted.",
    ),
    SipCode(
        482,
        "Loop Detected",
        "An element has met the same request before and recognises itself in it.",
        _CORE + "21.4.20",
        "An element on the way ends a loop before Max-Forwards does (R10).",
        "Who sent it first, and leg 3 of the first turn: what did it lose that made the core take it for new (R9)?",
    ),
    SipCode(
        483,
        "Too Many Hops",
        "Max-Forwards reached zero: the request went through more elements than its sender allowed.",
        _CORE + "21.4.21",
        "The end of a loop: the TAS returned the call without its Session-ID, and the registration was met again at "
        "every turn (R9, R10).",
        "The first leg TAS→core: its Session-ID beside that of leg 2 (R8). Where a call went round less than twice, a "
        "Max-Forwards that was small from the start.",
    ),
    SipCode(
        484,
        "Address Incomplete",
        "The number lacks digits.",
        _CORE + "21.4.22",
        look="The number in the request URI, digit by digit, beside that of the leg before.",
    ),
    SipCode(485, "Ambiguous", "The address fits several users; Contact may list them.", _CORE + "21.4.23"),
    SipCode(
        486,
        "Busy Here",
        "The callee is busy at this phone.",
        _CORE + "21.4.24",
        "A busy callee; a FALLBACK then rings its TAS (R6). From the TAS of a FORK: the callee rings on (R5).",
        "Whether a leg core→TAS follows; if not, whether the callee's FALLBACK was in force at the first INVITE (R1).",
    ),
    SipCode(
        487,
        "Request Terminated",
        "The INVITE was cancelled before an answer.",
        _CORE + "21.4.25",
        "The branch of a FORK that did not answer first (R5), a callee who let it ring for 30 s under FALLBACK (R6), "
        "or a caller who hung up.",
        "Who sent the CANCEL: the caller on leg 1, or the core alone; and its Reason header.",
    ),
    SipCode(
        488,
        "Not Acceptable Here",
        "The session offered does not suit: usually the media in the SDP.",
        _CORE + "21.4.26",
        "RTP/AVP was offered where UDP/TLS/RTP/SAVPF with DTLS and ICE is wanted (V8).",
        "The m= lines of the SDP in the INVITE that was refused, and the Warning header of the response.",
    ),
    SipCode(489, "Bad Event", "The event package of a SUBSCRIBE or NOTIFY is not known.", "RFC 6665 section 8.3.2"),
    SipCode(
        491,
        "Request Pending",
        "Both sides changed the session at once; the request is sent again shortly after.",
        _CORE + "21.4.27",
    ),
    SipCode(493, "Undecipherable", "The encrypted body cannot be opened by the receiver.", _CORE + "21.4.28"),
    SipCode(
        494,
        "Security Agreement Required",
        "The proxy wants a security mechanism agreed first; the same request follows.",
        "RFC 3329 section 2.3.1",
        look="Whether the INVITE was repeated with a higher CSeq; the two are one leg.",
    ),
    # a server is at fault
    SipCode(
        500,
        "Server Internal Error",
        "The server failed in a way of its own.",
        _CORE + "21.5.1",
        look="The Server header, then that program's log at this moment with the Call-ID.",
    ),
    SipCode(501, "Not Implemented", "The server does not know the method at all.", _CORE + "21.5.2"),
    SipCode(502, "Bad Gateway", "A server behind this one gave an answer that cannot be used.", _CORE + "21.5.3"),
    SipCode(
        503,
        "Service Unavailable",
        "The server cannot take the request for now: overload, maintenance, or its own next hop is gone.",
        _CORE + "21.5.4",
        "Overload may end a loop before Max-Forwards does (R10); some elements say 503 of an unreachable TAS (R14).",
        "Retry-After, and how many turns of one call the server had to carry at that moment.",
    ),
    SipCode(
        504,
        "Server Time-out",
        "A server behind this one, or a name service, did not answer in time.",
        _CORE + "21.5.5",
        "Some elements say it where the TAS cannot be looked up or reached (R14).",
        "Whether the core tried to connect to the TAS at all.",
    ),
    SipCode(505, "Version Not Supported", "The SIP version of the request is not supported.", _CORE + "21.5.6"),
    SipCode(
        513,
        "Message Too Large",
        "The message is longer than the server takes.",
        _CORE + "21.5.7",
        look="How the message grew: a loop adds Via and Record-Route headers at every hop.",
    ),
    SipCode(555, "Push Notification Service Not Supported", "The push service named is not supported.", "RFC 8599"),
    SipCode(
        580,
        "Precondition Failure",
        "Resources that the call needs before it rings could not be had.",
        "RFC 3312 section 8",
    ),
    # nobody will take it
    SipCode(
        600,
        "Busy Everywhere",
        "The callee is busy at every phone: no other branch needs to be tried.",
        _CORE + "21.6.1",
        "From either branch of a FORK it ends both (R5).",
        "Whether the TAS means to end the callee's branch too; a 486 would not.",
    ),
    SipCode(
        603,
        "Decline",
        "The callee does not want the call, at no phone.",
        _CORE + "21.6.2",
        "A callee who declines: FALLBACK does not ring its TAS then (R6). From a TAS: it refuses leg 2 of a LOOP (R4), "
        "and under FORK it ends the callee's branch too (R5).",
        "Who sent it: the callee, or the TAS.",
    ),
    SipCode(
        604, "Does Not Exist Anywhere", "The server knows for certain that nobody has that address.", _CORE + "21.6.3"
    ),
    SipCode(
        606,
        "Not Acceptable",
        "The callee would talk, but nothing of the session offered is acceptable anywhere.",
        _CORE + "21.6.4",
        "As 488, for every branch: the media offered are not those of V8.",
        "The m= lines of the SDP, and the Warning header of the response.",
    ),
    SipCode(
        607, "Unwanted", "The callee says that the call is unwanted, so that others like it may be stopped.", "RFC 8197"
    ),
    SipCode(
        608,
        "Rejected",
        "Software on the way, not a person, judged the call unwanted; Call-Info says whom to complain to.",
        "RFC 8688",
        look="The Call-Info header, and who sent the response.",
    ),
)
"""In order."""

CLASSES = {
    1: ("provisional", "the request goes on, and a final response follows"),
    2: ("success", "the request was taken"),
    3: ("redirection", "the sender may try another address"),
    4: ("the request failed", "this server cannot take it as it is; another one might"),
    5: ("the server failed", "the request may be right, and another server might take it"),
    6: ("failed everywhere", "no other branch or server needs to be tried"),
}
"""What the hundreds mean (RFC 3261 section 7.2): in a word or two, and what follows from it.

An unknown status is treated as the x00 of its class (RFC 3261 section 8.1.3.2).
"""
