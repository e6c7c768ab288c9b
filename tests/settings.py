"""The site's own settings, with what tests need to be quick and alone."""

import os

os.environ.setdefault("COLLOQUY_LOG_LEVEL", "warning")
os.environ.setdefault("COLLOQUY_RENDERERS", "1")

from forum.settings import *  # noqa: F403
from forum.settings import DATABASES, VAR_DIR

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True  # static files straight from their folders
ACCOUNT_RATE_LIMITS = False  # the fixed cast logs in more often than people do
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file and not memory, so that several processes and the live server share it as they do in life.
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"  # no test survives a power cut
