"""Accounts, signing in here and elsewhere, and how much a person may write."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from forum.env import env_int, env_secret, env_str, env_url
from forum.settings.site import ON_LOOPBACK, OVER_TLS, SITE_NAME

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
SIGN_IN_APPS: list[str] = []  # only so has a provider addresses at all
SIGN_IN_ORIGINS: list[str] = []  # a form that ends in a redirect to these must be allowed by the policy


def _sign_in_with(provider: str, prefix: str, origin: str, **extra: object) -> None:
    client_id, secret = env_str(f"{prefix}_CLIENT_ID"), env_secret(f"{prefix}_SECRET")
    if bool(client_id) != bool(secret):
        raise ImproperlyConfigured(f"{prefix}_CLIENT_ID and {prefix}_SECRET must be set together, or neither.")
    if client_id:
        app = {"client_id": client_id, "secret": secret, **extra}
        SOCIALACCOUNT_PROVIDERS[provider] = {"APPS": [app]}
        SIGN_IN_ORIGINS.append(origin)
        SIGN_IN_APPS.append(f"allauth.socialaccount.providers.{provider}")


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

COMMENTS_PER_MINUTE = env_int("COLLOQUY_COMMENTS_PER_MINUTE", default=6, at_least=1)
COMMENTS_PER_DAY = env_int("COLLOQUY_COMMENTS_PER_DAY", default=200, at_least=1)
POSTS_PER_DAY = env_int("COLLOQUY_POSTS_PER_DAY", default=10, at_least=1)
EDITS_PER_HOUR = env_int("COLLOQUY_EDITS_PER_HOUR", default=60, at_least=1)
REPORTS_PER_DAY = env_int("COLLOQUY_REPORTS_PER_DAY", default=30, at_least=1)
PREVIEWS_PER_MINUTE = env_int("COLLOQUY_PREVIEWS_PER_MINUTE", default=60, at_least=1)
