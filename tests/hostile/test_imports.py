"""Files that lie about what they are."""

import pytest
from django.core.management import call_command

from forum.comments.models import CommentBody
from forum.imports.readers.json import read_json
from forum.imports.reading import Unreadable
from forum.posts.models import Post

LETTER = (
    "From x Mon Jan 1 00:00:00 2024\nFrom: A <a@example.org>\nDate: Mon, 1 Jan 2024 00:00:00 +0000\n"
    "Message-ID: <{name}@example.org>\nSubject: Nul\nX-Colloquy-Version: 1\n{fields}\nWords.\n\n"
)


@pytest.mark.parametrize("uid", ["a%00b", "a%0Ab", "%20", "%F0%9F%98%80" * 3000, "%ED%A0%80"])
def test_a_mailbox_that_calls_itself_an_own_export_names_its_texts_as_a_database_can(uid, db, tmp_path):
    box = tmp_path / "box.mbox"
    box.write_text(
        LETTER.format(name="first", fields=f"X-Colloquy-Uid: {uid}\n")
        + LETTER.format(name="second", fields=f"In-Reply-To: <first@example.org>\nX-Colloquy-Parent: {uid}\n")
    )
    call_command("import_thread", str(box), verbosity=0)
    assert (Post.objects.count(), CommentBody.objects.count()) == (1, 1)
    assert len(Post.objects.get().uid.encode()) <= 2000


def test_a_field_that_stands_twice_among_many_is_found_without_comparing_all_with_all():
    many = ",".join(f'"f{number}":1' for number in range(200_000))
    with pytest.raises(Unreadable, match="'b' stands twice"):
        read_json(f'{{{many},"b":1,"b":2}}'.encode())
