"""A writer: replies, edits, moves, hides, retracts, publishes and renames through the forms that people use.

Each text holds a mark that no other has, by which it is found again in the database. Moderators divide the comments
among themselves by their numbers, so that what one decided last is what must stand.
"""

import random
import re
import threading
from itertools import count
from typing import Any

from bench.fire.browsing import Answer, Browser, Lost
from bench.fire.ledger import DONE, REFUSED, UNKNOWN, Ledger, now
from bench.fire.pages import Page

PATIENCE = 90.0  # seconds until a site that was killed must be there again
RESENDINGS = 6  # of one form; a kill may hit each of them
ACTS = {"reply": 40, "edit": 16, "retract": 2, "publish": 2, "rename": 4}
MODERATORS_ACTS = {"move": 14, "hide": 10, "restore": 8}
REFUSALS = {404, 409}  # that this load may meet: of what another hid, moved or retracted meanwhile
KNOWN = 400  # comments that a writer keeps in mind; the newest
SENTENCES = (
    "The effect is smaller than the abstract says, and the interval includes zero.",
    "Has anybody tried this with the corrected data, or with the second sample alone?",
    "I counted again and get **another** number: see `table 2`, where $n = 41$.",
    "> The estimate is robust.\n\nUnder which prior? The appendix gives one, and it is not that of the text.",
    "- the first sample\n- the second one, larger\n- and the one nobody mentions",
)


class Writer:
    def __init__(self, number: int, stage: dict[str, Any], browser: Browser, ledger: Ledger, *, seed: int) -> None:
        self.number = number
        self.browser = browser
        self.ledger = ledger
        self.random = random.Random(f"{seed}/{number}")
        self.turns = count(1)
        self.me: dict[str, Any] = stage["writers"][number]
        self.people: list[str] = stage["people"]
        self.titles: list[str] = stage["titles"]
        self.moderators: int = stage["moderators"]
        self.posts: list[int] = list(stage["posts"])
        self.my_posts: list[int] = [self.me["post"]]
        self.known: list[tuple[int, int]] = [tuple(pair) for pair in stage["comments"]]  # post and comment
        self.mine: list[int] = []  # own comments that can still be edited
        self.kinds = ACTS | (MODERATORS_ACTS if self.me["moderator"] is not None else {})

    def turn(self) -> None:
        """One act, or nothing where the one that was drawn has nothing to be done to."""
        kind = self.random.choices(list(self.kinds), list(self.kinds.values()))[0]
        self.mark = f"mark-{self.number}-{next(self.turns)}."
        try:
            getattr(self, f"_{kind}")()
        except Lost as lost:  # while a form was opened: nothing was sent yet
            self._note(f"form of {kind}", fault=repr(lost), lost=True)
            self._wait()

    # --- Acts ---------------------------------------------------------------------------------------------------------

    def _reply(self) -> None:
        post, parent = self.random.choice(self.known)
        parent = parent if self.random.random() < 0.8 else 0
        path = f"/posts/{post}/reply"
        fields = self._form(f"{path}?parent={parent}" if parent else path)
        if not fields and parent:  # hidden, or moved to another post
            self.known.remove((post, parent))
        if fields:
            fields |= {"source": self._text(), "action": "reply"}
            done = self._send("reply", path, fields, post=post, parent=parent or None, source=fields["source"])
            if done and (comment := _comment_in(done)):
                self._remember(post, comment)
                self.mine.append(comment)
                if self.random.random() < 0.15:
                    self._look_around(done.place)

    def _edit(self) -> None:
        if not self.mine:
            return
        path = f"/comments/{(comment := self.random.choice(self.mine))}/edit"
        if fields := self._form(path, mine=comment):
            revision = int(fields["revision"]) + 1
            fields |= {"source": self._text(), "note": self.mark, "action": "save"}
            self._send("edit", path, fields, comment=comment, revision=revision, source=fields["source"])

    def _retract(self) -> None:
        if not self.mine:
            return
        path = f"/comments/{(comment := self.random.choice(self.mine))}/retract"
        if fields := self._form(path, mine=comment):
            self.mine.remove(comment)
            self._send("retract", path, fields, comment=comment)

    def _publish(self) -> None:
        if fields := self._form("/posts/new"):
            fields |= {"title": f"On {self.mark}", "source": self._text(), "tags": "soak, load", "action": "publish"}
            done = self._send("publish", "/posts/new", fields, title=fields["title"], source=fields["source"])
            if done:
                self.my_posts.append(_post_in(done))

    def _rename(self) -> None:
        path = f"/posts/{(post := self.random.choice(self.my_posts))}/edit"
        if fields := self._form(path):
            fields |= {"title": f"{self.me['title']}, {self.mark}", "note": self.mark, "action": "save"}
            self._send("rename", path, fields, post=post, title=fields["title"], source=fields["source"])

    def _move(self) -> None:
        if not (comment := self._to_judge()):
            return
        path = f"/admin/comments/comment/act/move/?id={comment}"
        post, parent = self.random.choice(self.known)
        parent = parent if self.random.random() < 0.7 else 0
        if not (fields := self._form(path)):
            return
        fields |= {"post": str(post), "parent": str(parent or ""), "reason": self.mark}
        asked = self._ask_post(path, fields)
        if asked is not None and asked.status == 200:
            fields["confirmed"] = Page(asked.text).fields["confirmed"]
            self._send("move", path, fields, comment=comment, post=post, parent=parent or None)

    def _hide(self) -> None:
        self._decide("hide")

    def _restore(self) -> None:
        self._decide("restore")

    def _decide(self, kind: str) -> None:
        if comment := self._to_judge():
            path = f"/admin/comments/comment/act/{kind}/?id={comment}"
            if "reason" in (fields := self._form(path)):  # else there is nothing left to do
                self._send(kind, path, fields | {"reason": self.mark}, comment=comment)

    def _to_judge(self) -> int:
        mine = [comment for _, comment in self.known if comment % self.moderators == self.me["moderator"]]
        return self.random.choice(mine) if mine else 0

    # --- Sending ------------------------------------------------------------------------------------------------------

    def _form(self, path: str, *, mine: int = 0) -> dict[str, str]:
        """The fields of the form at ``path`` as they come; none when it is refused. Raises Lost."""
        answer = self.browser.get(path)
        page = Page(answer.text)
        self._note("form", status=answer.status, fault="; ".join(page.faults), at=answer.asked_at)
        if answer.failed:
            raise Lost(f"status {answer.status}")
        if answer.status in REFUSALS and mine in self.mine:
            self.mine.remove(mine)  # hidden; it may come back, but there are others
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
            made = {"made_comment": _comment_in(answer), "made_post": _post_in(answer)}
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

    # --- What to write, and about what --------------------------------------------------------------------------------

    def _text(self) -> str:
        words = [self.mark, *self.random.choices(SENTENCES, k=self.random.randint(1, 6))]
        if self.random.random() < 0.2:
            words.append(f"@{self.random.choice(self.people)} may know.")
        if self.random.random() < 0.15:
            words.append(f"Compare [[{self.random.choice(self.titles)}]].")
        return "\n\n".join(words)

    def _look_around(self, place: str) -> None:
        """Learn of what others have written."""
        answer = self.browser.get(place)
        page = Page(answer.text)
        self._note("thread", status=answer.status, fault="; ".join(page.faults), at=answer.asked_at)
        post = int(place.split("/")[2])
        found = [int(name[1:]) for name in page.ids if re.fullmatch(r"c[0-9]+", name)]
        for comment in sorted(found)[-20:]:
            self._remember(post, comment)

    def _remember(self, post: int, comment: int) -> None:
        if (post, comment) not in self.known:
            self.known = [*self.known, (post, comment)][-KNOWN:]


def _comment_in(answer: Answer) -> int | None:
    """Of the redirect to a comment's own place in its thread."""
    number = answer.place.rpartition("#c")[2]
    return int(number) if number.isdigit() else None


def _post_in(answer: Answer) -> int:
    parts = answer.place.split("/")
    return int(parts[2]) if answer.place.startswith("/posts/") else 0
