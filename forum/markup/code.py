"""Blocks of code, with highlighting for the languages that people discuss here."""

from functools import cache
from html import escape
from typing import Any

from pygments import format as formatted
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_all_lexers, get_lexer_by_name
from pygments.token import STANDARD_TYPES, Text, _TokenType

# Many lexers are quadratic on what no language looks like: 20,000 newlines took C's minutes, one long line of an open
# string most others seconds. Code that people read has lines, and a text has only so much of it.
BLOCK = 20_000  # characters
LINES = 1_000
LINE = 500  # characters
TEXT = 40_000  # characters, all highlighted blocks of a text together
SPANS = 4_000  # coloured words, all blocks together: each costs the sanitizers 0.08 ms; Python has one in 23 characters

# A lexer that is not named here never sees a text. Not here: Java and C#, slow even within those bounds; lexers that
# choose another by what the text says.
LANGUAGES = (
    "ada", "agda", "awk", "bash", "bibtex", "c", "clojure", "cmake", "coq", "cpp", "css", "cuda", "cython",
    "d", "dart", "diff", "docker", "elixir", "erlang", "fortran", "fsharp", "gap", "glsl", "gnuplot", "go", "graphql",
    "haskell", "html", "ini", "javascript", "json", "julia", "kotlin", "latex", "lean", "lisp", "llvm", "lua",
    "make", "mathematica", "matlab", "nasm", "nix", "ocaml", "octave", "perl", "php", "powershell", "prolog", "pycon",
    "python", "r", "ruby", "rust", "scala", "scheme", "scilab", "sql", "stan", "swift", "toml", "typescript",
    "verilog", "vhdl", "xml", "yaml", "zig",
)  # fmt: skip

# What static/css/code.css has a colour for, by Pygments' short names. Other words get no span: names, signs and blanks
# would have four fifths of the spans, which are two thirds of what a block of code weighs on a page.
COLOURED = frozenset(
    ["k", "kc", "kd", "kn", "kp", "kr", "kt", "ow", "nt", "nf", "fm", "nc", "nd", "ne", "nn", "nb", "bp", "na", "nl",
     "py", "s", "sa", "sb", "sc", "dl", "sd", "s2", "se", "sh", "si", "sx", "sr", "s1", "ss", "ld", "m", "mb", "mf",
     "mh", "mi", "il", "mo", "l", "no", "c", "ch", "cm", "cp", "cpf", "c1", "cs", "go", "gp", "gu", "ge", "gi", "gd",
     "gh", "gs"]
)  # fmt: skip


class Code:
    """The blocks of one text."""

    def __init__(self) -> None:
        self.left = TEXT
        self.spans_left = SPANS

    def block(self, source: str, language: str = "") -> str:
        """``source`` as html, highlighted when ``language`` is the name of one we know and the bounds allow it."""
        name = language.lower()
        body = self.highlighted(source, name) if name in names() and self.may_highlight(source) else escape(source)
        # The newline at the end: without it a copied block ends in the middle of a line.
        return f'<div class="highlight"><pre><code>{body.rstrip("\n")}\n</code></pre></div>'

    def highlighted(self, source: str, name: str) -> str:
        self.left -= len(source)
        body = formatted(((kind(found), words) for found, words in lexer(name).get_tokens(source)), formatter())
        spans = body.count("<span")
        if spans > self.spans_left:
            return escape(source)
        self.spans_left -= spans
        return body

    def may_highlight(self, source: str) -> bool:
        lines = source.split("\n")
        return len(source) <= min(BLOCK, self.left) and len(lines) <= LINES and max(map(len, lines)) <= LINE

    def fence(self, source: str, language: str | None, _class: str, _options: object, _md: object, **_: Any) -> str:
        """What pymdownx.superfences calls for every fence. Its options are dropped: reading code needs none of them."""
        return self.block(source, language or "")


@cache
def formatter() -> HtmlFormatter[str]:
    return HtmlFormatter(nowrap=True)  # it works out all colours first: 1 ms, for 500 blocks in a text


@cache
def kind(found: _TokenType) -> _TokenType:
    """What a word is coloured as; ``Text`` for what has no colour."""
    known = next(each for each in reversed(found.split()) if each in STANDARD_TYPES)
    return known if STANDARD_TYPES[known] in COLOURED else Text


@cache
def names() -> dict[str, str]:
    """Every name of a language that we highlight, and the name under which it stands in ``LANGUAGES``."""
    every = (aliases for _, aliases, _, _ in get_all_lexers(plugins=False))  # a table: no lexer is imported for it
    return {alias: known for aliases in every for known in LANGUAGES if known in aliases for alias in aliases}


def lexer(name: str) -> Lexer:
    # stripnl: blank lines at the start are part of the code.
    return get_lexer_by_name(names()[name], stripnl=False)
