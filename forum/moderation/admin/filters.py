from typing import Any

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from forum.moderation.models import Report


def open_reports(field: str) -> Coalesce:
    """How many open reports there are about each row of a query, found by ``field`` of a report."""
    counted = Report.objects.open().filter(**{field: OuterRef("pk")}).order_by().values(field)
    return Coalesce(Subquery(counted.annotate(number=Count("pk")).values("number")), 0)


class OneOf(admin.SimpleListFilter):
    """A filter whose choices are conditions."""

    conditions: dict[str, tuple[str, Any]]  # value in the address -> words, condition

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, words) for value, (words, _) in self.conditions.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(self.conditions[value][1]) if value in self.conditions else queryset


TEXT_STATES = {
    "visible": ("visible", Q(hidden_at=None, retracted_at=None)),
    "hidden": ("hidden", Q(hidden_at__isnull=False)),
    "retracted": ("retracted", Q(retracted_at__isnull=False)),
}


class CommentState(OneOf):
    title = "state"
    parameter_name = "state"
    conditions = TEXT_STATES


class PostState(OneOf):
    title = "state"
    parameter_name = "state"
    conditions = {**TEXT_STATES, "locked": ("locked", Q(locked_at__isnull=False))}


class PersonState(OneOf):
    title = "state"
    parameter_name = "state"
    conditions = {
        "suspended": ("suspended", Q()),
        "moderator": ("moderators", Q(is_staff=True, is_active=True)),
        "closed": ("closed accounts", Q(is_active=False)),
        "imported": ("imported, without account", Q(placeholder=True)),
    }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "suspended":
            return queryset.filter(suspended_until__gt=timezone.now())
        return super().queryset(request, queryset)


class Reported(admin.SimpleListFilter):
    title = "reports"
    parameter_name = "reported"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "with open reports")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "open":
            return queryset
        return queryset.filter(
            Exists(Report.objects.open().filter(**{str(queryset.model._meta.model_name): OuterRef("pk")}))
        )


class ReportState(admin.SimpleListFilter):
    """Open reports unless another choice is made: they are why a moderator comes."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("closed", "closed"), ("all", "all")]

    def choices(self, changelist: Any) -> Any:
        default, *others = super().choices(changelist)
        return [{**default, "display": "open"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "all":
                return queryset
            case "closed":
                return queryset.exclude(decision=None)
            case _:
                return queryset.filter(decision=None)
