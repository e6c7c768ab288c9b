"""Whatever changes what a thread page shows is on it at the next request: for everybody, in every process."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from accounts.placeholders import add_placeholder
from accounts.services import edit_profile
from forum.comments import services as comments
from forum.comments.models import Comment, CommentBody
from forum.imports.claims import claim
from forum.moderation import services as moderation
from forum.pages.door import Door
from forum.posts import services as posts
from forum.posts.models import Post
from tests.concurrency.neighbour import Neighbour, ask
from tests.factories import make_comment, make_moderator, make_person, make_post, make_thread

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


@dataclass
class Scene:
    """ann's post, ben's comment with an answer, another post of mo's with a comment."""

    ann: User = field(default_factory=lambda: make_person("ann"))
    ben: User = field(default_factory=lambda: make_person("ben"))
    mo: User = field(default_factory=lambda: make_moderator("mo"))

    def __post_init__(self) -> None:
        self.post = make_post(self.ann, title="A claim", source="First claim.", tags=["oldtag"])
        self.comment = make_comment(self.post, self.ben, source="Words of ben.")
        self.answer = make_comment(self.post, self.ann, parent=self.comment, source="An answer.")
        self.other = make_post(self.mo)
        self.foreign = make_comment(self.other, self.mo, source="Foreign words.")

    def edit_post(self, **changed: object) -> None:
        fresh = Post.objects.get(pk=self.post.pk)
        fields = {"title": fresh.title, "source": fresh.source, "tags": ["oldtag"], "saves": fresh.saves}
        posts.edit(editor=self.ann, post=fresh, **(fields | changed))

    def judge(self, act: Callable[..., object], **target: object) -> None:
        act(moderator=self.mo, reason="Rude.", **target)

    def move(self, comment: Comment, post: Post, parent_id: int | None = None) -> None:
        self.judge(moderation.move, comment=Comment.objects.get(pk=comment.pk), post=post, parent_id=parent_id)

    def rename_ben(self) -> None:
        edit_profile(person=self.ben, display_name="Benjamin", bio="", affiliation="", website="", orcid="")

    def import_words(self) -> None:
        """As an import does it: in bulk, of somebody who has no account."""
        lin = add_placeholder(username="lin", display_name="Linnea", address="lin@example.net")
        make_thread(self.post, [None], lin)

    def age_rendering(self) -> None:
        CommentBody.objects.filter(pk=self.comment.pk).update(html="<p>Old rendering.</p>", render_version=0)
        posts.touch_thread(post_id=self.post.pk)


# What happens, what happened before, and a word that comes or goes with it ("301": the address of a withdrawn post).
ACTS: dict[str, tuple[Callable[[Scene], object], Callable[[Scene], object] | None, str]] = {
    "reply": (lambda s: make_comment(s.post, s.mo, source="Fresh words."), None, "Fresh words."),
    "reply below": (lambda s: make_comment(s.post, s.mo, parent=s.answer, source="Fresh words."), None, "Fresh words."),
    "edit a comment": (
        lambda s: comments.edit(editor=s.ben, comment=s.comment, source="Better words.", revision=1),
        None,
        "Better words.",
    ),
    "retract a comment": (lambda s: comments.retract(author=s.ben, comment=s.comment), None, "Words of ben."),
    "hide a comment": (lambda s: s.judge(moderation.hide, target=s.comment), None, "Words of ben."),
    "restore a comment": (
        lambda s: s.judge(moderation.restore, target=s.comment),
        lambda s: s.judge(moderation.hide, target=s.comment),
        "Words of ben.",
    ),
    "hide a branch": (lambda s: s.judge(moderation.hide_branch, root=s.comment), None, "An answer."),
    "restore a branch": (
        lambda s: s.judge(moderation.restore_branch, root=Comment.objects.get(pk=s.comment.pk)),
        lambda s: s.judge(moderation.hide_branch, root=s.comment),
        "An answer.",
    ),
    "move away": (lambda s: s.move(s.comment, s.other), None, "Words of ben."),
    "move here": (lambda s: s.move(s.foreign, s.post), None, "Foreign words."),
    "move within": (lambda s: s.move(s.answer, s.post), None, "and 1 reply"),
    "edit the post": (lambda s: s.edit_post(source="Second claim."), None, "Second claim."),
    "edit the title": (lambda s: s.edit_post(title="A claim?"), None, "A claim?"),
    "edit the tags": (lambda s: s.edit_post(tags=["newtag"]), None, "newtag"),
    "retract the post": (lambda s: posts.retract(author=s.ann, post=s.post), None, "First claim."),
    "hide the post": (lambda s: s.judge(moderation.hide, target=s.post), None, "First claim."),
    "lock": (lambda s: s.judge(moderation.lock, post=s.post), None, "This discussion is closed"),
    "unlock": (
        lambda s: s.judge(moderation.unlock, post=s.post),
        lambda s: s.judge(moderation.lock, post=s.post),
        "This discussion is closed",
    ),
    "a new name": (Scene.rename_ben, None, "Benjamin"),
    "import": (Scene.import_words, None, "Linnea"),
    "claim": (lambda s: claim(person=s.ann, address="lin@example.net"), Scene.import_words, "Linnea"),
    "rerender": (lambda s: call_command("rerender", verbosity=0), Scene.age_rendering, "Old rendering."),
}


@pytest.fixture(scope="module")
def neighbour(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        other = Neighbour()
    yield other
    other.leave()


def in_words(answer) -> str:
    return f"{answer['status']} {answer['body']}"


@pytest.mark.parametrize("act", ACTS)
def test_every_act_is_seen_by_everybody_in_every_process_at_once(act, neighbour):
    do, first, word = ACTS[act]
    scene, door = Scene(), Door(WSGIHandler())
    if first:
        first(scene)
    address = scene.post.get_absolute_url()
    readers = {}
    for person in (scene.ann, scene.ben, scene.mo):
        readers[person] = client = Client()
        client.force_login(person)
        client.get(address)  # gives the cookie of the forms
    theirs = {person: client.get(address) for person, client in readers.items()}
    before = [in_words(page) for _ in range(2) for page in (ask(door, address), neighbour.ask(address))]
    assert len(set(before)) == 1, "twice, so that both processes have kept it"

    do(scene)

    for page in (ask(door, address), neighbour.ask(address)):
        # Who is not logged in is asked to log in, and hears only then that a discussion is closed.
        assert act in {"lock", "unlock"} or (word in in_words(page)) != (word in before[0])
        assert in_words(page) == in_words(ask(WSGIHandler(), address))
    for person, client in readers.items():
        page = client.get(address, headers={"If-None-Match": theirs[person]["ETag"]})
        assert page.status_code != 304
        assert (word in f"{page.status_code} {page.text}") != (word in theirs[person].text)
