"""What comments refer to."""

from forum.comments.models import CommentMention, CommentReference
from forum.posts.references import Ledger

LEDGER = Ledger(CommentReference, CommentMention)
