"""The structure of html, for comparing what we make of a text with what markdown-it-py makes of it.

Left out is what people do not see or what is ours on purpose: tight or loose, ids and classes, colours of code, the
blank at the end of a block, a bare address as a link, a foreign picture as a link, a task's box.
"""

import re
from urllib.parse import unquote

from bs4 import BeautifulSoup, NavigableString, Tag
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from forum.markup import render

type Node = str | tuple[str, str, list["Node"]]

ORACLE = (
    MarkdownIt("commonmark", {"html": False})
    .enable(["table", "strikethrough"])
    .disable(["html_block", "html_inline"])  # raw html is text here
    .use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
)
_KEPT = {"a": "href", "ol": "start", "td": "align", "th": "align"}

_AS_TEXT = {
    "input": lambda box: "[x] " if box.has_attr("checked") else "[ ] ",
    "math": lambda math: f"(formula: {math.annotation.string})",
    "tex": lambda formula: f"(formula: {formula.get_text().strip()})",  # as the judge writes it
    "img": lambda image: f"({image.get('src')}: {image.get('alt')})",
}


def ours(source: str) -> list[Node]:
    return structure(render(source, key="c1").html)


def oracles(source: str) -> list[Node]:
    return structure(ORACLE.render(source))


def structure(html: str) -> list[Node]:
    return children_of(BeautifulSoup(html, "html.parser"))


def children_of(parent: Tag, *, verbatim: bool = False) -> list[Node]:
    found: list[Node] = []
    for child in parent.children:
        for node in nodes_of(child, verbatim=verbatim):
            if isinstance(node, str) and found and isinstance(found[-1], str):
                node = found.pop() + node  # noqa: PLW2901 - texts that meet are one
            found.append(node)
    if verbatim:
        return found
    trimmed = [re.sub(r"\s+", " ", node) if isinstance(node, str) else node for node in found]
    return [node for node in map(strip, trimmed) if node != ""]


def nodes_of(child: object, *, verbatim: bool) -> list[Node]:
    if isinstance(child, NavigableString):
        return [str(child)]
    assert isinstance(child, Tag)
    kind = "tex" if "math" in child.get("class", ()) else child.name
    if kind in _AS_TEXT:
        return [_AS_TEXT[kind](child)]
    in_item = child.name == "p" and child.parent is not None and child.parent.name == "li"
    code = verbatim or child.name == "pre"
    inner = children_of(child, verbatim=code)
    if child.name == "tr" and not child.get_text().strip():
        return []  # the library gives a head without rows an empty one
    if in_item:
        return ["\n", *inner, "\n"]
    if child.name in {"span", "div", "thead", "tbody"} or (child.name == "a" and is_bare(child)):
        return inner
    if child.name == "code" and not verbatim:
        inner = [re.sub(r"\s+", " ", child.get_text().strip())]
    if child.name == "pre":
        inner = [re.sub(r" +$", "", child.get_text(), flags=re.MULTILINE).strip("\n")]
    return [("del" if child.name == "s" else child.name, attribute_of(child), inner)]


def attribute_of(element: Tag) -> str:
    name = _KEPT.get(element.name, "")
    aligned = re.search(r"text-align:(\w+)", str(element.get("style", "")))
    return aligned[1] if aligned else unquote(str(element.get(name, "")))


def is_bare(link: Tag) -> bool:
    return str(link.get("href", "")).removeprefix("mailto:") == link.get_text()


def strip(node: Node) -> Node:
    return node.strip() if isinstance(node, str) else node
