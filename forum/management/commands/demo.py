from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from forum.management.demo.play import Demonstration
from forum.posts.models import Post


class Command(BaseCommand):
    help = "Load the demonstration: invented people and what they wrote in the last two weeks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="also when there are people or posts already")
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="do nothing, and say nothing, when there are people or posts, or when others can reach the site",
        )

    def handle(self, *, force: bool, if_empty: bool, **options: object) -> None:
        if if_empty and not settings.ON_LOOPBACK:
            return
        demonstration = Demonstration(timezone.now())
        with transaction.atomic():
            if User.objects.exists() or Post.objects.exists():
                if if_empty:
                    return
                if not force:
                    raise CommandError("There are people or posts here already; --force loads it beside them.")
            if taken := demonstration.names_taken():
                raise CommandError(f"The demonstration needs these names, which are taken: {', '.join(taken)}.")
            demonstration.load()
        self.report(demonstration)

    def report(self, demonstration: Demonstration) -> None:
        self.stdout.write("The demonstration is loaded. Two of its people have a password, shown this once:")
        for username, password in demonstration.passwords.items():
            part = "moderator" if demonstration.people[username].is_staff else "ordinary account"
            self.stdout.write(f"  {username:<6} {password}   {part}")
        self.stdout.write("Lost one? .venv/bin/python manage.py changepassword NAME")
