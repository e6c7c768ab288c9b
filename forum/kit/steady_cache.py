"""Django's Redis cache, without which the site goes on: while Redis is away, another cache stands in for it."""

import functools
import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache import caches
from django.core.cache.backends import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

PAUSE = 5.0  # seconds for which Redis is left alone when it did not answer: each question may take two
LIMITS = {
    "socket_connect_timeout": 1,  # second
    "socket_timeout": 1,  # second
    "retry": Retry(NoBackoff(), 1),  # a connection that was kept does not know that Redis has been started anew
}
_away_until: dict[str, float] = {}  # by address, for the whole process: Django has a cache for each thread


def _steady(name: str) -> Callable[..., Any]:
    """RedisCache's method of that name; while Redis is away, the stand-in's."""
    ours = getattr(redis.RedisCache, name)

    @functools.wraps(ours)
    def asked(self: "RedisCache", *args: Any, **kwargs: Any) -> Any:
        if _away_until.get(self.address, 0.0) <= time.monotonic():
            try:
                return ours(self, *args, **kwargs)
            except (RedisError, OSError) as fault:
                logger.warning("Redis does not answer, so the process keeps for itself what it would: %s", fault)
                _away_until[self.address] = time.monotonic() + PAUSE
        return getattr(caches[self.stand_in], name)(*args, **kwargs)

    return asked


class RedisCache(redis.RedisCache):
    """``STAND_IN`` of its settings names the cache that is asked instead.

    What one has, the other has not: who uses a cache must bear that anyway.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params | {"OPTIONS": LIMITS})
        self.address = server
        self.stand_in: str = params["STAND_IN"]

    add = _steady("add")
    get = _steady("get")
    set = _steady("set")
    touch = _steady("touch")
    delete = _steady("delete")
    get_many = _steady("get_many")
    has_key = _steady("has_key")
    incr = _steady("incr")
    set_many = _steady("set_many")
    delete_many = _steady("delete_many")
    clear = _steady("clear")
