"""The sentences behind the steps of a call flow: operands become words only when somebody looks."""

SENTENCES: dict[str, str] = {
    # who meets what (R1, R2, R16)
    "short_number": "{} is a short or emergency number: it meets nobody's registration",
    "no_caller": "the caller is withheld or not on their own access: no registration is met in direction MO",
    "not_registered": "the {} {} has no registration",
    "expired": "{} of the {} {} expired {} before",
    "not_yet": "{} of the {} {} was accepted only {} later",
    "not_in_force": "{} of the {} {} was not in force at that moment",
    "ingress_ignored": "INGRESS of the {} {} leaves calls of subscribers untouched",
    "wrong_direction": "{} of the {} {} applies to {} calls only",
    "masked": "{} of the callee {} would apply too, but the one of the caller {} decides",
    "decides": "{} of the {} {} decides, {} to live",
    "decides_timeless": "{} of the {} {} decides, time not given",
    "lease_ended_before_leg": (
        "the registration of {} ended {} before leg {} starts; it was in force at the first INVITE, so it still counts"
    ),
    # the number that a TAS sees (R7)
    "prefix": "{} {} of {} tells the TAS why it is rung: {}",
    "no_prefix": "the registration of {} has no prefix for this case: the number stays as it is",
    # legs
    "straight_to_callee": "no registration applies: the core rings the number called",
    "rung": "leg {} rings the {}: {}",
    "tas_rung": "leg {} goes to the TAS {} because of {} of {}",
    "tas_answers": "the TAS answered leg {} itself",
    "tas_rejects": "the TAS rejected leg {} with 603",
    "tas_redirects": "the TAS redirected leg {} with 302, which the core does not follow",
    "tas_silent": "the TAS never answered leg {}",
    "tas_unreachable": "leg {} never reached the TAS: no DNS answer, no TLS, or a certificate not valid for its host",
    "no_return_no_callee": "it exists only once the TAS has brought the call back as leg {}",
    "tas_answers_then_returns": "the TAS answers leg {} and then brings the call back",
    "tas_keeps_call": "nobody answered the returned call ({}): the TAS, which had answered, still has the caller",
    # FORK
    "tas_answers_first": "the TAS answers leg {} first: leg {} ends",
    "tas_branch_rejected": "the TAS rejects leg {}: leg {} goes on alone",
    "tas_branch_unreachable": "leg {} does not reach the TAS: leg {} goes on alone",
    "callee_answers_first": "the callee answers leg {} first: leg {} is cancelled",
    "declined_everywhere": "the 603 on leg {} ends the whole call: leg {} is cancelled",
    "nobody_answers": "nobody answers: the call ends as leg {} does",
    # FALLBACK
    "no_fallback_answered": "leg {} was answered: the TAS is not needed",
    "no_fallback_declined": "leg {} was declined with 603: that ends the call without the TAS",
    "falls_back": "leg {} was not answered ({}): the TAS is rung",
    "fallback_silent": "the TAS never answered leg {}: the call ends as leg {} did",
    "fallback_unreachable": "leg {} did not reach the TAS: the call ends as leg {} did",
    "fallback_met_already": "the FALLBACK of {} was met in this call already: it is not met again",
    # what comes back from a TAS (R8 to R12, R15)
    "returned": "leg {} carries the Session-ID of leg {}: the core knows the call and goes on",
    "session_id_lost": "leg {} comes without the Session-ID of leg {}: the core does not know it",
    "return_refused": "the core refused leg {} with 403: it matches no call",
    "new_call": "the core takes leg {} for a new call from the same caller",
    "met_again": "{} of {} is met again by leg {}: the call loops",
    "no_hop_bound": "the TAS sets Max-Forwards anew: no hop count ends the loop",
    "hop_bound": "Max-Forwards {} at {} hops a turn allows {} turns, then 483",
    "lapse_ends_loop": "unless it is refreshed, a registration of the loop ends within {}: {} turns",
    "never_itself": "leg {} did not come back as the call it was",
    "prefix_left_on": "leg {} asks for {}, the prefix still on it: 404, no such number",
    "prefix_reaches_other": "leg {} asks for {}, the prefix still on it: that is another subscriber's number",
    "forwarded": "leg {} carries the Session-ID and asks for {} instead",
    # calls that a TAS places (R13)
    "ingress": "INGRESS of {} lets calls from {} in; no other registration is looked at",
    "ingress_of_other_tas": "INGRESS of {} names the TAS {}, the call comes from {}",
    "no_ingress": "{} has no INGRESS registration that would let a call from {} in",
    # what nobody published
    "assume_short_number": "a call to {} meets no registration, not even the caller's",
    "assume_caller_first": "where the registrations of both {} and {} apply, the caller's decides",
    "assume_first_invite_decides": "what is in force at the first INVITE decides for the whole call",
    "assume_prefix_reading": (
        "the prefix table is read as '{}'; read as 'cause' the prefix is {}, read as 'presence' it is {}"
    ),
    "assume_prefix_beyond_loop": "the prefix is put on under {} as it is under LOOP",
    "assume_answers_then_returns": "a TAS that has answered may still bring the call back",
    "assume_redirect_not_followed": "the core does not follow a 302 of the TAS",
    "assume_unreachable_status": "an unreachable TAS counts as 408",
    "assume_declined_ends": "a callee who declines ends the call without the TAS",
    "assume_unreachable_falls_back": "an unreachable callee counts as one who does not answer",
    "assume_fallback_after_return": "the FALLBACK of {} is met although the call came back from a TAS",
    "assume_fallback_may_return": "a TAS that is rung as fallback may bring the call back or forward it",
    "assume_fallback_once": "a number's FALLBACK is met once a call, as long as the Session-ID is kept",
    "assume_unmatched": "a call from a TAS that the core cannot match: {}",
    "assume_prefix_left_on": "the core takes the number of a returned call as it is, prefix included",
    "assume_forward": "of a forward's target only the FALLBACK applies, no LOOP or FORK",
    "assume_ingress_only": "an INGRESS call meets no other registration",
}
"""One template a code; the operands fill it in order."""


def sentence(code: str, operands: tuple[object, ...]) -> str:
    """Return the sentence of a step; a float among the operands is a time span in seconds."""
    return SENTENCES[code].format(*[duration(item) if isinstance(item, float) else item for item in operands])


def duration(seconds: float) -> str:
    """Return a time span as people say it: `12 s`, `41 min 12 s`, `2 h 5 min`; below 1 s in ms."""
    if 0 < seconds < 1:
        return f"{max(1, round(seconds * 1000))} ms"
    whole = int(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {whole % 60} s" if whole % 60 else f"{minutes} min"
    return f"{whole} s"
