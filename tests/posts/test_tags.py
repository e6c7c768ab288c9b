from forum.posts.models import Tag
from forum.posts.services import publish


def tags_of(*names, author):
    return {(tag.name, tag.slug) for tag in publish(author=author, title="T", source="S.", tags=names).tags.all()}


def test_two_names_of_one_slug_are_one_tag(ann):
    assert tags_of("Causal Inference", "causal-inference", author=ann) == {("Causal Inference", "causal-inference")}


def test_a_tag_keeps_the_name_it_was_made_with(ann):
    tags_of("Statistics", author=ann)

    assert tags_of("STATISTICS", author=ann) == {("Statistics", "statistics")}
    assert Tag.objects.count() == 1


def test_a_name_without_letters_is_no_tag(ann):
    assert tags_of("", "!!!", "  ", author=ann) == set()


def test_a_long_name_is_cut_and_its_spaces_are_single(ann):
    assert tags_of("x" * 60, "two\n  words", author=ann) == {("x" * 40, "x" * 40), ("two words", "two-words")}
