"""Which lines belong to which quote, list and fence: CommonMark's rules, in one pass over the lines.

The library looks for blank lines and for four spaces, so that a list straight after a sentence stays text and one with
two spaces of indentation falls flat. Only this outermost layer is ours. What stands in a container goes to the
library's processors: indented code, tables, definitions, notes, references, paragraphs.
"""

import re
from dataclasses import dataclass, field

from forum.markup.caps import LIST_DEPTH, QUOTE_DEPTH, check_blocks, refusal
from forum.markup.formulas import NEWLINE, awaited, without_bars

_QUOTE = re.compile(r">(!?)[ ]?")
_ITEM = re.compile(r"([-+*]|(\d{1,9})([.)]))(?=[ ]|$)")
_FENCE = re.compile(r"(?:(`{3,})([^`]*)|(~{3,})(.*))$")
_HEADING = re.compile(r"(#{1,6})(?:[ ]+(.*?))??(?:[ ]+#+)?[ ]*$")
_UNDERLINE = re.compile(r"(?:(=+)|-+)[ ]*$")
_RULE = re.compile(r"([-*_])(?:[ ]*\1){2,}[ ]*$")
_COLUMNS = re.compile(r"\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?[ ]*$")
_PIPE = re.compile(r"(?<!\\)\|")
_CODE = 4  # spaces
MOST_IN_DISPLAY = 200  # lines


@dataclass(slots=True)
class Prose:
    """Lines for the library, a blank one wherever it must see one."""

    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Fence:
    mark: str
    indent: int
    info: str
    lines: list[str] = field(default_factory=list)

    def is_closed_by(self, line: str) -> bool:
        bare = line.strip(" ")
        return indentation(line) < _CODE and len(bare) >= len(self.mark) and not bare.strip(self.mark[0])

    def take(self, line: str) -> None:
        self.lines.append(line[min(self.indent, indentation(line)) :])


@dataclass(slots=True)
class Heading:
    level: int
    text: str


@dataclass(slots=True)
class Rule:
    pass


@dataclass(slots=True)
class Box:
    """A quote, a spoiler, a list, an item of it, or the text as a whole."""

    kind: str
    children: "list[Block]" = field(default_factory=list)
    mark: str = ""  # of a list: its bullet, or what follows its numbers
    start: int = 1  # of a list: its first number
    loose: bool = False  # of a list: whether blank lines divide what is in it
    offset: int = 0  # of an item: how far its lines are indented


type Block = Box | Prose | Fence | Heading | Rule


def arrange(lines: list[str]) -> tuple[Box, list[str]]:
    """``lines``, without tabs, as a tree, and those of them that stand in no fence. Raises TextRefused."""
    reader = _Reader(lines)
    for line in lines:
        reader.read(line)
    return reader.open[0], reader.unfenced


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.number = 0  # of the line that comes next
        self.open = [Box("text")]  # the containers that the last line stood in, outermost first
        self.leaf: Fence | str = ""  # what it was itself: a fence, "paragraph", "code" or "table"
        self.at = 0  # where the open paragraph begins among the lines of its prose
        self.after_blank = False
        self.awaited = ""  # what ends the display of a formula that the last line stood in
        self.boxes = 0
        self.unfenced: list[str] = []

    def read(self, line: str) -> None:
        self.number += 1
        depth, rest = self.still_open(line)
        whole = depth == len(self.open)
        if whole and isinstance(self.leaf, Fence):
            if self.leaf.is_closed_by(rest):
                self.leaf = ""
            else:
                self.leaf.take(rest)
            return
        self.unfenced.append(line)
        if self.awaited and whole and rest.strip(" "):
            self.go_on_display(rest.strip(" "))
            return
        self.awaited = ""
        if not rest.strip(" "):
            self.close(depth)
            self.blank()
            return
        opened, rest = self.open_containers(rest, depth, continues=whole and self.leaf == "paragraph")
        if opened:
            if rest.strip(" "):
                self.read_leaf(rest)
        elif whole or self.starts_leaf(rest):
            if not whole:
                self.close(depth)
            self.read_leaf(rest)
        elif self.leaf == "paragraph":  # a lazy line: it goes on with the paragraph and leaves out the marks
            self.go_on(
                "paragraph", "\\" + body if _COLUMNS.match(body := rest.lstrip(" ")) else rest
            )  # nor ends a head
        else:
            self.close(depth)
            self.read_leaf(rest)
        self.after_blank = False

    def still_open(self, line: str) -> tuple[int, str]:
        """How many of the open containers ``line`` stands in, and the rest of it behind their marks."""
        rest = line
        for depth, box in enumerate(self.open):
            if box.kind in {"quote", "spoiler"}:
                bare = rest.lstrip(" ")
                mark = _QUOTE.match(bare) if len(rest) - len(bare) < _CODE else None
                if mark is None or (mark[1] and box.kind == "quote"):
                    return depth, rest
                rest = bare[mark.end() :]
            elif box.kind == "item":
                if rest.strip(" "):
                    if indentation(rest) < box.offset:
                        return depth, rest
                    rest = rest[box.offset :]
                elif not box.children:  # an item that began with a blank line has no second one
                    return depth, rest
        return len(self.open), rest

    def open_containers(self, rest: str, depth: int, *, continues: bool) -> tuple[bool, str]:
        """Enter the quotes and items whose marks ``rest`` begins with. ``continues``: else it is of a paragraph."""
        opened = False
        while (indent := indentation(rest)) < _CODE:
            body = rest[indent:]
            if quote := _QUOTE.match(body):
                self.close(depth)
                self.add(Box("spoiler" if quote[1] else "quote"))
                rest = body[quote.end() :]
            elif (item := _ITEM.match(body)) and not _RULE.match(body) and not (continues and not interrupts(item)):
                self.close(depth)
                rest = self.enter_item(item, indent)
            else:
                break
            opened, continues, depth = True, False, len(self.open)
            self.after_blank = False  # what stands behind the mark follows nothing
        return opened, rest

    def enter_item(self, item: re.Match[str], indent: int) -> str:
        after = item.string[item.end() :]
        spaces = indentation(after)
        pad = spaces if after.strip(" ") and spaces <= _CODE else 1
        mark = item[3] or item[1]
        tip = self.open[-1]
        if tip.kind == "list" and tip.mark == mark:
            tip.loose = tip.loose or self.after_blank
        else:
            self.add(Box("list", mark=mark, start=int(item[2] or 1)))
        self.add(Box("item", offset=indent + len(item[1]) + pad))
        return after[pad:]

    def starts_leaf(self, rest: str) -> bool:
        body = rest.lstrip(" ")
        return indentation(rest) < _CODE and any(rule.match(body) for rule in (_FENCE, _HEADING, _RULE))

    def read_leaf(self, rest: str) -> None:
        indent = indentation(rest)
        body = rest[indent:]
        if indent >= _CODE:
            self.go_on("paragraph" if self.leaf == "paragraph" else "code", rest)
        elif fence := _FENCE.match(body):
            self.add(Fence(fence[1] or fence[3], indent, fence[2] or fence[4] or ""))
        elif heading := _HEADING.match(body):
            self.add(Heading(len(heading[1]), heading[2] or ""))
        elif self.leaf == "paragraph" and (underline := _UNDERLINE.match(body)):
            self.underline(1 if underline[1] else 2)
        elif _RULE.match(body):
            self.add(Rule())
        elif self.leaf == "paragraph" and self.is_under_head(body):
            self.start_table(body)
        elif self.leaf == "table":
            self.go_on("table", without_bars(rest))
        else:
            self.go_on("paragraph", rest)

    def go_on(self, leaf: str, line: str) -> None:
        """Add ``line`` to the open paragraph, table or block of code, or begin one with it."""
        if self.leaf != leaf:
            lines = self.prose().lines
            if lines and lines[-1]:
                lines.append("")
            self.leaf, self.at = leaf, len(lines)
        self.prose().lines.append(line)
        if leaf == "paragraph" and (closing := awaited(line)) and self.is_ahead(closing):
            self.awaited = closing

    def go_on_display(self, line: str) -> None:
        """Within a formula no mark at the beginning of a line means anything: ``+ b`` is no list."""
        self.prose().lines[-1] += NEWLINE + line
        self.awaited = awaited(line, self.awaited)

    def is_ahead(self, closing: str) -> bool:
        """Whether the display will be closed before the next blank line. Two lone dollars begin none."""
        for line in self.lines[self.number : self.number + MOST_IN_DISPLAY]:
            if not line.strip(" >!"):
                return False
            if closing in line:
                return True
        return False

    def underline(self, level: int) -> None:
        lines = self.prose().lines
        text = "\n".join(line.strip(" ") for line in lines[self.at :])
        del lines[self.at :]
        self.add(Heading(level, text))

    def is_under_head(self, body: str) -> bool:
        head = without_bars(self.prose().lines[-1])
        return "|" in head and _COLUMNS.match(body) is not None and columns(head) == columns(body)

    def start_table(self, body: str) -> None:
        lines = self.prose().lines
        head = lines.pop()
        self.leaf = ""
        self.go_on("table", without_bars(head))
        lines.append(body)

    def prose(self) -> Prose:
        """The lines that the innermost container is collecting."""
        box = self.open[-1]
        if box.kind != "list" and box.children and isinstance(last := box.children[-1], Prose):
            if self.after_blank:
                self.loosen()
            return last
        self.add(prose := Prose(), keep_leaf=True)
        return prose

    def add(self, block: Block, *, keep_leaf: bool = False) -> None:
        if self.open[-1].kind == "list" and not (isinstance(block, Box) and block.kind == "item"):
            self.open.pop()
        if self.after_blank and self.open[-1].children:
            self.loosen()
        self.open[-1].children.append(block)
        if isinstance(block, Box):
            self.open.append(block)
            self.boxes += 1
            check_blocks(self.boxes)  # a line may open many
            self.refuse_depth()
        if not keep_leaf:
            self.leaf = block if isinstance(block, Fence) else ""

    def loosen(self) -> None:
        if self.open[-1].kind == "item":
            self.open[-2].loose = True

    def close(self, depth: int) -> None:
        if depth < len(self.open):
            del self.open[depth:]
            self.leaf = ""

    def blank(self) -> None:
        children = self.open[-1].children
        if children and isinstance(last := children[-1], Prose):
            last.lines.append("")  # several of them may stand in code
        self.leaf = ""
        self.after_blank = True

    def refuse_depth(self) -> None:
        kinds = [box.kind for box in self.open]
        if len(kinds) - kinds.count("list") - kinds.count("item") - 1 > QUOTE_DEPTH:
            raise refusal("deep-quote", f"quotes may stand {QUOTE_DEPTH} deep in each other")
        if kinds.count("item") > LIST_DEPTH:
            raise refusal("deep-list", f"lists may stand {LIST_DEPTH} deep in each other")


def indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def interrupts(item: re.Match[str]) -> bool:
    """Whether this item may follow a paragraph without a blank line: "1984. was" is no list, nor is a lone dash."""
    return bool(item.string[item.end() :].strip(" ")) and item[2] in {None, "1"}


def columns(row: str) -> int:
    bare = row.strip(" ")
    bordered = bare.startswith("|") + (bare.endswith("|") and not bare.endswith("\\|"))
    return len(_PIPE.findall(bare)) + 1 - bordered
