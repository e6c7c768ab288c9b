"""One line for each request that was answered, when COLLOQUY_LOG_REQUESTS asks for them."""

import logging
import time

from forum.instruments.record import Record

logger = logging.getLogger(__name__)


def log(record: Record) -> None:
    """Who it was by number alone, and no query string: a search is somebody's thought."""
    fields = {
        "status": int(record.status[:3]),
        "ms": round(record.seconds * 1000, 1),
        "cpu_ms": round((time.thread_time() - record.cpu_begun) * 1000, 1),
        "queries": record.queries,
        "bytes": record.size,
        "viewer": record.viewer or "-",
    }
    words = " ".join(f"{name}={value}" for name, value in fields.items() if name != "status")
    logger.info("%s %s %d %s", record.method, record.path, fields["status"], words, extra={"fields": fields})
