import uuid
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from forum.posts import services
from forum.posts.models import Post
from tests.factories import make_draft, make_post


def form_of(response) -> dict[str, str]:
    """What a browser would send of the page's form: every named field with its value."""
    soup = BeautifulSoup(response.content, "html.parser").select_one("main form")
    fields = {field["name"]: field.get("value", "") for field in soup.select("input[name]")}
    return fields | {field["name"]: field.text.removeprefix("\n") for field in soup.select("textarea[name]")}


def test_a_post_is_published_and_shown(ann, browse):
    client = browse(ann)
    typed = form_of(client.get("/posts/new")) | {"title": "A claim", "source": "Some *text*.", "tags": "One, two"}

    answer = client.post("/posts/new", typed | {"action": "publish"})

    post = Post.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, post.get_absolute_url())
    assert post.revision == 1
    assert b"<em>text</em>" in browse().get(post.get_absolute_url()).content
    assert set(post.tags.values_list("slug", flat=True)) == {"one", "two"}


def test_a_form_sent_twice_makes_one_post(ann, browse):
    client = browse(ann)
    typed = form_of(client.get("/posts/new")) | {"title": "A claim", "source": "Text.", "action": "publish"}
    places = {client.post("/posts/new", typed)["Location"] for _ in range(2)}
    assert len(places) == Post.objects.count() == 1


def test_a_plain_client_needs_no_more_than_the_promised_fields(ann, browse):
    answer = browse(ann).post("/posts/new", {"title": "A claim", "source": "Text.", "tags": "", "action": "publish"})
    assert answer.status_code == 302
    assert Post.objects.get().published_at


def test_a_draft_is_saved_edited_and_published(ann, browse):
    client = browse(ann)
    place = client.post("/posts/new", {"title": "A draft", "source": "Text.", "action": "draft"})["Location"]
    draft = Post.objects.get()
    assert place == f"/posts/{draft.pk}/edit"
    assert draft.published_at is None
    assert b"A draft" in client.get("/drafts/").content

    typed = form_of(client.get(place)) | {"source": "Better text."}
    answer = client.post(place, typed | {"action": "publish"})

    draft.refresh_from_db()
    assert draft.source == "Better text."
    assert draft.published_at
    assert answer["Location"] == draft.get_absolute_url()


@pytest.mark.parametrize(
    "typed,says",
    [
        ({"title": "", "source": "Typed words."}, "Give it a title"),
        ({"title": "T" * 201, "source": "Typed words."}, "201"),
        ({"title": "Title", "source": "  \n "}, "Write something first"),
        ({"title": "Title", "source": "Typed words. " + "x" * 200_000}, "200,000"),
        ({"title": "Title", "source": "Typed words.", "tags": "a,b,c,d,e,f,g,h,i"}, "9 tags"),
        ({"title": "Title", "source": "Typed words.", "tags": "!?"}, "no letter or digit"),
        ({"title": "Title", "source": "Typed words.", "form": "nonsense"}, "UUID"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stands_in_the_form(typed, says, ann, browse):
    answer = browse(ann).post("/posts/new", typed | {"action": "publish"})

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert Post.objects.count() == 0
    again = form_of(answer)
    assert again["source"].strip() == typed["source"].strip()
    assert again["title"] == typed["title"]


def test_a_preview_shows_the_text_and_saves_nothing(ann, browse):
    answer = browse(ann).post("/posts/new", {"title": "T", "source": "Some *text*.", "action": "preview"})
    assert answer.status_code == 200
    assert b"<em>text</em>" in answer.content
    assert form_of(answer)["source"] == "Some *text*."
    assert Post.objects.count() == 0


def test_the_preview_in_place_is_the_same_rendering(ann, browse):
    answer = browse(ann).post("/posts/preview", {"source": "Some *text*."})
    assert b"<em>text</em>" in answer.content
    assert browse(ann).post("/posts/preview", {"source": ""}).status_code == 422


def test_the_preview_of_mail_is_plain_as_its_page_is(ann, browse):
    post = make_post(ann, source="Some *text*.", source_format="plain")
    client = browse(ann)
    typed = form_of(client.get(f"/posts/{post.pk}/edit"))

    for place in ("/posts/preview", f"/posts/{post.pk}/edit"):
        answer = client.post(place, typed | {"action": "preview"})
        assert BeautifulSoup(answer.content, "html.parser").select_one(".preview .text").text.strip() == "Some *text*."


def test_previews_have_a_rate(ann, browse, settings):
    settings.PREVIEWS_PER_MINUTE = 2
    client = browse(ann)
    answers = [client.post("/posts/preview", {"source": "Text."}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60


def test_the_rate_of_posts_says_when_it_works_again_and_keeps_the_text(ann, browse, settings):
    settings.POSTS_PER_DAY = 1
    make_post(ann)

    answer = browse(ann).post("/posts/new", {"title": "Second", "source": "Typed words.", "action": "publish"})

    assert answer.status_code == 429
    assert 86_000 < int(answer["Retry-After"]) <= 86_400
    assert "will work again in 24 hours" in answer.content.decode()
    assert form_of(answer)["source"] == "Typed words."


def test_two_tabs_of_one_post_lose_nothing(ann, browse):
    post = make_post(ann, source="The first state.")
    client = browse(ann)
    place = f"/posts/{post.pk}/edit"
    one, two = form_of(client.get(place)), form_of(client.get(place))
    client.post(place, one | {"source": "What the first tab says."})

    answer = client.post(place, two | {"source": "What the second tab says."})

    post.refresh_from_db()
    assert answer.status_code == 409
    assert post.source == "What the first tab says."
    assert "What the first tab says." in BeautifulSoup(answer.content, "html.parser").select_one(".versions pre").text
    again = form_of(answer)
    assert again["source"] == "What the second tab says."

    client.post(place, again)
    post.refresh_from_db()
    assert post.source == "What the second tab says."
    assert list(post.revisions.values_list("source", flat=True)) == [
        "The first state.",
        "What the first tab says.",
        "What the second tab says.",
    ]


def test_a_draft_that_may_not_be_published_now_is_saved_and_its_form_goes_on_from_there(ann, browse, settings):
    settings.POSTS_PER_DAY = 1
    draft, _ = make_draft(ann), make_post(ann)
    client, place = browse(ann), f"/posts/{draft.pk}/edit"
    typed = form_of(client.get(place)) | {"source": "Better.", "action": "publish"}

    refused = client.post(place, typed)
    assert (refused.status_code, form_of(refused)["source"]) == (429, "Better.")
    again = client.post(place, form_of(refused) | {"source": "Better still.", "action": "draft"})

    assert again.status_code == 302
    assert Post.objects.get(pk=draft.pk).source == "Better still."


def test_only_the_author_edits_and_a_draft_is_not_even_found(ann, ben, browse):
    post, draft = make_post(ann), make_draft(ann)
    assert browse(ben).get(f"/posts/{post.pk}/edit").status_code == 403
    assert browse(ben).post(f"/posts/{post.pk}/edit", {"title": "x", "source": "x", "saves": 1}).status_code == 403
    assert browse(ben).get(f"/posts/{draft.pk}/edit").status_code == 404


def test_who_is_logged_out_is_sent_to_log_in_and_gets_a_posted_text_back(browse, db):
    assert browse().get("/posts/new")["Location"] == "/accounts/login/?next=/posts/new"
    answer = browse().post("/posts/new", {"title": "T", "source": "An hour of typing."})
    assert answer.status_code == 403
    assert "An hour of typing." in answer.content.decode()


def test_the_history_shows_any_two_revisions(ann, browse):
    post = make_post(ann, title="One", source="The cat sat.")
    post = services.edit(editor=ann, post=post, title="Two", source="The dog sat.", tags=[], saves=1, note="A dog")
    services.edit(editor=ann, post=post, title="Two", source="The dog stood.", tags=[], saves=2)
    place = f"/posts/{post.pk}/history"

    page = BeautifulSoup(browse().get(place, {"from": "1", "to": "3"}).content, "html.parser")

    assert [piece.text for piece in page.select(".difference del")] == ["cat", "sat"]
    assert [piece.text for piece in page.select(".difference ins")] == ["dog", "stood"]
    assert "A dog" in page.text
    assert browse().get(place).status_code == 200
    for nonsense in ({"from": "x"}, {"to": "9"}, {"from": "0"}, {"to": str(2**70)}):
        assert browse().get(place, nonsense).status_code == 404


def test_an_old_revision_can_be_read_as_it_reads(ann, browse):
    post = make_post(ann, source="Let $x^2$ *be*.")
    services.edit(editor=ann, post=post, title="Two", source="Let it be.", tags=[], saves=1)

    page = BeautifulSoup(browse().get(f"/posts/{post.pk}/history", {"from": "1", "to": "1"}).content, "html.parser")

    assert page.select_one(".reading em").text == "be"
    assert page.select_one(".reading math annotation").text == "x^2"
    assert "Let $x^2$ *be*." in page.select_one(".difference").text


def test_too_many_readings_show_the_source_alone(ann, browse, settings):
    settings.PREVIEWS_PER_MINUTE = 1
    post = make_post(ann, source="Let it *be*.")
    place = f"/posts/{post.pk}/history"

    assert b"<em>be</em>" in browse().get(place).content
    second = browse().get(place)

    assert second.status_code == 200
    assert b"<em>be</em>" not in second.content
    assert b"Let it *be*." in second.content


def test_the_history_of_what_was_withdrawn_is_gone_with_it(ann, mo, browse):
    post = make_post(ann)
    services.retract(author=ann, post=post)
    assert browse().get(f"/posts/{post.pk}/history").status_code == 404
    assert browse(ann).get(f"/posts/{post.pk}/history").status_code == 404
    assert browse(mo).get(f"/posts/{post.pk}/history").status_code == 200


def test_retracting_asks_first(ann, browse):
    post = make_post(ann, source="Words to withdraw.")
    client = browse(ann)
    assert client.get(f"/posts/{post.pk}/retract").status_code == 200
    assert b"Words to withdraw." in browse().get(post.get_absolute_url()).content

    client.post(f"/posts/{post.pk}/retract")

    assert b"Words to withdraw." not in browse().get(post.get_absolute_url()).content


def test_a_draft_can_be_discarded(ann, browse):
    draft = make_draft(ann)
    assert browse(ann).post(f"/posts/{draft.pk}/retract").status_code == 302
    assert not Post.objects.exists()


def test_a_form_id_of_somebody_elses_post_makes_an_own_one(ann, ben, browse):
    form = str(uuid.uuid4())
    typed = {"title": "T", "source": "Text.", "form": form, "action": "publish"}
    browse(ann).post("/posts/new", typed)
    answer = browse(ben).post("/posts/new", typed)
    assert answer.status_code == 302
    assert set(Post.objects.values_list("author__username", flat=True)) == {"ann", "ben"}


def test_a_draft_has_no_history_page(ann, browse):
    assert browse(ann).get(f"/posts/{make_draft(ann).pk}/history").status_code == 404


def test_only_a_published_post_is_asked_what_changed(ann, browse):
    client = browse(ann)
    assert "note" not in form_of(client.get(f"/posts/{make_draft(ann).pk}/edit"))
    assert "note" in form_of(client.get(f"/posts/{make_post(ann).pk}/edit"))


def test_tags_stand_in_the_order_of_their_names(ann, browse):
    post = make_post(ann)
    typed = form_of(browse(ann).get(f"/posts/{post.pk}/edit")) | {"tags": "zebras, apes, moths"}
    browse(ann).post(f"/posts/{post.pk}/edit", typed | {"action": "save"})

    for address, place in ((post.get_absolute_url(), ".tags a"), ("/", ".rows .meta a[href^='/tags/']")):
        page = BeautifulSoup(browse().get(address).content, "html.parser")
        assert [tag.text for tag in page.select(place)] == ["apes", "moths", "zebras"]


def test_a_suspended_person_is_told_before_they_write(ann, browse):
    ann.suspended_until, ann.suspension_reason = timezone.now() + timedelta(days=1), "Rest a while."
    ann.save()

    answer = browse(ann).get("/posts/new")

    assert answer.status_code == 403
    assert "Rest a while." in answer.text
    assert "<textarea" not in answer.text
