"""Acts of moderators, each one transaction with its row in the public log, and the readers' one act: to report."""

from forum.moderation.services.discussion import lock, move, unlock
from forum.moderation.services.hiding import hide, hide_branch, restore, restore_branch
from forum.moderation.services.people import end_suspension, set_roles, suspend
from forum.moderation.services.reports import dismiss, report

__all__ = [
    "dismiss",
    "end_suspension",
    "hide",
    "hide_branch",
    "lock",
    "move",
    "report",
    "restore",
    "restore_branch",
    "set_roles",
    "suspend",
    "unlock",
]
