"""What the house announces. Declared here at the bottom, connected to followers in ``forum.wiring`` at the top."""

from django.dispatch import Signal

post_published = Signal()  # sender=Post, post: Post; inside the act's transaction
comment_published = Signal()  # sender=Comment, comment: Comment; inside the act's transaction
# sender=User, person: User; the name that pages show has changed; inside the act's transaction
person_renamed = Signal()
