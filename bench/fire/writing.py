"""A writer: replies, edits, moves, hides, retracts, publishes and renames through the forms that people use.

Each text holds a mark that no other has, by which it is found again in the database. Moderators divide the comments
among themselves by their numbers, so that what one decided last is what must stand.
"""

import re
from itertools import count
from typing import Any

from bench.fire.browsing import Browser, Lost
from bench.fire.ledger import Ledger
from bench.fire.pages import Page
from bench.fire.sending import Sender, comment_in, post_in

ACTS = {"reply": 40, "edit": 16, "retract": 2, "publish": 2, "rename": 4}
MODERATORS_ACTS = {"move": 14, "hide": 10, "restore": 8}
KNOWN = 400  # comments that a writer keeps in mind; the newest
SENTENCES = (
    "The effect is smaller than the abstract says, and the interval includes zero.",
    "Has anybody tried this with the corrected data, or with the second sample alone?",
    "I counted again and get **another** number: see `table 2`, where $n = 41$.",
    "> The estimate is robust.\n\nUnder which prior? The appendix gives one, and it is not that of the text.",
    "- the first sample\n- the second one, larger\n- and the one nobody mentions",
)


class Writer(Sender):
    def __init__(self, number: int, stage: dict[str, Any], browser: Browser, ledger: Ledger, *, seed: int) -> None:
        super().__init__(stage["writers"][number], browser, ledger, seed=f"{seed}/{number}")
        self.number = number
        self.turns = count(1)
        self.people: list[str] = stage["people"]
        self.titles: list[str] = stage["titles"]  # of the first posts, as they were to begin with
        self.title: str = self.me["title"]  # of the own one, as it is now
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
            if done and (comment := comment_in(done)):
                self._remember(post, comment)
                self.mine.append(comment)
                if self.random.random() < 0.15:
                    self._look_around(done.place)

    def _edit(self) -> None:
        if not self.mine:
            return
        path = f"/comments/{(comment := self.random.choice(self.mine))}/edit"
        if fields := self._form_of_mine(path, comment):
            revision = int(fields["revision"]) + 1
            fields |= {"source": self._text(), "note": self.mark, "action": "save"}
            self._send("edit", path, fields, comment=comment, revision=revision, source=fields["source"])

    def _retract(self) -> None:
        if not self.mine:
            return
        path = f"/comments/{(comment := self.random.choice(self.mine))}/retract"
        if fields := self._form_of_mine(path, comment):
            self.mine.remove(comment)
            self._send("retract", path, fields, comment=comment)

    def _form_of_mine(self, path: str, comment: int) -> dict[str, str]:
        if not (fields := self._form(path)):  # hidden; it may come back, but there are others
            self.mine.remove(comment)
        return fields

    def _publish(self) -> None:
        if fields := self._form("/posts/new"):
            fields |= {"title": f"On {self.mark}", "source": self._text(), "tags": "soak, load", "action": "publish"}
            done = self._send("publish", "/posts/new", fields, title=fields["title"], source=fields["source"])
            if done:
                self.my_posts.append(post_in(done))

    def _rename(self) -> None:
        path = f"/posts/{(post := self.random.choice(self.my_posts))}/edit"
        if fields := self._form(path):
            title = f"{self.me['title']}, {self.random.getrandbits(32):08x}"
            fields |= {"title": title, "note": self.mark, "action": "save"}
            done = self._send("rename", path, fields, post=post, title=title, source=fields["source"])
            if done and post == self.me["post"]:
                self.title = title

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

    # --- What to write, and about what --------------------------------------------------------------------------------

    def _text(self) -> str:
        words = [self.mark, *self.random.choices(SENTENCES, k=self.random.randint(1, 6))]
        if self.random.random() < 0.2:
            words.append(f"@{self.random.choice(self.people)} may know.")
        if self.random.random() < 0.3:
            words.append(f"Compare [[{self.random.choice([self.title, *self.titles])}]].")
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
