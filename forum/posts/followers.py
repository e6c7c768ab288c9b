from forum.posts.citations import renew
from forum.posts.models import Post
from forum.posts.renewing import citing, store, stored


def show_the_title(*, post_id: int, in_a_request: bool, **_: object) -> bool:
    """In the posts and drafts that refer to it. Whether it is done in all of them."""
    return renew(citing(Post.objects.filter(pk=post_id)), stored=stored, store=store, in_a_request=in_a_request)
