"""All settings, from environment variables. docs/settings.md explains each; a test holds the two together."""

from email.utils import formataddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from forum.env import (
    LOOPBACK,
    env_bool,
    env_choice,
    env_hosts,
    env_int,
    env_ip,
    env_list,
    env_mailbox,
    env_secret,
    env_str,
    env_url,
    kept_secret,
)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env_str("COLLOQUY_VAR", default=str(BASE_DIR / "var"))).absolute()

# --- The site and its walls -------------------------------------------------------------------------------------------

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

# --- The house --------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "accounts",
    "forum.posts",
    "forum.comments",
    "forum.moderation",
    "forum.notifications",
    "forum",
    "mptt",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "django_htmx",
    "django_tasks_db",
    "forum.moderation.desk.DeskConfig",  # django.contrib.admin, as our own site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",  # its form templates, below ours
]

MIDDLEWARE = [
    "forum.instruments.front.ViewMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",  # so far out that redirects and static files have it
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "forum.kit.compression.CompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "forum.pages.caching.PersonalMiddleware",
    "forum.pages.errors.RefusalMiddleware",
    "forum.kit.trouble.TroubleMiddleware",
]

ROOT_URLCONF = "forum.urls"
WSGI_APPLICATION = "forum.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "forum.pages.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "forum.kit.assets.Storage"},
}

# --- Where things are kept --------------------------------------------------------------------------------------------


def _database(name: str, url: str) -> dict[str, Any]:
    try:
        return dict(dj_database_url.parse(url, conn_health_checks=True))
    except (ValueError, dj_database_url.ParseError) as fault:
        raise ImproperlyConfigured(f"{name} cannot be read: {fault}") from None


DATABASES: dict[str, Any] = {
    "default": _database("DATABASE_URL", env_str("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'colloquy.sqlite3'}"))
}
match DATABASES["default"].get("ENGINE"):
    case "django.db.backends.sqlite3":
        DATABASES["default"]["ENGINE"] = "forum.kit.fair_sqlite3"  # whose writers stand in line
        DATABASES["default"]["OPTIONS"] = {
            # A deferred transaction that read first cannot become a writer while another writes, whatever the timeout.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,  # seconds a writer waits for its turn
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    case "django.db.backends.postgresql":
        # A server that says nothing must not hold the site's threads for the two hours that TCP itself would wait.
        DATABASES["default"].setdefault("OPTIONS", {}).update(
            connect_timeout=4,  # seconds for each host that the address names
            keepalives_idle=10,  # seconds
            keepalives_interval=5,  # seconds
            keepalives_count=3,
            tcp_user_timeout=20_000,  # milliseconds
        )
    case engine:
        raise ImproperlyConfigured(
            f"DATABASE_URL must name sqlite or postgresql; {engine or 'nothing'} is not supported."
        )
# Seconds for which a thread keeps its connection. On SQLite too: who closes the last one writes the log back into the
# file and deletes it, which would cost every request 3 ms of CPU.
DATABASES["default"]["CONN_MAX_AGE"] = 60

# Copies of the database to read from (forum/kit/replicas.py), and the seconds by which one may be behind.
REPLICAS = [f"replica_{number}" for number, _ in enumerate(env_list("DATABASE_REPLICA_URLS"), start=1)]
REPLICA_LAG = env_int("COLLOQUY_REPLICA_LAG", default=5, at_least=1, at_most=60)
for _alias, _url in zip(REPLICAS, env_list("DATABASE_REPLICA_URLS"), strict=True):
    _replica = DATABASES[_alias] = _database("DATABASE_REPLICA_URLS", _url)
    if {_replica["ENGINE"], DATABASES["default"]["ENGINE"]} != {"django.db.backends.postgresql"}:
        raise ImproperlyConfigured("DATABASE_REPLICA_URLS is for PostgreSQL alone, and so must DATABASE_URL be then.")
    _replica["CONN_MAX_AGE"] = 60
    _replica["TEST"] = {"MIRROR": "default"}
    # Seconds; and milliseconds for which what was sent may stay without a sign from the other machine.
    _replica["OPTIONS"] = {"connect_timeout": 2, "tcp_user_timeout": 5000} | _replica.get("OPTIONS", {})
# Connections to the primary that the threads of a process share; 0: every thread keeps one of its own. Not to replicas:
# psycopg's pool makes who asks wait for a dead one, and finds it again only after a while. A refusal comes at once.
if POOL := env_int("DATABASE_POOL", default=0, at_most=64):
    if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_POOL is for PostgreSQL alone, and so must DATABASE_URL be then.")
    DATABASES["default"]["CONN_MAX_AGE"] = 0  # given back after each request
    _pool = {"min_size": POOL, "max_size": POOL, "timeout": 5}  # seconds
    DATABASES["default"]["OPTIONS"] = {**DATABASES["default"].get("OPTIONS", {}), "pool": _pool}
if REPLICAS:
    DATABASE_ROUTERS = ["forum.kit.replicas.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Answers for readers who are not logged in are kept in "pages" (forum/pages/door.py): at most a hundred megabytes.
LOCAL_CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        # Rates are counted here. Django's own 300 entries would be forgotten as soon as a few hundred people come.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 50},
    },
}
CACHES = LOCAL_CACHES
if REDIS_URL := env_str("REDIS_URL"):
    if not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured(f"REDIS_URL must start with redis://, rediss:// or unix://, not {REDIS_URL!r}.")
    redis = {"BACKEND": "forum.kit.steady_cache.RedisCache", "LOCATION": REDIS_URL}
    CACHES = {
        "default": redis | {"STAND_IN": "default here"},
        "pages": redis | {"STAND_IN": "pages here", "KEY_PREFIX": "pages"},
        **{f"{name} here": cache for name, cache in LOCAL_CACHES.items()},
    }

# What may take long after an act: done by the request itself, or by a worker that finds it in the database.
TASK_MODE = env_choice("COLLOQUY_TASKS", default="immediate", choices=("immediate", "database"))
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend"
        if TASK_MODE == "database"
        else "django.tasks.backends.immediate.ImmediateBackend"
    }
}

# --- People -----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_USERNAME_VALIDATORS = "accounts.names.username_validators"
ACCOUNT_USERNAME_BLACKLIST = ["admin", "administrator", "moderator", "moderators", "root", "system", "colloquy"]
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if OVER_TLS else "http"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_FORMS = {
    "login": "accounts.forms.LogInForm",
    "signup": "accounts.forms.SignUpForm",
    "add_email": "accounts.forms.AddAddressForm",
    "reset_password": "accounts.forms.ForgottenPasswordForm",
}
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a letter when a password, address or second factor changes
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = ON_LOOPBACK and not OVER_TLS

# Signing in elsewhere: a provider appears when both its settings are given.
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
SIGN_IN_ORIGINS: list[str] = []  # a form that ends in a redirect to these must be allowed by the policy below


def _sign_in_with(provider: str, prefix: str, origin: str, **extra: object) -> None:
    client_id, secret = env_str(f"{prefix}_CLIENT_ID"), env_secret(f"{prefix}_SECRET")
    if bool(client_id) != bool(secret):
        raise ImproperlyConfigured(f"{prefix}_CLIENT_ID and {prefix}_SECRET must be set together, or neither.")
    if client_id:
        app = {"client_id": client_id, "secret": secret, **extra}
        SOCIALACCOUNT_PROVIDERS[provider] = {"APPS": [app]}
        SIGN_IN_ORIGINS.append(origin)
        INSTALLED_APPS.append(f"allauth.socialaccount.providers.{provider}")  # only so it has addresses at all


_sign_in_with("orcid", "COLLOQUY_ORCID", "https://orcid.org")
_sign_in_with("github", "COLLOQUY_GITHUB", "https://github.com")
_sign_in_with("google", "COLLOQUY_GOOGLE", "https://accounts.google.com")
OIDC_URL = env_url("COLLOQUY_OIDC_URL", schemes=("http", "https") if ON_LOOPBACK else ("https",))
if bool(OIDC_URL) != bool(env_str("COLLOQUY_OIDC_CLIENT_ID")):
    raise ImproperlyConfigured("COLLOQUY_OIDC_URL and COLLOQUY_OIDC_CLIENT_ID must be set together, or neither.")
_sign_in_with(
    "openid_connect",
    "COLLOQUY_OIDC",
    OIDC_URL,
    provider_id="oidc",
    name=env_str("COLLOQUY_OIDC_NAME", default="single sign-on"),
    settings={"server_url": OIDC_URL},
)

# --- Mail -------------------------------------------------------------------------------------------------------------

MAIL_SECURITY = env_choice("COLLOQUY_EMAIL_SECURITY", default="starttls", choices=("starttls", "tls", "none"))
MAIL_PORT = env_int("COLLOQUY_EMAIL_PORT", default=587, at_least=1, at_most=65535)
MAILERS: dict[str, Any] = {"default": {"BACKEND": "forum.kit.console.EmailBackend"}}
if MAIL_HOST := env_str("COLLOQUY_EMAIL_HOST"):
    MAILERS["default"] = {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": MAIL_HOST,
            "port": MAIL_PORT,
            "username": env_str("COLLOQUY_EMAIL_USER"),
            "password": env_secret("COLLOQUY_EMAIL_PASSWORD"),
            "use_tls": MAIL_SECURITY == "starttls",
            "use_ssl": MAIL_SECURITY == "tls",
            "timeout": 20,  # seconds
        },
    }
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env_mailbox(
    "COLLOQUY_EMAIL_FROM", default=formataddr((SITE_NAME, f"noreply@{SITE_HOST}"))
)

# --- What may be loaded by a page -------------------------------------------------------------------------------------

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],  # data: the code to photograph when a second factor is set up
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF, *SIGN_IN_ORIGINS],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}

# --- How much a person may write --------------------------------------------------------------------------------------

COMMENTS_PER_MINUTE = env_int("COLLOQUY_COMMENTS_PER_MINUTE", default=6, at_least=1)
COMMENTS_PER_DAY = env_int("COLLOQUY_COMMENTS_PER_DAY", default=200, at_least=1)
POSTS_PER_DAY = env_int("COLLOQUY_POSTS_PER_DAY", default=10, at_least=1)
EDITS_PER_HOUR = env_int("COLLOQUY_EDITS_PER_HOUR", default=60, at_least=1)
REPORTS_PER_DAY = env_int("COLLOQUY_REPORTS_PER_DAY", default=30, at_least=1)
PREVIEWS_PER_MINUTE = env_int("COLLOQUY_PREVIEWS_PER_MINUTE", default=60, at_least=1)

# --- Logs -------------------------------------------------------------------------------------------------------------

LOG_LEVEL = env_choice("COLLOQUY_LOG_LEVEL", default="info", choices=("debug", "info", "warning", "error")).upper()
LOG_FORMAT = env_choice("COLLOQUY_LOG_FORMAT", default="text", choices=("text", "json"))
LOG_REQUESTS = env_bool("COLLOQUY_LOG_REQUESTS", default=False)
SLOW_QUERY_MS = env_int("COLLOQUY_SLOW_QUERY_MS", default=0)  # 0: none is logged
METRICS_TOKEN = env_secret("COLLOQUY_METRICS_TOKEN", at_least=20)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "forum.instruments.logs.RequestFilter"}},
    "formatters": {
        "text": {"()": "forum.instruments.logs.TextFormatter"},
        "json": {"()": "forum.instruments.logs.JSONFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["request"]}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"django": {"handlers": [], "level": LOG_LEVEL, "propagate": True}},
}
