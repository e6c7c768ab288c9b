"""What the help page on formatting shows: title, note, sources. The last section says what is different here."""

# Whom and what the examples refer to, whoever is called so here and whatever is written: they lead to the page itself.
PERSON = "ann"
TITLE = "Formatting"

SECTIONS = [
    (
        "Paragraphs and emphasis",
        "A blank line begins a new paragraph. Underscores within words are only underscores.",
        [
            "*Emphasis*, **strong**, ***both***, ~~struck out~~, `code`.\n\nThe file snake_case_name.py costs $5.",
            "A line that ends in a backslash\\\nor in two spaces  \nis broken there.\nAny other is not.",
        ],
    ),
    (
        "Headings",
        "One to six number signs and a space. The headings of a long post become its contents.",
        ["## Methods\n\n### Data\n\n#hashtag is no heading."],
    ),
    (
        "Lists",
        "A list needs no blank line before it. What belongs to an item is indented as far as the text of the item.",
        [
            "Three reasons:\n- cost\n- time\n  - to learn\n  - to wait\n- nerve",
            "1) Load the data.\n2) Clean them:\n   ```r\n   d <- na.omit(d)\n   ```\n3) Fit.\n\n   Then plot it.",
            "- [x] measured\n- [ ] written up",
        ],
    ),
    (
        "Quotes",
        "The sign before a line quotes it, twice a quote within a quote. A blank line divides two quotes.",
        ["> > Is it so?\n>\n> It is:\n> 1. by theory\n> 2. by test\n\nI agree with the second."],
    ),
    (
        "Spoilers",
        "Hidden until the reader opens it.",
        [">! The butler did it, with `rm -rf`.\n>!\n>! - really"],
    ),
    (
        "Links",
        "Bare addresses, DOI and arXiv names become links. Pictures from elsewhere are shown as links to them.",
        [
            "[Bias](https://en.wikipedia.org/wiki/Bias_(statistics)), [again][b], <https://a.example>\n\n[b]: /tags/",
            "https://example.org/bare?a=1&b=2 and ann@example.org",
            "See arXiv:2206.02841 and doi:10.1145/3292500.3330701.",
            "![A plot](https://example.org/plot.png)",
        ],
    ),
    (
        "People",
        "A name after an at sign is a link, and the first twenty people of a text find it in their inbox.",
        ["As @ann found out, @nobody-of-this-name did not; `@ann` in code calls nobody."],
    ),
    (
        "Posts by title",
        "A title between double brackets is a link to the post. It shows its present name; unknown, what was typed.",
        [
            "See [[Formatting]], or [[formatting|this page]].",
            "[[What nobody has written yet]] stays readable, and [[What nobody has written yet|this]] too.",
            "<@This page@>(@Formatting@), and <@all tags@>(/tags/).",
        ],
    ),
    (
        "Code",
        "Between three backticks or tildes, with the name of its language for colours. Four spaces make code too.",
        ["```python\ndef mean(values):\n    return sum(values) / len(values)\n```", "Text:\n\n    four spaces"],
    ),
    (
        "Formulas",
        r"TeX between dollar signs; two on each side set it apart. \( \) and \[ \] do the same. Prices stay prices.",
        [
            r"By Euler $e^{i\pi} + 1 = 0$, though it costs $5 and $6.",
            "$$\n\\hat\\beta = (X^\\top X)^{-1} X^\\top y\n$$",
            "> - As you say,\n>   \\[\n>   \\begin{aligned}\n>   a &= b \\\\\n>     &= c\n>   \\end{aligned}\n>   \\]",
            r"This one is not finished: $\frac{a$. This one is: $b$.",
        ],
    ),
    (
        "Tables",
        "The colons in the second line align. A bar within a cell is written with a backslash before it.",
        ["| method | error | n |\n|:--|--:|:-:|\n| ours | 0.12 | 40 |\n| theirs | 0.9 | a \\| b |"],
    ),
    (
        "Footnotes",
        "The note may stand anywhere, its name is yours. Indented lines go on with it.",
        ["It holds in general[^proof].\n\n[^proof]: For all *finite* cases.\n\n    The rest is open."],
    ),
    (
        "Definitions",
        "A colon and a space under the word.",
        ["Bias\n: The mean of an estimate less the truth.\n\nVariance\n: Its spread."],
    ),
    ("Lines across", "Three dashes, stars or underscores.", ["Before\n\n---\n\nAfter"]),
    (
        "To show a sign as it is",
        "A backslash before any sign of punctuation takes its meaning away.",
        ["\\*not emphasis\\*, 1\\. no list, \\`no code\\`"],
    ),
    (
        "What is different from CommonMark",
        "On purpose, or as the program behind it has it. The rest is CommonMark with the tables and tasks of GitHub.",
        [
            "<b>HTML</b> is shown as text, and <T> stays.",
            "See [the note]. A reference may end a paragraph.\n[the note]: https://example.org/",
            "| a bar in code | divides no cell |\n|---|---|\n| `x|y` | z |\n| `x\\|y` keeps its backslash | z |",
            "A reference stays one behind a backslash: \\&copy;",
            "A link to [another page](other.html) without its whole address is no link.",
        ],
    ),
]
