from functools import cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

LINKED = {  # from every page
    "front": "pages:front", "tags": "pages:tags", "formatting": "pages:formatting", "log": "moderation:log",
    "inbox": "notifications:inbox", "write": "posts:new", "drafts": "posts:drafts", "profile": "accounts:profile",
    "desk": "admin:index", "log_in": "account_login", "log_out": "account_logout", "sign_up": "account_signup",
}  # fmt: skip


def site(request: HttpRequest) -> dict[str, Any]:
    """What every template may say of the site itself."""
    backend = settings.MAILERS["default"]["BACKEND"]
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "at": addresses(),
        "log_in_here": _log_in_here(request),
        "mail_on_console": backend.endswith("console.EmailBackend"),
        "passkeys_work": not _is_number(request.META.get("HTTP_HOST", "")),
    }


@cache
def addresses() -> dict[str, str]:
    """Of what every page links to. Looked up once: a page with twelve of them would take a twentieth longer."""
    return {name: reverse(view) for name, view in LINKED.items()}


def _log_in_here(request: HttpRequest) -> str:
    """Leads back to the page one was at, unless that is one of those that lead in."""
    log_in, at = addresses()["log_in"], request.resolver_match
    if at is None or at.route.startswith("accounts/"):
        return log_in
    return f"{log_in}?{urlencode({'next': request.path})}"


def _is_number(host: str) -> bool:
    """Whether a site was asked for by its IP address, to which browsers bind no passkey."""
    try:
        ip_address(host.rsplit(":", 1)[0].strip("[]"))
    except ValueError:
        return False
    return True
