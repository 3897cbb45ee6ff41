"""The names that the package promises, and that it draws nothing else in."""

import importlib
import pkgutil

import sipbreakout_model


def test_all_is_sorted_and_complete() -> None:
    exported = sipbreakout_model.__all__
    assert len(set(exported)) == len(exported)
    assert [name for name in exported if not hasattr(sipbreakout_model, name)] == []


def test_names_that_issues_and_users_rely_on() -> None:
    promised = [
        "E164",
        "TasUri",
        "RouteType",
        "Registration",
        "RegistrationBook",
        "Registrations",
        "Lease",
        "NotRegistered",
        "WrongSipUri",
        "Call",
        "CalleeBehaviour",
        "TasBehaviour",
        "Scenario",
        "ScenarioError",
        "Policy",
        "PrefixReading",
        "UnmatchedReturn",
        "route",
        "CallFlow",
        "Leg",
        "Party",
        "Outcome",
        "OutcomeKind",
        "Loop",
        "Step",
        "explain",
        "difference",
        "smallest_fix",
        "find_hazards",
        "find_loops",
        "SipBreakoutError",
    ]
    assert set(promised) <= set(sipbreakout_model.__all__)


def test_everything_public_has_a_docstring() -> None:
    for module in pkgutil.iter_modules(sipbreakout_model.__path__):
        assert importlib.import_module(f"sipbreakout_model.{module.name}").__doc__
    for name in sipbreakout_model.__all__:
        value = getattr(sipbreakout_model, name)
        if callable(value):
            assert value.__doc__, name
