from collections.abc import Iterable

from forum.comments.models import Comment
from forum.notifications import services
from forum.posts.models import Post


def tell_the_mentioned(*, text: Post | Comment, people: Iterable[int], **_: object) -> None:
    services.tell(people=people, text=text)


def count_what_is_left(*, post_id: int, **_: object) -> None:
    services.count_anew(post_id=post_id)
