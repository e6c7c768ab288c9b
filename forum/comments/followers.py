from accounts.models import User
from forum.comments.services import touch_threads_of


def show_the_new_name(*, person: User, **_: object) -> None:
    """Thread pages show the names of those who write in them."""
    touch_threads_of(person)
