from django.contrib.auth.models import AbstractUser, AnonymousUser, UserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from accounts.names import clean_orcid, username_validators, validate_orcid


class People(UserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.named(username or "").get()

    def named(self, username: str) -> models.QuerySet["User"]:
        """The person of that name, whatever the case of its letters; none or one.

        Not ``__iexact``: that compares by UPPER, or by LIKE, and the unique index has LOWER.
        """
        return self.alias(lowered=Lower("username")).filter(lowered=username.lower())


class User(AbstractUser):
    """A person: who may sign in, or a placeholder for someone whose words were imported."""

    username = models.CharField(max_length=40, unique=True, validators=username_validators)
    display_name = models.CharField(max_length=80, blank=True)
    email = models.EmailField(blank=True)
    bio = models.TextField(blank=True)  # Markdown source
    bio_html = models.TextField(blank=True, editable=False)
    bio_render_version = models.PositiveIntegerField(default=0, editable=False)
    affiliation = models.CharField(max_length=120, blank=True)
    website = models.URLField(blank=True)
    orcid = models.CharField("ORCID iD", max_length=19, blank=True, validators=[validate_orcid])
    suspended_until = models.DateTimeField(null=True, blank=True)  # reads, but does not write, before then
    suspension_reason = models.TextField(blank=True)
    placeholder = models.BooleanField(default=False, editable=False)  # someone whose words were imported
    # Not ``email``: nobody has shown that the address is theirs. Who confirms it later takes the words over.
    imported_address = models.EmailField(blank=True, editable=False, db_index=True)

    unseen = models.PositiveIntegerField(default=0, editable=False)  # notices in the inbox; every page shows it

    first_name = None  # type: ignore[assignment]  # one display name serves every culture
    last_name = None  # type: ignore[assignment]

    objects = People()  # type: ignore[misc]  # the base declares it for its own class

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="username_unique_in_any_case",
                violation_error_message="This name is taken, perhaps with other capital letters.",
            ),
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="email_unique_in_any_case",
                violation_error_message="This address belongs to another account.",
            ),
        ]

    @property
    def name(self) -> str:
        return self.display_name or self.username

    @property
    def is_suspended(self) -> bool:
        return self.suspended_until is not None and self.suspended_until > timezone.now()

    def get_absolute_url(self) -> str:
        return reverse("pages:person", args=[self.username])

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.orcid:
            self.orcid = clean_orcid(self.orcid)


Viewer = User | AnonymousUser
