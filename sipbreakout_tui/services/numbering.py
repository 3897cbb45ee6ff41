"""What the numbering plans of the countries say about a number (library phonenumbers)."""

from functools import lru_cache

from sipbreakout_model import E164


@lru_cache(maxsize=16384)
def spaced(number: str) -> str:
    """Return a number in the international format of its country, such as `+47 22 22 22 22`.

    As it is, where its country's plan does not know it. The first call imports the library: some 100 ms.
    """
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    said = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    # Reading drops a national prefix that was left in: no digit may be lost on the screen.
    said = said.replace("-", " ")
    return said if "".join(filter(str.isdigit, said)) == number[1:] else number


def number_problem(number: E164) -> str | None:
    """Return why a number is not valid in its country's plan, or None where it is.

    A plan tells which numbers may exist, not which do. `find_hazards` takes this function as it is.
    """
    import phonenumbers
    from phonenumbers import NumberParseException, ValidationResult

    try:
        parsed = phonenumbers.parse(number.text, None)
    except NumberParseException as error:
        return {
            NumberParseException.INVALID_COUNTRY_CODE: "no country code begins it",
            NumberParseException.TOO_LONG: "it is too long for any country",
        }.get(error.error_type, "it is too short for any country")
    plan = f"the plan of +{parsed.country_code}"
    # Parsing drops a national prefix that was left in, and so on: what it read must be what is there.
    meant = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if meant != number.text:
        return f"{plan} reads it as {meant}: is a national prefix left in it?"
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if reason == ValidationResult.TOO_LONG:
        return f"it is too long for {plan}"
    # LOCAL_ONLY: such lengths are dialled without the area code, or are short numbers such as 112.
    if reason in (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY):
        return f"it is too short for {plan}"
    if not phonenumbers.is_valid_number(parsed):
        return f"it is not a valid number in {plan}"
    return None
