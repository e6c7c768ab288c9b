"""What a moderator can do at the desk: one value per act, with its words, its form and the service that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from forum.comments.models import Comment
from forum.moderation import services
from forum.moderation.admin.forms import MoveForm, ReasonForm, RolesForm, SuspendForm
from forum.moderation.models import Decision, Report
from forum.moderation.queries import restorable
from forum.posts.models import Post


@dataclass(frozen=True)
class Act:
    name: str  # in its address
    button: str
    done: str  # "Hidden", before what it was done to
    perform: Callable[[Any, User, dict[str, Any]], Decision | None]
    fits: Callable[[Any], bool]  # whether there is anything to do; asked again, under lock, by the service
    foretell: Callable[[Any], str]  # what will happen, in a sentence
    form: type[ReasonForm | RolesForm] = ReasonForm
    initial: Callable[[Any], dict[str, Any]] = lambda target: {}
    confirm: Callable[[Any, dict[str, Any]], str] | None = None  # what will happen, once the form is filled in
    in_lists: bool = False
    for_superusers: bool = False


def _closes(target: Post | Comment) -> str:
    count = Report.objects.about(target).open().count()
    return f" {_number(count, 'open report')} will be closed with it." if count else ""


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _foretell_hide(target: Post | Comment) -> str:
    if isinstance(target, Post):
        what = "Title and text go from view for everybody; the discussion below stays and takes no more replies."
    else:
        what = "The text goes from view for everybody; a tombstone with your reason takes its place, and replies stay."
    return what + _closes(target)


def _foretell_restore(target: Post | Comment) -> str:
    if target.retracted_at:
        return "The author has retracted it meanwhile: it stays a tombstone, but no longer as hidden."
    return "It will be shown again, to everybody."


def _foretell_hide_branch(root: Comment) -> str:
    branch = root.get_descendants(include_self=True)
    count = branch.filter(hidden_at=None).count()
    reports = Report.objects.open().filter(comment__in=branch).count()
    closes = f" {_number(reports, 'open report')} will be closed with it." if reports else ""
    return f"{_number(count, 'comment')} will go from view: this one and all below it that is not hidden yet.{closes}"


def _foretell_restore_branch(root: Comment) -> str:
    return (
        f"{_number(restorable(root).count(), 'comment')} will be shown again: what was hidden with this branch. What "
        "was hidden by a decision of its own, or retracted by its author, stays a tombstone."
    )


def _foretell_move(comment: Comment) -> str:
    count = comment.get_descendant_count() + 1
    return f"{_number(count, 'comment')} will move: this one and all below it. Links to them keep working."


def _confirm_move(comment: Comment, data: dict[str, Any]) -> str:
    post, parent = data["post"], data["parent"]
    place = f"under comment {parent.pk} by {parent.body.author or 'somebody'}" if parent else "at the top level"
    count = _number(comment.get_descendant_count() + 1, "comment")
    return f"{count} will move from “{comment.post.title}” to “{post.title}” (post {post.pk}), {place}."


def _foretell_dismiss(target: Post | Comment) -> str:
    count = Report.objects.about(target).open().count()
    return f"{_number(count, 'open report')} will be closed, and the text stays as it is."


def _move(comment: Comment, moderator: User, data: dict[str, Any]) -> Decision:
    parent_id = data["parent"].pk if data["parent"] else None
    return services.move(
        comment=comment, parent_id=parent_id, post=data["post"], moderator=moderator, reason=data["reason"]
    )


HIDE = Act(
    "hide",
    "Hide",
    "Hidden",
    lambda target, moderator, data: services.hide(target=target, moderator=moderator, reason=data["reason"]),
    fits=lambda target: target.hidden_at is None,
    foretell=_foretell_hide,
    in_lists=True,
)
RESTORE = Act(
    "restore",
    "Restore",
    "Restored",
    lambda target, moderator, data: services.restore(target=target, moderator=moderator, reason=data["reason"]),
    fits=lambda target: target.hidden_at is not None,
    foretell=_foretell_restore,
    in_lists=True,
)
HIDE_BRANCH = Act(
    "hide-branch",
    "Hide the whole branch",
    "Hidden with its branch",
    lambda root, moderator, data: services.hide_branch(root=root, moderator=moderator, reason=data["reason"]),
    fits=lambda root: root.get_descendants(include_self=True).filter(hidden_at=None).exists(),
    foretell=_foretell_hide_branch,
)
RESTORE_BRANCH = Act(
    "restore-branch",
    "Restore the whole branch",
    "Restored with its branch",
    lambda root, moderator, data: services.restore_branch(root=root, moderator=moderator, reason=data["reason"]),
    fits=lambda root: restorable(root).exists(),
    foretell=_foretell_restore_branch,
)
MOVE = Act(
    "move",
    "Move",
    "Moved",
    _move,
    fits=lambda comment: True,
    foretell=_foretell_move,
    form=MoveForm,
    initial=lambda comment: {"post": comment.post_id},
    confirm=_confirm_move,
)
LOCK = Act(
    "lock",
    "Lock",
    "Locked",
    lambda post, moderator, data: services.lock(post=post, moderator=moderator, reason=data["reason"]),
    fits=lambda post: post.locked_at is None,
    foretell=lambda post: f"The discussion ({_number(post.comment_count, 'comment')}) stays and takes no more replies.",
    in_lists=True,
)
UNLOCK = Act(
    "unlock",
    "Unlock",
    "Unlocked",
    lambda post, moderator, data: services.unlock(post=post, moderator=moderator, reason=data["reason"]),
    fits=lambda post: post.locked_at is not None,
    foretell=lambda post: "The discussion takes replies again.",
    in_lists=True,
)
DISMISS = Act(
    "dismiss",
    "Dismiss the reports",
    "Reports dismissed about",
    lambda target, moderator, data: services.dismiss(target=target, moderator=moderator, reason=data["reason"]),
    fits=lambda target: Report.objects.about(target).open().exists(),
    foretell=_foretell_dismiss,
    in_lists=True,
)
SUSPEND = Act(
    "suspend",
    "Suspend",
    "Suspended",
    lambda person, moderator, data: services.suspend(
        person=person,
        until=data["until"],
        moderator=moderator,
        reason=data["reason"],
        instead_of=data["instead_of"],
    ),
    fits=lambda person: not (person.is_superuser or person.placeholder),
    foretell=lambda person: (
        f"{person.name} may read but not write until then. What is written stays. The reason is public."
    ),
    form=SuspendForm,
    initial=lambda person: {"instead_of": person.suspended_until.isoformat() if person.is_suspended else ""},
)
END_SUSPENSION = Act(
    "end-suspension",
    "End the suspension",
    "Suspension ended of",
    lambda person, moderator, data: services.end_suspension(person=person, moderator=moderator, reason=data["reason"]),
    fits=lambda person: person.is_suspended,
    foretell=lambda person: f"{person.name} may write again at once.",
)
ROLES = Act(
    "roles",
    "Change the roles",
    "Changed",
    lambda person, superuser, data: services.set_roles(
        person=person, moderates=data["moderates"], active=data["active"], superuser=superuser
    ),
    fits=lambda person: not person.placeholder,
    foretell=lambda person: "Moderators may do all that this desk offers. A closed account cannot log in.",
    form=RolesForm,
    initial=lambda person: {"moderates": person.is_staff, "active": person.is_active},
    for_superusers=True,
)
