"""What texts refer to: looked up before a text is rendered, kept in rows when it is stored.

The comments room keeps its own rows by the same ``Ledger``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.references import people_named
from forum.markup import NOBODY, NOT_RENDERED, Known, Place, Rendered, named_in, title_key
from forum.posts.models import MOST_TOLD, Post, PostMention, PostReference, Reference, SourceFormat


@dataclass(frozen=True, slots=True)
class Ledger:
    """The rows of one kind of text, which ``text_id`` names."""

    references: type[Any]  # of Reference, with a ``text``
    mentions: type[Any]  # of Mention, with a ``text``

    def known_for(
        self, source: str, *, source_format: str = SourceFormat.MARKDOWN, text_id: int | None = None
    ) -> Known:
        """What the names in ``source`` stand for. Two queries at most, and one more for a text that has rows; none when
        it names nothing.

        What the text ``text_id`` has referred to before wins over the title, which may be another post's by now.
        """
        if source_format != SourceFormat.MARKDOWN or not (names := named_in(source)):
            return NOBODY
        targets = self._targets(text_id, names.titles) if text_id and names.titles else {}
        titles = oldest_bearers(names.titles - targets.keys()) | {
            key: post for key, post in targets.items() if not post.is_tombstone
        }
        return Known(
            people=people_named(names.people),
            titles={key: Place(post.pk, post.get_absolute_url(), post.title) for key, post in titles.items()},
        )

    def _targets(self, text_id: int, keys: Iterable[str]) -> dict[str, Post]:
        """A hidden post is among them: it may come back, and another of its title is not what was meant."""
        kept = self.references.objects.filter(
            text=text_id, title_key__in=keys, target__isnull=False, target__retracted_at=None
        )
        return {row.title_key: row.target for row in kept.select_related("target") if row.target is not None}

    def keep(
        self, text_id: int, rendered: Rendered, known: Known, *, author_id: int | None, is_new: bool = False
    ) -> list[int]:
        """Make the rows of a text what its html says; gives the numbers of the people who are mentioned newly.

        In the act's transaction, which holds the text's row. A text that could not be rendered for now keeps the rows
        it has, by which it finds its targets again.
        """
        if rendered.version == NOT_RENDERED:
            return []
        self._keep_references(text_id, rendered.titles, known, is_new=is_new)
        mentioned = [known.people[username.lower()].pk for username in rendered.people]
        wanted = [pk for pk in mentioned if pk != author_id][:MOST_TOLD]
        return self._keep_mentions(text_id, wanted, is_new=is_new)

    def _keep_references(self, text_id: int, titles: Iterable[str], known: Known, *, is_new: bool) -> None:
        rows = self.references.objects.filter(text=text_id).select_related("target")
        kept = {} if is_new else {row.title_key: row for row in rows}
        wanted = {title_key(title): title for title in titles}
        fresh, changed = [], []
        for key, title in wanted.items():
            row = kept.get(key) or self.references(text_id=text_id, title_key=key)
            was = (row.title, row.target_id)
            row.title = title
            if place := (known.titles or {}).get(key):
                row.target_id = place.pk
            elif row.target is None or row.target.retracted_at:
                row.target_id = None
            if row.pk is None:
                fresh.append(row)
            elif was != (row.title, row.target_id):
                changed.append(row)
        if gone := [row.pk for key, row in kept.items() if key not in wanted]:
            rows.filter(pk__in=gone).delete()
        if changed:
            self.references.objects.bulk_update(changed, ["title", "target"])
        if fresh:
            self.references.objects.bulk_create(fresh)

    def _keep_mentions(self, text_id: int, wanted: list[int], *, is_new: bool) -> list[int]:
        rows = self.mentions.objects.filter(text=text_id)
        numbers = {} if is_new else dict(rows.values_list("person", "number"))
        if gone := numbers.keys() - set(wanted):
            rows.filter(person__in=gone).delete()
        taken = {number for person, number in numbers.items() if person not in gone}
        free = (number for number in range(1, MOST_TOLD + 1) if number not in taken)
        fresh = [pk for pk in wanted if pk not in numbers]
        if fresh:
            self.mentions.objects.bulk_create(
                self.mentions(text_id=text_id, person_id=pk, number=number)
                for pk, number in zip(fresh, free, strict=False)
            )
        return fresh

    def citing(self, posts: QuerySet[Post]) -> QuerySet[Reference]:
        """The ids of the texts that refer to ``posts``, or name one of their titles and found no post."""
        found = Q(target__in=posts.values("pk")) | Q(target=None, title_key__in=posts.values("title_key"))
        return self.references.objects.filter(found).values("text")


LEDGER = Ledger(PostReference, PostMention)


def oldest_bearers(keys: Iterable[str]) -> dict[str, Post]:
    """By key of title the post that a title means: of all that everybody may see, the one published first."""
    if not (wanted := set(keys)):
        return {}
    shown = Post.objects.published()
    earlier = Q(published_at__lt=OuterRef("published_at")) | Q(
        published_at=OuterRef("published_at"), pk__lt=OuterRef("pk")
    )
    first = shown.filter(~Exists(shown.filter(earlier, title_key=OuterRef("title_key"))), title_key__in=wanted)
    return {post.title_key: post for post in first.only("title", "title_key", "slug", "hidden_at", "retracted_at")}
