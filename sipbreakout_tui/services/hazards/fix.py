"""What would be sent to end a hazard, where that is one registration that follows from it; nothing is sent here."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sipbreakout_model import E164, Hazard, Registration
from sipbreakout_model.hazards import upsert_command
from sipbreakout_tui.config import Profile
from sipbreakout_tui.services.registrations.grpcurl import profile_line

_AGAIN = ("expired", "expiring")


@dataclass(frozen=True, slots=True)
class DryRun:
    """A registration that ends a hazard."""

    before: Registration
    """As it is known now."""
    after: Registration
    """What would be upserted."""

    def lines(self, profile: Profile) -> list[str]:
        """Return what would be sent to the core of a profile, as words and as two command lines."""
        again = "the same registration again" if self.before == self.after else f"in place of {self.before}"
        return [
            "Nothing is sent yet. One upsert would be:",
            "",
            f"  {self.after}",
            f"  ({again})",
            "",
            f"  {upsert_command(self.after)}",
            "",
            f"  {profile_line('upsert', self.after, profile)}",
        ]


def dry_run(hazard: Hazard, known: Callable[[E164], Registration | None]) -> DryRun | None:
    """Return the registration that ends a hazard, or None where somebody has to choose one.

    Args:
        hazard: What `find_hazards` found.
        known: Returns the registration of a number as it is known now, or None.
    """
    before = known(hazard.numbers[0])
    if before is None:
        return None
    if hazard.id in _AGAIN:
        return DryRun(before, before)
    if hazard.id == "unseen-prefix":
        if "mobile_terminating_prefix" in hazard.fix:
            return DryRun(before, replace(before, mobile_terminating_prefix=""))
        return DryRun(before, replace(before, mobile_originating_prefix=""))
    return None
