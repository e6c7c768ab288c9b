"""Parts of addresses."""

from django.urls import register_converter

GREATEST_ID = 2**63 - 1  # a database refuses a greater one with an error instead of finding nothing
LONGEST_ID = 19  # digits


def id_in(text: str) -> int | None:
    """The row's id that ``text`` writes; None for what is no id. By length first: int() refuses thousands of digits."""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_ID):
        return None
    number = int(text)
    return number if 0 < number <= GREATEST_ID else None


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
