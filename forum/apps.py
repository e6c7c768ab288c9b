from django.apps import AppConfig


class ForumConfig(AppConfig):
    """The project itself: its commands and the wiring of the rooms."""

    name = "forum"

    def ready(self) -> None:
        from forum import wiring  # noqa: PLC0415 - the rooms' models exist only now

        wiring.connect()
