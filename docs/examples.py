"""The calls that the documentation shows."""

from sipbreakout_model import (
    E164,
    Call,
    CalleeBehaviour,
    CallFlow,
    Policy,
    PrefixReading,
    Registration,
    RegistrationBook,
    Scenario,
    TasBehaviour,
    UnmatchedReturn,
    route,
)

ALICE, BOB, CAROL = "+4711111111", "+4722222222", "+4733333333"
NAMES = {ALICE: "Alice", BOB: "Bob", CAROL: "Carol"}
NOW = 1_790_000_000.0
TAS, VOICEMAIL = "sips:tas.example.com", "sips:voicemail.example.net"


def _registration(number: str, kind: str, mo: str = "", mt: str = "", uri: str = TAS) -> Registration:
    return Registration.parse(number, uri, kind, mo, mt)


_LOOP = _registration(ALICE, "LOOP", "00", "11")
_BOBS_FALLBACK = _registration(BOB, "FALLBACK", "", "22", VOICEMAIL)
_T, _C = TasBehaviour, CalleeBehaviour
_SILENT_SELF_DIALLER = Scenario(callee=_C.SILENT, tas=_T.RETURNS_WITHOUT_SESSION_ID)

Example = tuple[str, list[tuple[Registration, float]], Call, Scenario, Policy]


def _example(
    caption: str,
    registrations: list[Registration],
    scenario: Scenario | None = None,
    *,
    age: float = 600.0,
    policy: Policy | None = None,
    caller: str = ALICE,
    callee: str = BOB,
    placed_by: str | None = None,
) -> Example:
    call = Call.parse(caller, callee, NOW, placed_by)
    return caption, [(each, NOW - age) for each in registrations], call, scenario or Scenario(), policy or Policy()


RULE_EXAMPLES: dict[str, list[Example]] = {
    "V2": [
        _example("Alice's LOOP was accepted 3601 s before she calls: it is not in force any more.", [_LOOP], age=3601)
    ],
    "R1": [
        _example(
            "Bob's FALLBACK has 20 s to live when Alice calls. Bob does not answer for 30 s; it still counts.",
            [_BOBS_FALLBACK],
            Scenario(callee=_C.SILENT),
            age=3580,
        )
    ],
    "R2": [
        _example(
            "Both have LOOP: Alice calls, so hers decides.",
            [_LOOP, _registration(BOB, "LOOP", "33", "44", VOICEMAIL)],
        ),
        _example("Alice's LOOP_MT is about calls to her; she places this one.", [_registration(ALICE, "LOOP_MT")]),
    ],
    "R3": [_example("Nobody is registered.", [])],
    "R4": [
        _example("The usual course.", [_LOOP]),
        _example("The TAS answers leg 2 itself, with a menu perhaps.", [_LOOP], Scenario(tas=_T.ANSWERS)),
        _example("Because of the callee: Bob has LOOP_MT.", [_registration(BOB, "LOOP_MT", "11", "00")]),
    ],
    "R5": [
        _example("Bob answers first.", [_registration(ALICE, "FORK", "00", "11")]),
        _example("The TAS answers first.", [_registration(ALICE, "FORK", "00", "11")], Scenario(tas=_T.ANSWERS)),
    ],
    "R6": [
        _example("Bob answers.", [_BOBS_FALLBACK]),
        _example("Bob is busy.", [_BOBS_FALLBACK], Scenario(callee=_C.BUSY)),
    ],
    "R6b": [
        _example(
            "Alice's LOOP brings the call back; Bob is busy and has FALLBACK.",
            [_LOOP, _BOBS_FALLBACK],
            Scenario(callee=_C.BUSY),
        )
    ],
    "R7": [
        _example(
            "Bob's LOOP brings the TAS in: it sees the mobile_terminating_prefix.",
            [_registration(BOB, "LOOP", "00", "11")],
        ),
        _example(
            "The same, but Alice is registered too and the table is read by presence.",
            [_registration(BOB, "LOOP", "00", "11"), _registration(ALICE, "LOOP_MT", "33", "44", VOICEMAIL)],
            policy=Policy(prefix_reading=PrefixReading.PRESENCE),
        ),
    ],
    "R8": [_example("Leg 3 carries the Session-ID of leg 2.", [_LOOP])],
    "R9": [
        _example("Leg 3 comes without it.", [_LOOP], Scenario(tas=_T.RETURNS_WITHOUT_SESSION_ID)),
        _example(
            "The same with a core that refuses what it cannot match.",
            [_LOOP],
            Scenario(tas=_T.RETURNS_WITHOUT_SESSION_ID),
            policy=Policy(unmatched_return=UnmatchedReturn.REJECT),
        ),
    ],
    "R10": [
        _example(
            "A TAS that costs four hops a turn.",
            [_LOOP],
            Scenario(tas=_T.RETURNS_WITHOUT_SESSION_ID, hops_per_turn=4),
        ),
        _example(
            "A TAS that sets Max-Forwards anew.",
            [_LOOP],
            Scenario(tas=_T.RETURNS_WITHOUT_SESSION_ID, resets_max_forwards=True),
        ),
    ],
    "R11": [_example("The TAS leaves the prefix 00 on.", [_LOOP], Scenario(tas=_T.RETURNS_WITH_PREFIX))],
    "R12": [_example("The TAS sends the call to Carol.", [_LOOP], Scenario(tas=_T.FORWARDS, forwards_to=E164(CAROL)))],
    "R13": [
        _example("The TAS of Bob's INGRESS calls him.", [_registration(BOB, "INGRESS")], placed_by=TAS),
        _example(
            "It calls Alice's number instead, who has LOOP with it, for Carol.",
            [_registration(ALICE, "LOOP", "00", "11")],
            caller=CAROL,
            callee=ALICE,
            placed_by=TAS,
        ),
    ],
    "R14": [_example("The TAS shows a certificate for another host.", [_LOOP], Scenario(tas=_T.UNREACHABLE))],
    "R15": [
        _example(
            "Bob's voicemail calls him back with the Session-ID; he is still busy.",
            [_BOBS_FALLBACK],
            Scenario(callee=_C.BUSY, tas=_T.RETURNS),
        ),
        _example("It dials his number anew, and he does not answer.", [_BOBS_FALLBACK], _SILENT_SELF_DIALLER),
    ],
    "R16": [_example("Alice has LOOP and calls 112.", [_LOOP], callee="112")],
}


def flow_of(example: Example) -> CallFlow:
    """Return what the call of an example does."""
    _, registered, call, scenario, policy = example
    book = RegistrationBook()
    for registration, accepted_at in registered:
        book.upsert(registration, accepted_at)
    return route(call, book, scenario, policy)


def registered_lines(example: Example) -> list[str]:
    """Return who has which registration, one line each."""
    lines = []
    for registration, _ in example[1]:
        mo, mt = registration.mobile_originating_prefix, registration.mobile_terminating_prefix
        prefixes = ", ".join(f"{name} {prefix}" for name, prefix in (("MO prefix", mo), ("MT prefix", mt)) if prefix)
        who = NAMES[registration.number.text]
        line = f"{who} has {registration.route_type} at {registration.sip_uri}"
        lines.append(f"{line}, {prefixes}" if prefixes else line)
    return lines


def _loop_case(caption: str, tas: TasBehaviour, callee: CalleeBehaviour = CalleeBehaviour.ANSWERS) -> Example:
    to = E164(CAROL) if tas is TasBehaviour.FORWARDS else None
    return _example(caption, [_LOOP], Scenario(callee=callee, tas=tas, forwards_to=to))


def _fallback_case(caption: str, callee: CalleeBehaviour, tas: TasBehaviour = TasBehaviour.USUAL) -> Example:
    to = E164(CAROL) if tas is TasBehaviour.FORWARDS else None
    return _example(caption, [_BOBS_FALLBACK], Scenario(callee=callee, tas=tas, forwards_to=to))


_FORK = _registration(ALICE, "FORK", "00", "11")

GALLERY: dict[str, Example] = {
    "Nobody registered": RULE_EXAMPLES["R3"][0],
    "LOOP": RULE_EXAMPLES["R4"][0],
    "LOOP_MO": _example("Alice calls.", [_registration(ALICE, "LOOP_MO", "00")]),
    "LOOP_MT": RULE_EXAMPLES["R4"][2],
    "FORK, callee answers": RULE_EXAMPLES["R5"][0],
    "FORK, TAS answers": RULE_EXAMPLES["R5"][1],
    "FORK, callee declines": _example("Bob declines.", [_FORK], Scenario(callee=_C.DECLINES)),
    "FORK, TAS rejects": _example("The TAS rejects its leg.", [_FORK], Scenario(tas=_T.REJECTS)),
    "FORK, TAS unreachable": _example("The TAS cannot be reached.", [_FORK], Scenario(tas=_T.UNREACHABLE)),
    "FALLBACK, callee answers": RULE_EXAMPLES["R6"][0],
    "FALLBACK, callee busy": RULE_EXAMPLES["R6"][1],
    "FALLBACK, callee silent": _fallback_case("Bob does not answer for 30 s.", _C.SILENT),
    "FALLBACK, callee unreachable": _fallback_case("Bob's phone is off.", _C.UNREACHABLE),
    "FALLBACK, callee declines": _fallback_case("Bob declines.", _C.DECLINES),
    "FALLBACK, TAS silent": _fallback_case("The voicemail does not answer.", _C.BUSY, _T.SILENT),
    "FALLBACK, TAS unreachable": _fallback_case("The voicemail cannot be reached.", _C.BUSY, _T.UNREACHABLE),
    "FALLBACK, TAS returns": _fallback_case("The voicemail calls Bob back.", _C.BUSY, _T.RETURNS),
    "FALLBACK, TAS forwards": _fallback_case("The voicemail forwards to Carol.", _C.BUSY, _T.FORWARDS),
    "FALLBACK, voicemail dials its own number": RULE_EXAMPLES["R15"][1],
    "FALLBACK after LOOP": RULE_EXAMPLES["R6b"][0],
    "INGRESS": RULE_EXAMPLES["R13"][0],
    "INGRESS, another TAS": RULE_EXAMPLES["R13"][1],
    "LOOP, callee busy": _loop_case("Bob is busy.", _T.USUAL, _C.BUSY),
    "LOOP, TAS answers": RULE_EXAMPLES["R4"][1],
    "LOOP, TAS answers then returns": _loop_case("A menu first.", _T.ANSWERS_THEN_RETURNS),
    "LOOP, TAS rejects": _loop_case("The TAS says no.", _T.REJECTS),
    "LOOP, TAS redirects": _loop_case("The TAS answers 302.", _T.REDIRECTS),
    "LOOP, TAS silent": _loop_case("The TAS neither answers nor returns.", _T.SILENT),
    "LOOP, TAS unreachable": RULE_EXAMPLES["R14"][0],
    "LOOP, TAS forwards": RULE_EXAMPLES["R12"][0],
    "LOOP, prefix left on": RULE_EXAMPLES["R11"][0],
    "LOOP, Session-ID lost": RULE_EXAMPLES["R9"][0],
    "LOOP, Session-ID lost and refused": RULE_EXAMPLES["R9"][1],
    "LOOP, Session-ID lost and Max-Forwards reset": RULE_EXAMPLES["R10"][1],
    "LOOP, expired": RULE_EXAMPLES["V2"][0],
    "LOOP, wrong direction": RULE_EXAMPLES["R2"][1],
    "Emergency number": RULE_EXAMPLES["R16"][0],
}
"""Every route type and every failure, by title."""
