"""Everything can be done by mouse."""

import re

from tests.tui.driving import running, screen_lines
from tests.tui.hard import assert_usable, found


async def test_tabs_headers_rows_and_keys() -> None:
    async with running() as driver:
        click = driver.pilot.click
        await driver.press("escape")
        for tab, seen in (("2 Call", "callee does"), ("4 Hazards", "hazard"), ("5 Journal", "latency")):
            await click(offset=found(driver, tab))
            await driver.until(lambda seen=seen: seen in driver.text(), tab)  # type: ignore[misc]
        await click(offset=found(driver, "3 Trace"))
        await driver.until(lambda: "session-id-lost" in driver.text(), "the capture is read")
        await click(offset=found(driver, "g Messages"))
        await driver.until(lambda: "Via" in driver.text() or "INVITE" in driver.text(), "messages")
        await click(offset=found(driver, "1 Registrations"))
        await driver.until(lambda: "last answer" in driver.text(), "registrations")

        x, y = found(driver, "lives")
        await click(offset=(x, y))
        await driver.until(lambda: re.search("lives [▲▼]", driver.text()), "sorted")
        first = driver.text()
        await click(offset=(x, y))
        await driver.until(lambda: driver.text() != first, "the other way round")

        x, y = found(driver, "+49 30 23125042")
        await click(offset=(x, y))
        await driver.until(lambda: screen_lines(driver.app)[y].startswith("▸"), "the row is chosen")
        await click(offset=(x, y), times=2)
        await driver.settle()
        assert driver.text() != first
        await driver.press("escape")

        await driver.press("1")
        await click(offset=found(driver, "d delete"))
        await driver.until(lambda: "Delete the registration of +493023125042" in driver.text(), "it asks")
        await click(offset=found(driver, "Cancel"))
        await driver.until(lambda: "Delete the registration" not in driver.text(), "nothing is deleted")
        await click(offset=found(driver, "d delete"))
        await driver.until(lambda: "Delete the registration" in driver.text(), "it asks again")
        line = next(y for y, each in enumerate(screen_lines(driver.app)) if "Cancel" in each)
        await click(offset=found(driver, "Delete", line))
        row = driver.live.row("+493023125042")
        assert row is not None
        await driver.until(lambda: driver.live.row("+493023125042").state(driver.clock.now) == "deleted", "deleted")  # type: ignore[union-attr]

        await click(offset=found(driver, "a add"))
        await driver.until(lambda: "○ LOOP_MO" in driver.text(), "the form opens")
        await click(offset=found(driver, "○ FORK"))
        await driver.until(lambda: "● FORK" in driver.text(), "the type is chosen")
        await click(offset=found(driver, "Cancel"))
        await driver.until(lambda: "● FORK" not in driver.text(), "the form closes")
        await click(offset=found(driver, "? keys"))
        await driver.until(lambda: "Keys in" in driver.text(), "help opens")
        await assert_usable(driver)
