"""How a form is sent: once, twice, again when nobody knows what became of it; and what is noted down of it."""

import random
import threading
from typing import Any

from bench.fire.browsing import Answer, Browser, Lost
from bench.fire.ledger import DONE, REFUSED, UNKNOWN, Ledger, now
from bench.fire.pages import Page

PATIENCE = 90.0  # seconds until a site that was killed must be there again
RESENDINGS = 6  # of one form; a kill may hit each of them
REFUSALS = {404, 409}  # that this load may meet: of what another hid, moved or retracted meanwhile


class Sender:
    """One person with a browser and a ledger. ``mark`` names the act that is in work."""

    def __init__(self, me: dict[str, Any], browser: Browser, ledger: Ledger, *, seed: str) -> None:
        self.me = me
        self.browser = browser
        self.ledger = ledger
        self.random = random.Random(seed)
        self.mark = ""

    def _form(self, path: str) -> dict[str, str]:
        """The fields of the form at ``path`` as they come; none when it is refused. Raises Lost."""
        answer = self.browser.get(path)
        page = Page(answer.text)
        self._note("form", status=answer.status, fault="; ".join(page.faults), at=answer.asked_at)
        if answer.failed:
            raise Lost(f"status {answer.status}")
        return page.fields if answer.status == 200 else {}

    def _ask_post(self, path: str, fields: dict[str, str]) -> Answer | None:
        try:
            answer = self.browser.post(path, fields)
        except Lost as lost:
            self._note("question", fault=repr(lost), lost=True)
            self._wait()
            return None
        self._note("question", status=answer.status, at=answer.asked_at)
        return answer

    def _send(self, kind: str, path: str, fields: dict[str, str], **facts: Any) -> Answer | None:
        """Send a form, and again if nobody knows what became of it and chance will; the answer of one that was taken.

        Some forms are sent once more though they were taken, or twice at once, as an impatient person does.
        """
        self.ledger.write(mark=self.mark, kind=kind, form=fields.get("form"), author=self.me["id"], **facts)
        twice = "form" in fields and self.random.random() < 0.1
        if twice and self.random.random() < 0.5:
            return self._send_at_once(path, fields)
        for _ in range(RESENDINGS):
            outcome, answer = self._try(self.browser, path, fields)
            if outcome == DONE and twice:
                twice = False
            elif outcome == UNKNOWN:
                self._wait()
                if self.random.random() < 0.5:
                    return None
            elif kind == "move" and answer and answer.status == 200:
                fields["confirmed"] = Page(answer.text).fields["confirmed"]  # it asks for another sentence now
            else:
                return answer if outcome == DONE else None
        return None

    def _send_at_once(self, path: str, fields: dict[str, str]) -> Answer | None:
        found: list[Answer | None] = []
        windows = [self.browser.twin() for _ in range(2)]
        threads = [threading.Thread(target=lambda w=w: found.append(self._try(w, path, fields)[1])) for w in windows]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for window in windows:
            window.hang_up()
        if None in found:
            self._wait()
        return next((answer for answer in found if answer and answer.place), None)

    def _try(self, browser: Browser, path: str, fields: dict[str, str]) -> tuple[str, Answer | None]:
        try:
            answer = browser.post(path, fields)
            taken = answer.status == 302 and ("reason" not in fields or self._is_decided(browser, answer))
        except Lost as lost:
            span = {"at": browser.asked_at, "until": now()}
            self.ledger.write(mark=self.mark, outcome=UNKNOWN, lost=True, fault=repr(lost), **span)
            return UNKNOWN, None
        line: dict[str, Any] = {"mark": self.mark, "status": answer.status, "took": answer.took, "at": answer.asked_at}
        line["until"] = answer.asked_at + answer.took
        if taken:
            made = {"made_comment": comment_in(answer), "made_post": post_in(answer)}
            self.ledger.write(**line, outcome=DONE, **made)
            return DONE, answer
        outcome = UNKNOWN if answer.failed else REFUSED
        # A desk's form names the place that another moderator has just moved elsewhere.
        expected = {200, 302, *REFUSALS, *([422] if "reason" in fields else [])}
        fault = "" if answer.failed or answer.status in expected else answer.text[:200]
        self.ledger.write(**line, outcome=outcome, fault=fault)
        return outcome, answer

    def _is_decided(self, browser: Browser, answer: Answer) -> bool:
        """A moderator is shown what was decided about the comment. Raises Lost."""
        shown = browser.get(answer.place)
        if shown.failed:
            raise Lost(f"status {shown.status}")
        return self.mark in shown.text

    def _wait(self) -> None:
        if not self.browser.wait_until_up(PATIENCE):
            self._note("wait", fault=f"the site did not come back within {PATIENCE:g} s")

    def _note(self, what: str, **facts: Any) -> None:
        at = facts.pop("at", self.browser.asked_at)
        self.ledger.write(asked=what, at=at, until=now(), **facts)


def comment_in(answer: Answer) -> int | None:
    """Of the redirect to a comment's own place in its thread."""
    number = answer.place.rpartition("#c")[2]
    return int(number) if number.isdigit() else None


def post_in(answer: Answer) -> int:
    parts = answer.place.split("/")
    return int(parts[2]) if answer.place.startswith("/posts/") else 0
