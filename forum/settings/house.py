"""What the pages are made of: apps, middleware, templates, static files, and what a page may load."""

from django.utils.csp import CSP

from forum.settings.people import SIGN_IN_APPS, SIGN_IN_ORIGINS
from forum.settings.site import BASE_DIR, VAR_DIR

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
    *SIGN_IN_APPS,
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
USE_I18N = False  # one language: to look for the reader's at every address and number would cost each page a twentieth
FORMAT_MODULE_PATH = "forum.formats"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "forum.kit.assets.Storage"},
}

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
