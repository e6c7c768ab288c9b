"""Texts of realistic length and kind from a small stock of sentences. They read like an argument and say nothing."""

from dataclasses import dataclass
from math import log
from random import Random

from forum import markup

MEDIAN = 400  # bytes of a comment's source; lengths are log-normal around it, so that their mean is about 600
SPREAD = 0.9  # standard deviation of the logarithm of the length: two in three stand between 160 and 1,000 bytes
SHORTEST, LONGEST = 100, 8_000  # bytes
KINDS = 48  # distinct texts of comments; rendering is the dear part, so rows share them
POST_KINDS = 16
POST_MEDIAN = 3_000  # bytes

SENTENCES = (
    "The estimate holds only if the two groups were drawn in the same way, which the second section does not show.",
    "I tried to repeat this with the published data and got a value about a third smaller.",
    "That is a fair point, and it weakens the conclusion more than the argument before it.",
    "What would we expect to see if the opposite were true?",
    "The *order* of the steps matters here: the filter comes before the normalisation, not after it.",
    "As far as I can see, nothing in the proof uses that the operator is bounded.",
    "Figure 3 suggests a threshold, but the error bars overlap over most of the range.",
    "One could also read the passage as a claim about **averages**, and then the counterexample fails.",
    "I would separate the question of whether the effect exists from the question of how large it is.",
    "With `n = 40` the interval is so wide that it excludes almost nothing.",
    "My own measurements, made with a coarser instrument, agree within their errors.",
    "The appendix gives the full derivation; the main text leaves out the boundary terms.",
    "Perhaps the simplest explanation is that the sensor drifted during the night.",
    "There is an older result of the same kind, with a weaker bound and a much shorter proof.",
    "I do not think that this follows: the lemma speaks of finite sets, and the set here is only countable.",
    "Thank you, this clears it up.",
    "It would help to state which of the assumptions are needed for the second part.",
    "The code runs, but only after the seed is set in both modules.",
)
FORMULAS = (
    r"$$\hat\theta_n = \frac{1}{n}\sum_{i=1}^{n} w_i x_i, \qquad \sum_i w_i = 1$$",
    r"For $\varepsilon > 0$ we have $P(|X - \mu| \ge \varepsilon) \le \sigma^2 / \varepsilon^2$, which is enough here.",
    r"$$\int_0^\infty e^{-\lambda t}\,f(t)\,dt \le C\,\|f\|_2$$",
    r"With $a_{n+1} = a_n - \tfrac{1}{2} a_n^2$ the sequence decreases like $2/n$.",
)
CODE = (
    "```python\nfor run in range(100):\n    estimates.append(draw(size=40, seed=run).mean())\n```",
    "```r\nfit <- lm(yield ~ dose + block, data = trial)\nsummary(fit)$coefficients\n```",
    "    make bench SIZE=1000\n    1,000 rows in 0.31 s",
)
LISTS = (
    "1. the sample is random,\n2. the errors are independent,\n3. the variance does not grow with the mean.",
    "- with the filter: 0.82\n- without it: 0.79\n- by hand: 0.80",
    "| method | error | time |\n|---|---|---|\n| direct | 0.12 | 3 s |\n| two steps | 0.09 | 41 s |",
)


@dataclass(frozen=True, slots=True)
class Text:
    source: str
    html: str


def texts(rng: Random, *, kinds: int = KINDS, median: int = MEDIAN) -> list[Text]:
    """A stock of rendered texts; about one in four has a formula, one in six code, one in three a quotation."""
    made = []
    for number in range(kinds):
        source = draw_source(rng, length=_length(rng, median))
        made.append(Text(source, markup.render(source, key=f"bench{number}").html))
    return made


def _length(rng: Random, median: int) -> int:
    """Bytes of a text."""
    return round(min(max(rng.lognormvariate(log(median), SPREAD), SHORTEST), LONGEST))


def draw_source(rng: Random, *, length: int) -> str:
    blocks: list[str] = []
    extras = [
        (1 / 3, lambda: "> " + rng.choice(SENTENCES)),
        (1 / 4, lambda: rng.choice(FORMULAS)),
        (1 / 6, lambda: rng.choice(CODE)),
        (1 / 6, lambda: rng.choice(LISTS)),
    ]
    for chance, make in extras:
        if rng.random() < chance:
            blocks.append(make())
    while (missing := length - sum(len(block.encode()) + 2 for block in blocks)) > 0:
        blocks.append(_paragraph(rng, at_most=missing))
    quote, rest = [block for block in blocks if block.startswith(">")], [b for b in blocks if not b.startswith(">")]
    rng.shuffle(rest)
    return "\n\n".join(quote + rest)


def _paragraph(rng: Random, *, at_most: int) -> str:
    sentences = rng.sample(SENTENCES, rng.randint(2, 5))
    while len(sentences) > 1 and sum(map(len, sentences)) + len(sentences) > at_most:
        sentences.pop()
    return " ".join(sentences)
