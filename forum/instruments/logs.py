"""Lines of the log: one for each thing that happened, whatever people put into their addresses."""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

from forum.instruments.record import CURRENT

LONGEST = 8_000  # characters of a message
FRAMES = 60  # of a traceback, the innermost
INDENT = "\n    "


class RequestFilter(logging.Filter):
    """Gives each record the request during which it was made: ``request``, and ``request_id`` or "-"."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = CURRENT.get()
        record.__dict__.update(request=request, request_id=request.id if request else "-")
        return True


class TextFormatter(logging.Formatter):
    """For people. What was not printable is escaped, and only a traceback takes more lines, which are indented."""

    def format(self, record: logging.LogRecord) -> str:
        head = f"{_moment(record)} {record.levelname} {record.name} [{getattr(record, 'request_id', '-')}]: "
        lines = [on_one_line(head + _message(record)), *(on_one_line(line) for line in _exception(record).splitlines())]
        return INDENT.join(lines)


class JSONFormatter(logging.Formatter):
    """For programs: an object a line. A field that has no value is left out; docs/operations.md lists them."""

    def format(self, record: logging.LogRecord) -> str:
        request = getattr(record, "request", None)
        line = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            "request_id": request and request.id,
            "method": request and request.method,
            "path": request and request.path,
            "status": getattr(record, "status_code", None),  # Django gives it to its own
            **getattr(record, "fields", {}),
            "exception": _exception(record) or None,
        }
        return json.dumps({name: value for name, value in line.items() if value is not None}, default=str)


def on_one_line(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _message(record: logging.LogRecord) -> str:
    return record.getMessage()[:LONGEST]


def _exception(record: logging.LogRecord) -> str:
    return told(record.exc_info[1]) if record.exc_info and record.exc_info[1] else ""


def told(fault: BaseException) -> str:
    """Where it happened, its kind, and the first line of what it says.

    No more: the next ones may quote what somebody typed. PostgreSQL's "DETAIL" gives whole rows.
    """
    parts: list[str] = []
    seen: set[int] = set()
    following: BaseException | None = fault
    while following and id(following) not in seen:
        seen.add(id(following))
        parts.append("".join([*traceback.format_tb(following.__traceback__, limit=-FRAMES), _said(following)]))
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
    return "\nand then:\n".join(reversed(parts))


def _said(fault: BaseException) -> str:
    kind = type(fault)
    words: list[Any] = str(fault).splitlines()
    return f"{kind.__module__}.{kind.__qualname__}: {words[0] if words else ''}"
