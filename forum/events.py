"""What the house announces. Declared here at the bottom, connected to followers in ``forum.wiring`` at the top."""

from django.dispatch import Signal

post_published = Signal()  # sender=Post, post: Post; inside the act's transaction
comment_published = Signal()  # sender=Comment, comment: Comment; inside the act's transaction
# sender=Post or Comment, text: that, people: the ids of those whom it mentions and did not mention before; of published
# texts alone, and never of what is imported; inside the act's transaction
people_mentioned = Signal()
# sender=Post, post_id: int; of its discussion something was withdrawn, restored or moved; inside the act's transaction
discussion_withdrawn = Signal()
# sender=Post, post_id: int, in_a_request: bool; what other texts may show of it is another now; after the commit, and
# where somebody waits for it only for so long. Followers say whether all texts of their room have followed.
title_changed = Signal()
# sender=User, person: User; the name that pages show has changed; inside the act's transaction
person_renamed = Signal()
