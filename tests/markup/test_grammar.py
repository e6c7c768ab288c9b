"""The texts that ``make fuzz`` tries: the same from the same seeds, within the limits, of every kind."""

from random import Random

from bench.fuzz import shrink
from bench.grammar import LONGEST, code, document, flood, ladder, mixture, mutated, nest, shown, text
from forum.markup import clean

SEEDS = range(30)


def test_a_genome_is_a_text():
    for seed in SEEDS:
        assert text((seed, 1, 2)) == text((seed, 1, 2))
    assert len({text((seed,)) for seed in SEEDS}) == len(SEEDS)


def test_every_kind_gives_a_text_a_post_may_have():
    for draw in (code, document, flood, ladder, mixture, nest):
        lengths = [len(draw(Random(seed))) for seed in SEEDS]
        assert min(lengths) > 0
        assert len(set(lengths)) > 3
    assert 0 < max(len(text((seed, seed + 1, seed + 2))) for seed in SEEDS) <= LONGEST


def test_mutations_change_the_text_and_nothing_is_cleaned_away():
    changed = [mutated("a *b* [c](d)\n\n- e", Random(seed)) for seed in SEEDS]
    assert len(set(changed)) > len(SEEDS) / 2
    assert all(clean(source) == source for source in changed)


def test_what_is_shrunk_has_the_fault_still():
    assert shrink("ab" * 500 + "[" + "cd" * 500, lambda source: "[" in source, 10) == "["


def test_what_is_repeated_is_shown_once():
    assert shown("a" + "[x" * 500) == "1001 characters: \"a⟨'[x' times 500⟩\""
