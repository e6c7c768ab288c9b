"""Rendering in child processes, so that no text can stop, bloat or crash the site: the ``render`` of the house.

Each process of the site has ``settings.RENDERERS`` children at most, started when they are needed and kept. They end
with their parent, whose end closes their input. With 0 there are none: texts are rendered here, bounded by ``caps``
alone. A child that dies costs one text its looks, not its words: the source is shown, under a version number that
``rerender`` takes for an old one.
"""

import atexit
import logging
import os
import threading
import time
from dataclasses import asdict, dataclass, replace
from queue import Empty, LifoQueue
from typing import Any

from forum.instruments import rendering
from forum.instruments.record import note_lost_child, note_rendering
from forum.markup import pipeline
from forum.markup.child import Child, Lost
from forum.markup.normalise import clean
from forum.markup.pipeline import Rendered
from forum.markup.references import NOBODY, Known

NOT_RENDERED = 0  # the version of a text that got no answer: always older than the renderer's own

logger = logging.getLogger(__name__)

_AS_TYPED = "This text is shown as it was typed: "
_TOO_MUCH = _AS_TYPED + "it takes too long to render. Divide its longest paragraphs, lists and tables."
_BUSY = _AS_TYPED + "too many texts are being rendered at this moment."
_DEATH = _AS_TYPED + "it could not be rendered."


@dataclass(frozen=True, slots=True)
class Limits:
    cpu: float  # seconds
    wall: float  # seconds from question to answer
    wait: float  # seconds until a child is free


SAVING = Limits(cpu=5, wall=20, wait=30)
PREVIEW = Limits(cpu=2, wall=8, wait=8)


class Busy(Lost):
    """All children had other texts all the time."""


class Pool:
    """Any number of threads may render at once; ``size`` texts are in work, the others wait."""

    def __init__(self, size: int) -> None:
        # A place is a child, or None where one may be started. The last one used comes first: few work, the rest idle.
        self.places: LifoQueue[Child | None] = LifoQueue()
        for _ in range(size):
            self.places.put(None)

    def render(self, source: str, *, key: str, source_format: str, limits: Limits, known: Known = NOBODY) -> Rendered:
        question = {
            "source": source,
            "key": key,
            "source_format": source_format,
            "known": asdict(known),
            "cpu": limits.cpu,
        }
        begun = time.monotonic()
        try:
            try:
                answer = self._ask(question, limits)
            except Lost as lost:
                if not lost.again:
                    raise
                logger.warning("Text %s is rendered once more: %s.", key, lost)
                answer = self._ask(question, limits)
        except Lost as lost:
            logger.error("Text %s of %d characters is shown as it was typed: %s.", key, len(source), lost)  # noqa: TRY400
            is_busy = isinstance(lost, Busy)
            note_rendering(time.monotonic() - begun, cpu=0, outcome="busy" if is_busy else "as_typed")
            why = _BUSY if is_busy else _TOO_MUCH if lost.too_much else _DEATH
            return replace(pipeline.as_typed(clean(source), why), version=NOT_RENDERED)
        note_rendering(time.monotonic() - begun, cpu=answer["cpu"], outcome="rendered")
        for note in answer["notes"]:
            logger.error("From a child: %s", note)
        return Rendered(
            html=answer["html"],
            version=answer["version"],
            refused=answer["refused"],
            people=tuple(answer["people"]),
            titles=tuple(answer["titles"]),
            cpu=answer["cpu"],
        )

    def _ask(self, question: dict[str, Any], limits: Limits) -> dict[str, Any]:
        rendering.watch.waiting(1)
        try:
            child = self.places.get(timeout=limits.wait)
        except Empty:
            raise Busy(f"no child was free for {limits.wait:g} s") from None
        finally:
            rendering.watch.waiting(-1)
        try:
            child = child or Child()
            answer = child.ask(question, wall=limits.wall)
        except BaseException as fault:  # an interrupt too: the answer would be taken for that to the next question
            if isinstance(fault, Lost):
                note_lost_child()
            if child:
                child.end()
            child = None
            raise
        else:
            if child.is_worn:
                child.end()
                child = None
            return answer
        finally:
            self.places.put(child)
            rendering.watch.children(len(Child.living))

    def close(self) -> None:
        """End the children that are idle; the others end with the process."""
        try:
            while True:
                if child := self.places.get_nowait():
                    child.end()
        except Empty:
            pass


def _children() -> int:
    from django.conf import settings  # noqa: PLC0415 - 50 ms for every child, which imports this package too

    return int(settings.RENDERERS)


_pool: Pool | None = None
_making = threading.Lock()


def render(source: str, *, key: str, source_format: str = "markdown", known: Known = NOBODY) -> Rendered:
    """The html of ``source``, to be stored.

    ``key`` ("c12", "p3") begins every id in it; ``known`` is what the names in it stand for. Whatever goes wrong with
    a text, its words stay readable: then the html is the source in ``<pre>``. Raises ValueError only for a key or a
    format that no caller should give.
    """
    return _render(source, key=key, source_format=source_format, known=known, limits=SAVING)


def preview(source: str, *, source_format: str = "markdown", known: Known = NOBODY) -> Rendered:
    """What ``render`` will make of ``source``, for its writer alone, who would rather not wait long."""
    return _render(source, key="preview", source_format=source_format, known=known, limits=PREVIEW)


def _render(source: str, *, key: str, source_format: str, known: Known, limits: Limits) -> Rendered:
    pipeline.check(key=key, source_format=source_format)
    if not _children():
        begun = time.thread_time()
        rendered = pipeline.render(source, key=key, source_format=source_format, known=known)
        cpu = time.thread_time() - begun
        note_rendering(cpu, cpu=cpu, outcome="rendered")
        return replace(rendered, cpu=cpu)
    return _shared().render(source, key=key, source_format=source_format, known=known, limits=limits)


def _shared() -> Pool:
    global _pool  # noqa: PLW0603 - one for the whole process is its meaning
    with _making:
        if _pool is None:
            _pool = Pool(_children())
        return _pool


def _end() -> None:
    if _pool:
        _pool.close()


def _forked() -> None:
    """A fork has its parent's pipes, but must not talk into them; and locks that nobody is left to open."""
    global _pool, _making
    _pool, _making = None, threading.Lock()
    for child in list(Child.living):
        child.abandon()


atexit.register(_end)
os.register_at_fork(after_in_child=_forked)
