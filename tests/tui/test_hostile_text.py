"""What is pasted, captured or answered is text: it commands no terminal, and is no markup."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input

from sipbreakout_model import Registration
from sipbreakout_tui.rpc.errors import Refused
from tests.tui.driving import Driver, running
from tests.tui.hard import assert_clean, assert_usable, paste, tap, to_place

CAPTURE = Path(__file__).parents[1] / "trace" / "data" / "loop_sid_dropped.pcap"
EVIL = "\x1b[2J\x1b]0;pwned\x07[red]x[/red][/] \u202eabc\u2066 \x9b31m\x00\x7f"
PASTED = (
    EVIL,
    "[red]x[/]",
    "[/]",
    "[@click=app.quit]x[/]",
    "a\nb\r\nc\td",
    "\udc80\ud800",
    "漢字カナ 👩‍👩‍👧 ｆｕｌｌ",
    "שלום مرحبا \u200f\u202e",
    "/(((/",
    "/[/",
    "ttl:<" * 50,
    "9" * 400,
    "x" * 100_000,
)
FIELDS = (
    ("registrations", ("/",)),
    ("registrations", ("a",)),
    ("registrations", ("a", "tab")),
    ("registrations", ("a", "tab", "tab", "tab")),
    ("registrations", ("a", "tab", "tab", "tab", "tab")),
    ("registrations", ("i",)),
    ("registrations", ("ctrl+s",)),
    ("registrations", ("o",)),
    ("registrations", ("ctrl+p",)),
    ("registrations", ("ctrl+a", "d")),
    ("call", ("c",)),
    ("call", ("c", "tab")),
    ("call", ("k", "tab")),
    ("call", ("s", "enter")),
    ("call", ("w", "t")),
    ("trace", ("/",)),
    ("trace", ("g", "/")),
    ("trace", ("g", "enter", "/")),
    ("hazards", ("/",)),
    ("journal", ("/",)),
)


@pytest.mark.parametrize("place", ["registrations", "call", "trace", "hazards", "journal"])
async def test_garbage_is_pasted_into_every_field(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with running() as driver:
        if place == "trace":
            await driver.press("3")
            await driver.until(lambda: "session-id-lost" in driver.text(), "the capture is read")
        for name, keys in FIELDS:
            if name != place:
                continue
            await to_place(driver, name)
            await driver.press(*keys)
            field = driver.app.focused
            assert isinstance(field, Input), (keys, field)
            for text in PASTED:
                await paste(driver, text)
                await tap(driver, "backspace")
                assert_clean(driver.text())
                field.value = ""
            await paste(driver, PASTED[0])
            await driver.press("enter")
            assert_clean(driver.text())
            await to_place(driver, name)
            await tap(driver, "escape", "escape")
        await assert_usable(driver)


async def test_markup_that_is_pasted_stays_as_it_is() -> None:
    async with running() as driver:
        for keys in (("/",), ("a",), ("a", "tab"), ("o",), ("ctrl+p",)):
            await to_place(driver, "registrations")
            await driver.press(*keys)
            await paste(driver, "[red]x[/red]")
            await driver.settle()
            assert "[red]x[/red]" in driver.text(), (keys, driver.text())
            await to_place(driver)
            await driver.press("escape")


async def test_words_of_a_core_are_text(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as driver:
        refused = Refused(f"{EVIL} " + "y" * 20_000)

        async def refuse(*_: object, **__: object) -> None:
            raise refused

        monkeypatch.setattr(type(driver.live), "upsert", refuse)
        await driver.press("escape", "down", "down", "down", "e")
        await driver.type("4")
        await driver.press("enter")
        await driver.until(lambda: "pwned" in driver.text(), "the words are shown")
        assert "[red]x" in driver.text()
        assert_clean(driver.text())
        await to_place(driver, "registrations")
        await assert_usable(driver)


async def test_words_that_the_ledger_keeps_are_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `Refused` above, but written down first, and shown by the table, its history and the journal."""
    from sipbreakout_tui.rpc.client import RegistrationClient

    async def refuse(*_: object, **__: object) -> None:
        raise Refused(EVIL)

    async with running() as driver:
        monkeypatch.setattr(RegistrationClient, "upsert", refuse)
        with pytest.raises(Refused):
            await driver.live.upsert(Registration.parse("+4755555555", "sips:tas.example.com", "LOOP"))
        await driver.live.look()
        await driver.press("escape", "home", "down", "down", "down", "r")
        await driver.until(lambda: "pwned" in driver.text(), "the refusal of a refresh is shown")
        assert_clean(driver.text())
        for key in ("1", "4", "5", "enter", "escape"):
            await driver.press(key)
            assert_clean(driver.text())
        await driver.press("5")
        assert "pwned" in driver.text()
        await assert_usable(driver)


def hostile(path: Path) -> None:
    """Write a lab capture again with headers that a terminal, markup or an eye would trip over."""
    data = CAPTURE.read_bytes()
    evil = EVIL.encode("utf-8", "surrogatepass")
    with path.open("wb") as file:
        file.write(data[:24])
        for header, frame in frames(data):
            at = frame.find(b"Max-Forwards:")
            if at >= 0:
                lines = b"Subject: " + evil + b"\r\nX-Long: " + b"z" * 4_000 + evil + b"\r\n"
                frame = sized(frame[:at] + b"User-Agent: " + evil + b"\r\n" + lines + frame[at:])  # noqa: PLW2901
                frame = sized(frame.replace(b"From: ", b'From: "' + evil + b'" ', 1))  # noqa: PLW2901
            file.write(header[:8] + struct.pack("<II", len(frame), len(frame)) + frame)


def frames(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 24
    while at < len(data):
        length = struct.unpack_from("<I", data, at + 8)[0]
        yield data[at : at + 16], data[at + 16 : at + 16 + length]
        at += 16 + length


def sized(frame: bytes) -> bytes:
    """Return a frame of Ethernet, IPv4 and UDP with its lengths put right."""
    new = bytearray(frame)
    ip = 14
    struct.pack_into(">H", new, ip + 2, len(new) - ip)
    udp = ip + (new[ip] & 15) * 4
    struct.pack_into(">HH", new, udp + 4, len(new) - udp, 0)
    return bytes(new)


async def test_a_hostile_capture_is_text(tmp_path: Path) -> None:
    from tests.tui.tracing import tracing

    path = tmp_path / "evil.pcap"
    hostile(path)
    async with tracing(path) as (driver, _place):
        await see_it_all(driver)
        await assert_usable(driver)


async def see_it_all(driver: Driver) -> None:
    for keys in (("g",), ("v",), ("r",), ("l",), ("m",), ("f",), ("g", "enter"), ("x",)):
        await to_place(driver, "trace")
        await driver.press(*keys)
        await driver.settle()
        assert_clean(driver.text())
        if keys == ("g", "enter"):
            await driver.until(lambda: "[red]x" in driver.text(), "the message is shown")
            await driver.press("down", "pagedown")
            assert_clean(driver.text())


def test_a_hostile_capture_in_the_real_program(tmp_path: Path) -> None:
    pytest.importorskip("pty", reason="no pseudo-terminals here")
    from tests.tui.in_pty import in_pty
    from tests.tui.test_end_to_end import ENTER, ESCAPE, SIZE, Seen

    path = tmp_path / "evil\x1b]0;named\x07[red].pcap"
    hostile(path)
    environment = {
        "SIPBREAKOUT_CONFIG": str(tmp_path / "config.toml"),
        "SIPBREAKOUT_STATE_DIR": str(tmp_path / "state"),
    }
    with in_pty("demo", str(path), environment=environment, size=SIZE) as program:
        seen = Seen(program)
        seen.until("● serving")
        seen.press("3")
        seen.until("observed")
        seen.press("g")
        seen.until("noticed")
        seen.press(ENTER)
        seen.until("Message 1")
        seen.press("\x1b[6~", ESCAPE, "v", "r", "m", ESCAPE, "l", "f", ESCAPE, "q")
        program.until(b"\x1b[?1049l")
        assert program.end() == 0
        program.assert_restored()
        for evil in (b"\x1b[2J\x1b]0;pwned", b"pwned\x07", b"named\x07", b"]0;named\x07", b"\xe2\x80\xae", b"\x7f"):
            assert evil not in program.written
        assert b"pwned" in program.written
        titles = [part.partition(b"\x07")[0] for part in program.written.split(b"\x1b]0;")[1:]]
        assert not [title for title in titles if b"pwned" in title or title.startswith(b"named")]
