"""From a thread document to rows: one transaction a thread, and what is here already stays as it is."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.placeholders import add_placeholder, find_by_address, find_by_name, shown_name
from forum import markup
from forum.comments.importing import Incoming, add_comments
from forum.comments.models import Comment, CommentBody, CommentRevision
from forum.exports.document import CommentDocument, PersonDocument, PostDocument, RevisionDocument
from forum.imports.planning import Place, Plan, stands_for_missing
from forum.markup import Known, Rendered, clean
from forum.posts.importing import PLACEHOLDER_NOTE, IncomingPost, add_post, fill_placeholder
from forum.posts.models import Post, PostRevision, text_key
from forum.posts.references import LEDGER
from forum.posts.services import title_fields

TITLE_LENGTH = 200
NOTE_LENGTH = 200
URL_LENGTH = 2000


def save_thread(plan: Plan, *, now: datetime) -> Post | None:
    """Write what ``plan`` adds; None when that is nothing. Running it again changes nothing.

    ``now`` is when what came as a tombstone was hidden or retracted here. Text is rendered before the transaction
    opens; no lock waits for it.
    """
    if not plan.changes_something:
        return None
    document = plan.thread.post
    new = _new_post(document, now=now) if plan.adds_post else None
    incoming = _new_comments(plan, now=now)
    with transaction.atomic():
        people = People(plan.thread.people)
        if new is not None:
            new.post.author = people.find(document.author)
            new.revisions = _post_revisions(document, people)
        if plan.post is None and new is not None:
            post = add_post(new)
        elif plan.post is not None:
            post = plan.post
        else:
            raise AssertionError("a plan has a post or adds one")
        if incoming:
            _complete(incoming, plan, post, people)
            add_comments(incoming, post_id=post.pk)
        if plan.fills and new is not None:  # last, by the order of locks: trees, then the post
            fill_placeholder(new)
    return post


def _complete(incoming: list[Incoming], plan: Plan, post: Post, people: "People") -> None:
    """Fill in what needs rows: the post, the people, and the revision of the post that each could have answered."""
    saved_at = list(post.revisions.order_by("number").values_list("saved_at", flat=True))
    for each, (document, _) in zip(incoming, plan.fresh, strict=True):
        each.comment.post = post
        each.body.author = people.find(document.author)
        each.body.post_revision = max(1, sum(moment <= document.published_at for moment in saved_at))
        each.revisions = _comment_revisions(document, people)


class People:
    """The accounts of a document's people; each is looked up, or made, when it is first asked for."""

    def __init__(self, people: tuple[PersonDocument, ...]) -> None:
        self._documents = {person.key: person for person in people}
        self._found: dict[str, User] = {}

    def find(self, key: str | None) -> User | None:
        if key is None:
            return None
        if key not in self._found:
            self._found[key] = self._look_up(self._documents[key])
        return self._found[key]

    def _look_up(self, person: PersonDocument) -> User:
        name = shown_name(clean(person.display_name))
        found = find_by_address(person.address) if person.address else None
        if found is None and not person.address:
            found = find_by_name(person.username, display_name=name)
        return found or add_placeholder(
            username=person.username, display_name=name, orcid=person.orcid, address=person.address
        )


@dataclass(frozen=True, slots=True)
class Text:
    """A source as it is stored, its rendering, and what was known for it of the names in it."""

    source: str
    rendered: Rendered
    known: Known


def _text(document: PostDocument | CommentDocument) -> Text:
    """No cap applies to what others have published; what the renderer refuses for its size is shown as it was typed."""
    source = _source(document.source, document)
    known = LEDGER.known_for(source, source_format=document.source_format)
    rendered = markup.render(source, key=text_key(document.uid), source_format=document.source_format, known=known)
    return Text(source, rendered, known)


def _source(source: str, document: PostDocument | CommentDocument) -> str:
    """Mail stays as it was, form feeds and all, but for NUL, which databases refuse; the renderer cleans for itself."""
    return source.replace("\0", "") if document.source_format == "plain" else clean(source)


def _new_post(document: PostDocument, *, now: datetime) -> IncomingPost:
    text = _text(document)
    revisions = document.revisions
    post = Post(
        **title_fields(_title(document.title)),
        uid=document.uid,
        origin_url=_web_address(document.url),
        source=text.source,
        source_format=document.source_format,
        html=text.rendered.html,
        render_version=text.rendered.version,
        revision=len(revisions) if document.state == "visible" and revisions else _revision(document),
        created_at=document.published_at,
        saved_at=revisions[-1].saved_at if revisions else document.edited_at or document.published_at,
        published_at=document.published_at,
        active_at=document.published_at,
        edited_at=document.edited_at,
        retracted_at=now if document.state == "retracted" else None,
        hidden_at=now if document.state == "hidden" else None,
        hidden_reason=document.state_reason if document.state == "hidden" else "",
        locked_at=document.locked_at,
        lock_reason=document.lock_reason,
    )
    return IncomingPost(post, document.tags, text.rendered, text.known)


def _revision(document: PostDocument | CommentDocument) -> int:
    """A text without a history starts one here; a tombstone keeps its number, whose text is not ours to know."""
    return 1 if document.state == "visible" and not document.revisions else document.revision


def _web_address(url: str) -> str:
    """What a page may link to; a file may name anything."""
    return url if url.startswith(("http://", "https://")) and len(url) <= URL_LENGTH else ""


def _title(title: str) -> str:
    title = " ".join(clean(title).split()) or "Untitled"
    return title if len(title) <= TITLE_LENGTH else f"{title[: TITLE_LENGTH - 1].rstrip()}…"


def _new_comments(plan: Plan, *, now: datetime) -> list[Incoming]:
    index: dict[str, int] = {}
    incoming = []
    for number, (document, parent) in enumerate(plan.fresh):
        text = _text(document)
        index[document.uid] = number
        comment = Comment(
            hidden_at=now if document.state == "hidden" else None,
            retracted_at=now if document.state == "retracted" else None,
        )
        body = CommentBody(
            uid=document.uid,
            origin_url=_web_address(document.url),
            published_at=document.published_at,
            edited_at=document.edited_at,
            source=text.source,
            source_format=document.source_format,
            html=text.rendered.html,
            render_version=text.rendered.version,
            revision=_revision(document),
            hidden_reason=document.state_reason if document.state == "hidden" else "",
        )
        incoming.append(
            Incoming(
                comment,
                body,
                text.rendered,
                text.known,
                parent=_index(parent, index),
                under=parent.pk if parent else None,
            )
        )
    return incoming


def _index(parent: Place | None, index: dict[str, int]) -> int | None:
    return index[parent.uid] if parent is not None and parent.pk is None else None


def _post_revisions(document: PostDocument, people: People) -> list[PostRevision]:
    note = PLACEHOLDER_NOTE if stands_for_missing(document) else ""
    return [
        PostRevision(
            number=each.number,
            title=_title(each.title or ""),
            source=_source(each.source, document),
            saved_at=each.saved_at,
            saved_by=people.find(each.saved_by),
            note=each.note[:NOTE_LENGTH],
        )
        for each in _history(document, note=note)
    ]


def _comment_revisions(document: CommentDocument, people: People) -> list[CommentRevision]:
    return [
        CommentRevision(
            number=each.number,
            source=_source(each.source, document),
            saved_at=each.saved_at,
            saved_by=people.find(each.saved_by),
            note=each.note[:NOTE_LENGTH],
        )
        for each in _history(document)
    ]


def _history(document: PostDocument | CommentDocument, *, note: str = "") -> tuple[RevisionDocument, ...]:
    """The revisions of ``document``; its present state as the first one where it has none."""
    if document.revisions or document.state != "visible":
        return document.revisions
    return (
        RevisionDocument(
            number=1,
            source=document.source,
            saved_at=document.edited_at or document.published_at,
            saved_by=document.author,
            note=note,
            title=document.title if isinstance(document, PostDocument) else None,
        ),
    )
