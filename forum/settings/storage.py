"""Where things are kept: databases and their replicas, caches, tasks that wait."""

from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from forum.env import env_choice, env_int, env_list, env_str
from forum.settings.site import VAR_DIR


def _database(name: str, url: str) -> dict[str, Any]:
    try:
        return dict(dj_database_url.parse(url, conn_health_checks=True))
    except (ValueError, dj_database_url.ParseError) as fault:
        raise ImproperlyConfigured(f"{name} cannot be read: {fault}") from None


DATABASES: dict[str, Any] = {
    "default": _database("DATABASE_URL", env_str("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'colloquy.sqlite3'}"))
}
match DATABASES["default"].get("ENGINE"):
    case "django.db.backends.sqlite3":
        DATABASES["default"]["ENGINE"] = "forum.kit.fair_sqlite3"  # whose writers stand in line
        DATABASES["default"]["OPTIONS"] = {
            # A deferred transaction that read first cannot become a writer while another writes, whatever the timeout.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,  # seconds a writer waits for its turn
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    case "django.db.backends.postgresql":
        # A server that says nothing must not hold the site's threads for the two hours that TCP itself would wait.
        DATABASES["default"].setdefault("OPTIONS", {}).update(
            connect_timeout=4,  # seconds for each host that the address names
            keepalives_idle=10,  # seconds
            keepalives_interval=5,  # seconds
            keepalives_count=3,
            tcp_user_timeout=20_000,  # milliseconds
        )
    case engine:
        raise ImproperlyConfigured(
            f"DATABASE_URL must name sqlite or postgresql; {engine or 'nothing'} is not supported."
        )
# Seconds for which a thread keeps its connection. On SQLite too: who closes the last one writes the log back into the
# file and deletes it, which would cost every request 3 ms of CPU.
DATABASES["default"]["CONN_MAX_AGE"] = 60

# Copies of the database to read from (forum/kit/replicas.py), and the seconds by which one may be behind.
REPLICAS = [f"replica_{number}" for number, _ in enumerate(env_list("DATABASE_REPLICA_URLS"), start=1)]
REPLICA_LAG = env_int("COLLOQUY_REPLICA_LAG", default=5, at_least=1, at_most=60)
for _alias, _url in zip(REPLICAS, env_list("DATABASE_REPLICA_URLS"), strict=True):
    _replica = DATABASES[_alias] = _database("DATABASE_REPLICA_URLS", _url)
    if {_replica["ENGINE"], DATABASES["default"]["ENGINE"]} != {"django.db.backends.postgresql"}:
        raise ImproperlyConfigured("DATABASE_REPLICA_URLS is for PostgreSQL alone, and so must DATABASE_URL be then.")
    _replica["CONN_MAX_AGE"] = 60
    _replica["TEST"] = {"MIRROR": "default"}
    # Seconds; and milliseconds for which what was sent may stay without a sign from the other machine.
    _replica["OPTIONS"] = {"connect_timeout": 2, "tcp_user_timeout": 5000} | _replica.get("OPTIONS", {})
# Connections to the primary that the threads of a process share; 0: every thread keeps one of its own. Not to replicas:
# psycopg's pool makes who asks wait for a dead one, and finds it again only after a while. A refusal comes at once.
if POOL := env_int("DATABASE_POOL", default=0, at_most=64):
    if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_POOL is for PostgreSQL alone, and so must DATABASE_URL be then.")
    DATABASES["default"]["CONN_MAX_AGE"] = 0  # given back after each request
    _pool = {"min_size": POOL, "max_size": POOL, "timeout": 5}  # seconds
    DATABASES["default"]["OPTIONS"] = {**DATABASES["default"].get("OPTIONS", {}), "pool": _pool}
if REPLICAS:
    DATABASE_ROUTERS = ["forum.kit.replicas.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Answers for readers who are not logged in are kept in "pages" (forum/pages/door.py): at most a hundred megabytes.
LOCAL_CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        # Rates are counted here. Django's own 300 entries would be forgotten as soon as a few hundred people come.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "pages": {
        "BACKEND": "forum.kit.whole_cache.WholeCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 50},
    },
}
CACHES = LOCAL_CACHES
if REDIS_URL := env_str("REDIS_URL"):
    if not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured(f"REDIS_URL must start with redis://, rediss:// or unix://, not {REDIS_URL!r}.")
    redis = {"BACKEND": "forum.kit.steady_cache.RedisCache", "LOCATION": REDIS_URL}
    CACHES = {
        "default": redis | {"STAND_IN": "default here"},
        "pages": redis | {"STAND_IN": "pages here", "KEY_PREFIX": "pages"},
        **{f"{name} here": cache for name, cache in LOCAL_CACHES.items()},
    }

# What may take long after an act: done by the request itself, or by a worker that finds it in the database.
TASK_MODE = env_choice("COLLOQUY_TASKS", default="immediate", choices=("immediate", "database"))
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend"
        if TASK_MODE == "database"
        else "django.tasks.backends.immediate.ImmediateBackend"
    }
}
