"""Accounts that stand for people whose words were imported, until the owner of the address takes them over."""

import re
import unicodedata
from itertools import count

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.models import User
from accounts.names import clean_orcid

USERNAME_LENGTH = 40
NAME_LENGTH = 80


def find_by_address(address: str) -> User | None:
    """Who has shown that ``address`` is theirs, or the placeholder that waits for its owner."""
    address = usable_address(address)
    if not address:
        return None
    confirmed = EmailAddress.objects.filter(email__iexact=address, verified=True).select_related("user").first()
    if confirmed:
        return confirmed.user
    return User.objects.filter(placeholder=True, imported_address__iexact=address).order_by("pk").first()


def find_by_name(username: str, *, display_name: str) -> User | None:
    """The placeholder made earlier for somebody of these names.

    Never an account that somebody holds: a file may say anything, and would else put words into their mouth.
    """
    return User.objects.named(username_from(username)).filter(placeholder=True, display_name=display_name).first()


def add_placeholder(*, username: str, display_name: str, orcid: str = "", address: str = "") -> User:
    """A new placeholder. A ``username`` that is taken or not possible here is changed until it is."""
    person = User(
        username=free_username(username),
        display_name=shown_name(display_name),
        orcid=_usable_orcid(orcid),
        placeholder=True,
        imported_address=usable_address(address),
    )
    person.set_unusable_password()
    person.save(force_insert=True)
    return person


def username_from(text: str) -> str:
    """``text`` as a username may be written here: letters a to z, digits, dots, hyphens, underscores."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", plain)[:USERNAME_LENGTH].strip("-_.") or "someone"


def free_username(text: str) -> str:
    base = username_from(text)
    taken = {
        name.lower() for name in User.objects.filter(username__istartswith=base[:30]).values_list("username", flat=True)
    }
    for number in count(1):
        ending = "" if number == 1 else f"-{number}"
        name = base[: USERNAME_LENGTH - len(ending)].rstrip("-_.") + ending
        if name.lower() not in taken:
            return name
    raise AssertionError("count() never ends")


def shown_name(text: str) -> str:
    return " ".join(text.split())[:NAME_LENGTH].strip()


def usable_address(address: str) -> str:
    address = address.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address if len(address) <= 254 else ""


def _usable_orcid(orcid: str) -> str:
    try:
        return clean_orcid(orcid) if orcid else ""
    except ValidationError:
        return ""
