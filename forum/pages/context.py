from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """What every template may say of the site itself."""
    backend = settings.MAILERS["default"]["BACKEND"]
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "mail_on_console": backend.endswith("console.EmailBackend"),
        "passkeys_work": not _is_number(request.META.get("HTTP_HOST", "")),
    }


def _is_number(host: str) -> bool:
    """Whether a site was asked for by its IP address, to which browsers bind no passkey."""
    try:
        ip_address(host.rsplit(":", 1)[0].strip("[]"))
    except ValueError:
        return False
    return True
