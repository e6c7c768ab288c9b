"""Texts that nobody would write: the pieces of the language, repeated, nested, mixed and mutated, from a seed."""

import re
from random import Random

LONGEST = 200_000  # characters: what a post may have
LENGTHS = (300, 3_000, 20_000, 60_000, LONGEST)  # a comment may have 20,000
LINES = (15, 80, 500, 4_000, 19_000)  # characters; a line of more than 20,000 is refused at once

MARKS = (
    "[", "]", "(", ")", "](", "![", "[[", "]]", "[^", "[^1]", "[^a]: ", "[a]: ", "[a]", "[a][b]", "[a](b)",
    "[a](b 'c')", "[a](<b>)", "![a](/media/b)", "![a](http://b.c/d)", "[[a]]", "[[a|b]]", "<@a@>(@b@)", "<@", "@>",
    "@ann ", "@", "*", "**", "***", "_", "__", "~", "~~", "^", "=", "==", "`", "``", "*a*", "**a**", "_a_", "~~a~~",
    "`a`", "*a", "_a", "~~a", "`a", "a*", "\\", "\\\\", "\\*", "\\\n", "  \n", "\n", "\n\n", "\t", "    ", " ", "|",
    "|a|b|", ":", ": ", ";", "\n: ", "!", '"', "'", "-", "+", "#", "&", "&amp;", "&lt;", "&#106;", "&#x6a;",
    "&copy;", "&copy", "&a", "<", ">", "<a", "</a>", "<b>", "<!--", "-->", "<?", "<![CDATA[", "]]>", "<a b='c'>",
    "http://", "http://a.b ", "https://a.b/c?d=e&f=g ", "<http://a.b>", "www.a.b ", "a@b.c ", "<a@b.c>", "mailto:",
    "mailto:a@b.c ", "doi:10.1000/a ", "arXiv:2206.02841 ", "$", "$$", "$a$ ", "$$a$$", "\\(", "\\)", "\\(a\\) ",
    "\\[", "\\]", "\\frac{a}{b}", "{", "}", "^{", "_{", "\\left(", "\\right)", "a", "a ", "ab cd. ", "1", "猫", "é",
    "a\u0301", "\u200b", "\u00a0", "\U0001d538", "- ", "* ", "+ ", "1. ", "1) ", "- [ ] ", "- [x] a", "> ", ">",
    ">! ", "# ", "###### ", "a\n=\n", "a\n-\n", "---\n", "***\n", "```", "~~~", "```py\n", "```\na\n```\n", "|-|-|",
    "|a|b|\n|-|-|\n", "\n-- \n", "--- a\n+++ b\n@@ -1 +1 @@\n", "diff --git a b\n", "Index: a\n", "@@ -1 +1 @@\n+",
)  # fmt: skip
PREFIXES = (
    "> ", ">", ">! ", "- ", "* ", "1. ", "1) ", "  ", "   ", "    ", "\t", ": ", "[^1]: ", "- [ ] ", "# ", "|",
    "- > ", "> - ", "> 1. ",
)  # fmt: skip
PAIRS = (
    ("[", "](a)"), ("[", "]"), ("![", "](/media/a)"), ("[a](", ")"), ("*", "*"), ("**", "**"), ("_", "_"),
    ("~~", "~~"), ("*_", "_*"), ("***", "***"), ("`", "`"), ("$", "$"), ("$$", "$$"), ("\\(", "\\)"), ("\\[", "\\]"),
    ("{", "}"), ("\\frac{", "}{a}"), ("\\left(", "\\right)"), ("(", ")"), ("<", ">"), ("<b>", "</b>"), ("[[", "]]"),
    ("<@", "@>(@a@)"), ("> ", "\n"), ("- ", "\n"), ("```\n", "\n```\n"), ("\n```\n", "\n```\n"),
    ("\n\n[^1]: ", "\n\n"), ("&", ";"), ('"', '"'), ("\\begin{matrix}", "\\end{matrix}"), ("\\sqrt{", "}"),
    ("a^{", "}"),
)  # fmt: skip
CODE = (
    "x+1-y*2/", "x = f(y)[1] # z\n", '"', "'''", "/*", "//", "((", "{%", "<a b=c>", "\\", "$x ", "`", "0x1 ",
    "a.b.c ", "\n", "+a\n-b\n", "@@ -1 +1 @@\n",
)  # fmt: skip
LANGUAGES = (
    "python", "c", "html", "js", "bash", "latex", "diff", "haskell", "sql", "yaml", "perl", "r", "xml", "json",
    "lean", "php", "nothing",
)  # fmt: skip


def text(genome: tuple[int, ...]) -> str:
    """The same for the same ``genome``: a seed to draw from, then one seed for each mutation."""
    rng = Random(genome[0])
    draw = rng.choice((flood, flood, nest, ladder, mixture, document, document, code))
    source = draw(rng)
    for seed in genome[1:]:
        source = mutated(source, Random(seed))
    return source[:LONGEST]


def length(rng: Random) -> int:
    return rng.choice(LENGTHS)


def phrase(rng: Random) -> str:
    """A few marks in a row, mostly one."""
    return "".join(rng.choices(MARKS, k=rng.choice((1, 1, 1, 2, 2, 3, 6))))


def flood(rng: Random) -> str:
    """One phrase again and again, in lines or paragraphs of some length, perhaps behind a mark."""
    unit, size, most = phrase(rng), rng.choice(LINES), length(rng)
    lead = rng.choice(("", "", "", *PREFIXES))
    line = lead + unit * max(size // len(unit), 1) + rng.choice(("\n", "\n", "\n\n"))
    return (rng.choice(("", "", phrase(rng))) + line * (most // len(line) + 1))[:most] + phrase(rng)


def nest(rng: Random) -> str:
    """Pairs within pairs, perhaps more of them opened than closed, and that again and again."""
    pairs = rng.choices(PAIRS, k=rng.choice((1, 1, 2, 3)))
    depth = rng.choice((3, 12, 60, 400, 3_000, 20_000)) // len(pairs)
    closed = depth if rng.random() < 0.7 else depth // 2
    opening = "".join(opening for opening, _ in pairs)
    closing = "".join(closing for _, closing in reversed(pairs))
    one = opening * depth + phrase(rng) + closing * closed + rng.choice(("", "\n", "\n\n", " "))
    return one * min(max(length(rng) // len(one), 1), 40_000)


def ladder(rng: Random) -> str:
    """Lines that stand ever deeper, to the depth that is allowed or far below, again and again."""
    marks = rng.choices(PREFIXES, k=rng.choice((1, 1, 2, 3)))
    depth = rng.choice((4, 11, 12, 12, 13, 60, 300))
    steps = ["".join(marks[at % len(marks)] for at in range(step)) + phrase(rng) for step in range(depth)]
    if rng.random() < 0.5:
        steps.reverse()
    one = rng.choice(("\n", "\n", "\n\n")).join(steps) + "\n"
    return one * max(length(rng) // len(one), 1)


def mixture(rng: Random) -> str:
    """Marks in any order, some of them often."""
    few = rng.choices(MARKS, k=rng.choice((3, 10, 40)))
    return "".join(rng.choices(few, k=length(rng) // 3))


def document(rng: Random, depth: int = 0) -> str:
    """Blocks in blocks, as a text may really have them, only more."""
    blocks = []
    for _ in range(rng.choice((1, 2, 4))):
        kind = rng.choice(("prose", "prose", "prefix", "table", "code", "repeat", "repeat", "notes"))
        if depth > 4 or kind == "prose":
            blocks.append(" ".join(phrase(rng) for _ in range(rng.choice((1, 5, 30)))))
        elif kind == "prefix":
            first = rng.choice(PREFIXES)
            rest = first if ">" in first else " " * len(first)
            lines = document(rng, depth + 1).split("\n")[:2_000]
            blocks.append("\n".join([first + lines[0], *(rest + line for line in lines[1:])]))
        elif kind == "table":
            columns, rows = rng.choice((1, 2, 20, 99)), rng.choice((1, 20, 500))
            cell = phrase(rng).replace("\n", " ")
            row = "|" + f"{cell}|" * columns
            blocks.append("\n".join([row, "|" + "-|" * columns, *[row] * rows])[:LONGEST])
        elif kind == "code":
            blocks.append(code(rng, most=5_000))
        elif kind == "notes":
            count = rng.choice((3, 100, 250))
            blocks.append("\n\n".join(f"a[^{note}]\n\n[^{note}]: {phrase(rng)}" for note in range(count)))
        else:
            one = document(rng, depth + 1) + "\n\n"
            blocks.append(one * min(rng.choice((3, 30, 1_000)), LONGEST // len(one) + 1))
    return "\n\n".join(blocks)[:LONGEST]


def code(rng: Random, most: int = 0) -> str:
    size, line = most or length(rng), rng.choice((15, 80, 499))
    unit = "".join(rng.choices(CODE, k=rng.choice((1, 1, 2, 4))))
    body = unit * (size // len(unit) + 1)
    if rng.random() < 0.5:
        body = "\n".join(body[at : at + line] for at in range(0, size, line))
    fence = f"```{rng.choice(LANGUAGES)}\n"
    return "".join(fence + body[at : at + 19_000] + "\n```\n\n" for at in range(0, size, 19_000))


def mutated(source: str, rng: Random) -> str:
    start, end = sorted((rng.randrange(len(source) + 1), rng.randrange(len(source) + 1)))
    before, after = source[:start], source[start:]
    match rng.randrange(8):
        case 0:  # what stands there, again and again
            made = before + after[: rng.choice((2, 10, 100, 1_000))] * rng.choice((2, 50, 2_000)) + after
        case 1:
            made = before + source[end:]
        case 2:
            unit = phrase(rng)
            made = before + unit * (rng.choice((1, 20, 5_000, 50_000)) // len(unit) + 1) + after
        case 3:
            lead = rng.choice(PREFIXES)
            made = "\n".join(lead + line for line in source.split("\n"))
        case 4:
            made = source.replace(rng.choice(MARKS), phrase(rng), rng.choice((1, 100, -1)))
        case 5:
            made = source[: LONGEST // 2] + rng.choice(("", "\n\n")) + text((rng.getrandbits(32),))
        case 6:
            made = source.replace(rng.choice(("\n", "\n\n", " ")), phrase(rng))
        case _:
            made = source * rng.choice((2, 10, 200))
    return made[:LONGEST] or "a"


def shown(source: str, most: int = 400) -> str:
    """``source`` in a line or two, with what is repeated written once."""
    short = re.sub(
        r"(.{1,60}?)\1{4,}",
        lambda found: f"⟨{found[1]!r} times {len(found[0]) // len(found[1])}⟩",
        source[:60_000],
        flags=re.DOTALL,
    )
    return f"{len(source)} characters: {short[:most]!r}{'…' if len(short) > most else ''}"
