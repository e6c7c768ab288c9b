"""What the site says to the outside: its mail and its logs."""

from email.utils import formataddr
from typing import Any

from forum.env import env_bool, env_choice, env_int, env_mailbox, env_secret, env_str
from forum.settings.site import SITE_HOST, SITE_NAME

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
