"""Text that came by mail: line breaks and indentation stay, nothing is interpreted but what mail readers show too.

Levels of ``>`` become quotes, addresses links, patches and text set in columns code, a signature stands apart. One
pass, and nothing in it is slower than the text is long.
"""

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

from forum.markup.caps import check_work
from forum.markup.code import Code
from forum.markup.references import References

QUOTE_DEPTH = 12  # deeper levels keep their marks as text

_QUOTE = re.compile(rf"(?:>[ ]?){{1,{QUOTE_DEPTH}}}")
_SIGNATURE = "-- "  # the line that mail programs put before one, with its space
_COLUMNS = re.compile(r"\t|^ {4}|\S {3,}\S", re.MULTILINE)
_PATCH = re.compile(r"diff --git |Index: \S.*\n={20,}\n|--- \S.*\n\+\+\+ \S.*\n@@ |@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@")
_IN_PATCH = re.compile(
    r"[ +\-@\\\t]|$|={20,}$|diff |Index: |index [0-9a-f]|"
    r"(?:new|old|deleted) (?:file )?mode |(?:similarity|dissimilarity) index "
    r"|(?:rename|copy) (?:from|to) |Binary files |GIT binary patch"
)
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>\"]+", re.IGNORECASE)
_AFTER_ADDRESS = ".,:;!?'*_"
_CLOSERS = {")": "(", "]": "["}


def to_html(source: str, *, nonce: str, references: References) -> str:
    """``source``, which ``normalise.clean`` has seen, as html that ``sanitize`` must see. It refers to nothing."""
    typed = source.split("\n")
    check_work({"lines": len(typed)})
    pieces: list[str] = []
    code = Code()
    depth = 0
    for level, lines in groupby(map(quoted, typed), key=lambda line: line[0]):
        pieces.append("<blockquote>\n" * (level - depth) + "</blockquote>\n" * (depth - level))
        pieces += passage([text for _, text in lines], code)
        depth = level
    pieces.append("</blockquote>\n" * depth)
    made = "".join(pieces)
    check_work(
        {
            "lines": made.count("<br>"),
            "links": made.count("<a "),
            "quotes": made.count("<blockquote>"),
            "blocks": made.count("<p>") + made.count("<pre>"),
            "patches": made.count('<div class="highlight">'),
        }
    )
    return made


def quoted(line: str) -> tuple[int, str]:
    """The level of quotation of ``line``, and what stands behind its marks."""
    marks = _QUOTE.match(line)
    return (marks[0].count(">"), line[marks.end() :]) if marks else (0, line)


def passage(lines: list[str], code: Code) -> Iterator[str]:
    """Lines of one level: paragraphs and patches, then a signature if there is one."""
    if _SIGNATURE in lines:
        # The last: a patch ends with such a line too, and the writer's own comes after it.
        at = len(lines) - 1 - lines[::-1].index(_SIGNATURE)
        yield from passage_without_signature(lines[:at], code)
        signature = "\n".join(lines[at:]).rstrip("\n").split("\n")
        yield f'<div class="signature">{prose(signature)}</div>\n'
    else:
        yield from passage_without_signature(lines, code)


def passage_without_signature(lines: list[str], code: Code) -> Iterator[str]:
    at = 0
    for start, end in patches(lines):
        yield from paragraphs(lines[at:start])
        yield code.block("\n".join(lines[start:end]), "diff") + "\n"
        at = end
    yield from paragraphs(lines[at:])


def patches(lines: list[str]) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(lines):
        if not _PATCH.match("\n".join(lines[at : at + 3])):
            at += 1
            continue
        start = at
        while at < len(lines) and lines[at] != _SIGNATURE and _IN_PATCH.match(lines[at]):
            at += 1
        end = at
        while not lines[end - 1].strip():
            end -= 1
        yield start, end


def paragraphs(lines: list[str]) -> Iterator[str]:
    """Blank lines divide; neighbours that are set in columns stay together, blank lines and all."""
    divided = [list(group) for blank, group in groupby(lines, key=lambda line: not line.strip()) if not blank]
    for columns, group in groupby(divided, key=lambda text: bool(_COLUMNS.search("\n".join(text)))):
        if columns:
            body = "\n\n".join("\n".join(text) for text in group)
            yield f"<pre><code>{with_links(body)}</code></pre>\n"
        else:
            yield from (prose(text) + "\n" for text in group)


def prose(lines: list[str]) -> str:
    return "<p>" + "<br>\n".join(indentation(line) for line in lines) + "</p>"


def indentation(line: str) -> str:
    text = line.lstrip(" ")
    return "\u00a0" * (len(line) - len(text)) + with_links(text)


def with_links(text: str) -> str:
    pieces = []
    at = 0
    for found in _ADDRESS.finditer(text):
        address = without_what_follows(found[0])
        shown = escape(address)
        pieces += [escape(text[at : found.start()]), f'<a href="{shown}">{shown}</a>']
        at = found.start() + len(address)
    return "".join([*pieces, escape(text[at:])])


def without_what_follows(address: str) -> str:
    """``address`` less the punctuation of the sentence around it; brackets stay when they were opened in it."""
    end = len(address)
    spare = {closer: address.count(closer) - address.count(opener) for closer, opener in _CLOSERS.items()}
    while end and (address[end - 1] in _AFTER_ADDRESS or spare.get(address[end - 1], 0) > 0):
        if address[end - 1] in spare:
            spare[address[end - 1]] -= 1
        end -= 1
    return address[:end]
