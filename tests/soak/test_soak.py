"""A shortened soak; `python -m tests.soak.soak --minutes 30` is the whole one."""

from tests.soak.soak import FLEET, main


def test_kills_at_random_lose_nothing_and_let_nothing_lapse() -> None:
    said: list[str] = []
    assert main(["--minutes", "0.35", "--speed", "80"], said.append) == 0, "\n".join(said)
    done = {what: int(count) for count, _, what in (part.partition(" ") for part in said[1].split(", "))}
    assert done["kills of the core"] > 0, said
    assert done["kills of the keeper"] > 0, said
    assert done["leases past their end but for a refresh"] > FLEET / 2, said
    assert done["refreshes of the fleet"] > FLEET / 2, said
    assert done["registrations compared"] > 0, said
    assert done["registrations acknowledged"] > 0, said
