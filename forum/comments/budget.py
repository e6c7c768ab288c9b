"""How many comments one page holds. Above that a thread opens with a choice of them, see ``forum.comments.opening``."""

WHOLE = 2_000  # comments; a thread and a branch of up to so many are one page
PART = 500  # that a stub brings in at once


def is_big(comments: int) -> bool:
    return comments > WHOLE
