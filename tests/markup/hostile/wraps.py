"""Every construct of the language, around a text that may have several lines."""


def line(seed: str) -> str:
    return " ".join(seed.split("\n"))


def behind(first: str, rest: str):
    """A wrap that sets ``first`` before the first line and ``rest`` before each other."""
    return lambda seed: first + f"\n{rest}".join(seed.split("\n"))


def within(opening: str, closing: str):
    """A wrap around the seed in one line."""
    return lambda seed: opening + line(seed) + closing


def around(opening: str, closing: str):
    """A wrap around the seed as it stands."""
    return lambda seed: opening + seed + closing


WRAPS = {
    "paragraph": around("Words, and ", " and words."),
    "heading": within("## Words ", " ##"),
    "underlined heading": within("Words ", "\n====="),
    "item": behind("- ", "  "),
    "numbered item": behind("1. ", "   "),
    "item with a bracket": behind("+ x\n\n7) ", "   "),
    "loose item": behind("* x\n\n  ", "  "),
    "task": behind("- [ ] ", "  "),
    "task that is done": behind("1. [x] ", "   "),
    "quote": behind("> ", "> "),
    "lazy quote": behind("> x\n> ", ""),
    "spoiler": behind(">! ", ">! "),
    "quote in an item": behind("- > ", "  > "),
    "item in a quote": behind("> - ", ">   "),
    "spoiler in a quote in an item": behind("1. > >! ", "   > >! "),
    "quote in a spoiler": behind(">! > ", ">! > "),
    "cell": within("| a | b |\n|---|:-:|\n| ", " | x |"),
    "cell of a head": within("| ", " | x |\n|:--|--:|\n| a | b |"),
    "note": behind("x[^n]\n\n[^n]: ", "    "),
    "label of a note": lambda seed: f"x[^{line(seed)}]\n\n[^{line(seed)}]: y",
    "term": within("", "\n:   x"),
    "definition": behind("x\n:   ", "    "),
    "emphasis": within("*x ", " y*"),
    "strong": within("x **", "** _y_"),
    "struck out": within("~~", "~~"),
    "words of a link": within("[", "](https://example.org/)"),
    "title of a link": within('[x](https://example.org/ "', '")'),
    "title in other quotes": within("[x](https://example.org/ '", "')"),
    "address of a link": within("[x](", ")"),
    "end of an address": within("[x](https://example.org/", ")"),
    "address in angles": within("[x](<", ">)"),
    "words for a picture": within("![", "](/media/x.png)"),
    "title of a picture": within('![x](/media/x.png "', '")'),
    "address of a picture": within("![x](", ")"),
    "address of a reference": within("[x]\n\n[x]: ", ""),
    "title of a reference": within("[x]\n\n[x]: https://example.org/ '", "'"),
    "label of a reference": lambda seed: f"[x][{line(seed)}]\n\n[{line(seed)}]: https://example.org/",
    "code span": within("`` ", " ``"),
    "fence": around("```\n", "\n```"),
    "fence in a language": around("~~~html\n", "\n~~~"),
    "word after a fence": within("```", "\nx\n```"),
    "indented code": behind("    ", "    "),
    "formula": within("x $", "$ y"),
    "formula in brackets": within(r"x \(", r"\) y"),
    "display": around("$$\n", "\n$$"),
    "display in brackets": around("\\[\n", "\n\\]"),
    "words of a formula": within(r"$\text{", "}$"),
    "title of a post": within("[[", "]]"),
    "words for a title": within("[[x|", "]]"),
    "title with words": within("[[", "|x]]"),
    "newsletter's words": within("<@", "@>(@x@)"),
    "newsletter's title": within("<@x@>(@", "@)"),
    "newsletter's address": within("<@x@>(", ")"),
    "mention": within("@", ""),
    "address that is a link by itself": within("https://example.org/?", ""),
    "address between angles": within("<https://example.org/", ">"),
    "name of a paper": within("doi:10.1000/", " arXiv:2206.02841"),
    "escaped": lambda seed: "".join(f"\\{character}" if character in "<[!$@`(" else character for character in seed),
    "mail's quote": behind(">> ", "> > "),
    "signature": around("x\n\n-- \n", ""),
    "patch": behind("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n+", "+"),
    "columns": behind("a    b\n", "\t"),
}
