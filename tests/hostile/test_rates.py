import pytest

from tests.factories import make_comment, make_draft, make_post


def forms_of(person):
    post, draft = make_post(person), make_draft(person)
    comment = make_comment(post, person)
    return {
        "new": ("/posts/new", {"title": "T"}),
        "edit": (f"/posts/{post.pk}/edit", {"title": "T", "saves": 1}),
        "draft": (f"/posts/{draft.pk}/edit", {"title": "T", "saves": 99}),
        "reply": (f"/posts/{post.pk}/reply", {}),
        "comment": (f"/comments/{comment.pk}/edit", {"revision": 99}),
        "profile": ("/settings/", {"bio": "Text."}),
        "in place": ("/posts/preview", {}),
    }


@pytest.mark.parametrize("action", ["preview", "save"])
@pytest.mark.parametrize("name", ["new", "edit", "draft", "reply", "comment", "profile", "in place"])
def test_no_form_renders_more_texts_a_minute_than_previews_may(name, action, ann, browse, settings, monkeypatch):
    monkeypatch.setattr("forum.kit.http.time.time", lambda: 1_800_000_000.0)
    settings.PREVIEWS_PER_MINUTE = 2
    place, form = forms_of(ann)[name]
    client = browse(ann)
    answers = [client.post(place, form | {"source": f"Text {n}.", "action": action}) for n in range(3)]
    assert [answer.status_code == 429 for answer in answers] == [False, False, True]
    assert answers[-1]["Retry-After"] == "60"
    if name not in {"in place", "profile"}:
        assert "Text 2." in answers[-1].text
