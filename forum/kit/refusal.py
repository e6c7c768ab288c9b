"""A "no" that can be shown: returned by ``refusal_to_<act>``, raised by the act, printed by page and API alike."""


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault
    """Why an act may not happen.

    ``code`` is stable and for programs, ``message`` is one sentence for people, ``status`` the HTTP status that
    says it. ``retry_after`` is the number of seconds after which the same act may work, where time is the cause.
    """

    def __init__(self, code: str, message: str, *, status: int = 403, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.retry_after = retry_after
