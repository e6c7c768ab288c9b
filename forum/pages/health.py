"""Two addresses for machines that watch the site: is the process alive, and can it serve."""

import threading

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

TEXT = "text/plain; charset=utf-8"
NO_ANSWER = "not ready: the database does not answer"
PATIENCE = 5.0  # seconds


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """No database: a site whose database is away should not be started again and again for it."""
    return HttpResponse("alive\n", content_type=TEXT)


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    trouble = questions.ask()
    return HttpResponse(f"{trouble or 'ready'}\n", content_type=TEXT, status=503 if trouble else 200)


class Question(threading.Thread):
    """Asks the database in a thread and a connection of its own: one that hangs would hold whoever asks it."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.trouble = NO_ANSWER
        self.start()

    def run(self) -> None:
        try:
            self.trouble = _trouble()
        finally:
            connection.close()


class Questions:
    """There is one at a time; who asks meanwhile waits for the same answer."""

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.last: Question | None = None

    def ask(self) -> str:
        """Why the site cannot serve now; "" when it can."""
        with self.guard:
            if self.last is None or not self.last.is_alive():
                self.last = Question()
            question = self.last
        question.join(PATIENCE)
        return question.trouble


questions = Questions()


def _trouble() -> str:
    """Without a word of the database's own, which may name hosts and people."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "not ready: migrations are not applied"
    except DatabaseError:
        return NO_ANSWER
    return ""
