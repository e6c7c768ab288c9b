"""Somebody with a browser, and a watch over everything that their browser complains of."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

from accounts.models import User

PATIENCE = 10_000  # ms; the machine may be busy with the other half of the tests

# Runs before any script of a page, where script is on; where it is off, the console tells the same.
TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", event =>
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));"""


@dataclass
class Watch:
    """Collects what no page may do: errors in the console, policy violations, failed and foreign requests.

    ``refused`` are the statuses of 400 and above that a journey brings about on purpose.
    """

    origin: str
    refused: Collection[int]
    faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.on("console", self.heard)
        context.on("weberror", lambda fault: self.faults.append(f"uncaught: {fault.error}"))
        context.on("request", self.asked)
        context.on("requestfailed", self.failed)
        context.on("response", self.answered)
        context.add_init_script(TELL_VIOLATIONS)

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


def open_browser(
    chromium: Browser,
    origin: str,
    person: User | None = None,
    *,
    script: bool = True,
    refused: Collection[int] = (),
    **options: Any,
) -> tuple[Page, Watch]:
    """A page in a browser of its own, logged in as ``person``."""
    context = chromium.new_context(base_url=origin, java_script_enabled=script, accept_downloads=True, **options)
    context.set_default_timeout(PATIENCE)
    watch = Watch(origin, refused)
    watch.over(context)
    if person is not None:
        context.add_cookies([session_of(person, origin)])
    return context.new_page(), watch


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
    """The cookie of a session that has just begun with a password: allauth asks for it anew after a while."""
    client = Client()
    client.force_login(person)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": time.time(), "username": person.username, "reauthenticated": True}
    ]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(person.pk)
    session.save()
    return {"name": settings.SESSION_COOKIE_NAME, "value": str(session.session_key), "url": origin}
