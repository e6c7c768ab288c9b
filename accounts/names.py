"""What a person may be called here, and what identifies them elsewhere."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

# ASCII only: names stand in addresses and mentions, and look-alike letters would let one person pass for another.
USERNAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,38}[A-Za-z0-9]"

username_validators = [
    RegexValidator(
        rf"\A{USERNAME}\Z",
        "Use 2 to 40 letters (a to z), digits, dots, hyphens or underscores, with a letter or digit first and last.",
    ),
]


def validate_orcid(text: str) -> None:
    clean_orcid(text)


def clean_orcid(text: str) -> str:
    """The ORCID iD in ``text``, as ``0000-0002-1825-0097``; an address of orcid.org is understood too.

    Raises ValidationError when the form or the check digit (ISO 7064, MOD 11-2) is wrong.
    """
    digits = r"([0-9]{4})-?([0-9]{4})-?([0-9]{4})-?([0-9]{3}[0-9Xx])"  # not \d: that takes the digits of every script
    found = re.fullmatch(rf"(?:https?://orcid\.org/)?{digits}/?", text.strip())
    if found is None:
        raise ValidationError("An ORCID iD has 16 characters, such as 0000-0002-1825-0097.", code="orcid-form")
    groups = [group.upper() for group in found.groups()]
    characters = "".join(groups)
    total = 0
    for digit in characters[:15]:
        total = (total + int(digit)) * 2
    expected = "0123456789X"[(12 - total % 11) % 11]
    if characters[15] != expected:
        raise ValidationError(
            "The last character of this ORCID iD does not fit the others: check the digits.", code="orcid-check"
        )
    return "-".join(groups)
