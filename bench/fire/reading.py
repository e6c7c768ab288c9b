"""A reader: threads, branches, exports, lists and the inbox, and whether each came whole."""

import hashlib
import random
import re
from typing import Any
from urllib.parse import urljoin

from bench.fire.browsing import Answer, Browser, Lost
from bench.fire.ledger import Ledger, now
from bench.fire.pages import Page, faults_in

THREAD = re.compile(r"/posts/([0-9]+)/[^/]+/")
BRANCH = re.compile(r"(?:/posts/[0-9]+/[^/]+/)?c/[0-9]+/")
KINDS = {"thread": 40, "branch": 20, "export": 15, "front page": 20, "inbox": 5}
FORMATS = ("json", "md", "html", "mbox")
PATIENCE = 90.0  # seconds


class Reader:
    """``browser`` is logged in, or it is not."""

    def __init__(self, number: int, stage: dict[str, Any], browser: Browser, ledger: Ledger, *, seed: int) -> None:
        self.browser = browser
        self.ledger = ledger
        self.random = random.Random(f"{seed}/reader/{number}")
        self.logged_in = "sessionid" in browser.cookies
        self.threads = [f"/posts/{post}/" for post in stage["posts"]]
        self.branches: list[str] = []
        self.tags: dict[str, str] = {}  # of pages that were read, by address

    def turn(self) -> None:
        kind = self.random.choices(list(KINDS), list(KINDS.values()))[0]
        if kind == "inbox" and not self.logged_in:
            kind = "thread"
        try:
            getattr(self, f"_{kind.replace(' ', '_')}")()
        except Lost as lost:
            self.ledger.write(asked=kind, at=self.browser.asked_at, until=now(), lost=True, fault=repr(lost))
            self.browser.wait_until_up(PATIENCE)

    def _thread(self) -> None:
        path = self.random.choice(self.threads)
        headers = {"Accept-Encoding": "gzip"} if self.random.random() < 0.5 else {}
        if path in self.tags and self.random.random() < 0.5:
            headers["If-None-Match"] = self.tags[path]
        answer = self.browser.get(path, **headers)
        page = self._page("thread", answer)
        if page is None:
            return
        self.tags[path] = answer.headers.get("etag", "")
        found = {urljoin(answer.path, link) for link in page.links if BRANCH.fullmatch(link)}
        self.branches = [*self.branches, *sorted(found)][-300:]

    def _branch(self) -> None:
        if self.branches:
            self._page("branch", self.browser.get(self.random.choice(self.branches)))

    def _export(self) -> None:
        post, name = self.random.choice(self.threads).split("/")[2], self.random.choice(FORMATS)
        answer = self.browser.get(f"/posts/{post}/export.{name}")
        self._note("export", answer, faults_in(name, answer.text) if answer.status == 200 else [])

    def _front_page(self) -> None:
        page = self._page("front page", self.browser.get(self.random.choice(["/", "/?sort=active"])))
        for link in page.links if page else ():
            if (match := THREAD.fullmatch(link)) and match[0] not in self.threads:
                self.threads = [*self.threads, match[0]][-40:]

    def _inbox(self) -> None:
        self._page("inbox", self.browser.get("/inbox/"))

    def _page(self, kind: str, answer: Answer) -> Page | None:
        """The page, unless it has not changed or is none."""
        page = Page(answer.text) if answer.status == 200 else None
        self._note(kind, answer, page.faults if page else [])
        return page

    def _note(self, kind: str, answer: Answer, faults: list[str]) -> None:
        allowed = {200, 304} if kind == "thread" else {200, 404} if kind == "branch" else {200}  # moved while we read
        if answer.status not in allowed and not answer.failed:
            faults = [*faults, f"status {answer.status}"]
        line = {"asked": kind, "at": answer.asked_at, "until": answer.asked_at + answer.took, "took": answer.took}
        if not self.logged_in and answer.status == 200 and "etag" in answer.headers:
            line["etag"] = answer.headers["etag"]
            line["content"] = hashlib.blake2s(answer.text.encode(), digest_size=12).hexdigest()
        self.ledger.write(**line, status=answer.status, fault="; ".join(faults[:3]), logged_in=self.logged_in)
