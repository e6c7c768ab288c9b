"""The admin as an application: the moderators' desk instead of Django's own site."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    default = False  # this module is not the room's own configuration
    default_site = "forum.moderation.site.DeskSite"
    verbose_name = "Moderation desk"
