"""What must be true at every moment, and so also right after a crash."""

from forum.comments.checking import find_broken
from forum.comments.models import Comment, CommentBody, CommentRevision
from forum.comments.queries import miscounted
from forum.posts.models import Post


class Looker:
    """Remembers what it saw: versions and comments never go back."""

    def __init__(self) -> None:
        self.versions: dict[int, int] = {}

    def look(self, *, acknowledged: list[int]) -> list[str]:
        """What is wrong. ``acknowledged``: comments of which somebody has been told that they stand."""
        faults = [f"tree {fault.tree_id}: {fault.reason}" for fault in find_broken()]
        faults += [f"counters of post {post.post_id}: {post.stored} for {post.counted}" for post in miscounted()]
        versions = dict(Post.objects.values_list("pk", "thread_version"))
        for pk, version in self.versions.items():
            if versions.get(pk, 0) < version:
                faults.append(f"version of post {pk} fell from {version} to {versions.get(pk)}")
        self.versions = versions
        bodies = set(CommentBody.objects.values_list("pk", flat=True))
        first = set(CommentRevision.objects.filter(number=1).values_list("comment", flat=True))
        for name, missing in (
            ("acknowledged comments that are not there", set(acknowledged) - bodies),
            ("bodies without a first revision", bodies - first),
            ("tree rows without a body", set(Comment.objects.filter(body=None).values_list("pk", flat=True))),
        ):
            if missing:
                faults.append(f"{name}: {sorted(missing)[:5]}")
        return faults
