"""TeX to MathML, by Temml in a JavaScript engine. What comes out is not safe yet: ``mathml.rewrite`` is for that.

A crash of the engine is a crash of the process. That, and time, are why texts are rendered in children.
"""

import re
import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

TEMML = Path(__file__).with_name("vendor") / "temml" / "temml.min.js"
SECONDS = 1  # of CPU for one formula; nothing that the caps let through needs half of it
MEMORY = 64_000_000  # bytes for the engine

_PLACE = re.compile(r" at (?:position|end of input)")

# Joined at the end: the engine's binding does not know strings that are still ropes of their pieces. No object of
# macros is kept, so that a formula's definitions end with it. A fault of the formula comes back without a "<".
_RENDER = """
(tex, display) => {
  try {
    return [temml.renderToString(tex, {
      displayMode: display, annotate: true, throwOnError: true, strict: false, trust: false,
      maxExpand: 500, maxSize: [20, 100],
    })].join("");
  } catch (fault) {
    if (fault instanceof temml.ParseError) return ["!", fault.message].join("");
    if (fault instanceof TypeError) return "!something is missing";  // what Temml makes of "x^"
    throw fault;
  }
}
"""


class NotMath(Exception):  # noqa: N818 - it says what was found
    """A formula that cannot be shown. Its message is for the writer: a few words, without a full stop."""


class _Engine(threading.local):
    """One for each thread: the engine minds which thread calls it."""

    render: Callable[[str, bool], str] | None = None

    def started(self) -> Callable[[str, bool], str]:
        if self.render is None:
            import quickjs  # type: ignore[import-untyped]  # noqa: PLC0415 - a text without formulas does without it

            self.context = quickjs.Context()
            self.context.set_memory_limit(MEMORY)
            self.context.eval(TEMML.read_text(encoding="utf-8"))
            self.context.set_time_limit(SECONDS)  # of each call from now on
            self.render = self.context.eval(_RENDER)
        return self.render


_engine = _Engine()


@lru_cache(maxsize=2_000)  # a text says x^2 more than once, and its preview says all of it again
def to_mathml(tex: str, *, display: bool) -> str:
    """MathML of ``tex``, with ``tex`` as its annotation. Raises NotMath.

    ``tex`` has been through ``normalise.clean``: the engine would cut a string at NUL.
    """
    render = _engine.started()
    try:
        answer = render(tex, display)
    except Exception as fault:  # the engine's own classes have no common base but this
        _engine.render = None  # out of time, memory or stack: what it left cannot be trusted
        raise NotMath("too much work for one formula") from fault
    if answer.startswith("!"):
        raise NotMath(reason_in(answer[1:]))
    return answer


def reason_in(message: str) -> str:
    """Temml's message less its picture of the place, which needs a monospaced font and underlines."""
    return _PLACE.split(message.partition("\n")[0])[0].strip().rstrip(".:") or "not understood"
