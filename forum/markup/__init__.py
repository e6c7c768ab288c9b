from dataclasses import dataclass

RENDER_VERSION = 0
COMMENT_LIMIT = 20_000
POST_LIMIT = 200_000


@dataclass(frozen=True)
class Rendered:
    html: str
    version: int
    refused: str = ""


def render(source: str, *, key: str, source_format: str = "markdown") -> Rendered:
    from django.utils.html import escape

    return Rendered(f"<pre>{escape(source)}</pre>", 0)
