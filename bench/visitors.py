"""People of a load over HTTP: writers who look at once for what they wrote, readers, and a diary of what they saw.

A writer sends a form again, with the same id, until it is answered with a redirect: what is acknowledged then must be
in the database exactly once.
"""

import http.client
import random
import re
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

PASSWORD = "correct horse battery"
PAUSE = 0.05  # seconds between two acts of a person
GIVE_UP = 45.0  # seconds for one act
COMMENT = re.compile(r"#c([0-9]+)|/c/([0-9]+)/")


@dataclass
class Diary:
    """What all of them saw. Times are those of ``time.monotonic``."""

    replies: dict[str, int] = field(default_factory=dict)  # text: the number of the comment
    edits: dict[int, list[str]] = field(default_factory=dict)  # comment: the texts it was given, in order
    unanswered: list[str] = field(default_factory=list)  # texts that nobody acknowledged
    troubles: list[tuple[float, int, str]] = field(default_factory=list)  # when, status (0: none), what was asked
    unread: list[str] = field(default_factory=list)  # own writes that the next page did not show
    waits: dict[str, list[float]] = field(default_factory=lambda: {"read": [], "write": []})
    answers: Counter[int] = field(default_factory=Counter)


class Visitor(threading.Thread):
    def __init__(self, *, port: int, diary: Diary, stop: threading.Event, thread: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.port, self.diary, self.stop, self.thread = port, diary, stop, thread
        self.random = random.Random(seed)
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, the place it leads to, the page. Status 0: no answer."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            form = form | {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
            headers["Content-Type"], body = "application/x-www-form-urlencoded", urlencode(form)
        begun = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=GIVE_UP)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        except (OSError, http.client.HTTPException) as fault:
            self.diary.troubles.append((begun, 0, f"{method} {path}: {fault!r}"))
            return 0, "", ""
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        now = time.monotonic()
        self.diary.waits["write" if method == "POST" else "read"].append(now - begun)
        self.diary.answers[answer.status] += 1
        if answer.status >= 500:
            self.diary.troubles.append((now, answer.status, f"{method} {path}"))
        return answer.status, answer.headers.get("Location", ""), page

    def insist(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Ask again until there is an answer that is no failure of the site's."""
        begun = time.monotonic()
        while True:
            status, place, page = self.ask(method, path, form)
            if 0 < status < 500 or time.monotonic() - begun > GIVE_UP:
                return status, place, page
            time.sleep(0.3)


class Reader(Visitor):
    """Is not logged in."""

    def run(self) -> None:
        while not self.stop.is_set():
            path = self.random.choice([self.thread, self.thread, "/", "/tags/"])
            status, _, _ = self.ask("GET", path)
            if status not in {0, 200} and status < 500:
                self.diary.troubles.append((time.monotonic(), status, f"GET {path}"))
            time.sleep(PAUSE)


class Writer(Visitor):
    def __init__(self, name: str, **others: object) -> None:
        super().__init__(**others)  # type: ignore[arg-type]
        self.person = name
        self.own: list[int] = []

    def run(self) -> None:
        self.insist("GET", "/accounts/login/")
        status, _, page = self.insist("POST", "/accounts/login/", {"login": self.person, "password": PASSWORD})
        if status != 302:
            self.diary.troubles.append((time.monotonic(), status, f"log-in of {self.person}: {page[:200]}"))
            return
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
        status, place, page = self.insist("POST", f"/posts/{post_id}/reply", form)
        found = COMMENT.search(place)
        if status != 302 or found is None:
            self.diary.unanswered.append(text)
            if (
                0 < status < 500 and "as deep" not in page and "at most" not in page
            ):  # a branch that is too deep is refused
                self.diary.troubles.append((time.monotonic(), status, f"reply: {place} {page[:300]}"))
            return
        number = int(found[1] or found[2])
        self.diary.replies[text] = number
        self.own.append(number)
        self.look_for(text)

    def edit(self, number: int) -> None:
        versions = self.diary.edits.setdefault(number, [])
        text = f"Better words {uuid.uuid4().hex} of {self.person}."
        form = {"source": text, "revision": str(1 + len(versions)), "action": "save"}
        status, place, page = self.insist("POST", f"/comments/{number}/edit", form)
        if status == 302:
            versions.append(text)
            self.look_for(text)
        else:
            self.own.remove(number)  # whether it was saved is not known
            self.diary.unanswered.append(text)
            if 0 < status < 500:
                self.diary.troubles.append((time.monotonic(), status, f"edit: {place} {page[:300]}"))

    def look_for(self, text: str) -> None:
        status, _, page = self.insist("GET", self.thread)
        if status == 200 and text.partition(",")[0] not in page:
            self.diary.unread.append(text)
