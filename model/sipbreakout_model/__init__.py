"""The domain of virtual SIP registrations: who is registered, which legs a call makes, and why.

Pure: standard library only, no clock, no I/O; time arrives as an argument. Rule ids such as R4 and
V2 are those of `docs/rules.md`.
"""

from sipbreakout_model.alignment import AlignedLeg, Alignment, LegMatch, ObservedLeg
from sipbreakout_model.book import RegistrationBook, Registrations
from sipbreakout_model.callflow import (
    AbsentLeg,
    CallFlow,
    Leg,
    LegEnd,
    Loop,
    Outcome,
    OutcomeKind,
    Party,
    Step,
)
from sipbreakout_model.counterfactual import Fix, FixKind, FixOwner, smallest_fix
from sipbreakout_model.errors import (
    InvalidCall,
    InvalidNumber,
    InvalidRegistration,
    InvalidTasUri,
    InvalidValue,
    NotRegistered,
    RegistrationTextError,
    ScenarioError,
    SipBreakoutError,
    WrongSipUri,
)
from sipbreakout_model.explanation import Difference, difference, explain
from sipbreakout_model.hazards import Hazard, Severity, find_hazards, find_loops
from sipbreakout_model.numbers import E164
from sipbreakout_model.registration import DEFAULT_TTL, Lease, Registration, RouteType
from sipbreakout_model.routing import route
from sipbreakout_model.rules import RULES, Rule
from sipbreakout_model.scenario import (
    Call,
    CalleeBehaviour,
    Policy,
    PrefixReading,
    Scenario,
    TasBehaviour,
    UnmatchedReturn,
)
from sipbreakout_model.tas_uri import TasUri

__all__ = [
    "DEFAULT_TTL",
    "E164",
    "RULES",
    "AbsentLeg",
    "AlignedLeg",
    "Alignment",
    "Call",
    "CallFlow",
    "CalleeBehaviour",
    "Difference",
    "Fix",
    "FixKind",
    "FixOwner",
    "Hazard",
    "InvalidCall",
    "InvalidNumber",
    "InvalidRegistration",
    "InvalidTasUri",
    "InvalidValue",
    "Lease",
    "Leg",
    "LegEnd",
    "LegMatch",
    "Loop",
    "NotRegistered",
    "ObservedLeg",
    "Outcome",
    "OutcomeKind",
    "Party",
    "Policy",
    "PrefixReading",
    "Registration",
    "RegistrationBook",
    "RegistrationTextError",
    "Registrations",
    "RouteType",
    "Rule",
    "Scenario",
    "ScenarioError",
    "Severity",
    "SipBreakoutError",
    "Step",
    "TasBehaviour",
    "TasUri",
    "UnmatchedReturn",
    "WrongSipUri",
    "difference",
    "explain",
    "find_hazards",
    "find_loops",
    "route",
    "smallest_fix",
]
