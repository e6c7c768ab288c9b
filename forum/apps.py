from django.apps import AppConfig


class ForumConfig(AppConfig):
    """The project itself: its commands and the wiring of the rooms."""

    name = "forum"
