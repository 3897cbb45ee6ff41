"""`sipbreakout hazards`: what can go wrong, seen from the registrations alone."""

from sipbreakout_tui.cli.values import At, Format, Output, RegistrationsFile, Utc


def hazards(
    registrations: RegistrationsFile,
    at: At = "now",
    form: Format = None,
    utc: Utc = False,
    output: Output = None,
) -> None:
    """Show what can go wrong with the registrations, worst first."""
    from pathlib import Path

    from sipbreakout_model import find_hazards
    from sipbreakout_model.registration_text import book_of
    from sipbreakout_model.times import rfc3339
    from sipbreakout_tui.cli import output as result
    from sipbreakout_tui.cli.values import read_moment, result_format
    from sipbreakout_tui.services.hazards.text import hazard_lines
    from sipbreakout_tui.services.json_form import hazard_object
    from sipbreakout_tui.services.numbering import number_problem
    from sipbreakout_tui.services.registrations.files import read_registrations

    wanted = result_format(form, output)
    moment = read_moment(at)
    book = book_of(read_registrations(Path(registrations)))
    found = find_hazards(book, moment, number_problem)
    if wanted == "json":
        document = {
            "at": rfc3339(moment),
            "registrations": len(book),
            "hazards": [hazard_object(hazard) for hazard in found],
        }
        result.put_json(document, output)
    else:
        result.put_lines(hazard_lines(found, len(book), moment, utc=utc), output)
