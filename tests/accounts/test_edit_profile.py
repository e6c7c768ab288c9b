from accounts.models import User
from accounts.services import edit_profile
from tests.factories import make_comment, make_person, make_post, version_of


def save(person, **changed):
    fields = {"display_name": person.display_name, "bio": "", "affiliation": "", "website": "", "orcid": ""}
    return edit_profile(person=person, **(fields | changed))


def test_a_profile_is_saved_with_its_rendering(ann):
    save(
        ann, bio="I *measure*.", affiliation="Somewhere", website="https://ann.example.org", orcid="0000-0002-1825-0097"
    )

    ann.refresh_from_db()

    assert ann.bio == "I *measure*."
    assert "measure" in ann.bio_html
    assert (ann.affiliation, ann.website) == ("Somewhere", "https://ann.example.org")
    assert ann.orcid == "0000-0002-1825-0097"


def test_a_new_name_changes_every_thread_page_that_shows_it_and_no_other(ann, ben, zoe):
    own, answered, foreign = make_post(ann), make_post(ben), make_post(ben)
    make_comment(answered, ann)
    before = [version_of(post) for post in (own, answered, foreign)]

    save(ann, display_name="Ann N. Author")

    after = [version_of(post) for post in (own, answered, foreign)]
    assert [new > old for new, old in zip(after, before, strict=True)] == [True, True, False]


def test_a_new_bio_alone_changes_no_thread_page(ann):
    post = make_post(ann)

    save(ann, bio="New.")

    assert version_of(post) == post.thread_version


def test_a_profile_mentions_people_and_no_posts(ann, ben, browse):
    make_post(ben, title="The claim")
    make_person("left", placeholder=True)
    bio = "With @BEN, @left and @nobody, on [[The claim]]."
    html = '<p>With <a href="/u/ben/">@ben</a>, @left and @nobody, on [[The claim]].</p>'

    save(ann, bio=bio)

    assert User.objects.get(pk=ann.pk).bio_html == html
    page = browse(ann).post("/settings/", {"bio": bio, "action": "preview"})
    assert html in page.content.decode()
