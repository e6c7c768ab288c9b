from typing import Any

from allauth.account.forms import AddEmailForm, LoginForm, ResetPasswordForm, SignupForm
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from accounts.models import User
from accounts.names import clean_orcid
from forum.markup.fields import LineField, MarkdownField

BIO_LIMIT = 10_000  # characters of Markdown
WEBSITE_LIMIT = 200  # characters

_is_web_address = URLValidator(
    schemes=["http", "https"], message="Give a web address that starts with http:// or https://."
)


class ProfileForm(forms.Form):
    """What a person says of themselves."""

    display_name = LineField(
        label="Name",
        limit=80,
        required=False,
        help_text="Shown with what you write. Without one, your username is.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    bio = MarkdownField(label="About you", limit=BIO_LIMIT, required=False)
    affiliation = LineField(
        label="Affiliation",
        limit=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    website = LineField(
        label="Website",
        limit=WEBSITE_LIMIT,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "url"}),
    )
    orcid = LineField(
        label="ORCID iD", limit=60, required=False, help_text="Sixteen digits, such as 0000-0002-1825-0097."
    )

    def clean_website(self) -> str:
        address = str(self.cleaned_data["website"])
        if not address:
            return ""
        if "://" not in address:
            address = f"https://{address}"
        _is_web_address(address)
        if len(address) > WEBSITE_LIMIT:
            raise ValidationError(f"A web address may have {WEBSITE_LIMIT} characters here.", code="too-long")
        return address

    def clean_orcid(self) -> str:
        text = str(self.cleaned_data["orcid"])
        return clean_orcid(text) if text else ""

    @classmethod
    def of(cls, person: User) -> "ProfileForm":
        initial: dict[str, Any] = {name: getattr(person, name) for name in cls.base_fields}
        return cls(initial=initial)


class LogInForm(LoginForm):
    """django-allauth's form in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Username or e-mail"
        self.fields["remember"].label = "Stay logged in on this device"


class SignUpForm(SignupForm):
    """django-allauth's form in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = "It stands in the address of your page. You can show another name later."
        self.fields["email"].label = "E-mail"
        self.fields["email"].help_text = "Never shown to anybody."
        self.fields["password2"].label = "Password, once more"


class AddAddressForm(AddEmailForm):
    """django-allauth's form in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail"


class ForgottenPasswordForm(ResetPasswordForm):
    """django-allauth's form in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail"
