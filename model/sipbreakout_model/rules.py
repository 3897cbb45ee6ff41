"""The rules by id, as people read them: what `explain-rule` prints and `docs/rules.md` is made of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the domain."""

    id: str
    """Such as `R4` (routing) or `V2` (the registration's life)."""
    title: str
    text: str
    """One paragraph."""
    source: str
    """Where it is published: API, guide (the operator's how-to pages), an RFC; or `nobody published it`."""
    assumed: str = ""
    """The part that is our reading, as a sentence; empty where all of it is published."""


_API = "API"
_GUIDE = "guide"
_NOBODY = "nobody published it"

_ALL = (
    Rule(
        "V1",
        "One registration per number",
        "A number has one registration. Upsert adds it or replaces all of it; nothing of the former one stays.",
        f"{_API} (add or replace), {_GUIDE} (one per number)",
    ),
    Rule(
        "V2",
        "Time to live",
        "A registration lives 3600 s from the last accepted upsert, whatever that upsert changed. It is in force "
        "at a moment t when accepted_at <= t < accepted_at + ttl. A refresh is the same upsert sent again.",
        _API,
    ),
    Rule(
        "V3",
        "Delete",
        "Delete needs the number and the sip_uri of the registration in force. Hosts are compared without regard to "
        "case; an explicit port is different from none. Route type and prefixes in the request do not matter.",
        f"{_API}; RFC 3261 section 19.1.4 for the comparison",
        "Another uri, nothing registered or an expired registration is answered with STATUS_CODE_NOT_ACCEPTABLE, and "
        "nothing is removed.",
    ),
    Rule(
        "V4",
        "Which number",
        "With a client access token the request names phone_number. With a user access token the number is the "
        "token's own.",
        f"{_API}, {_GUIDE}",
        "With a user access token the number may be left out or named; another number is refused.",
    ),
    Rule(
        "V5",
        "sip_uri",
        "The TAS is named as sips:host or sips:host:port. Without a port the core looks it up by SRV "
        "(_sips._tcp.host), else by address on port 5061; with a port it does not. IPv6 addresses stand in brackets.",
        f"{_API}; RFC 3263 for the look-up",
        "A user part, parameters, the scheme sip: and an empty host are not acceptable.",
    ),
    Rule(
        "V6",
        "Prefixes",
        "A registration may have two prefixes, one for each direction: digits only.",
        f"{_API} (its example is 00)",
        "A prefix has at most 16 digits.",
    ),
    Rule(
        "V7",
        "No list",
        "The core cannot be asked what is registered. What we know is what we asked for and were told; the rest is "
        "shown as unknown, because another writer may have changed it.",
        _API,
    ),
    Rule(
        "V8",
        "Transport",
        "The core reaches the TAS over TLS and wants a certificate valid for the host of sip_uri, not of the SRV "
        "target. Media are offered as UDP/TLS/RTP/SAVPF with DTLS fingerprint and ICE.",
        f"{_API}; RFC 5922 for the certificate",
    ),
    Rule(
        "V9",
        "Authorisation",
        "Requests carry an OAuth 2.0 bearer token; both calls need the scope call.routing:write.",
        f"{_API}, {_GUIDE}",
    ),
    Rule(
        "V10",
        "Refusals",
        "A refusal stands in the answer's body, as status_code and error_message.",
        _API,
        "gRPC status codes are used for authorisation and transport only.",
    ),
    Rule(
        "R1",
        "What counts is what is in force at the first INVITE",
        "A registration counts only while it is in force (V2), at the moment of leg 1's INVITE. That moment decides "
        "for the whole call: a later change or expiry alters nothing, except where R9 starts a new call. If a "
        "registration ends before the leg to its TAS starts, the flow says so.",
        _NOBODY,
        "The moment that decides is leg 1's INVITE.",
    ),
    Rule(
        "R2",
        "Whose registration decides",
        "Seen from the registered number, an outgoing call is MO (mobile originating), an incoming one MT (mobile "
        "terminating). LOOP and FORK act on both, LOOP_MO on outgoing, LOOP_MT and FALLBACK on incoming calls, "
        "INGRESS on neither. If the caller's registration acts on MO it decides; otherwise the callee's, if it acts "
        "on MT. Only R6b and R15 bring in another TAS.",
        f"{_API}, {_GUIDE} (the table of types)",
        "The caller comes first, and only on the caller's own access: a number that merely stands in From of a call "
        "from another network meets nothing.",
    ),
    Rule(
        "R3",
        "Nothing applies",
        "The core rings the number called: leg 1 from the caller, leg 2 to the callee.",
        _API,
    ),
    Rule(
        "R4",
        "LOOP, LOOP_MO, LOOP_MT: through the TAS first",
        "Leg 1 reaches the core, leg 2 goes to the TAS. Only when the TAS brings the call back as leg 3 does the "
        "core ring the callee, as leg 4. The TAS may answer or reject leg 2 itself and need not bring it back.",
        _API,
        "A TAS that has answered (announcement, menu, queue) may still bring the call back; a 302 is not followed.",
    ),
    Rule(
        "R5",
        "FORK: both at the same time",
        "Leg 2 to the callee and leg 3 to the TAS start together. Whoever answers first has the call, the other leg "
        "is cancelled. A 6xx from either ends both.",
        f"{_API}; RFC 3261 section 16.7",
    ),
    Rule(
        "R6",
        "FALLBACK: the TAS only if the callee does not answer",
        "Leg 2 rings the callee. Leg 3 goes to the TAS only if the callee is busy or silent for 30 s after the "
        "INVITE, whatever rang meanwhile.",
        f"{_API}, {_GUIDE} (busy, 30 s, incoming calls only)",
        "An unreachable callee counts too; a callee who declines (603) ends the call without the TAS.",
    ),
    Rule(
        "R6b",
        "FALLBACK after a returned call",
        "The callee's FALLBACK is also met by a call that the caller's LOOP sent through its TAS: if leg 4 is not "
        "answered, leg 5 goes to the TAS of the callee. It is not met when the first TAS rejected the call, was "
        "silent or unreachable, and not after FORK.",
        _NOBODY,
        "All of it.",
    ),
    Rule(
        "R7",
        "The prefix tells the TAS why it is rung",
        "The INVITE to a TAS has the number called with a prefix after the plus: 00 makes +4722222222 into "
        "+004722222222, which is no E.164 number any more. The prefix is that of the registration whose TAS is rung: "
        "mobile_originating_prefix when the caller brought the TAS in, mobile_terminating_prefix when the callee "
        "did. An empty prefix leaves the number as it is.",
        f"{_API} (said of LOOP)",
        "FORK and FALLBACK put it on too. The API's table can also be read by presence: a caller who holds any "
        "registration but INGRESS then shows the mobile_originating_prefix even where the callee's registration "
        "decides (explain --prefix-reading).",
    ),
    Rule(
        "R8",
        "The return is known by its Session-ID",
        "Leg 3 carries the Session-ID of leg 2: the same local UUID, case aside, whatever its remote part. The core "
        "then knows the call, goes on to the number that leg 3 asks for, and meets no registration of R2 again.",
        f"{_GUIDE}; RFC 7989 for the header",
        "A swapped, nil or truncated UUID does not match.",
    ),
    Rule(
        "R9",
        "A return that matches nothing",
        "A call from a TAS is matched by R8, then R13. If neither matches, it is a new call from the caller it names "
        "(P-Asserted-Identity, else From) to the number it asks for, and R1 to R7 apply again at that moment: a LOOP "
        "registration loops it again. If the TAS rewrote or withheld the caller, only the callee's registration is "
        "met: LOOP_MT still loops, LOOP_MO does not.",
        f"{_NOBODY}; reproduced with a real SIP core",
        "All of it (explain --unmatched-return; the other setting refuses the leg with 403).",
    ),
    Rule(
        "R10",
        "What ends a loop",
        "Max-Forwards falls with every hop and ends the loop with 483 Too Many Hops: the turns are the Max-Forwards "
        "of leg 1 less one, divided by the hops of a turn and rounded up; 70 and 2 give 35. A TAS that sets "
        "Max-Forwards anew takes this bound away. Loops were also seen to end earlier: 482 from an element that "
        "recognises itself, overload, CANCEL.",
        "RFC 3261 section 16.3, RFC 7332; reproduced",
    ),
    Rule(
        "R11",
        "The prefix left on",
        "If leg 3 asks for the number with the prefix still on it, the core takes it as it stands: where that is a "
        "number it knows, R12 rings the wrong party; else the leg is answered 404. With an empty prefix this is R8.",
        _NOBODY,
        "All of it.",
    ),
    Rule(
        "R12",
        "The TAS forwards",
        "If leg 3 asks for another number, leg 4 goes there. That number's FALLBACK applies (R6b), its LOOP or FORK "
        "does not (R2).",
        _NOBODY,
        "All of it.",
    ),
    Rule(
        "R13",
        "INGRESS: calls that a TAS places",
        "A TAS may place a call to a number with an INGRESS registration that names its host: leg 1 from the TAS, "
        "leg 2 to the callee. A call placed by a TAS to any other number is unmatched (R9).",
        _API,
        "No other registration is looked at.",
    ),
    Rule(
        "R14",
        "The TAS cannot be reached",
        "No DNS answer, no TLS, or a certificate not valid for the host: the leg is tried and fails. Under LOOP the "
        "call fails with 408; under FORK the callee's leg goes on alone; under FALLBACK the call ends as leg 2 did.",
        f"{_NOBODY}; reproduced with a real SIP core",
        "The status codes.",
    ),
    Rule(
        "R15",
        "A fallback that calls back",
        "The TAS of a FALLBACK may bring the call back or forward it as leg 4. With the Session-ID each number's "
        "FALLBACK is met once a call, so that ends. Without it R9 applies: a voicemail that dials its own number, or "
        "two that forward to each other's, go round, up to 30 s a turn.",
        f"{_NOBODY}; the {_GUIDE} names call forwarding as a use",
        "All of it.",
    ),
    Rule(
        "R16",
        "Short and emergency numbers",
        "A call to a number that is not E.164 (112, a short code) meets nobody's registration: R3.",
        _NOBODY,
        "All of it.",
    ),
)

RULES: dict[str, Rule] = {rule.id: rule for rule in _ALL}
"""Every rule by its id, in the order of the domain."""
