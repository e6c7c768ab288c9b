"""The moderators' desk: one module per desk. Content is read and judged here, never edited or deleted."""

from forum.moderation.admin.comments import CommentDesk
from forum.moderation.admin.keys import KeyDesk
from forum.moderation.admin.log import LogDesk
from forum.moderation.admin.people import PersonDesk
from forum.moderation.admin.posts import PostDesk
from forum.moderation.admin.reports import ReportDesk

__all__ = ["CommentDesk", "KeyDesk", "LogDesk", "PersonDesk", "PostDesk", "ReportDesk"]
