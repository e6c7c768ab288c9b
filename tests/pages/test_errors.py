import pytest
from bs4 import BeautifulSoup
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from tests.factories import make_post


def soup_of(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def test_a_missing_page_wears_the_look_and_leads_on(browse, db):
    response = browse().get("/nothing/here")

    assert response.status_code == 404
    assert soup_of(response).select_one("header.bar")
    assert soup_of(response).find("a", href="/")


def test_a_form_that_has_expired_gives_the_text_back(ann):
    post = make_post(ann)
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)

    response = client.post(reverse("comments:reply", args=[post.pk]), {"source": "Typed for <an> hour."})

    assert response.status_code == 403
    assert soup_of(response).textarea.text.strip() == "Typed for <an> hour."
    assert soup_of(response).textarea.has_attr("readonly")
    assert soup_of(response).find("label", {"for": soup_of(response).textarea["id"]})


def test_a_refusal_gives_its_reason_and_the_text_back(ann, browse):
    post = make_post(ann)

    response = browse().post(reverse("comments:reply", args=[post.pk]), {"source": "Typed while the session ended."})

    assert response.status_code == 403
    assert "You are not logged in" in soup_of(response).text
    assert soup_of(response).textarea.text.strip() == "Typed while the session ended."


def test_a_refusal_inside_a_page_is_only_a_part(ann, browse):
    post = make_post(ann)

    response = browse().post(
        reverse("comments:reply", args=[post.pk]), {"source": "Typed."}, headers={"HX-Request": "true"}
    )

    assert response.status_code == 403
    assert soup_of(response).find("html") is None
    assert soup_of(response).select_one("[role=alert]").text.strip().startswith("You are not logged in")


@pytest.mark.parametrize("name", ["500.html", "400.html", "403.html", "404.html"])
def test_error_pages_need_no_context(name):
    page = BeautifulSoup(render_to_string(name), "html.parser")

    assert page.h1
    assert page.find("a", href="/")


def test_the_page_of_a_fault_looks_nothing_up(settings):
    """Static files that were never collected are one way to a fault; the page about it must not be the next one."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    assert "Something went wrong" in render_to_string("500.html")
