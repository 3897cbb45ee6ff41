"""What the keys do that act in every place: open a file, switch the profile, quit."""

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from sipbreakout_model import SipBreakoutError
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.tui.requests import ImportFile, OpenCaptures
from sipbreakout_tui.tui.screens.dialog import Question

if TYPE_CHECKING:
    from sipbreakout_tui.config import Profile
    from sipbreakout_tui.tui.app import SipBreakoutApp

REGISTRATION_SUFFIXES = (".toml", ".json", ".csv")
"""How names of files with registrations end; every other file is read as a capture."""

CAPTURE_SUFFIXES = (".pcap", ".pcapng", ".cap", ".gz", ".log", ".txt")


async def open_file(app: "SipBreakoutApp") -> None:
    """Ask for a file, and go where it is shown."""
    from sipbreakout_tui.tui.screens.open_file import OpenFile

    dialog = OpenFile("Open a capture, or a file of registrations", (*CAPTURE_SUFFIXES, *REGISTRATION_SUFFIXES))
    path = await app.push_screen_wait(dialog)
    if path is None:
        return
    if path.name.lower().endswith(REGISTRATION_SUFFIXES):
        await app.go("registrations", ImportFile(path))
    else:
        await app.go("trace", OpenCaptures((path,)))


async def switch_profile(app: "SipBreakoutApp") -> None:
    """Ask for a profile, and open its core in place of the present one, which stays where that fails."""
    from sipbreakout_tui.config import load_profiles
    from sipbreakout_tui.tui.screens.profiles import ProfilesDialog

    if app.options.demo:
        app.notify("the demo has a core and a profile of its own: profiles are for sipbreakout ui", markup=False)
        return
    if app.bulk is not None:
        app.say_error("a bulk action is under way: let it end, or stop it, before you switch the profile")
        return
    present = None if app.live is None else app.live.profile.name
    try:
        profiles = await asyncio.to_thread(load_profiles)
        name = await app.push_screen_wait(ProfilesDialog(profiles, present))
        if name is not None and name != present:
            await _open_profile(app, profiles[name])
    except SipBreakoutError as error:
        app.say_error(error)


async def _open_profile(app: "SipBreakoutApp", profile: "Profile") -> None:
    from sipbreakout_tui.services.workbench import open_workbench

    async with AsyncExitStack() as opening:
        bench = await opening.enter_async_context(
            open_workbench(profile, read_only=app.options.read_only, clock=app.clock)
        )
        await bench.connect()
        await app.change_bench(bench, opening.pop_all())
    app.notify(f"profile {visible(profile.name)}", markup=False)


async def jump(app: "SipBreakoutApp") -> None:
    """Put a letter on everything that can have the focus, and go to the one that is typed."""
    from sipbreakout_tui.tui.screens.jump import Jump, jump_targets

    target = await app.push_screen_wait(Jump(jump_targets(app.screen)))
    if isinstance(target, str):
        await app.go(target)
    elif target is not None:
        target.focus()


async def save_picture(app: "SipBreakoutApp") -> None:
    """Ask for a file, and save what is on the screen as SVG."""
    await _save(app, app.export_screenshot(), "Save a picture of the screen", "sipbreakout.svg", (".svg",))


async def save_copied(app: "SipBreakoutApp") -> None:
    """Ask for a file, and save the text that was copied last."""
    text = app.clipboard if app.clipboard.endswith("\n") else f"{app.clipboard}\n"
    await _save(app, text, "Save what was copied", "copied.txt")


async def _save(app: "SipBreakoutApp", text: str, title: str, suggested: str, suffixes: tuple[str, ...] = ()) -> None:
    from sipbreakout_tui.tui.screens.open_file import SaveFile

    path = await app.push_screen_wait(SaveFile(title, suggested, suffixes))
    if path is None:
        return
    try:
        await asyncio.to_thread(path.write_text, text, "utf-8")
    except OSError as error:
        app.say_error(f"cannot write {visible(str(path))}: {error.strerror or error}")
    else:
        app.notify(f"wrote {visible(str(path))}", markup=False)


async def quit_program(app: "SipBreakoutApp") -> None:
    """Leave, after a question where a bulk action would be cut short or a registration that nobody keeps ends soon."""
    live = app.live
    if (live is not None and not app.options.demo) or app.bulk is not None:
        from sipbreakout_tui.services.leaving import leaving_words

        rows = [] if live is None or app.options.demo else list(live.rows)  # of the demo nothing stays anyway
        bulk = None if app.bulk is None else str(app.bulk)
        words = await asyncio.to_thread(leaving_words, rows, app.clock(), bulk)
        if words is not None:
            if not await app.push_screen_wait(Question("Quit?", words, yes="Quit")):
                return
            if app.bulk is not None:
                app.bulk.stop.set()
    app.exit()
