from forum.exports.document import depths
from forum.imports.reading import Known
from tests.imports.letters import make_mail, read, tree_of, trees_of


def test_a_reply_stands_under_the_last_of_its_references():
    reading = read(
        make_mail("a"), make_mail("b", to="a", refs="a", minute=1), make_mail("c", to="b", refs="a b", minute=2)
    )

    assert trees_of(reading) == [{"a": None, "b": "a", "c": "b"}]
    assert reading.placed == 0


def test_the_order_of_the_mails_does_not_matter():
    reading = read(
        make_mail("c", to="b", refs="a b", minute=2), make_mail("b", to="a", refs="a", minute=1), make_mail("a")
    )

    assert trees_of(reading) == [{"a": None, "b": "a", "c": "b"}]


def test_references_go_before_in_reply_to():
    reading = read(make_mail("a"), make_mail("b", refs="a"), make_mail("c", refs="a b", to="a2"), make_mail("a2"))

    assert {"a": None, "b": "a", "c": "b"} in trees_of(reading)


def test_what_both_fields_name_is_the_parent_wherever_it_stands():
    reading = read(make_mail("a"), make_mail("b", to="a"), make_mail("c", to="b", refs="b a"))

    assert trees_of(reading) == [{"a": None, "b": "a", "c": "b"}]


def test_references_in_the_wrong_order_give_the_nearest_all_the_same():
    reading = read(make_mail("a"), make_mail("b", refs="a"), make_mail("c", refs="b a", to="unknown"))

    assert trees_of(reading) == [{"a": None, "b": "a", "c": "b"}]


def test_in_reply_to_serves_where_references_know_nothing():
    reading = read(make_mail("a"), make_mail("b", to="a", refs="typo"))

    assert trees_of(reading) == [{"a": None, "b": "a"}]
    assert reading.placed == 0


def test_a_missing_parent_gives_way_to_the_nearest_known_ancestor():
    reading = read(make_mail("a"), make_mail("b", refs="a"), make_mail("d", refs="a b missing", to="missing"))

    assert trees_of(reading) == [{"a": None, "b": "a", "d": "b"}]
    assert reading.placed == 1
    assert reading.placeholders == 0


def test_a_missing_first_message_gets_a_placeholder_for_all_that_answer_it():
    reading = read(
        make_mail("b", to="lost", minute=1, Subject="Re: Aw: [list] the idea"), make_mail("c", refs="lost", minute=2)
    )

    assert trees_of(reading) == [{"lost": None, "b": "lost", "c": "lost"}]
    assert (reading.placed, reading.placeholders) == (2, 1)
    post = reading.threads[0].post
    assert post.title == "[list] the idea"
    assert post.source == "The first message of this thread is not in the archive.\n"
    assert post.author is None
    assert post.published_at.minute == 1


def test_replies_to_one_missing_message_meet_where_others_say_it_stood():
    reading = read(make_mail("a"), make_mail("c", refs="a lost"), make_mail("d", refs="lost", to="lost"))

    assert trees_of(reading) == [{"a": None, "c": "a", "d": "a"}]


def test_two_missing_starts_of_one_thread_become_one_placeholder():
    reading = read(make_mail("c", refs="first second"), make_mail("d", to="second"))

    assert trees_of(reading) == [{"first": None, "c": "first", "d": "first"}]


def test_equal_subjects_make_no_thread():
    reading = read(make_mail("a", Subject="Hello"), make_mail("b", Subject="Re: Hello"))

    assert trees_of(reading) == [{"a": None}, {"b": None}]
    assert reading.threads[1].post.title == "Re: Hello"


def test_a_loop_is_cut_above_its_oldest_message():
    reading = read(make_mail("b", to="a", minute=2), make_mail("a", to="b", minute=1))

    assert trees_of(reading) == [{"a": None, "b": "a"}]
    assert reading.loops == 1


def test_a_loop_of_three_below_a_thread_hangs_on_where_else_it_can():
    reading = read(
        make_mail("r"),
        make_mail("a", refs="r c", minute=1),
        make_mail("b", refs="a", minute=2),
        make_mail("c", refs="b", minute=3),
    )

    assert trees_of(reading) == [{"r": None, "a": "r", "b": "a", "c": "b"}]
    assert reading.loops == 1


def test_a_loop_through_missing_messages_ends_too():
    reading = read(make_mail("a", refs="b g"), make_mail("b", refs="a h", minute=1), make_mail("c", refs="g h g"))

    assert sum(len(tree) for tree in trees_of(reading)) >= 3


def test_a_message_that_answers_itself_starts_a_thread():
    reading = read(make_mail("a", to="a", refs="a a"))

    assert trees_of(reading) == [{"a": None}]
    assert reading.loops == 0


def test_what_is_no_message_id_joins_nothing():
    reading = read(
        make_mail("a", In_Reply_To="<yes>", References="<yes>"), make_mail("b", In_Reply_To="<yes>", References="<yes>")
    )

    assert trees_of(reading) == [{"a": None}, {"b": None}]


def test_an_odd_id_counts_when_a_message_has_it():
    reading = read(make_mail("a", Message_ID="<yes>"), make_mail("b", In_Reply_To="<yes>", References="<yes>"))

    assert trees_of(reading) == [{"yes": None, "b": "yes"}]


def test_the_words_around_an_id_do_not_matter():
    reading = read(
        make_mail("a"),
        make_mail("b", In_Reply_To='Message from "A" <alice@example.org> of Friday\n  <a@x>'),
        make_mail("c", References="<a@x>\n\t<b@\n x>"),
    )

    assert trees_of(reading) == [{"a": None, "b": "a", "c": "b"}]


def test_siblings_stand_old_first_and_replies_right_below_their_parent():
    reading = read(
        make_mail("a"),
        make_mail("late", to="a", minute=9),
        make_mail("early", to="a", minute=1),
        make_mail("below", to="early", minute=20),
    )

    assert list(tree_of(reading.threads[0])) == ["a", "early", "below", "late"]


def test_a_message_that_came_twice_counts_once():
    reading = read(make_mail("a"), make_mail("a", body="Another text.\n"), make_mail("b", to="a"))

    assert (reading.messages, reading.repeated) == (3, 1)
    assert reading.threads[0].post.source == "Text.\n"


def test_a_chain_of_a_thousand_needs_no_recursion():
    mails = [make_mail("m0")] + [make_mail(f"m{n}", to=f"m{n - 1}", refs=f"m{n - 1}") for n in range(1, 1000)]

    thread = read(*mails).threads[0]

    assert max(depths(thread.comments)) == 998


def test_what_is_here_already_is_left_out_and_answered_all_the_same():
    here = {"a@x": Known("a@x"), "b@x": Known("a@x")}
    reading = read(
        make_mail("b", to="a", refs="a"),
        make_mail("c", to="b", refs="a b"),
        known=lambda uids: {uid: here[uid] for uid in uids & here.keys()},
    )

    assert trees_of(reading) == [{"a": None, "c": "b"}]
    assert reading.threads[0].post.placeholder
    assert (reading.here, reading.placed, reading.placeholders) == (1, 0, 0)


def test_an_id_of_endless_length_still_joins_a_thread():
    long = "l" * 5000
    reading = read(make_mail("a", Message_ID=f"<{long}@x>"), make_mail("b", In_Reply_To=f"<{long}@x>"))

    assert len(reading.threads) == 1
    assert reading.threads[0].post.uid.endswith("@long-message-id.invalid")
    assert reading.threads[0].comments[0].parent is None
