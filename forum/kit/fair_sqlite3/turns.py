"""Turns at writing to one SQLite file, in the order in which the threads of this process ask for them.

A turn is a courtesy. What keeps the file whole is SQLite's own lock, so a turn that is lost, or ends too early, costs
fairness and nothing else.
"""

import os
import threading
import time
import weakref
from collections import deque
from pathlib import Path

LOOK = 1.0  # seconds after which who waits looks whether the one whose turn it is still lives


class Place:
    """One who waits, or whose turn it is."""

    def __init__(self, holder: object) -> None:
        self.holder = weakref.ref(holder)
        self.thread = threading.current_thread()
        self.gate = threading.Lock()
        self.gate.acquire()

    @property
    def is_abandoned(self) -> bool:
        """A thread that ended in its turn gives nothing back; its connection is closed when Python collects it."""
        return self.holder() is None or not self.thread.is_alive()


class Turns:
    """A lock that goes to whoever has waited longest. Nobody waits as long as ``_now`` is None."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew; not even the guard can be trusted after a fork."""
        self._guard = threading.Lock()
        self._now: Place | None = None
        self._waiting: deque[Place] = deque()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def is_taken(self) -> bool:
        return self._now is not None

    def take(self, holder: object, *, timeout: float) -> bool:
        """Wait at most ``timeout`` seconds for ``holder``'s turn; False when it has not come.

        A thread whose turn it is under another holder gets True at once: it would wait for itself. Whether two
        connections of one thread go together is for SQLite to say.
        """
        deadline = time.monotonic() + timeout
        place = Place(holder)
        with self._guard:
            if self._now is None:
                self._now = place
                return True
            if self._now.thread is place.thread:
                return True
            self._waiting.append(place)
        try:
            while not place.gate.acquire(timeout=max(0.0, min(LOOK, deadline - time.monotonic()))):
                with self._guard:
                    if self._now is not None and self._now.is_abandoned:
                        self._hand_on()
                if time.monotonic() >= deadline and self._now is not place:
                    self._leave(place)
                    return False
        except BaseException:  # an interrupt in the main thread: nobody may wait for us
            self._leave(place)
            raise
        return True

    def give(self, holder: object) -> None:
        """End ``holder``'s turn; nothing when it is not ``holder``'s."""
        with self._guard:
            if self._now is not None and self._now.holder() is holder:
                self._hand_on()

    def _leave(self, place: Place) -> None:
        with self._guard:
            if self._now is place:
                self._hand_on()
            elif place in self._waiting:
                self._waiting.remove(place)

    def _hand_on(self) -> None:
        self._now = self._waiting.popleft() if self._waiting else None
        if self._now is not None:
            self._now.gate.release()


_TURNS: dict[str, Turns] = {}


def turns_at(name: str) -> Turns:
    """The turns at the file ``name``, the same for all that mean the same file."""
    return _TURNS.setdefault(name if name.startswith("file:") else str(Path(name).resolve()), Turns())


def _forget() -> None:
    """In a child of a fork none of the threads lives that waited, or whose turn it was."""
    for turns in _TURNS.values():
        turns.forget()


os.register_at_fork(after_in_child=_forget)
