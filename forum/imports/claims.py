"""Imported words find their author: who confirms the address they came from takes them over."""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import ProtectedError, RestrictedError

from accounts.models import User
from forum.comments import services as comments
from forum.posts import services as posts


def on_confirmed_address(*, email_address: EmailAddress, **_: object) -> None:
    claim(person=email_address.user, address=email_address.email)


def on_sign_up(*, user: User, **_: object) -> None:
    for address in EmailAddress.objects.filter(user=user, verified=True):
        claim(person=user, address=address.email)


@transaction.atomic
def claim(*, person: User, address: str) -> int:
    """Give ``person`` what stands under the placeholders of ``address``, which they have shown to be theirs.

    Gives the number of placeholders. One that something else still refers to stays, closed and without its address.
    """
    if person.placeholder or not address:
        return 0
    found = User.objects.select_for_update().filter(placeholder=True, imported_address__iexact=address).order_by("pk")
    placeholders = list(found)
    for placeholder in placeholders:
        comments.adopt(placeholder=placeholder, person=person)  # before the posts, by the order of locks
        posts.adopt(placeholder=placeholder, person=person)
        _remove(placeholder)
    return len(placeholders)


def _remove(placeholder: User) -> None:
    try:
        with transaction.atomic():
            placeholder.delete()
    except (ProtectedError, RestrictedError):
        placeholder.is_active = False
        placeholder.imported_address = ""
        placeholder.save(update_fields=["is_active", "imported_address"])
