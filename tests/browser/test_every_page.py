"""Every page there is, in the states it has: axe finds nothing, and nothing is wider than the window."""

import re
from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from django.contrib.admin import site
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import Page, expect

from forum.comments import budget
from forum.comments import services as comments
from forum.comments.models import Comment
from forum.moderation.models import Decision
from tests.browser.looks import Looks
from tests.browser.town import guard, make_town, verify
from tests.browser.visitor import plug_in_key
from tests.factories import make_comment, make_moderator, make_post, make_thread

pytestmark = pytest.mark.browser

ALL_REFUSED = {400, 401, 403, 404, 409, 422}

LISTS = ["pages:front", "pages:tags", "moderation:log"]
HELP = ["pages:formatting"]
ENTRANCE = [
    "account_login", "account_signup", "account_inactive", "account_email_verification_sent", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key_done", "socialaccount_login_cancelled",
    "socialaccount_login_error",
]  # fmt: skip
OWN = ["posts:new", "posts:drafts", "notifications:inbox", "accounts:profile", "account_email",
       "account_change_password", "account_logout", "account_reauthenticate", "mfa_index", "mfa_activate_totp",
       "mfa_list_webauthn", "mfa_add_webauthn", "socialaccount_connections"]  # fmt: skip
GUARDED = ["mfa_index", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
           "mfa_list_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"]  # fmt: skip
DESKS = ["accounts_user", "comments_comment", "moderation_decision", "moderation_report", "posts_post"]


# Addresses that answer with no page of their own, and the names of those that a test below opens one by one.
NO_PAGE = {
    "pages:alive", "pages:ready", "pages:metrics", "pages:post", "posts:preview", "exports:thread", "exports:branch",
    "mfa_download_recovery_codes", "mfa_login_webauthn", "account_confirm_login_code", "socialaccount_signup",
    "account_set_password",
}  # fmt: skip
ONE_BY_ONE = {
    "pages:tag", "pages:person", "pages:thread", "pages:branch", "posts:edit", "posts:history", "posts:retract",
    "comments:reply", "comments:edit", "comments:history", "comments:retract", "moderation:report_post",
    "moderation:report_comment", "account_confirm_email", "account_reset_password_from_key", "mfa_authenticate",
    "mfa_edit_webauthn", "mfa_remove_webauthn",
}  # fmt: skip


@pytest.fixture
def looks():
    looks = Looks()
    yield looks
    if looks.faults:
        pytest.fail(f"{len(looks.faults)} faults\n" + "\n".join(looks.faults), pytrace=False)


@pytest.fixture
def town(ann, ben, mo, zoe):
    return make_town(ann, ben, mo, zoe)


def go(page: Page, name: str, *args) -> None:
    page.goto(reverse(name, args=args))


def look_over(page: Page, looks: Looks, names: list[str]) -> None:
    for name in names:
        go(page, name)
        assert page.url.endswith(reverse(name)), f"{name} leads to {page.url}"
        looks.over(page)


def test_lists_and_errors(visit, looks, town):
    page = visit(refused=ALL_REFUSED)
    look_over(page, looks, [*LISTS, *HELP])
    for address in (
        "/tags/statistics/", "/u/ann/", "/u/zoe/", "/moderation/log/?kind=hide",
        f"/moderation/log/?post={town.post.pk}", "/nowhere",
    ):  # fmt: skip
        page.goto(address)
        looks.over(page)
    go(page, "account_login")
    page.context.clear_cookies()
    page.get_by_role("main").get_by_role("textbox").first.fill("ann")
    page.get_by_label("Password", exact=True).fill("whatever")
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This form has expired")
    looks.over(page)


def test_an_empty_site(visit, looks, ann):
    stranger, newcomer = visit(), visit(ann)
    look_over(stranger, looks, LISTS)
    look_over(newcomer, looks, ["pages:front", "posts:drafts"])
    newcomer.goto("/u/ann/")
    looks.over(newcomer)
    newcomer.goto(make_post(ann).get_absolute_url())
    looks.over(newcomer)


def test_threads(visit, looks, town):
    page = visit()
    page.goto(town.post.get_absolute_url())
    looks.over(page)
    for each in page.locator("ol.thread > li > details > summary").all():
        each.click()
    page.locator("summary", has_text="Export").click()
    looks.over(page)
    for address in (
        town.deep.get_branch_url(), town.hidden.get_branch_url(), town.locked_post.get_absolute_url(),
        town.hidden_post.get_absolute_url(), f"/posts/{town.post.pk}/history?from=1&to=2",
        f"/comments/{town.comment.pk}/history",
    ):  # fmt: skip
        page.goto(address)
        looks.over(page)


def test_a_thread_that_opens_with_a_part(visit, looks, town, monkeypatch):
    monkeypatch.setattr(budget, "WHOLE", 5)
    monkeypatch.setattr(budget, "PART", 9)  # so that another stub comes in, below the last level
    page = visit(refused=ALL_REFUSED)
    page.goto(town.post.get_absolute_url())
    stubs = page.locator("li.stub > a")
    addresses = stubs.evaluate_all("all => all.map(each => each.href)")
    assert len(addresses) > 1
    page.route(re.compile("after="), lambda route: route.fulfill(status=404))
    stubs.last.click()
    expect(page.get_by_role("alert")).to_be_visible()
    looks.over(page)
    page.unroute_all()
    stubs.last.click()
    expect(page.locator("li.stub.flat > a")).to_be_visible()
    looks.over(page)
    for address in (*addresses, f"{town.post.get_absolute_url()}?all"):
        page.goto(address)
        looks.over(page)


def test_forms_in_a_thread(visit, looks, ann, ben):
    post = make_post(ann)
    comment = make_comment(post, ann)
    page = visit(ben, refused=ALL_REFUSED)
    page.goto(post.get_absolute_url())
    page.locator(f"#{comment.key} > details > article .acts").get_by_role("link", name="Reply").click()
    page.get_by_label("Your reply to").fill("So **bold**.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview strong")).to_be_visible()
    page.get_by_role("link", name="Write a comment").click()
    page.get_by_label("Your comment").fill("\x0b")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator(".errorlist")).to_be_visible()
    looks.over(page)
    page.get_by_role("button", name="Reply").click()
    expect(page.locator(".is-fresh strong")).to_be_visible()
    looks.over(page)


def test_forms_about_comments(visit, looks, town, ben):
    page = visit(ben, refused=ALL_REFUSED)
    go(page, "comments:reply", town.post.pk)
    looks.over(page)
    page.goto(f"/posts/{town.post.pk}/reply?parent={town.deep.pk}")
    page.get_by_role("textbox").fill("\x0b")
    page.get_by_role("button", name="Reply").click()
    expect(page.locator(".errorlist")).to_be_visible()
    looks.over(page)
    go(page, "comments:reply", town.locked_post.pk)  # a refusal
    looks.over(page)
    go(page, "comments:edit", town.comment.pk)
    looks.over(page)
    comments.edit(editor=ben, comment=town.comment, source="Elsewhere.", revision=2)
    page.get_by_label("Your comment").fill("Here.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("The two versions")).to_be_visible()
    looks.over(page)
    go(page, "comments:retract", town.comment.pk)
    looks.over(page)
    go(page, "moderation:report_comment", town.deep.pk)
    looks.over(page)


def test_forms_about_posts(visit, looks, town, ann, ben):
    page = visit(ben, refused=ALL_REFUSED)
    go(page, "posts:new")
    page.get_by_label("Title").fill("A title")
    page.get_by_label("Text").fill("| a | b |\n|---|---|\n| c | d |")
    page.get_by_label("Tags").fill("a,b,c,d,e,f,g,h,i")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview table")).to_be_visible()
    looks.over(page)
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".errorlist")).to_be_visible()
    looks.over(page)
    go(page, "posts:edit", town.draft.pk)
    looks.over(page)
    go(page, "posts:retract", town.draft.pk)
    looks.over(page)
    go(page, "moderation:report_post", town.post.pk)
    looks.over(page)
    page.get_by_role("main").get_by_role("radio").first.check()
    page.get_by_role("button", name="Send the report").click()  # for the second time
    expect(page.get_by_role("alert")).to_be_visible()
    page.wait_for_load_state()
    looks.over(page)
    author = visit(ann)
    go(author, "posts:edit", town.post.pk)
    looks.over(author)
    go(author, "posts:retract", town.post.pk)
    looks.over(author)


def test_the_entrance(visit, looks, ann):
    page = visit(refused=ALL_REFUSED)
    look_over(page, looks, ENTRANCE)
    go(page, "account_signup")
    page.get_by_label("Username").fill("ann")
    page.get_by_label("E-mail").fill("ann@example.org")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_label("Password, once more").fill("other")
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    expect(page.locator(".errorlist").first).to_be_visible()
    looks.over(page)
    go(page, "account_login")
    page.get_by_label("Username or e-mail").fill("ann")
    page.get_by_label("Password", exact=True).fill("not this one")
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    expect(page.locator(".errorlist")).to_be_visible()
    looks.over(page)


def test_links_out_of_the_mail(visit, looks, ann, mailoutbox):
    page = visit(refused=ALL_REFUSED)
    address = EmailAddress.objects.create(user=ann, email=ann.email, primary=True, verified=False)
    go(page, "account_confirm_email", EmailConfirmationHMAC(address).key)
    looks.over(page)
    go(page, "account_confirm_email", "nonsense")
    looks.over(page)
    go(page, "account_reset_password")
    page.get_by_label("E-mail").fill(ann.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    link = re.search(r"http://\S+", mailoutbox[0].body)[0]
    page.goto(link)
    looks.over(page)
    page.goto(re.sub(r"key/.*", "key/1-nonsense/", link))
    looks.over(page)


def test_ones_own_account(visit, looks, town, ben):
    verify(ben)
    page = visit(ben, refused=ALL_REFUSED)
    look_over(page, looks, OWN)
    go(page, "accounts:profile")
    page.get_by_label("ORCID iD").fill("1")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".errorlist")).to_be_visible()
    looks.over(page)


def test_second_factors(visit, looks, ann):
    verify(ann)
    guard(ann)
    page = visit(ann, own=True)  # its key stays in the browser
    plug_in_key(page)
    go(page, "mfa_add_webauthn")
    page.get_by_role("main").get_by_role("textbox").fill("The blue key")
    page.get_by_role("main").get_by_role("button").last.click()
    expect(page.get_by_role("status")).to_contain_text("Security key added")
    look_over(page, looks, GUARDED)
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        go(page, name, Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).pk)
        looks.over(page)
    stranger = visit()
    go(stranger, "account_login")
    stranger.get_by_label("Username or e-mail").fill("ann")
    stranger.get_by_label("Password", exact=True).fill("correct horse battery")
    stranger.get_by_role("main").get_by_role("button", name="Log in").click()
    stranger.wait_for_url("**/2fa/authenticate/")
    looks.over(stranger)


def test_the_desk_and_its_lists(visit, looks, town, mo):
    page = visit(mo)
    look_over(page, looks, ["admin:index", *(f"admin:{desk}_changelist" for desk in DESKS)])


def test_the_pages_of_the_desk(visit, looks, town, ann):
    page = visit(make_moderator("boss", is_superuser=True), refused=ALL_REFUSED)
    for address in (
        f"/admin/posts/post/{town.post.pk}/change/", f"/admin/comments/comment/{town.hidden.pk}/change/",
        f"/admin/accounts/user/{ann.pk}/change/", f"/admin/moderation/report/{town.report.pk}/change/",
        f"/admin/moderation/decision/{Decision.objects.latest('pk').pk}/change/",
        f"/admin/accounts/user/act/suspend/?id={ann.pk}", f"/admin/accounts/user/act/roles/?id={ann.pk}",
        f"/admin/comments/comment/act/move/?id={town.deep.pk}",
        f"/admin/comments/comment/act/hide-branch/?id={town.comment.pk}",
        f"/admin/comments/comment/act/restore/?id={town.hidden.pk}&id={town.deep.pk}",
        f"/admin/comments/comment/act/restore/?id={town.deep.pk}",
    ):  # fmt: skip
        page.goto(address)
        looks.over(page)
    page.goto(f"/admin/posts/post/act/hide/?id={town.post.pk}")
    page.locator(".act-form input[type=submit]").click()
    expect(page.locator(".errorlist")).to_be_visible()
    looks.over(page)
    page.get_by_label("Reason").fill("Advertisement.")
    page.locator(".act-form input[type=submit]").click()
    expect(page.locator(".messagelist")).to_be_visible()
    looks.over(page)


def test_a_list_of_many_pages_at_the_desk(visit, looks, town, ann, monkeypatch):
    make_thread(town.post, [None] * 40, ann)
    monkeypatch.setattr(site.get_model_admin(Comment), "list_per_page", 1)
    page = visit(make_moderator("boss"))
    page.goto("/admin/comments/comment/?p=20")
    expect(page.get_by_role("navigation", name="Pagination")).to_contain_text("19 20 21")
    looks.over(page)


def test_no_page_is_forgotten():
    """The desk is an exception: Django makes dozens of addresses there, which lead to the few pages above."""
    opened = {*LISTS, *HELP, *ENTRANCE, *OWN, *GUARDED, *ONE_BY_ONE, *NO_PAGE}
    assert set(_names(get_resolver())) == opened


def _names(resolver: URLResolver, rooms: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            if entry.name:
                yield rooms + entry.name
        elif entry.app_name != "admin":
            yield from _names(entry, f"{rooms}{entry.namespace}:" if entry.namespace else rooms)
