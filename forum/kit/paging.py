"""Pages of a long list by key: no OFFSET, no count, and nothing shown twice when rows arrive meanwhile."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import Http404

from forum.kit.converters import GREATEST_ID

LONGEST_KEY = 400  # characters
LONGEST_WORD = 200  # characters of a text inside a key

type Kind = type[datetime | int | str]


@dataclass(frozen=True, slots=True)
class Page[T]:
    """Some rows, and the key that asks for those after them; None at the end of the list."""

    items: list[T]
    next_key: str | None


def page_of[M: Model](
    rows: QuerySet[M], *, by: Mapping[str, Kind], size: int, key: str = "", descending: bool = True
) -> Page[M]:
    """``size`` rows after the place that ``key`` names (empty: from the start). One query.

    ``by`` names the fields that order the list, with the kind of their values; the last must be unique, and all run
    in one direction. A key that was not made here for such a list is an address that does not exist: Http404.
    """
    if key:
        rows = rows.filter(_after(list(by), _decode(key, list(by.values())), descending=descending))
    found = list(rows.order_by(*(f"-{name}" if descending else name for name in by))[: size + 1])
    items = found[:size]
    more = len(found) > size
    return Page(items, _encode([getattr(items[-1], name) for name in by]) if more else None)


def _after(names: list[str], values: list[Any], *, descending: bool) -> Q:
    """Rows beyond ``values`` in the order of ``names``.

    The first comparison includes equality and stands alone, so that an index on the names can start at the place.
    """
    word, *others = names
    step = "lt" if descending else "gt"
    beyond = Q(**{f"{word}__{step}": values[0]})
    if not others:
        return beyond
    return Q(**{f"{word}__{step}e": values[0]}) & (beyond | _after(others, values[1:], descending=descending))


def _encode(values: list[Any]) -> str:
    words = [value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(words).encode()).decode().rstrip("=")


def _decode(key: str, kinds: list[Kind]) -> list[Any]:
    try:
        if len(key) > LONGEST_KEY:
            raise ValueError("too long")  # noqa: TRY301 - all that is wrong with a key has one answer
        words = json.loads(base64.b64decode(key + "=" * (-len(key) % 4), altchars=b"-_", validate=True))
        return [_value(word, kind) for word, kind in zip(words, kinds, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        raise Http404("There is no such page.") from None


def _value(word: Any, kind: Kind) -> Any:
    if kind is datetime:
        at = datetime.fromisoformat(word)
        if at.tzinfo is None:
            raise ValueError(word)
        return at.astimezone(UTC)
    if kind is int:
        if type(word) is not int or not 0 <= word <= GREATEST_ID:
            raise ValueError(word)
        return word
    if type(word) is not str or "\0" in word or len(word) > LONGEST_WORD:
        raise ValueError(word)
    word.encode()  # a lone surrogate cannot be, and UnicodeEncodeError is a ValueError
    return word
