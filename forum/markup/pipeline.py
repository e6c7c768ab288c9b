"""From source to stored html, stage by stage: clean, convert, sanitize, publish."""

import logging
import re
import secrets
from dataclasses import dataclass, field
from html import escape

from forum.markup import anchors, dialect, plain
from forum.markup.normalise import POST_LIMIT, TextRefused, clean
from forum.markup.sanitize import sanitize

RENDER_VERSION = 2

logger = logging.getLogger(__name__)

_CONVERTERS = {"markdown": dialect.to_html, "plain": plain.to_html}
_KEY = re.compile(r"[a-z][a-z0-9-]*")
_NOT_RENDERED = "This text is shown as it was typed: it could not be rendered."


@dataclass(frozen=True, slots=True)
class Rendered:
    """``html`` is safe. ``refused`` is empty, or the sentence why ``html`` holds the escaped source instead."""

    html: str
    version: int
    refused: str
    cpu: float = field(default=0.0, compare=False)  # seconds it took, where somebody counted


def check(*, key: str, source_format: str) -> None:
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a key: {key!r}")
    if source_format not in _CONVERTERS:
        raise ValueError(f"not a source format: {source_format!r}")


def render(source: str, *, key: str, source_format: str = "markdown") -> Rendered:
    """What ``pool.render`` promises, in this very process and without a limit of time or memory."""
    check(key=key, source_format=source_format)
    convert = _CONVERTERS[source_format]
    source = clean(source)
    nonce = secrets.token_hex(8)
    try:
        if len(source) > POST_LIMIT:
            return as_typed(source, f"This text is shown as it was typed: it is longer than {POST_LIMIT:,} characters.")
        html = sanitize(convert(source, nonce=nonce), nonce=nonce)
    except TextRefused as refusal:
        return as_typed(source, refusal.message)
    except Exception:  # a library's fault must not lose a text; RecursionError is among them
        logger.exception("Text %s of %d characters could not be rendered.", key, len(source))
        return as_typed(source, _NOT_RENDERED)
    return Rendered(anchors.publish(html, nonce=nonce, key=key), RENDER_VERSION, "")


def as_typed(source: str, why: str) -> Rendered:
    # The code element: html drops a newline right after <pre>, and the text may begin with one.
    html = f"<p><em>{escape(why)}</em></p>\n<pre><code>{escape(source)}</code></pre>"
    return Rendered(html, RENDER_VERSION, why)
