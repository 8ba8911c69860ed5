"""Makes groups whose passages differ in one word from the one that answers: a number, a name, an opposite, a "not".

A question and its passage (q, p) become four pairs: with the same word swapped in both, (q', p') is answered as well,
and (q, p') and (q', p) are not. So a swapped passage is as often right as wrong, and only the word tells.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.text import STOP_WORDS, content_words, sentence_spans
from training.mine import TrainingGroup, find_answers

SWAPPED = "swapped"
"""The set that these groups are of."""
MAX_PASSAGE = 700
"""Characters of a passage: what is about the answer, not the whole window."""
SWAPS = 2
"""Words swapped in turn for a question, at most."""
NEGATED_SHARE = 0.2
"""Of the questions, how many also get a passage that says the opposite."""
SHARED_WITH_OPPOSITE = 2
"""Content words that a sentence shares with the question before its opposite is no answer any more."""

ALTERNATIVES = tuple(
    words.split()
    for words in (
        "north south east west",
        "northern southern eastern western",
        "first second third fourth fifth last",
        "largest smallest",
        "biggest smallest",
        "highest lowest",
        "maximum minimum",
        "before after",
        "male female",
        "men women",
        "increase decrease",
        "increased decreased",
        "buy sell",
        "import export",
        "spring summer autumn winter",
        "morning afternoon evening night",
        "upper lower",
        "inner outer",
        "oldest youngest",
        "gross net",
        "assets liabilities",
        "income expense",
        "current deferred",
        "domestic foreign",
        "father mother",
        "son daughter",
        "husband wife",
        "brother sister",
        "king queen",
        "left right",
        "red blue green yellow black white",
        "january february march april june july august september october november december",
        "monday tuesday wednesday thursday friday saturday sunday",
        "president chairman secretary treasurer",
        "internal external",
        "public private",
        "major minor",
        "positive negative",
        "minutes hours days weeks months years",
        "early late",
    )
)
"""Words of which each may stand for another."""

_NUMBER = re.compile(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w.,-]*\d)")
_IDENTIFIER = re.compile(r"\b[A-Z]{1,4}-?\d{1,6}\b")
_NAME = re.compile(r"\b[A-Z][\w'’-]{2,}(?: [A-Z][\w'’-]{2,}){0,2}")
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|may|can|could|must|should|will|would|has|have|had|does|did)\b(?! (?:not|no|never)\b)"
)
_NOT = re.compile(r" not\b| never\b")


@dataclass(frozen=True, slots=True)
class Swap:
    """Words of a text and what stands in their place, in lower case on the left."""

    words: Mapping[str, str]

    def apply(self, text: str) -> str:
        """Return the text with its words swapped, each in the case in which it stood."""
        pattern = "|".join(re.escape(word) for word in sorted(self.words, key=len, reverse=True))
        return re.sub(rf"(?<![\w.,-])(?:{pattern})(?![\w-])(?![.,]\d)", self._other, text, flags=re.IGNORECASE)

    def _other(self, match: re.Match[str]) -> str:
        other = self.words.get(match[0].lower(), match[0])
        if match[0].isupper() and len(match[0]) > 1:
            return other.upper()
        return other.lower() if match[0].islower() else other[:1].upper() + other[1:]


@dataclass(frozen=True, slots=True)
class Names:
    """Holds the names in a corpus by their number of words, and the words that also stand in lower case there."""

    by_length: Mapping[int, Sequence[str]]
    common: frozenset[str]

    def is_name(self, words: Sequence[str]) -> bool:
        """Return whether words with capitals are more than the beginning of a sentence."""
        return any(word not in self.common for word in words) and not any(word in STOP_WORDS for word in words)


def contrast(groups: Sequence[TrainingGroup], draw: random.Random) -> Iterator[TrainingGroup]:
    """Yield the groups that can be made of those whose answers are known."""
    names = collect_names([group.positive[1] for group in groups])
    for group in groups:
        if group.answers and (narrowed := narrow(group)):
            yield from _swapped(narrowed, names, draw)


def narrow(group: TrainingGroup) -> TrainingGroup | None:
    """Return the group with no more of its passage than the sentences around its first answer; None where none fits."""
    title, text = group.positive
    start, end = (group.answers or ((0, 0),))[0]
    spans = sentence_spans(text)
    around = [place for place, (first, last) in enumerate(spans) if first < end and start < last]
    if not around:
        return None
    low, high = around[0], around[-1]
    while True:
        if high + 1 < len(spans) and spans[high + 1][1] - spans[low][0] <= MAX_PASSAGE:
            high += 1
        elif low > 0 and spans[high][1] - spans[low - 1][0] <= MAX_PASSAGE:
            low -= 1
        else:
            break
    kept = text[spans[low][0] : spans[high][1]]
    answers = find_answers(sorted({text[a:b] for a, b in group.answers or ()}), kept)
    if not answers or len(kept) > 2 * MAX_PASSAGE:
        return None
    return TrainingGroup(group.set, group.question, (title, kept), answers, group.negatives)


def collect_names(texts: Sequence[str]) -> Names:
    """Return the names in some texts."""
    common = frozenset(word for text in texts for word in re.findall(r"(?<!\w)[a-z][\w'’-]+", text))
    names = Names({}, common)
    found = dict.fromkeys(name for text in texts for name in _NAME.findall(text))
    by_length: dict[int, list[str]] = {}
    for name in found:
        if names.is_name(name.lower().split()):
            by_length.setdefault(len(name.split()), []).append(name)
    return Names(by_length, common)


def find_swaps(group: TrainingGroup, names: Names, draw: random.Random) -> list[Swap]:
    """Return what the question names and its passage too, outside of the answer, with something else of its sort."""
    title, text = group.positive
    answer = {word.lower() for start, end in group.answers or () for word in re.findall(r"[\w'-]+", text[start:end])}
    asked = {word.lower() for word in re.findall(r"[\w'’-]+", group.question)}
    found: list[Swap] = []
    for sort, other in _sorts(names, draw):
        places = sort.findall(f"{title}\n{text}")
        for words in dict.fromkeys(places):
            parts = words.lower().split()
            if not asked & set(parts) or answer & set(parts) or (sort is _NAME and not names.is_name(parts)):
                continue
            swap = other(words)
            if swap and not any(word.lower() in text.lower() for word in swap.values()):
                found.append(Swap(swap))
    found += [
        Swap({word: draw.choice([other for other in alternatives if other != word])})
        for alternatives in ALTERNATIVES
        for word in alternatives
        if word in asked and word not in answer and re.search(rf"\b{word}\b", text, re.IGNORECASE)
    ]
    return found


def negate(group: TrainingGroup, draw: random.Random) -> str | None:
    """Return the passage with the answer's sentence saying the opposite.

    None where it has no verb to negate, or shares so little with the question that the opposite may answer as well.
    """
    text = group.positive[1]
    start, end = (group.answers or ((0, 0),))[0]
    asked = set(content_words(group.question))
    for first, last in sentence_spans(text):
        if first <= start and end <= last:
            sentence = text[first:last]
            if len(asked & set(content_words(sentence))) < SHARED_WITH_OPPOSITE:
                return None
            if _NOT.search(sentence):
                opposite = _NOT.sub("", sentence, count=1)
            elif verbs := list(_AUXILIARY.finditer(sentence)):
                verb = draw.choice(verbs)
                opposite = f"{sentence[: verb.end()]} not{sentence[verb.end() :]}"
            else:
                return None
            return text[:first] + opposite + text[last:]
    return None


def _swapped(group: TrainingGroup, names: Names, draw: random.Random) -> Iterator[TrainingGroup]:
    title, text = group.positive
    answers = sorted({text[start:end] for start, end in group.answers or ()})
    swaps = find_swaps(group, names, draw)
    wrong: list[tuple[str, str]] = []
    for swap in draw.sample(swaps, min(SWAPS, len(swaps))):
        other = (swap.apply(title), swap.apply(text))
        places = find_answers(answers, other[1])
        question = swap.apply(group.question)
        if not places or other[1] == text or question == group.question:
            continue
        wrong.append(other)
        yield TrainingGroup(SWAPPED, question, other, places, (group.positive, *group.negatives[:1]))
    if draw.random() < NEGATED_SHARE and (opposite := negate(group, draw)):
        wrong.append((title, opposite))
    if wrong:
        negatives = (*wrong, *group.negatives[:1])
        yield TrainingGroup(SWAPPED, group.question, group.positive, group.answers, negatives)


def _sorts(names: Names, draw: random.Random) -> tuple[tuple[re.Pattern[str], Callable[[str], dict[str, str]]], ...]:
    """Return the patterns of what is swapped, each with what makes another of the sort."""

    def other_number(words: str) -> dict[str, str]:
        if re.fullmatch(r"(?:1[5-9]|20)\d\d", words):
            return {words: str(int(words) + draw.choice([-10, -4, -3, -2, -1, 1, 2, 3, 4, 10]))}
        return {words: _other_digits(words, draw)}

    def other_identifier(words: str) -> dict[str, str]:
        return {words.lower(): _other_digits(words, draw)}

    def other_name(words: str) -> dict[str, str]:
        parts = words.lower().split()
        pool = names.by_length.get(len(parts))
        if not pool:
            return {}
        other = draw.choice(pool)
        alone = zip(parts, other.split(), strict=True)
        return {part: word for part, word in alone if part not in names.common} | {words.lower(): other}

    return (_NUMBER, other_number), (_IDENTIFIER, other_identifier), (_NAME, other_name)


def _other_digits(words: str, draw: random.Random) -> str:
    """Return the words with one or two of their digits changed; a number does not begin with 0."""
    places = [place for place, character in enumerate(words) if character.isdigit()]
    changed = list(words)
    while "".join(changed) == words:
        for place in draw.sample(places, min(draw.choice([1, 1, 2]), len(places))):
            changed[place] = draw.choice("123456789")
    return "".join(changed)
