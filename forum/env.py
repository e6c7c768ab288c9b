"""Typed readers of the environment. Nonsense is refused at start, with the name of the variable and what it must be."""

import os
import re
import secrets
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def env_str(name: str, *, default: str = "") -> str:
    """One line of text; blank counts as not set."""
    value = os.environ.get(name, "").strip()
    if not value.isprintable():  # a line end in a name would end up in the headers of mail
        raise ImproperlyConfigured(f"{name} must be one line without control characters.")
    return value or default


def env_bool(name: str, *, default: bool) -> bool:
    raw = env_str(name).lower()
    try:
        return {"": default, "1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[raw]
    except KeyError:
        raise ImproperlyConfigured(f"{name} must be true or false, not {raw!r}.") from None


def env_int(name: str, *, default: int, at_least: int = 0, at_most: int | None = None) -> int:
    raw = env_str(name, default=str(default))
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}.") from None
    if value < at_least or (at_most is not None and value > at_most):
        bounds = f"at least {at_least}" if at_most is None else f"from {at_least} to {at_most}"
        raise ImproperlyConfigured(f"{name} must be {bounds}, not {value}.")
    return value


def env_list(name: str) -> list[str]:
    """Words, comma-separated; empty ones are dropped."""
    return [word for part in env_str(name).split(",") if (word := part.strip())]


def env_hosts(name: str) -> list[str]:
    """Names of hosts, comma-separated; ``.example.org`` stands for all below it."""
    hosts = env_list(name)
    for host in hosts:
        if not re.fullmatch(r"\.?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", host):
            raise ImproperlyConfigured(f"{name} must be names of hosts, such as forum.example.org, not {host!r}.")
    return hosts


def env_ip(name: str, *, default: str) -> str:
    raw = env_str(name, default=default)
    try:
        return str(ip_address(raw))
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be an IP address such as {default}, not {raw!r}.") from None


def env_mailbox(name: str, *, default: str) -> str:
    """A sender of mail: ``Name <name@example.org>`` or the address alone."""
    raw = env_str(name, default=default)
    if "@" not in parseaddr(raw)[1]:
        raise ImproperlyConfigured(f"{name} must be an address such as Forum <forum@example.org>, not {raw!r}.")
    return raw


def env_choice(name: str, *, default: str, choices: tuple[str, ...]) -> str:
    value = env_str(name, default=default).lower()
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def env_url(name: str, *, default: str = "", schemes: tuple[str, ...]) -> str:
    """An absolute address without a path, query or closing slash, such as ``https://forum.example.org``."""
    raw = env_str(name, default=default).rstrip("/")
    if not raw:
        return ""
    try:
        parts = urlsplit(raw)
        usable = parts.scheme in schemes and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is no number, an unclosed bracket
        usable = False
    if not usable or parts.query or parts.fragment or parts.path or parts.username:
        example = f"{schemes[-1]}://forum.example.org"
        raise ImproperlyConfigured(
            f"{name} must be an address such as {example}, with nothing after the host, not {raw!r}."
        )
    return raw


def env_secret(name: str, *, at_least: int = 1) -> str:
    """A secret from ``NAME`` or from the file that ``NAME_FILE`` names; empty when neither is set.

    ``at_least`` is the shortest accepted length in characters.
    """
    value = env_str(name)
    if path := env_str(f"{name}_FILE"):
        try:
            value = Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as fault:
            raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read: {fault}.") from None
        if not value:
            raise ImproperlyConfigured(f"{name}_FILE names an empty file: {path}.")
    if value and len(value) < at_least:
        raise ImproperlyConfigured(f"{name} must have at least {at_least} characters; it has {len(value)}.")
    return value


def kept_secret(path: Path) -> str:
    """The secret kept in ``path``; made at the first call, readable by the owner alone.

    For a site on this machine's own loopback only: a real site is given its secret.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(64))
            try:
                os.link(draft, path)  # refused when another process was faster: then theirs counts
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text()
    except OSError as fault:
        raise ImproperlyConfigured(f"COLLOQUY_VAR must name a folder that can be written: {fault}.") from None
