"""What all desks have in common: read-only pages, lists that stay quick, and acts with a reason."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.text import capfirst

from accounts.models import User
from accounts.permissions import is_moderator
from forum.kit.converters import id_in
from forum.kit.refusal import Refusal
from forum.moderation.admin.acts import Act
from forum.moderation.models import Decision

COUNTED = 10_000  # rows; past this many a list says no more than that there are many
TOGETHER = 100  # targets of one act


class CappedPaginator(Paginator):
    """Counts no further than ``COUNTED``: counting a million comments takes longer than showing fifty."""

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # a list of the admin is a queryset
        return rows.order_by().values("pk")[:COUNTED].count()


class Desk(admin.ModelAdmin):
    """Rows that moderators read and judge. Nothing is added, changed or deleted here by hand."""

    heading: str  # of the list
    page: str  # template of one row's page
    acts: tuple[Act, ...] = ()
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    paginator = CappedPaginator
    sortable_by = ()
    show_facets = admin.ShowFacets.NEVER  # they count every choice of every filter
    change_list_template = "admin/desk/list.html"
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)

    # Every moderator may all this; Django's own permissions are nobody's to assign.
    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_moderator(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_moderator(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # content is hidden or retracted, never removed

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what a filter offers. Django's own rule lets a list be narrowed by any column: by how the hash of a
        password begins, or the address that is shown to nobody."""
        offered = {getattr(each, "parameter_name", each) for each in self.list_filter}
        return lookup.partition("__")[0] in offered

    def full(self) -> QuerySet[Any]:
        """The rows with all that a page or an act needs of one."""
        raise NotImplementedError

    def page_context(self, row: Any) -> dict[str, Any]:
        raise NotImplementedError

    def name_of(self, row: Any) -> str:
        return str(row)

    def public_url(self, row: Any) -> str:
        return row.get_absolute_url()

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        return [path("act/<slug:act_name>/", self.admin_site.admin_view(self.act_view), name=name), *super().get_urls()]

    def act_url(self, act: Act, rows: Sequence[Model]) -> str:
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_act", args=[act.name])
        return f"{address}?{urlencode({'id': [row.pk for row in rows]}, doseq=True)}"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": self.heading, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One row: what it says, its history, what was reported and decided about it, and what can be done."""
        if request.method not in {"GET", "HEAD"} or not self.has_view_permission(request):
            raise PermissionDenied
        row = self._rows([object_id])[0]
        context = {
            **self.admin_site.each_context(request),
            "title": capfirst(self.name_of(row)),
            "opts": self.opts,
            "heading": self.heading,
            "row": row,
            "public_url": self.public_url(row),
            "acts": [(act.button, self.act_url(act, [row])) for act in self._acts_for(request) if act.fits(row)],
            **self.page_context(row),
        }
        return TemplateResponse(request, self.page, context)

    def _acts_for(self, request: HttpRequest) -> list[Act]:
        superuser = isinstance(request.user, User) and request.user.is_superuser
        return [act for act in self.acts if superuser or not act.for_superusers]

    def _rows(self, numbers: Sequence[str]) -> list[Any]:
        """The rows of these ids, in their order; 404 when one is missing or is no id."""
        if not 0 < len(numbers) <= TOGETHER:
            raise Http404("Which?")
        ids = [pk for number in numbers if (pk := id_in(number))]
        found = {row.pk: row for row in self.full().filter(pk__in=ids)}
        if len(ids) != len(numbers) or set(ids) - set(found):
            raise Http404("There is no such row.")
        return [found[pk] for pk in dict.fromkeys(ids)]

    def act_view(self, request: HttpRequest, act_name: str) -> HttpResponse:
        """Ask for the reason and say what will happen; on POST do it to each of ``?id=…&id=…``."""
        act = next((act for act in self._acts_for(request) if act.name == act_name), None)
        if act is None:
            raise Http404("There is no such act.")
        rows = self._rows(request.GET.getlist("id"))
        if request.method != "POST":
            return self._ask(request, act, rows, act.form(initial=act.initial(rows[0])))
        form = act.form(request.POST)
        if not form.is_valid():
            return self._ask(request, act, rows, form, status=422)
        if act.confirm:
            sentence = act.confirm(rows[0], form.cleaned_data)
            if request.POST.get("confirmed") != sentence:  # also when the form was changed since
                return self._ask(request, act, rows, form, confirm=sentence)
        assert isinstance(request.user, User)  # noqa: S101 - for the type checker; admin_view has seen to it
        refusals, decisions = self._perform(act, rows, moderator=request.user, data=form.cleaned_data)
        if len(rows) == 1 and refusals and refusals[0][1].code != "already":
            return self._ask(request, act, rows, form, refusal=refusals[0][1], status=refusals[0][1].status)
        self._tell(request, act, done=len(rows) - len(refusals), rows=rows, decisions=decisions, refusals=refusals)
        return redirect(self._page_of(rows[0]) if len(rows) == 1 else self._list())

    def _perform(
        self, act: Act, rows: Sequence[Any], *, moderator: User, data: dict[str, Any]
    ) -> tuple[list[tuple[Any, Refusal]], list[Decision]]:
        """Each row's act is a transaction of its own, so that one refusal does not undo the others."""
        refusals, decisions = [], []
        for row in rows:
            try:
                decision = act.perform(row, moderator, data)
            except Refusal as refusal:
                refusals.append((row, refusal))
            else:
                decisions += [decision] if decision else []
        return refusals, decisions

    def _tell(
        self,
        request: HttpRequest,
        act: Act,
        *,
        done: int,
        rows: Sequence[Any],
        decisions: Sequence[Decision],
        refusals: Sequence[tuple[Any, Refusal]],
    ) -> None:
        if done:
            what = self.name_of(rows[0]) if len(rows) == 1 else f"{done} of {len(rows)}"
            link = decisions[-1].get_absolute_url() if len(decisions) == 1 else reverse("moderation:log")
            told = format_html('{} {}. <a href="{}">See the log</a>', act.done, what, link)
            self.message_user(request, told if decisions else f"{act.done}: {what}.", messages.SUCCESS)
        for row, refusal in refusals:
            self.message_user(request, f"{self.name_of(row)}: {refusal.message}", messages.WARNING)

    def _ask(
        self, request: HttpRequest, act: Act, rows: Sequence[Any], form: Form, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        fitting = [row for row in rows if act.fits(row)]
        names = [(self.name_of(row), self._page_of(row)) for row in fitting]
        single = rows[0] if len(rows) == 1 else None
        context = {
            **self.admin_site.each_context(request),
            "title": f"{act.button}: {self.name_of(single) if single else f'{len(fitting)} {self.heading.lower()}'}",
            "opts": self.opts,
            "heading": self.heading,
            "act": act,
            "form": form,
            "names": names,
            "single": single,
            "left_out": [self.name_of(row) for row in rows if row not in fitting],
            "foretold": act.foretell(single) if single else "",
            "entries": self.page_context(single).get("entries", ()) if single and not names else (),
            "action": self.act_url(act, fitting),
            "asks_first": act.confirm is not None and "confirm" not in more,
            "back": self._page_of(single) if single else self._list(),
            **more,
        }
        return TemplateResponse(request, "admin/desk/act.html", context, status=status)

    def _page_of(self, row: Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def _list(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


def list_action(act: Act) -> Callable[[Desk, HttpRequest, QuerySet[Any]], HttpResponse | None]:
    """The act as an action of the list: leads to the page that asks for the reason."""

    def action(desk: Desk, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse | None:
        rows = list(chosen.order_by("-pk")[: TOGETHER + 1])
        if len(rows) > TOGETHER:
            desk.message_user(request, f"Choose at most {TOGETHER} at once.", messages.WARNING)
            return None
        return redirect(desk.act_url(act, rows))

    action.__name__ = act.name
    return admin.action(action, description=f"{act.button}…")
