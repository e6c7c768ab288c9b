"""Write a thread, or a branch of it, in one of the open formats (docs/export-formats.md).

What the public may see is written, whoever runs the command: hidden and retracted texts are tombstones, drafts are
refused.
"""

import os
import sys
from pathlib import Path

from django.contrib.auth.models import AnonymousUser
from django.core.management.base import BaseCommand, CommandError, CommandParser

from forum.comments.models import Comment
from forum.exports.formats import FORMATS, as_bytes
from forum.exports.load import load_thread
from forum.kit.refusal import Refusal
from forum.posts.models import Post


class Command(BaseCommand):
    help = "Export a thread or a branch as " + ", ".join(FORMATS) + "."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("post_id", type=int, metavar="POST_ID")
        parser.add_argument("--format", required=True, choices=sorted(FORMATS), dest="name")
        parser.add_argument("--branch", type=int, metavar="COMMENT_ID", help="only this comment and what answers it")
        parser.add_argument("--output", type=Path, metavar="FILE", help="instead of the standard output")

    def handle(
        self, *, post_id: int, name: str, branch: int | None, output: Path | None, verbosity: int, **options: object
    ) -> None:
        post = Post.objects.filter(pk=post_id).first()
        if post is None:
            raise CommandError(f"There is no post {post_id}.")
        root = None
        if branch is not None:
            root = Comment.objects.filter(pk=branch, post=post).first()
            if root is None:
                raise CommandError(f"Post {post_id} has no comment {branch}.")
        try:
            thread = load_thread(post, viewer=AnonymousUser(), branch=root)
        except Refusal as refusal:
            raise CommandError(f"Post {post_id} is a draft; only what is published can be exported.") from refusal
        chunks = as_bytes(FORMATS[name].write(thread))
        if output is None:
            # self.stdout takes text and would end every chunk with a line of its own.
            target = getattr(self.stdout, "_out", sys.stdout)
            binary = getattr(target, "buffer", None)
            try:
                for chunk in chunks:
                    binary.write(chunk) if binary else target.write(chunk.decode("utf-8"))
                target.flush()
            except BrokenPipeError:  # whoever reads has had enough, as ``head`` has; that is no fault to report
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        try:
            with output.open("wb") as file:
                file.writelines(chunks)
        except OSError as fault:
            raise CommandError(f"{output}: {fault.strerror}") from fault
        if verbosity:
            texts = 1 + len(thread.comments)
            self.stderr.write(f"{output}: {texts} texts.", self.style.SUCCESS)
