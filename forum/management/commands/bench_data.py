import time

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from forum.kit.statistics import renew_statistics
from forum.management.bench.load import Loader

MOST = 10_000_000  # of posts and of comments; more is a slip of the finger


class Command(BaseCommand):
    help = "Write synthetic posts and threads of realistic shape, quickly, beside what is there. For measuring only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--posts", type=int, required=True, help="how many posts")
        parser.add_argument("--comments", type=int, required=True, help="how many comments in all")
        parser.add_argument("--one-thread", action="store_true", help="all comments under the first post")
        parser.add_argument("--seed", type=int, default=1, help="another number gives other data (default 1)")

    def handle(self, *, posts: int, comments: int, one_thread: bool, seed: int, **options: object) -> None:
        if not 1 <= posts <= MOST:
            raise CommandError(f"--posts must be from 1 to {MOST:,}, not {posts:,}.")
        if not 0 <= comments <= MOST:
            raise CommandError(f"--comments must be from 0 to {MOST:,}, not {comments:,}.")
        begun = time.monotonic()
        loader = Loader(seed=seed, now=timezone.now())
        loader.load(posts=posts, comments=comments, one_thread=one_thread)
        renew_statistics()
        seconds = time.monotonic() - begun
        self.stdout.write(f"{posts:,} posts and {comments:,} comments written in {seconds:.1f} s.")
        size, post = loader.largest
        if post is not None:
            self.stdout.write(f"The longest thread has {size:,} comments: {post.get_absolute_url()}")
