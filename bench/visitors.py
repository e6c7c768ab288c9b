"""People of a load over HTTP: writers who look at once for what they wrote, readers, and a diary of what they saw.

A writer sends a form again, with the same id, until it is answered with a redirect: what is acknowledged then must be
in the database exactly once.
"""

import random
import threading
import time
import uuid
from dataclasses import dataclass, field

from bench.fire.browsing import Answer, Browser, Lost
from bench.fire.sending import comment_in

PASSWORD = "correct horse battery"
PAUSE = 0.05  # seconds between two acts of a person
GIVE_UP = 45.0  # seconds for one act


@dataclass
class Diary:
    """What all of them saw. Times are those of ``time.monotonic``."""

    replies: dict[str, int] = field(default_factory=dict)  # text: the number of the comment
    edits: dict[int, list[str]] = field(default_factory=dict)  # comment: the texts it was given, in order
    unanswered: list[str] = field(default_factory=list)  # texts that nobody acknowledged
    troubles: list[tuple[float, int, str]] = field(default_factory=list)  # when, status (0: none), what was asked
    unread: list[str] = field(default_factory=list)  # own writes that the next page did not show
    waits: dict[str, list[float]] = field(default_factory=lambda: {"read": [], "write": []})


class Visitor(threading.Thread):
    def __init__(self, *, port: int, diary: Diary, stop: threading.Event, thread: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.browser = Browser(port)
        self.diary, self.stop, self.thread = diary, stop, thread
        self.random = random.Random(seed)

    def ask(self, path: str, form: dict[str, str] | None = None) -> Answer | None:
        """Get a page, or send a form; None when there is no answer."""
        kind = "read" if form is None else "write"
        try:
            if form is None:
                answer = self.browser.get(path)
            else:
                token = self.browser.cookies["csrftoken"]
                answer = self.browser.post(path, form | {"csrfmiddlewaretoken": token})
        except Lost as lost:
            self.diary.troubles.append((self.browser.asked_at, 0, f"{kind} {path}: {lost}"))
            return None
        finally:
            self.browser.hang_up()  # so that the proxy may send the next question to another server
        self.diary.waits[kind].append(answer.took)
        if answer.failed:
            self.note(answer, f"{kind} {path}")
        return answer

    def insist(self, path: str, form: dict[str, str] | None = None) -> Answer | None:
        """Ask again until there is an answer that is no failure of the site's; None when there is none in time."""
        begun = time.monotonic()
        while True:
            answer = self.ask(path, form)
            if answer and not answer.failed:
                return answer
            if time.monotonic() - begun > GIVE_UP:
                return None
            time.sleep(0.3)

    def note(self, answer: Answer, what: str) -> None:
        self.diary.troubles.append((answer.asked_at + answer.took, answer.status, what))


class Reader(Visitor):
    """Is not logged in."""

    def run(self) -> None:
        while not self.stop.is_set():
            path = self.random.choice([self.thread, self.thread, "/", "/tags/"])
            answer = self.ask(path)
            if answer and answer.status != 200 and not answer.failed:
                self.note(answer, f"read {path}")
            time.sleep(PAUSE)


class Writer(Visitor):
    def __init__(self, name: str, **others: object) -> None:
        super().__init__(**others)  # type: ignore[arg-type]
        self.person = name
        self.own: list[int] = []

    def log_in(self) -> None:
        self.browser.log_in(self.person, PASSWORD)

    def run(self) -> None:
        while not self.stop.is_set():
            if self.own and self.random.random() < 0.3:
                self.edit(self.random.choice(self.own))
            else:
                self.reply()
            time.sleep(PAUSE)

    def reply(self) -> None:
        text = f"Words {uuid.uuid4().hex} of {self.person}, who has read [[Thread 0]]."
        form = {"source": text, "form": str(uuid.uuid4()), "action": "reply"}
        if self.own and self.random.random() < 0.7:
            form["parent"] = str(self.random.choice(self.own[-8:]))
        post_id = self.thread.split("/")[2]
        answer = self.insist(f"/posts/{post_id}/reply", form)
        number = comment_in(answer) if answer else None
        if number is None:
            self.diary.unanswered.append(text)
            if answer and "as deep" not in answer.text and "at most" not in answer.text:  # a branch that is too deep
                self.note(answer, f"reply: {answer.place} {answer.text[:300]}")
            return
        self.diary.replies[text] = number
        self.own.append(number)
        self.look_for(text)

    def edit(self, number: int) -> None:
        versions = self.diary.edits.setdefault(number, [])
        text = f"Better words {uuid.uuid4().hex} of {self.person}."
        form = {"source": text, "revision": str(1 + len(versions)), "action": "save"}
        answer = self.insist(f"/comments/{number}/edit", form)
        if answer and answer.place:
            versions.append(text)
            self.look_for(text)
        else:
            self.own.remove(number)  # whether it was saved is not known
            self.diary.unanswered.append(text)
            if answer:
                self.note(answer, f"edit: {answer.text[:300]}")

    def look_for(self, text: str) -> None:
        answer = self.insist(self.thread)
        if answer and answer.status == 200 and text.partition(",")[0] not in answer.text:
            self.diary.unread.append(text)
