"""Parts of addresses."""

from django.urls import register_converter

GREATEST_ID = 2**63 - 1  # a database refuses a greater one with an error instead of finding nothing


def id_in(text: str) -> int | None:
    """The id that ``text`` writes in digits; None when it writes none that a database can hold.

    The length is looked at first: Python refuses to read a number of thousands of digits, with an error.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(GREATEST_ID))):
        return None
    return number if 0 < (number := int(text)) <= GREATEST_ID else None


class IdConverter:
    """A row's id: a positive number that a database can hold. Anything else is no address here, so 404."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > GREATEST_ID:
            raise ValueError(value)
        return number

    def to_url(self, value: int) -> str:
        return str(value)


def register() -> None:
    register_converter(IdConverter, "id")
