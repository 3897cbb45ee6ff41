"""The legs of a captured call beside the predicted ones."""

import pytest

from sipbreakout_tui.services.traces.legs import LegsPicture, leg_details, legs_picture
from tests.services.tracing import lab, scripted
from tests.trace.blackbox.cases import LOOP
from tests.trace.blackbox.command import registration
from tests.trace.traffic import loops, others
from tests.trace.traffic.script import CALLER


def text(picture: LegsPicture) -> str:
    return "\n".join(map(str, [*picture.head, *(leg.line for leg in picture.legs), *picture.foot]))


def test_a_loop_is_drawn_on_both_sides() -> None:
    with lab("loop_sid_dropped") as opened:
        picture = legs_picture(opened.trace.diagnoses[0], 116)
    assert text(picture) == "\n".join(
        (
            "   observed                                                    "
            "predicted if the TAS returns without Session-ID",
            "   caller    core      TAS                                     caller    core      TAS",
            *(
                f"{half:<55}  =  {half}".rstrip()
                for half in (
                    " 1    ├───────▸│        │   +4722222222      483",
                    " 2    │        ├───────▸│   +004722222222    483",
                    " 3    │        │◂───────┤   +4722222222      483",
                )
            ),
            " ↻ turns 2 to 35: 68 legs                                    ↻ legs 2 to 3 × 35, then 483 Too Many Hops",
            "   frames 7–277",
            "   no leg 4 core → callee: leg 3 did not come back as the call it was",
        )
    )


def test_where_it_is_narrow_legs_are_told_in_words() -> None:
    with lab("loop_sid_dropped") as opened:
        lines = text(legs_picture(opened.trace.diagnoses[0], 74)).splitlines()
    assert lines[2] == " 2 core → TAS     +00472…22222 483  =   2 core → TAS     +00472…22222 483"
    assert "predicted if the TAS returns without Session-ID" in "\n".join(lines[3:])


def test_each_match_has_its_sign() -> None:
    with scripted(loops.forwarded, others.direct, registrations=LOOP) as opened:
        pictures = [legs_picture(diagnosis, 116) for diagnosis in opened.trace.diagnoses]
    signs = ["".join(str(leg.line)[55:60].strip() for leg in picture.legs) for picture in pictures]
    assert signs == ["====", "=−−="]
    assert str(pictures[1].foot[-1]).strip() == "= as predicted   − only predicted"
    with scripted(loops.returned, registrations=registration(CALLER, "INGRESS")) as opened:
        picture = legs_picture(opened.trace.diagnoses[0], 116)
    assert "+ only seen" in str(picture.foot[-1])


@pytest.mark.parametrize("width", [1, 20, 40, 60, 80, 100, 120, 200])
@pytest.mark.parametrize("scene", [loops.forwarded, loops.tas_takes_no_connection, others.fork_callee_answers])
def test_it_fits_into_its_width(scene: loops.Scene, width: int) -> None:
    with scripted(scene) as opened:
        picture = legs_picture(opened.trace.diagnoses[0], width)
    assert all(len(leg.line.text) <= max(width, 5) + 5 for leg in picture.legs)
    for leg in picture.legs:
        assert all(0 <= span.start < span.stop <= len(leg.line.text) for span in leg.line.spans)


def test_a_leg_has_its_details() -> None:
    with lab("loop_sid_dropped") as opened:
        diagnosis = opened.trace.diagnoses[0]
        details = dict(leg_details(diagnosis, legs_picture(diagnosis, 100).legs[1].pair))
        assert details["seen"].endswith("UDP, 483 Too Many Hops")
        assert len(details["Session-ID"]) >= 32
        assert details["predicted"].startswith("leg 2 core → TAS, INVITE for +004722222222")


def test_a_number_in_a_capture_is_no_terminal_sequence() -> None:
    with scripted(loops.returned, display_name='"\x1b[31m[red]"') as opened:
        diagnosis = opened.trace.diagnoses[0]
        picture = legs_picture(diagnosis, 116)
        told = text(picture) + "".join(value for leg in picture.legs for _, value in leg_details(diagnosis, leg.pair))
    assert "\x1b" not in told
