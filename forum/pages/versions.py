"""What a thread page and a branch page depend on, in one word that a browser gives back: their ETag.

Nothing is guessed and nothing expires. A page is what it is by its address, by the version of the post, which every act
raises that changes something there (``Post.thread_version``), by the house itself, and by who reads.
"""

from collections.abc import Mapping
from functools import cache
from hashlib import blake2s
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest

from accounts.models import User
from forum.kit.compiled import Compiled
from forum.posts.models import Post

VERSIONS = Compiled(
    lambda pk: Post.objects.filter(pk=pk, published_at__isnull=False).values_list("uid", "thread_version")
)


def etag_of(environ: Mapping[str, Any], *, uid: str, version: int, reader: str = "") -> str:
    """For the page at the address in ``environ``, of the post ``uid`` in its thread's ``version``.

    The uid, since another database may have another post of that number. ``reader`` is empty where nobody is logged in.
    """
    words = (house(), environ["PATH_INFO"], environ.get("QUERY_STRING", ""), uid, str(version), reader)
    return f'W/"{digest(*words)}"'  # weak: compressed or not, it is the same page


def etag_for(request: HttpRequest, post: Post) -> str | None:
    """The same for whoever asks. None for what is shown once: with messages, and while templates change."""
    if settings.DEBUG or len(get_messages(request)):
        return None
    return etag_of(request.META, uid=post.uid, version=post.thread_version, reader=_reader(request))


def still_holds(post: Post) -> bool:
    """Whether the thread is of the version that ``post`` was read with: then all that was read in between is too.

    A page takes several statements, and between two of them somebody may have replied.
    """
    return VERSIONS.row(post.pk) == (post.uid, post.thread_version)


def _reader(request: HttpRequest) -> str:
    """What of the reader a page shows or allows; with the secret of the forms in it, which a log-in changes."""
    user = request.user
    if not isinstance(user, User):
        return ""
    state = (
        user.pk,
        user.username,
        user.name,
        user.unseen,
        user.is_active,
        user.is_staff,
        user.is_suspended,
        user.suspended_until,
    )
    return repr((*state, user.suspension_reason, request.META.get("CSRF_COOKIE")))


@cache
def house() -> str:
    """Changes with our code, the templates, the static files and the settings that stand in pages."""
    root = Path(settings.BASE_DIR)
    ours = [path for room in ("accounts", "forum", "templates") for path in (root / room).rglob("*.*")]
    texts = [path.read_text() for path in sorted(ours) if path.suffix in {".py", ".html"}]
    assets = getattr(staticfiles_storage, "manifest_hash", "")
    return digest(settings.SITE_NAME, settings.SITE_URL, assets, *texts)


def digest(*words: str) -> str:
    return blake2s("\0".join(words).encode(errors="surrogateescape"), digest_size=12).hexdigest()
