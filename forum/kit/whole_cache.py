"""A cache of Django's in the memory of the process, for values that nobody changes."""

import time
from collections import OrderedDict
from threading import Lock
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

type Entries = OrderedDict[str, tuple[float, Any]]  # until when, in Unix seconds, and the value; the oldest first

_shared: dict[str, Entries] = {}  # by location: Django has a cache for each thread
_lock = Lock()


class WholeCache(BaseCache):
    """Gives what it was given, and no copy of it; what nobody asked for the longest goes when there is too much.

    LocMemCache pickles each value when it comes and reads the pickle whenever it is asked for: of a page of 66 kB that
    was a quarter of the answer's time, of one of 1.2 MB two thirds.
    """

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.entries = _shared.setdefault(location, OrderedDict())

    def validate_key(self, key: Any) -> None:
        """A dictionary takes any key; to look at each character for what memcached refuses takes half the time."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        key = self.make_and_validate_key(key, version=version)
        with _lock:
            if not self._holds(key):
                return default
            self.entries.move_to_end(key)
            return self.entries[key][1]

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        key = self.make_and_validate_key(key, version=version)
        with _lock:
            self._put(key, value, timeout)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        key = self.make_and_validate_key(key, version=version)
        with _lock:
            fresh = not self._holds(key)
            if fresh:
                self._put(key, value, timeout)
            return fresh

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        key = self.make_and_validate_key(key, version=version)
        with _lock:
            held = self._holds(key)
            if held:
                self._put(key, self.entries[key][1], timeout)
            return held

    def delete(self, key: Any, version: int | None = None) -> bool:
        key = self.make_and_validate_key(key, version=version)
        with _lock:
            held = self._holds(key)
            self.entries.pop(key, None)
            return held

    def clear(self) -> None:
        with _lock:
            self.entries.clear()

    def _holds(self, key: str) -> bool:
        entry = self.entries.get(key)
        return entry is not None and entry[0] > time.time()

    def _put(self, key: str, value: Any, timeout: Any) -> None:
        until = self.get_backend_timeout(timeout)
        self.entries[key] = (float("inf") if until is None else until, value)
        self.entries.move_to_end(key)
        while len(self.entries) > self._max_entries:
            self.entries.popitem(last=False)
