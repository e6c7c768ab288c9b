"""From source to stored html, stage by stage: clean, convert, sanitize, put in formulas, publish."""

import logging
import re
import secrets
import time
from dataclasses import dataclass, field
from html import escape

from forum.markup import anchors, dialect, formulas, plain
from forum.markup.caps import check_work
from forum.markup.normalise import POST_LIMIT, TextRefused, clean
from forum.markup.references import NOBODY, Known, References
from forum.markup.sanitize import sanitize

RENDER_VERSION = 5

logger = logging.getLogger(__name__)

_CONVERTERS = {"markdown": dialect.to_html, "plain": plain.to_html}
_KEY = re.compile(r"[a-z][a-z0-9-]*")
_NOT_RENDERED = "This text is shown as it was typed: it could not be rendered."


@dataclass(frozen=True, slots=True)
class Rendered:
    """``html`` is safe. ``refused`` is empty, or the sentence why ``html`` holds the escaped source instead.

    ``people`` are the usernames that the text mentions, in the order of first mention; ``titles`` those that it refers
    to, as typed, whether a post bears them or not. Neither counts what stands in code or in a link.
    """

    html: str
    version: int
    refused: str
    people: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    cpu: float = field(default=0.0, compare=False)  # seconds it took, where somebody counted


def check(*, key: str, source_format: str) -> None:
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a key: {key!r}")
    if source_format not in _CONVERTERS:
        raise ValueError(f"not a source format: {source_format!r}")


def render(source: str, *, key: str, source_format: str = "markdown", known: Known = NOBODY) -> Rendered:
    """What ``pool.render`` promises, in this very process and without a limit of time or memory."""
    check(key=key, source_format=source_format)
    convert = _CONVERTERS[source_format]
    source = clean(source)
    nonce = secrets.token_hex(8)
    references = References(known)
    begun = time.thread_time()
    try:
        if len(source) > POST_LIMIT:
            return as_typed(source, f"This text is shown as it was typed: it is longer than {POST_LIMIT:,} characters.")
        check_work({"ampersands": source.count("&")})
        html = sanitize(convert(source, nonce=nonce, references=references), nonce=nonce)
        html = formulas.put_in(html, nonce=nonce, begun=begun)
    except TextRefused as refusal:
        return as_typed(source, refusal.message)
    except Exception:  # a library's fault must not lose a text; RecursionError is among them
        logger.exception("Text %s of %d characters could not be rendered.", key, len(source))
        return as_typed(source, _NOT_RENDERED)
    html = anchors.publish(html, nonce=nonce, key=key)
    return Rendered(html, RENDER_VERSION, "", references.people, references.titles)


def as_typed(source: str, why: str) -> Rendered:
    # The code element: html drops a newline right after <pre>, and the text may begin with one.
    html = f"<p><em>{escape(why)}</em></p>\n<pre><code>{escape(source)}</code></pre>"
    return Rendered(html, RENDER_VERSION, why)
