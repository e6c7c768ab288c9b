import base64
import hashlib
import re

from bs4 import BeautifulSoup

from forum.exports.formats.html import write
from tests.exports.documents import ANN, make_comment_document, make_document, make_post_document


def text_of(thread) -> str:
    return "".join(write(thread))


def page_of(thread) -> BeautifulSoup:
    return BeautifulSoup(text_of(thread), "html.parser")


def test_the_page_has_no_script_and_asks_nobody_for_anything():
    page = page_of(make_document())

    assert page.find_all(["script", "link", "img", "iframe", "base", "form"]) == []
    assert "@import" not in page.style.string
    assert "url(" not in page.style.string


def test_its_policy_allows_its_own_style_and_nothing_else():
    page = page_of(make_document())

    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    digest = base64.b64encode(hashlib.sha256(page.style.string.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_comments_stand_in_nested_lists_as_in_the_thread():
    page = page_of(make_document())

    def outline(item) -> list:
        number = item.find("article")["id"]
        return [number, *(outline(child) for child in (item.ol.find_all("li", recursive=False) if item.ol else []))]

    top = page.select_one("ol.thread")
    assert [outline(item) for item in top.find_all("li", recursive=False)] == [
        ["comment-1", ["comment-2", ["comment-3", ["comment-4"]]], ["comment-5"]],
        ["comment-6"],
    ]


def test_every_opened_list_is_closed():
    text = text_of(make_document())

    for tag in ("ol", "li", "article", "div"):
        assert len(re.findall(rf"<{tag}\b", text)) == text.count(f"</{tag}>")


def test_ids_are_unique_and_links_inside_the_page_lead_somewhere():
    page = page_of(make_document())

    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert {link["href"][1:] for link in page.select('a[href^="#"]')} <= set(ids)


def test_names_titles_and_reasons_are_escaped():
    thread = make_document(
        make_comment_document(1, state="hidden", state_reason="<b>&", source="", html="", author=None),
        post=make_post_document(title="<script>alert(1)</script>", tags=("<i>",)),
    )

    page = page_of(thread)

    assert page.h1.string == "<script>alert(1)</script>"
    assert page.title.string == "<script>alert(1)</script>"
    assert page.select_one(".tags li").string == "<i>"
    assert page.select_one(".tomb").string == "Hidden by a moderator: <b>&"


def test_an_address_that_is_no_web_address_is_no_link():
    from dataclasses import replace

    thread = make_document(
        make_comment_document(1, url="javascript:alert(1)", author="ann"),
        people=(replace(ANN, url="javascript:alert(2)"),),
        source_url="javascript:alert(3)",
    )

    assert 'href="javascript:' not in text_of(thread)
