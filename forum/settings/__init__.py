"""All settings, from environment variables. docs/settings.md explains each; a test holds the two together.

A module imports by name what it needs of another; here they become one.
"""

from forum.settings.house import *  # noqa: F403
from forum.settings.people import *  # noqa: F403
from forum.settings.site import *  # noqa: F403
from forum.settings.storage import *  # noqa: F403
from forum.settings.words import *  # noqa: F403
