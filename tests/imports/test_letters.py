from datetime import UTC, datetime

import pytest

from tests.imports.letters import NOW, make_mail, read


def letter(**fields):
    """The one post that a mail with these fields becomes, and its thread."""
    thread = read(make_mail("a", **fields)).threads[0]
    return thread.post, thread


@pytest.mark.parametrize(
    "field, name, address",
    [
        ("Alice <Alice@Example.ORG>", "Alice", "alice@example.org"),
        ("alice@example.org (Alice A.)", "Alice A.", "alice@example.org"),
        ("=?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <jm@example.org>", "Jürgen Müller", "jm@example.org"),
        ("=?iso-8859-1?Q?J=FCrgen?= =?iso-8859-1?Q?_M.?= <jm@example.org>", "Jürgen M.", "jm@example.org"),
        ('"Doe, John" <jd@example.org>', "Doe, John", "jd@example.org"),
        ("jd@example.org", "", "jd@example.org"),
        ("jd@example.org <jd@example.org>", "", "jd@example.org"),
        ("Nobody at all", "Nobody at all", ""),
        ("A (b <c@example.org", "A (b", "c@example.org"),
        ("=?x-unknown?q?caf=E9?= <c@example.org>", "café", "c@example.org"),
        ("=?utf-8?b?!!!?= <c@example.org>", "=?utf-8?b?!!!?=", "c@example.org"),
    ],
)
def test_who_wrote_is_read_from_any_form_of_address(field, name, address):
    _, thread = letter(From=field)

    person = thread.people[0]
    assert (person.display_name, person.address) == (name, address)


def test_one_address_is_one_person_whatever_its_capitals_and_names():
    reading = read(make_mail("a", From="Al <AL@x.org>"), make_mail("b", to="a", From="Alfred <al@X.org>"))

    thread = reading.threads[0]
    assert [person.display_name for person in thread.people] == ["Al"]
    assert thread.comments[0].author == thread.post.author


def test_a_mail_without_a_writer_has_no_author():
    post, thread = letter(From=None)

    assert post.author is None
    assert thread.people == ()


def test_raw_bytes_in_a_header_are_read():
    data = make_mail("a").replace(b"About a", "Über".encode("latin-1"))
    utf8 = make_mail("b").replace(b"About b", "Über".encode())

    titles = [thread.post.title for thread in read(data, utf8).threads]

    assert titles == ["Über", "Über"]


def test_a_character_split_between_two_encoded_words_is_put_together():
    post, _ = letter(Subject="=?utf-8?b?w7zDpA==?= =?utf-8?b?w7w=?=\n =?utf-8?q?=C3?= =?utf-8?q?=A4?= end")

    assert post.title == "üäüä end"


def test_a_folded_subject_is_one_line():
    post, _ = letter(Subject="one\n two\n\tthree")

    assert post.title == "one two\tthree".replace("\t", " ")


def test_a_mail_without_a_subject_says_so():
    assert letter(Subject=None)[0].title == "(no subject)"


RECEIVED = "from a by b;\n Tue, 17 Nov 2026 08:00:00 +0000"
RECEIVED_AT = datetime(2026, 11, 17, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "fields, expected",
    [
        ({"Date": "Wed, 18 Nov 2026 10:00:00 +0100"}, datetime(2026, 11, 18, 9, tzinfo=UTC)),
        ({"Date": "18 Nov 26 09:00 -0000"}, datetime(2026, 11, 18, 9, tzinfo=UTC)),
        ({"Date": "nonsense", "Received": RECEIVED}, RECEIVED_AT),
        ({"Date": "Thu, 01 Jan 1970 00:00:00 +0000", "Received": RECEIVED}, RECEIVED_AT),
        ({"Date": "Wed, 18 Nov 2099 09:00:00 +0000", "Received": RECEIVED}, RECEIVED_AT),
        ({"Date": "Tue, 99 Nov 2026 09:00:00 +9999"}, NOW),
        ({"Date": None}, NOW),
    ],
)
def test_when_it_was_sent_comes_from_the_best_source_there_is(fields, expected):
    assert letter(**fields)[0].published_at == expected


def test_a_clock_a_few_hours_ahead_is_taken_for_now():
    assert letter(Date="Mon, 23 Nov 2026 18:00:00 +0000")[0].published_at == NOW


def test_a_reply_without_a_date_borrows_its_parents():
    reading = read(make_mail("a", minute=7), make_mail("z", minute=30), make_mail("b", to="a", Date="?"))

    assert reading.threads[0].comments[0].published_at.minute == 7


def test_a_mail_without_a_date_and_a_parent_borrows_its_neighbours():
    reading = read(make_mail("a", minute=7), make_mail("b", Date=None), make_mail("c", minute=9))

    assert [thread.post.published_at.minute for thread in reading.threads] == [7, 7, 9]


def test_a_mail_without_an_id_gets_the_same_one_every_time():
    first = read(make_mail("a", Message_ID=None)).threads[0].post.uid

    assert first == read(make_mail("a", Message_ID=None)).threads[0].post.uid
    assert first != read(make_mail("a", Message_ID=None, body="Other.\n")).threads[0].post.uid
    assert first.endswith("@no-message-id.invalid")


def test_an_id_without_brackets_is_one_too():
    assert letter(Message_ID="a@x")[0].uid == "a@x"


@pytest.mark.parametrize(
    "data",
    [b"", b"\n\nno head\n", b"# A readme\n\nNot a mail.\n", b"\x00\xff\xfe\x01" * 50, b"root:x:0:0\nsync:x:4:5\n"],
)
def test_what_is_no_mail_is_reported_and_the_rest_comes_in(data):
    reading = read(make_mail("a"), data, make_mail("b"))

    assert len(reading.threads) == 2
    assert [(fault.place, fault.reason) for fault in reading.faults] == [("mail 2", "no mail: it has no header of one")]


def test_headers_of_our_own_count_only_in_our_own_exports():
    post, _ = letter(X_Colloquy_State="hidden", X_Colloquy_Author="mo", X_Colloquy_Uid="other")

    assert (post.state, post.uid, post.source) == ("visible", "a@x", "Text.\n")


def test_where_a_mail_can_be_read_is_kept():
    assert letter(Archived_At="<https://lists.example/m/1>")[0].url == "https://lists.example/m/1"
    assert letter(Archived_At="<javascript:x>")[0].url == ""
