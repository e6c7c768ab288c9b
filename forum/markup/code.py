"""Blocks of code, with highlighting for the languages that people discuss here."""

from functools import cache
from html import escape
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_all_lexers, get_lexer_by_name

HIGHLIGHT_LIMIT = 20_000  # characters: lexers are regular expressions of many authors, some slow on long input

# A lexer that is not named here never sees a text.
LANGUAGES = (
    "ada", "agda", "awk", "bash", "bibtex", "c", "clojure", "cmake", "coq", "cpp", "csharp", "css", "cuda", "cython",
    "d", "dart", "diff", "docker", "elixir", "erlang", "fortran", "fsharp", "gap", "glsl", "gnuplot", "go", "graphql",
    "haskell", "html", "ini", "java", "javascript", "json", "julia", "kotlin", "latex", "lean", "lisp", "llvm", "lua",
    "make", "mathematica", "matlab", "nasm", "nix", "ocaml", "octave", "perl", "php", "powershell", "prolog", "pycon",
    "python", "r", "ruby", "rust", "scala", "scheme", "scilab", "sql", "stan", "swift", "toml", "typescript",
    "verilog", "vhdl", "xml", "yaml", "zig",
)  # fmt: skip


def block(source: str, language: str = "") -> str:
    """``source`` as html, highlighted when ``language`` is the name of one we know."""
    body = escape(source)
    name = language.lower()
    if name in names() and len(source) <= HIGHLIGHT_LIMIT:
        body = highlight(source, lexer(name), HtmlFormatter(nowrap=True))
    # The newline at the end: without it a copied block ends in the middle of a line.
    return f'<div class="highlight"><pre><code>{body.rstrip("\n")}\n</code></pre></div>'


def fence(source: str, language: str | None, _class: str, _options: object, _md: object, **_: Any) -> str:
    """What pymdownx.superfences calls for every fence. Its options are dropped: none of them is needed to read code."""
    return block(source, language or "")


@cache
def names() -> dict[str, str]:
    """Every name of a language that we highlight, and the name under which it stands in ``LANGUAGES``."""
    every = (aliases for _, aliases, _, _ in get_all_lexers(plugins=False))  # a table: no lexer is imported for it
    return {alias: known for aliases in every for known in LANGUAGES if known in aliases for alias in aliases}


def lexer(name: str) -> Lexer:
    # stripnl: blank lines at the start are part of the code.
    return get_lexer_by_name(names()[name], stripnl=False)
