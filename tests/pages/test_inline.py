"""The content security policy allows nothing inline, so no page may need it."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.factories import make_chain, make_draft, make_post

PAGES = [
    "/", "/?sort=active", "/tags/", "/tags/statistics/", "/u/mo/", "/moderation/log/", "/nothing/here",
    "/settings/", "/drafts/", "/posts/new", "/accounts/login/", "/accounts/signup/", "/accounts/email/",
    "/accounts/2fa/",
]  # fmt: skip


@pytest.mark.parametrize("logged_in", [False, True])
def test_no_page_has_anything_inline(logged_in, mo, browse):
    post = make_post(
        mo, tags=["statistics"], source="# One\n\n```python\nx = 1\n```\n\n| a |\n|--:|\n| 1 |\n\n- [x] done"
    )
    chain = make_chain(post, 3, mo)
    draft = make_draft(mo)
    pages = [
        *PAGES,
        post.get_absolute_url(),
        chain[1].get_branch_url(),
        *(reverse(f"posts:{name}", args=[post.pk]) for name in ("edit", "history", "retract")),
        reverse("posts:edit", args=[draft.pk]),
        reverse("comments:reply", args=[post.pk]),
    ]
    client = browse(mo if logged_in else None)

    for address in pages:
        page = BeautifulSoup(client.get(address, follow=True).content, "html.parser")
        assert page.select_one("header.bar"), address
        assert page.select("[style], style") == [], address
        assert [tag for tag in page.find_all(True) if any(name.startswith("on") for name in tag.attrs)] == [], address
        assert [script for script in page.select("script:not([src])") if script["type"] != "application/json"] == []
        for link in page.select("a[href]"):
            assert not link["href"].startswith("javascript:"), address


def test_every_page_tells_the_browser_so(browse, db):
    policy = browse().get("/")["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
