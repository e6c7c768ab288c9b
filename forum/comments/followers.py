from accounts.models import User
from forum.comments.renewing import citing, store, stored
from forum.comments.services import touch_threads_of
from forum.posts.citations import renew
from forum.posts.models import Post


def show_the_new_name(*, person: User, **_: object) -> None:
    """Thread pages show the names of those who write in them."""
    touch_threads_of(person)


def show_the_title(*, post_id: int, in_a_request: bool, **_: object) -> bool:
    """In the comments that refer to the post. Whether it is done in all of them."""
    return renew(citing(Post.objects.filter(pk=post_id)), stored=stored, store=store, in_a_request=in_a_request)
