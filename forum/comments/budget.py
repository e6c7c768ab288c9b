"""How many comments one page holds. Above that a thread opens with a choice of them, see ``forum.comments.opening``."""

WHOLE = 2_000  # comments; a thread and a branch of up to so many are one page
ALL = 20_000  # so many when all of them are asked for: some 24 MB, and the server's time for twenty threads of 1,000
PART = 500  # that a stub brings in at once


def is_big(comments: int) -> bool:
    return comments > WHOLE


def fits(comments: int, *, wanted: bool) -> bool:
    """Whether one page shows so many whole; ``wanted``: somebody asks for all of them."""
    return comments <= (ALL if wanted else WHOLE)
