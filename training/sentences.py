"""Makes groups of single sentences: one that answers, against those that stand beside it and do not.

The judge reads quotes by themselves, below their headings. A neighbouring sentence tells of the same thing, in the same
words, and only what it says of that thing shows that it is no answer.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from rag.text import content_words, sentence_spans
from training.mine import TrainingGroup, find_answers
from training.mixture import recipe_of

SENTENCES = "sentences"
"""The set that these groups are of."""
MIN_WORDS = 5
"""Content words of a sentence that tells enough by itself."""
MAX_CHARACTERS = 400
FROM_BESIDE, FROM_OTHERS = 2, 1
"""Sentences that do not answer: beside the one that does, and in passages that do not, at most."""


def sentences(groups: Sequence[TrainingGroup], draw: random.Random) -> Iterator[TrainingGroup]:
    """Yield the groups that can be made of those whose answers are words of the passage and known."""
    for group in groups:
        recipe = recipe_of(group.set)
        if group.answers and recipe.spans and recipe.sure and (made := _alone(group, draw)):
            yield made


def _alone(group: TrainingGroup, draw: random.Random) -> TrainingGroup | None:
    """Return the group with sentences in place of passages; None where the answer's sentence tells too little alone."""
    title, text = group.positive
    first, last = draw.choice(group.answers or ((0, 0),))
    answers = sorted({text[start:end] for start, end in group.answers or ()})
    own = next((text[start:end] for start, end in sentence_spans(text) if start <= first and last <= end), "").strip()
    if not _tells_enough(own):
        return None
    asked = set(content_words(group.question))
    beside = _closest(asked, text, answers, draw)[:FROM_BESIDE]
    wrong = [(title, one) for one in beside if one != own]
    for other_title, other in draw.sample(group.negatives, min(FROM_OTHERS, len(group.negatives))):
        wrong += [(other_title, one) for one in _closest(asked, other, answers, draw)[:1]]
    if not wrong:
        return None
    return TrainingGroup(SENTENCES, group.question, (title, own), find_answers(answers, own), tuple(wrong))


def _closest(asked: set[str], text: str, answers: Sequence[str], draw: random.Random) -> list[str]:
    """Return the sentences of a text without an answer, those that share most words with the question first."""
    found = [text[start:end].strip() for start, end in sentence_spans(text)]
    found = [one for one in found if _tells_enough(one) and not find_answers(answers, one)]
    draw.shuffle(found)
    return sorted(found, key=lambda one: -len(asked & set(content_words(one))))


def _tells_enough(sentence: str) -> bool:
    return len(content_words(sentence)) >= MIN_WORDS and len(sentence) <= MAX_CHARACTERS
