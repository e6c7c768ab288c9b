"""Html is called safe in one place, so that there is one place to look at."""

import ast
import re

from tests.house.sources import PYTHON, TEMPLATES, faults, module_of, tree_of

CALL = {"mark_safe", "SafeString", "SafeText", "SafeData", "html_safe", "safe"}
STORED = re.compile(r"\{\{[^}]*\|\s*stored_html")
STORED_HTML = re.compile(r"\{\{ (?:[a-z_]+\.)*(?:html|bio_html)\|stored_html \}\}")
# Who may say that html needs no more escaping, and of what.
TRUSTED_BY = {
    "forum.templatetags.text": {"trust"},  # what the database keeps
    "forum.comments.listing": {"assemble"},  # pieces of a rendered template and stored html
}


def called(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name
    return ""


def test_only_the_markup_room_marks_html_as_safe():
    def marks(path):
        if module_of(path) == "forum.markup.safe":
            return
        for node in ast.walk(tree_of(path)):
            imported = {alias.name for alias in node.names} if isinstance(node, ast.ImportFrom) else set()
            defined = {node.name} if isinstance(node, ast.FunctionDef) else set()
            yield from ({called(node)} & CALL) | (imported & {"mark_safe"}) | (defined & {"__html__"})

    assert faults(PYTHON, marks) == []


def test_html_made_in_python_has_a_pattern_that_stands_there():
    def patterns(path):
        for node in ast.walk(tree_of(path)):
            made = called(node) in {"format_html", "format_html_join"}
            if made and not (node.args and isinstance(node.args[0], ast.Constant)):
                yield f"line {node.lineno} makes html from what is not a literal"

    assert faults(PYTHON, patterns) == []


def test_stored_html_is_trusted_where_it_is_shown_and_nowhere_else():
    trusted = {}
    for path in PYTHON:
        calls = {called(node) for node in ast.walk(tree_of(path))} & {"trust", "assemble"}
        if calls and not module_of(path).startswith("forum.markup"):
            trusted[module_of(path)] = calls

    assert trusted == TRUSTED_BY


def test_no_template_leaves_out_the_escaping():
    def unescaped(path):
        yield from re.findall(r"\|\s*safe(?:seq)?\b", path.read_text())
        if path.suffix != ".txt":  # mail is no html
            yield from re.findall("autoescape", path.read_text())

    assert faults(TEMPLATES, unescaped) == []


def test_templates_trust_nothing_but_what_was_rendered_when_it_was_saved():
    def trusted(path):
        text = path.read_text()
        if not len(STORED.findall(text)) == len(STORED_HTML.findall(text)) == text.count("|stored_html"):
            yield "stored_html of something else"

    assert faults(TEMPLATES, trusted) == []


def test_no_template_holds_a_script_a_style_or_a_foreign_origin():
    """The policy would stop them; here it is said before anybody opens the page. Data in JSON is no script."""

    def inline(path):
        text = path.read_text()
        yield from re.findall(r"<script\b(?![^>]*(?:\bsrc=|type=\"application/json\"))", text)
        yield from re.findall(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']", text)
        yield from re.findall(r"(?:src|action)\s*=\s*[\"']?(?:https?:)?//", text)

    assert faults(TEMPLATES, inline) == []
