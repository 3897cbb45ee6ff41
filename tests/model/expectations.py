"""What a call must give, derived from the rules of the domain alone.

The tables and functions below are a second reading of R1 to R15 and of the scenario table; nothing in
them looks at the code under test. Every lease is fresh, and each number has its own TAS.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sipbreakout_model import (
    E164,
    Call,
    CalleeBehaviour,
    OutcomeKind,
    Party,
    Policy,
    PrefixReading,
    Registration,
    RegistrationBook,
    RouteType,
    Scenario,
    TasBehaviour,
    TasUri,
    UnmatchedReturn,
)

AT = 1_700_000_000.0
CALLER = E164("+4711111111")
CALLEE = E164("+4722222222")
OTHER = E164("+4733333333")
HOSTS = {CALLER: "tas-a.example", CALLEE: "tas-b.example", OTHER: "tas-c.example"}
MO_PREFIXES = {CALLER: "21", CALLEE: "31", OTHER: "41"}
MT_PREFIXES = {CALLER: "22", CALLEE: "32", OTHER: "42"}

TYPES: tuple[RouteType | None, ...] = (None, *RouteType)
POLICIES = tuple(Policy(reading, unmatched) for reading in PrefixReading for unmatched in UnmatchedReturn)

# Section 3, the table of route types.
APPLIES_MO = frozenset({RouteType.LOOP, RouteType.LOOP_MO, RouteType.FORK})
APPLIES_MT = frozenset({RouteType.LOOP, RouteType.LOOP_MT, RouteType.FORK, RouteType.FALLBACK})

Ending = tuple[OutcomeKind, Party | None, int | None]
"""Kind, who has the call, status."""

ANSWERED_BY_TAS: Ending = (OutcomeKind.ANSWERED, Party.TAS, 200)
FORBIDDEN: Ending = (OutcomeKind.REJECTED, None, 403)
NOT_FOUND: Ending = (OutcomeKind.REJECTED, None, 404)
TOO_MANY_HOPS: Ending = (OutcomeKind.LOOPED, None, 483)

# Section 4, what whoever is rung in the callee's place does; ANSWERS depends on who that is.
CALLEE_FAILS: dict[CalleeBehaviour, Ending] = {
    CalleeBehaviour.BUSY: (OutcomeKind.REJECTED, None, 486),
    CalleeBehaviour.SILENT: (OutcomeKind.NO_ANSWER, None, 408),
    CalleeBehaviour.UNREACHABLE: (OutcomeKind.FAILED, None, 480),
    CalleeBehaviour.DECLINES: (OutcomeKind.REJECTED, None, 603),
}

# R6: not answered. A callee who declines ends the call.
CALLS_FOR_FALLBACK = frozenset({CalleeBehaviour.BUSY, CalleeBehaviour.SILENT, CalleeBehaviour.UNREACHABLE})
FALLBACK_AFTER = 30.0

# Section 4, the column LOOP: what ends the call at leg 2.
LOOP_TAS_ENDS: dict[TasBehaviour, Ending] = {
    TasBehaviour.ANSWERS: ANSWERED_BY_TAS,
    TasBehaviour.REJECTS: (OutcomeKind.REJECTED, None, 603),
    TasBehaviour.REDIRECTS: (OutcomeKind.REJECTED, None, 302),
    TasBehaviour.SILENT: (OutcomeKind.NO_ANSWER, None, 408),
    TasBehaviour.UNREACHABLE: (OutcomeKind.FAILED, None, 408),
}

# Section 4, the column FALLBACK: what ends the call at the leg to the TAS.
FALLBACK_TAS_ENDS: dict[TasBehaviour, Ending] = {
    TasBehaviour.USUAL: ANSWERED_BY_TAS,
    TasBehaviour.ANSWERS: ANSWERED_BY_TAS,
    TasBehaviour.REJECTS: (OutcomeKind.REJECTED, None, 603),
}
ENDS_AS_CALLEE = frozenset({TasBehaviour.SILENT, TasBehaviour.UNREACHABLE})

# Section 4, every –.
NOT_ON_FORK = frozenset(
    {
        TasBehaviour.RETURNS,
        TasBehaviour.ANSWERS_THEN_RETURNS,
        TasBehaviour.REDIRECTS,
        TasBehaviour.RETURNS_WITHOUT_SESSION_ID,
        TasBehaviour.RETURNS_WITH_PREFIX,
        TasBehaviour.FORWARDS,
    }
)
NOT_ON_FALLBACK = frozenset(
    {TasBehaviour.ANSWERS_THEN_RETURNS, TasBehaviour.REDIRECTS, TasBehaviour.RETURNS_WITH_PREFIX}
)


@dataclass(frozen=True)
class Case:
    """One cell of the cross product; a type of None is a number without registration."""

    caller: RouteType | None
    callee: RouteType | None
    scenario: Scenario
    policy: Policy
    other: RouteType | None = None

    def __str__(self) -> str:
        scenario, policy = self.scenario, self.policy
        text = (
            f"caller {self.caller}, callee {self.callee} who {scenario.callee}, TAS {scenario.tas}, "
            f"{policy.prefix_reading}, {policy.unmatched_return}"
        )
        if self.other is not None or scenario.fallback_tas is not TasBehaviour.USUAL:
            text += f", forward's target {self.other}, fallback TAS {scenario.fallback_tas}"
        return text

    @property
    def call(self) -> Call:
        return Call(CALLER, CALLEE, AT)

    def type_of(self, number: E164) -> RouteType | None:
        return {CALLER: self.caller, CALLEE: self.callee, OTHER: self.other}[number]

    def book(self) -> RegistrationBook:
        book = RegistrationBook()
        for number in (CALLER, CALLEE, OTHER):
            route_type = self.type_of(number)
            if route_type is not None:
                uri = TasUri(HOSTS[number])
                book.upsert(Registration(number, uri, route_type, MO_PREFIXES[number], MT_PREFIXES[number]), at=AT)
        return book


@dataclass(frozen=True)
class Expected:
    """What the rules give."""

    legs: list[tuple[Party, Party, str, float]]
    """Source, target, called number, seconds after leg 1; in order."""
    outcome: Ending | None
    """None where the page is silent about what follows these legs: more legs may then follow."""
    loop: tuple[int, int, int, float] | None = None
    """First leg, last leg, turns, seconds."""


class ImpossibleError(Exception):
    """A – of the scenario table: the behaviour is none that a TAS of this route type has."""

    def __init__(self, behaviour: TasBehaviour, route_type: RouteType) -> None:
        super().__init__(f"{behaviour} on {route_type}")
        self.behaviour = behaviour
        self.route_type = route_type


def expected(case: Case) -> Expected:
    """Return what the rules give for a case.

    Raises:
        ImpossibleError: The rules give an error.
    """
    return _Story(case).tell()


@dataclass
class _Story:
    case: Case
    legs: list[tuple[Party, Party, str, float]] = field(default_factory=list)
    clock: float = 0.0
    loop: tuple[int, int, int, float] | None = None
    met: set[E164] = field(default_factory=set)
    """Numbers whose FALLBACK this call has met: each is met once a call (R15)."""

    def tell(self) -> Expected:
        self.leg(Party.CALLER, Party.CORE, CALLEE.text)
        return Expected(self.legs, self.first_part(), self.loop)

    def first_part(self) -> Ending | None:
        # R2: the caller's registration if it applies to MO, else the callee's if it applies to MT.
        case = self.case
        if case.caller in APPLIES_MO:
            owner, route_type = CALLER, case.caller
        elif case.callee in APPLIES_MT:
            owner, route_type = CALLEE, case.callee
        else:
            return self.ring(Party.CALLEE, CALLEE, None)  # R3
        if route_type is RouteType.FORK:
            return self.fork(owner)
        if route_type is RouteType.FALLBACK:
            return self.ring(Party.CALLEE, CALLEE, case.scenario.tas)  # R6
        return self.through_tas(owner)

    def leg(self, source: Party, target: Party, called: str) -> None:
        self.legs.append((source, target, called, self.clock))

    def prefixed(self, owner: E164, number: E164) -> str:
        """R7: the number as the TAS of `owner` gets it."""
        if self.case.policy.prefix_reading is PrefixReading.CAUSE:
            mobile_originating = owner == CALLER
        else:
            mobile_originating = self.case.caller not in (None, RouteType.INGRESS)
        return f"+{(MO_PREFIXES if mobile_originating else MT_PREFIXES)[owner]}{number.digits}"

    def fork(self, owner: E164) -> Ending | None:
        """R5: both rung together; not followed by a FALLBACK (R6b)."""
        behaviour = self.case.scenario.tas
        if behaviour in NOT_ON_FORK:
            raise ImpossibleError(behaviour, RouteType.FORK)
        ending = self.ring(Party.CALLEE, CALLEE, None)
        self.leg(Party.CORE, Party.TAS, self.prefixed(owner, CALLEE))
        return ANSWERED_BY_TAS if behaviour is TasBehaviour.ANSWERS else ending

    def through_tas(self, owner: E164) -> Ending | None:
        """R4, and what a return meets: R8, R9, R11, R12."""
        scenario = self.case.scenario
        called = self.prefixed(owner, CALLEE)
        self.leg(Party.CORE, Party.TAS, called)
        if scenario.tas in LOOP_TAS_ENDS:
            return LOOP_TAS_ENDS[scenario.tas]
        if scenario.tas is TasBehaviour.RETURNS_WITHOUT_SESSION_ID:
            # R9: R2 finds the same registration again.
            return self.unmatched(CALLEE, first_leg=2, wait=0.0)
        if scenario.tas is TasBehaviour.RETURNS_WITH_PREFIX:
            self.leg(Party.TAS, Party.CORE, called)
            return NOT_FOUND  # R11: no number of these books begins with a prefix
        if scenario.tas is TasBehaviour.FORWARDS:
            self.leg(Party.TAS, Party.CORE, OTHER.text)
            return self.ring(Party.OTHER, OTHER, scenario.fallback_tas)  # R12
        self.leg(Party.TAS, Party.CORE, CALLEE.text)
        # R6b; a callee of type LOOP who decided has no FALLBACK, so `owner` need not be asked.
        ending = self.ring(Party.CALLEE, CALLEE, scenario.fallback_tas)
        if scenario.tas is not TasBehaviour.ANSWERS_THEN_RETURNS:
            return ending
        if self.loop is not None:
            # Connected to the first TAS while the second makes the returned call circle: not on the page.
            self.loop = None
            return None
        # The TAS has answered: it keeps the call when nobody answers what it brought back.
        return ending if ending is not None and ending[0] is OutcomeKind.ANSWERED else ANSWERED_BY_TAS

    def ring(self, party: Party, number: E164, behaviour: TasBehaviour | None) -> Ending | None:
        """Ring somebody in the callee's place, then the FALLBACK of the number (R6, R6b, R12).

        A behaviour of None is a call in which no FALLBACK follows.
        """
        scenario = self.case.scenario
        self.leg(Party.CORE, party, number.text)
        ending = CALLEE_FAILS.get(scenario.callee, (OutcomeKind.ANSWERED, party, 200))
        follows = self.case.type_of(number) is RouteType.FALLBACK and number not in self.met
        if behaviour is None or not follows or scenario.callee not in CALLS_FOR_FALLBACK:
            return ending
        if behaviour in NOT_ON_FALLBACK:
            raise ImpossibleError(behaviour, RouteType.FALLBACK)
        self.met.add(number)
        wait = FALLBACK_AFTER if scenario.callee is CalleeBehaviour.SILENT else 0.0
        self.clock += wait
        self.leg(Party.CORE, Party.TAS, self.prefixed(number, number))
        if behaviour in FALLBACK_TAS_ENDS:
            return FALLBACK_TAS_ENDS[behaviour]
        if behaviour in ENDS_AS_CALLEE:
            return ending
        if behaviour is TasBehaviour.RETURNS_WITHOUT_SESSION_ID:
            return self.unmatched(number, first_leg=2, wait=wait)  # R15
        if behaviour is TasBehaviour.RETURNS:
            self.leg(Party.TAS, Party.CORE, number.text)
            return self.ring(party, number, None)  # R15: met once a call
        self.leg(Party.TAS, Party.CORE, OTHER.text)  # FORWARDS
        return self.ring(Party.OTHER, OTHER, scenario.fallback_tas)

    def unmatched(self, number: E164, first_leg: int, wait: float) -> Ending | None:
        """R9: a return that the core does not know."""
        self.leg(Party.TAS, Party.CORE, number.text)
        if self.case.policy.unmatched_return is UnmatchedReturn.REJECT:
            return FORBIDDEN
        if number == OTHER:
            return None  # a new call to another number: it circles, but not from leg 2 on
        scenario = self.case.scenario
        # R10, the ceiling written with whole numbers.
        turns = -(-(scenario.max_forwards - 1) // scenario.hops_per_turn)
        self.loop = (first_leg, len(self.legs), turns, turns * wait)
        return TOO_MANY_HOPS


def scenarios(fallback_tas: TasBehaviour = TasBehaviour.USUAL) -> Iterator[Scenario]:
    """Yield every callee behaviour with every TAS behaviour; what forwards, forwards to OTHER."""
    for callee in CalleeBehaviour:
        for tas in TasBehaviour:
            forwards = TasBehaviour.FORWARDS in (tas, fallback_tas)
            yield Scenario(callee, tas, fallback_tas, OTHER if forwards else None)
