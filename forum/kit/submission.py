"""What makes a form that is sent twice one act."""

import json
from uuid import NAMESPACE_URL, UUID, uuid5


def submission_of(form: UUID, *parts: object) -> UUID:
    """The same id for the same form with the same content; ``parts`` are who sent it and what it says.

    Not the form alone: after "back" a browser shows the same form, and another text typed there is another act. The
    id is stored under a unique constraint, so that of two requests at once one is refused by the database.
    """
    return uuid5(NAMESPACE_URL, json.dumps([str(form), *parts]))
