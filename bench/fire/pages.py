"""A page as a strict reader sees it: whether it is whole, what forms it has, what it leads to."""

import json
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """``faults`` is empty for a page that came whole: every element is closed in its turn, no id stands twice, and it
    ends where a page ends. Nothing is forgiven that a browser would."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.fields: dict[str, str] = {}  # of all forms together; a page of ours has one that is sent
        self._open: list[str] = []
        self._textarea: str | None = None
        self.feed(text)
        self.close()
        if self._open:
            self.faults.append(f"not closed: {' '.join(self._open)}")
        if not (text.lstrip()[:15].lower() == "<!doctype html>" and text.rstrip().endswith("</html>")):
            self.faults.append(f"begins {text[:20]!r}, ends {text[-20:]!r}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(tag, attrs)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> at line {self.getpos()[0]} closes what is not open")
        if tag == "textarea":
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self.fields[self._textarea] += data.removeprefix("\n")

    def _look(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if name := values.get("id"):
            if name in self.ids:
                self.faults.append(f"two have the id {name}")
            self.ids.add(name)
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "input" and values.get("type") != "submit" and "name" in values:
            self.fields[values["name"]] = values.get("value", "")
        if tag == "textarea":
            self._textarea = values["name"]
            self.fields[self._textarea] = ""


def faults_in(name: str, text: str) -> list[str]:
    """What is wrong with an export of the format ``name``."""
    match name:
        case "json":
            return _faults_in_document(text)
        case "html":
            return Page(text).faults
        case "mbox":
            return [] if text.startswith("From ") and text.endswith("\n") else ["is no mailbox"]
        case _:
            return [] if text.strip() else ["is empty"]


def _faults_in_document(text: str) -> list[str]:
    try:
        thread = json.loads(text)
    except ValueError as fault:
        return [f"is no JSON: {fault}"]
    faults, seen = [], set()
    for comment in thread["comments"]:
        if comment["uid"] in seen:
            faults.append(f"{comment['uid']} stands twice")
        if comment["parent"] is not None and comment["parent"] not in seen:
            faults.append(f"{comment['uid']} stands before what it answers")
        seen.add(comment["uid"])
        numbers = [revision["number"] for revision in comment["revisions"]]
        if comment["state"] == "visible" and numbers != list(range(1, comment["revision"] + 1)):
            faults.append(f"{comment['uid']} at revision {comment['revision']} has {numbers}")
    return faults
