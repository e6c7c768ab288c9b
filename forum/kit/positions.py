"""How far each replica has come, as one server process knows it.

PostgreSQL numbers every byte of what was written: the primary says how far it is, a replica how much of that it shows.
A replica that has passed the place where a write ended shows that write, so nobody has to guess how long that takes.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial

from django.db import Error, connections

logger = logging.getLogger(__name__)

PRIMARY = "default"
EVERY = 0.5  # seconds between two looks at a database: how long a writer is read to from the primary at most
SILENT = 3.0  # seconds without an answer, after which a replica is left out
LEFT_OUT = 5.0  # seconds for which a replica is left out that failed a request

# Null where the database has another part than we think: a promoted replica, a primary that has become one.
PRIMARY_SQL = "SELECT CASE WHEN NOT pg_is_in_recovery() THEN (pg_current_wal_insert_lsn() - '0/0')::bigint END"
REPLICA_SQL = "SELECT CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0')::bigint END"


class Positions:
    """What the databases said last. Threads note it, requests read it; nothing here asks a database.

    ``lag``: seconds by which a replica may be behind the primary.
    """

    def __init__(self, replicas: Iterable[str], *, lag: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.replicas = list(replicas)
        self.lag = lag
        self.clock = clock
        self.marks: deque[tuple[float, int]] = deque()  # when the primary was where; the first is what counts
        self.replayed: dict[str, tuple[float, int]] = {}  # when a replica was last heard of, and where it was
        self.shunned: dict[str, float] = {}  # until when a replica is left out

    def note_primary(self, position: int | None) -> None:
        """Keeps one mark that is ``lag`` old, and those that will be. Without a primary nothing new is written, so the
        marks stay, and replicas serve on that have passed them."""
        if position is None:
            return
        now = self.clock()
        self.marks.append((now, position))
        while len(self.marks) > 1 and self.marks[1][0] <= now - self.lag:
            self.marks.popleft()

    def note_replica(self, alias: str, position: int | None) -> None:
        if position is not None:
            self.replayed[alias] = (self.clock(), position)

    def leave_out(self, alias: str) -> None:
        """It failed a request."""
        self.shunned[alias] = self.clock() + LEFT_OUT

    def usable(self, *, at_least: int = 0) -> list[str]:
        """The replicas that answer, are not too far behind, and show what was written up to ``at_least``."""
        if not self.marks:
            return []  # before the first word of the primary nobody knows how far behind they are
        needed = max(at_least, self.marks[0][1])
        return [alias for alias in self.replicas if self._answers(alias) and self.replayed[alias][1] >= needed]

    def _answers(self, alias: str) -> bool:
        now = self.clock()
        return alias in self.replayed and self.replayed[alias][0] > now - SILENT and self.shunned.get(alias, now) <= now


def watch(positions: Positions) -> None:
    """Keep ``positions`` up to date in threads that end with the process, one a database: one that hangs holds up
    nobody's news but its own."""
    notes = {PRIMARY: positions.note_primary}
    notes |= {alias: partial(positions.note_replica, alias) for alias in positions.replicas}
    for alias, note in notes.items():
        threading.Thread(target=_look_again_and_again, args=(alias, note), name=f"watch {alias}", daemon=True).start()


def _look_again_and_again(alias: str, note: Callable[[int | None], None]) -> None:
    well = True
    while True:
        position = position_of(alias)
        if well != (position is not None):
            well = not well
            logger.warning("The database %s %s.", alias, "answers again" if well else "does not answer as it should")
        note(position)
        connections[alias].close_if_unusable_or_obsolete()  # as after a request: a shared one is given back
        time.sleep(EVERY)


def position_of(alias: str) -> int | None:
    """Where the database is: bytes written or shown since it was made. None when it does not say."""
    connection = connections[alias]
    try:
        with connection.cursor() as cursor:
            cursor.execute(PRIMARY_SQL if alias == PRIMARY else REPLICA_SQL)
            found = cursor.fetchone()
        return found[0] if found else None
    except Error:
        connection.close()  # opened anew the next time
        return None
