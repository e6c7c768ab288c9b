"""Two addresses for machines that watch the site: is the process alive, and can it serve."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

TEXT = "text/plain; charset=utf-8"


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """No database: a site whose database is away should not be started again and again for it."""
    return HttpResponse("alive\n", content_type=TEXT)


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    trouble = trouble_with_database()
    return HttpResponse(f"{trouble or 'ready'}\n", content_type=TEXT, status=503 if trouble else 200)


def trouble_with_database() -> str:
    """Why the site cannot serve now; without a word of the database's own, which may name hosts and people."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "not ready: migrations are not applied"
    except DatabaseError:
        return "not ready: the database does not answer"
    return ""
