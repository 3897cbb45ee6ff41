"""Writes docs/screenshots: the places of the terminal UI, as the demo shows them at a set time.

Run as `python -m docs.screenshot_files`, or as a part of `docs.generate`.
"""

from pathlib import Path

from sipbreakout_tui.tui.places import PLACES
from sipbreakout_tui.tui.screenshots.taking import demo_screenshot

SIZE = (120, 36)


def screenshot_files(folder: Path) -> dict[Path, str]:
    """Return the pictures by their paths below the folder of the docs."""
    return {folder / "screenshots" / f"{place.name}.svg": demo_screenshot(place.name, SIZE) for place in PLACES}


def main() -> None:
    """Write every picture."""
    for path, picture in screenshot_files(Path(__file__).parent).items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
