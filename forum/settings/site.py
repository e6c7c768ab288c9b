"""Where the site is, who may reach it, and the walls that follow from its address."""

from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from forum.env import (
    LOOPBACK,
    env_bool,
    env_hosts,
    env_int,
    env_ip,
    env_secret,
    env_str,
    env_url,
    kept_secret,
)

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(env_str("COLLOQUY_VAR", default=str(BASE_DIR / "var"))).absolute()

DEBUG = env_bool("COLLOQUY_DEBUG", default=False)
PORT = env_int("PORT", default=8000, at_least=1, at_most=65535)
BIND = env_ip("COLLOQUY_BIND", default="127.0.0.1")  # where the server listens; the proxy reaches it there
WORKERS = env_int("COLLOQUY_WORKERS", default=1, at_least=1, at_most=64)  # processes
THREADS = env_int("COLLOQUY_THREADS", default=4, at_least=1, at_most=64)  # of each process: answers at once
RENDERERS = env_int("COLLOQUY_RENDERERS", default=2, at_most=64)  # children of each process that render texts
SITE_NAME = env_str("COLLOQUY_SITE_NAME", default="Colloquy")
SITE_URL = env_url("COLLOQUY_SITE_URL", default=f"http://127.0.0.1:{PORT}", schemes=("http", "https"))
SITE_HOST = urlsplit(SITE_URL).hostname or ""
ON_LOOPBACK = SITE_HOST in LOOPBACK
OVER_TLS = SITE_URL.startswith("https://")
if not (OVER_TLS or ON_LOOPBACK or DEBUG):
    raise ImproperlyConfigured(
        f"COLLOQUY_SITE_URL must start with https:// for a site that others can reach, not {SITE_URL!r}: "
        "cookies would travel in the clear. Only a loopback address may do without."
    )

SECRET_KEY = env_secret("COLLOQUY_SECRET_KEY", at_least=50)
if not SECRET_KEY:
    if not ON_LOOPBACK:
        raise ImproperlyConfigured(
            "COLLOQUY_SECRET_KEY (or COLLOQUY_SECRET_KEY_FILE) must be set: at least 50 random characters, kept secret."
        )
    SECRET_KEY = kept_secret(VAR_DIR / "secret-key")

ALLOWED_HOSTS = [
    SITE_HOST,
    *env_hosts("COLLOQUY_EXTRA_HOSTS"),
    *(["localhost", "127.0.0.1", "[::1]"] if ON_LOOPBACK else []),
]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# How many proxies of our own stand in front; their X-Forwarded-For and X-Forwarded-Proto are then believed.
PROXIES = env_int("COLLOQUY_PROXIES", default=0, at_most=5)
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SECURE_SSL_REDIRECT = OVER_TLS and not DEBUG
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked by machines inside, over plain HTTP
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = OVER_TLS and not DEBUG
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Days for which browsers are told to insist on TLS; 365 is what preload lists ask for.
HSTS_DAYS = env_int("COLLOQUY_HSTS_DAYS", default=365)
SECURE_HSTS_SECONDS = HSTS_DAYS * 86_400 if OVER_TLS and not DEBUG else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env_bool("COLLOQUY_HSTS_SUBDOMAINS", default=True)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "forum.pages.errors.csrf_failure"

DATA_UPLOAD_MAX_MEMORY_SIZE = (
    2_500_000  # bytes of a form: a post of 200,000 characters, percent-encoded, at 12 bytes each
)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 0  # no form takes one, and the limit above does not count their bytes
