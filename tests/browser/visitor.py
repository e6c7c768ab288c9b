"""Somebody with a browser, and a watch over everything that their browser complains of."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, ViewportSize, WebError

from accounts.models import User

PATIENCE = 30_000  # ms; the machine may be busy with the other half of the tests

WINDOW = ViewportSize(width=1280, height=720)  # pixels; Playwright's own choice

# Runs before any script of a page, where script is on; where it is off, the console tells the same.
TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", event =>
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));"""


def until(page: Page, condition: str) -> None:
    """Wait for a condition in script. Page.wait_for_function asks within the page, where our policy forbids to."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(condition):
        if time.monotonic() > deadline:
            raise AssertionError(f"did not come: {condition}")
        page.wait_for_timeout(50)


@dataclass
class Watch:
    """Collects what no page may do: errors in the console, policy violations, failed and foreign requests.

    ``refused`` are the statuses of 400 and above that a journey brings about on purpose.
    """

    origin: str
    refused: Collection[int]
    faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        for event, listener in self.listeners():
            context.on(event, listener)

    def end(self, context: BrowserContext) -> None:
        for event, listener in self.listeners():
            context.remove_listener(event, listener)

    def listeners(self) -> list[tuple[Any, Callable[[Any], None]]]:
        return [
            ("console", self.heard), ("weberror", self.thrown), ("request", self.asked),
            ("requestfailed", self.failed), ("response", self.answered),
        ]  # fmt: skip

    def thrown(self, fault: WebError) -> None:
        self.faults.append(f"uncaught: {fault.error}")

    def heard(self, message: ConsoleMessage) -> None:
        # Of an answer of 400 and above the console tells as well; ``answered`` judges those.
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text} ({message.location})")

    def asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self.faults.append(f"foreign: {request.url}")

    def failed(self, request: Request) -> None:
        # Aborted is what was under way when the visitor went on, and every download.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"failed: {request.url} {request.failure}")

    def answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.refused:
            self.faults.append(f"answered {response.status}: {response.request.method} {response.url}")


@dataclass(frozen=True)
class Visit:
    page: Page
    watch: Watch
    script: bool | None  # None: a browser that nobody else will get


@dataclass
class Browsers:
    """Browsers of one Chromium, each for one visitor; a new one takes longer than most of what is done in it.

    ``open`` hands out one that an earlier visitor has left, unless it was special; ``leave`` empties it for the next.
    """

    chromium: Browser
    origin: str
    left: dict[bool, list[Page]] = field(default_factory=lambda: defaultdict(list))  # with script, and without

    def open(
        self,
        person: User | None = None,
        *,
        script: bool = True,
        refused: Collection[int] = (),
        own: bool = False,
        **options: Any,
    ) -> Visit:
        """A page in a browser where ``person`` is logged in. Nobody else gets an ``own`` one, nor one with options."""
        special = own or bool(options)
        if special or not self.left[script]:
            options = {"base_url": self.origin, "java_script_enabled": script, "accept_downloads": True} | options
            context = self.chromium.new_context(**options)
            context.set_default_timeout(PATIENCE)
            context.add_init_script(TELL_VIOLATIONS)
            page = context.new_page()
        else:
            page = self.left[script].pop()
        watch = Watch(self.origin, refused)
        watch.over(page.context)
        if person is not None:
            page.context.add_cookies([session_of(person, self.origin)])
        return Visit(page, watch, None if special else script)

    def leave(self, visit: Visit) -> None:
        page, context = visit.page, visit.page.context
        if visit.script is None or context.pages != [page]:
            context.close()
            return
        if page.url.startswith(self.origin):
            page.evaluate("sessionStorage.clear()")
        page.goto("about:blank")
        page.unroute_all()
        visit.watch.end(context)
        wire = context.new_cdp_session(page)
        wire.send("Storage.clearDataForOrigin", {"origin": self.origin, "storageTypes": "all"})
        wire.send("Network.clearBrowserCache")
        wire.send("Page.resetNavigationHistory")
        wire.detach()
        context.clear_cookies()
        page.set_viewport_size(WINDOW)
        page.emulate_media(media="null", color_scheme="light", reduced_motion="no-preference")
        self.left[visit.script].append(page)


def plug_in_key(page: Page) -> None:
    """Give the browser a security key that holds passkeys and finds its owner present."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def session_of(person: User, origin: str) -> dict[str, str]:
    """The cookie of a session that began with a password just now: allauth asks for it anew after five minutes.

    It is as if it were an hour later, for a test may be slow.
    """
    client = Client()
    client.force_login(person)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": time.time() + 3600, "username": person.username, "reauthenticated": True}
    ]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(person.pk)
    session.save()
    return {"name": settings.SESSION_COOKIE_NAME, "value": str(session.session_key), "url": origin}
