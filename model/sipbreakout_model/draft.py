"""A call flow while the rules of routing make it."""

from sipbreakout_model.book import Registrations
from sipbreakout_model.callflow import AbsentLeg, CallFlow, Leg, LegEnd, Loop, Outcome, Party, Step
from sipbreakout_model.numbers import E164
from sipbreakout_model.registration import Lease, Registration
from sipbreakout_model.scenario import Call, Policy, Scenario

_new_step = tuple.__new__  # what Step(...) calls in the end, without the detour: routing makes many


class LegDraft:
    """A leg whose end is not known yet."""

    __slots__ = ("after", "called", "end", "number", "registration", "rule", "source", "status", "target")

    def __init__(
        self,
        number: int,
        source: Party,
        target: Party,
        called: str,
        rule: str,
        registration: Registration | None,
        after: float,
    ) -> None:
        """Take what the rule that makes the leg knows; see `Leg` for the meaning."""
        self.number = number
        self.source = source
        self.target = target
        self.called = called
        self.rule = rule
        self.registration = registration
        self.after = after
        self.end: LegEnd | None = None
        self.status: int | None = None

    def ends(self, end: LegEnd, status: int | None) -> None:
        """Note how it ends; a leg without a note ends as the call does."""
        self.end = end
        self.status = status

    def ends_as(self, outcome: Outcome) -> None:
        """Note that it ends as `outcome` says."""
        self.end = outcome.kind.leg_end
        self.status = outcome.status

    def leg(self, outcome: Outcome) -> Leg:
        """Return the finished leg of a call that ended with `outcome`."""
        if self.target is Party.TAS and self.registration is not None:
            host = self.registration.sip_uri.host_port
        else:
            host = self.target.host
        return Leg(
            self.number,
            self.source,
            self.target,
            self.called,
            f"sip:{self.called}@{host}",
            self.after,
            outcome.kind.leg_end if self.end is None else self.end,
            outcome.status if self.end is None else self.status,
            self.rule,
            self.registration,
        )


class Draft:
    """The legs, steps and reasons found so far, and what the rules look at."""

    __slots__ = (
        "absent",
        "assumptions",
        "call",
        "entries",
        "fallbacks_met",
        "first_tas",
        "legs",
        "loop",
        "moment",
        "policy",
        "registrations",
        "scenario",
        "steps",
    )

    def __init__(self, call: Call, registrations: Registrations, scenario: Scenario, policy: Policy) -> None:
        """Start with no leg."""
        self.call = call
        self.registrations = registrations
        self.scenario = scenario
        self.policy = policy
        self.legs: list[LegDraft] = []
        self.steps: list[Step] = []
        self.absent: list[AbsentLeg] = []
        self.assumptions: list[Step] = []
        self.loop: Loop | None = None
        self.moment = call.at
        """Unix time (s) that decides which registrations are in force: leg 1's, or a new call's under R9."""
        self.entries: list[tuple[Registration, E164, LegDraft]] = []
        """The registrations that decided so far, each with the number asked for and the leg that met it."""
        self.first_tas: Registration | None = None
        """The registration whose TAS was rung first: that TAS does `scenario.tas`, any other `fallback_tas`."""
        self.fallbacks_met: set[E164] = set()
        """Numbers whose FALLBACK this call has met since it was last a new call (R15)."""

    def add(
        self,
        source: Party,
        target: Party,
        called: str,
        rule: str,
        registration: Registration | None = None,
        after: float = 0.0,
    ) -> LegDraft:
        """Add the next leg, starting `after` seconds after leg 1's INVITE."""
        leg = LegDraft(len(self.legs) + 1, source, target, called, rule, registration, after)
        self.legs.append(leg)
        return leg

    def step(self, rule: str, code: str, *operands: object) -> None:
        """Note something noticed or decided."""
        self.steps.append(_new_step(Step, (rule, code, operands)))

    def assume(self, rule: str, code: str, *operands: object) -> None:
        """Note once that something nobody published decided."""
        step = Step(rule, code, operands)
        if step not in self.assumptions:
            self.assumptions.append(step)

    def misses(
        self,
        number: int | None,
        source: Party,
        target: Party,
        rule: str,
        code: str,
        *operands: object,
        registration: Registration | None = None,
    ) -> None:
        """Note a leg that a reader might expect, and why it is not there; see `AbsentLeg`."""
        self.absent.append(AbsentLeg(number, source, target, Step(rule, code, operands), registration))

    def active(self, number: E164) -> Lease | None:
        """Return the number's lease in force at the moment that decides."""
        return self.registrations.active(number, self.moment)

    def flow(self, outcome: Outcome) -> CallFlow:
        """Return the finished flow."""
        return CallFlow(
            self.call,
            tuple([leg.leg(outcome) for leg in self.legs]),
            outcome,
            self.loop,
            tuple(self.steps),
            tuple(self.absent),
            tuple(self.assumptions),
        )
