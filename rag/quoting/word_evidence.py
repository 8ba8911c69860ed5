"""Measures how much of a question a text holds, by its words: evidence in the languages that the reader does not know.

Words meet in any spelling and inflection, as parts of compounds, and in scripts without spaces by pairs of characters.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.text import normalise_number
from rag.words.bigrams import UNSPACED, bigrams_of
from rag.words.folding import fold, whole_words
from rag.words.stemming import COMPOUNDING, stem_word
from rag.words.stop_words import ASKING_WORDS, ENGLISH, STOP_WORDS, UNSPACED_STOP_WORDS
from rag.words.word_forms import joined_identifiers

MIN_PART = 4
MIN_COMPOUND = 8
"""Letters of a word that stands for a part of a compound, and of the compound."""

INFLECTED, PART = 0.9, 0.7
"""Worth of a word in another form, and of one within a compound, beside a word as it is written."""

PREFIXES = frozenset(
    [
        "ver",
        "be",
        "ent",
        "er",
        "zer",
        "ge",
        "miss",
        "un",
        "ur",
        "an",
        "ab",
        "auf",
        "aus",
        "bei",
        "ein",
        "vor",
        "zu",
        "nach",
        "um",
        "unter",
        "uber",
        "wider",
    ]
)
"""Folded prefixes of German and its kin, which make another word of one."""

FEMININE = re.compile(r"(?<=\w{4})in(?:nen)?$")
"""The end of a German word for a woman, who is asked for by that for a man, and the reverse."""

Held = Mapping[int, float]
"""Position of a term -> how well a text holds it, 0 to 1."""

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[^\W_]+")


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """The words of a question that say what it is about, each in the forms that a text may hold."""

    terms: tuple[frozenset[str], ...]
    written: tuple[str, ...]
    """Each term as the question writes it, folded."""

    def held_by(self, text: str, language: str) -> Held:
        """Return which of the terms a text in a language holds: position -> 1, less where it only has another form."""
        forms = text_forms(text, language)
        written = text_forms(text, "")
        compounds = tuple(form for form in forms if len(form) >= MIN_COMPOUND) if language in COMPOUNDING else ()
        held: dict[int, float] = {}
        for position, term in enumerate(self.terms):
            if self.written[position] in written or (
                len(self.written[position]) == 1 and self.written[position] in text
            ):
                held[position] = 1.0
            elif not term.isdisjoint(forms):
                held[position] = INFLECTED
            elif language in COMPOUNDING and any(_meet_in_compound(word, forms, compounds) for word in term):
                held[position] = PART
        return held


def question_words(question: str, language: str, languages: Sequence[str] = ()) -> QuestionWords:
    """Return what a question in a language is about; `languages` are those of the texts it is compared with."""
    left_out = STOP_WORDS.get(language, ENGLISH)
    words = [word for word in _words(question, language) if fold(word) not in left_out]
    asking = ASKING_WORDS.get(language, frozenset())
    telling = [word for word in words if fold(word) not in asking] or words
    codes = dict.fromkeys((language, *languages))
    terms = {_written(word): frozenset(form for code in codes for form in _forms(word, code)) for word in telling}
    terms |= {identifier: frozenset({identifier}) for identifier in joined_identifiers(question)}
    return QuestionWords(tuple(terms.values()), tuple(terms))


def weigh_terms(count: int, held: Sequence[Held]) -> list[float]:
    """Return the weight of each of `count` terms: the fewer texts hold one the more; in none weighs as in one."""
    counts = Counter(position for positions in held for position in positions)
    return [math.log(1 + (len(held) + 1) / max(counts[position], 1)) for position in range(count)]


def share_held(held: Held, weights: Sequence[float]) -> float:
    """Return the share of all weight, 0 to 1, that the terms held have."""
    total = sum(weights)
    return sum(weights[position] * strength for position, strength in held.items()) / total if total else 0.0


@lru_cache(maxsize=1 << 12)
def text_forms(text: str, language: str) -> frozenset[str]:
    """Return the words of a text in the forms in which they are compared."""
    found = {form for word in _words(text, language) for form in _forms(word, language)}
    return frozenset(found | set(joined_identifiers(text)))


def _words(text: str, language: str) -> list[str]:
    """Return the words of a text as they are written; of scripts without spaces, pairs of characters."""
    found: list[str] = []
    for word in _WORD.findall(whole_words(text)):
        if not UNSPACED.search(word):
            found.extend(re.split("['’]", word))
            continue
        for stretch in UNSPACED.findall(word):
            for piece in _without_small_words(stretch, language):
                found.extend(bigrams_of(piece))
        found.extend(rest for rest in UNSPACED.split(word) if rest)
    return found


def _without_small_words(stretch: str, language: str) -> list[str]:
    small = UNSPACED_STOP_WORDS.get(language, ())
    if not small:
        return [stretch]
    return [piece for piece in re.split("|".join(map(re.escape, small)), stretch) if piece]


def _written(word: str) -> str:
    return normalise_number(word) if word[0].isdigit() else fold(word)


def _forms(word: str, language: str) -> set[str]:
    if word[0].isdigit():
        return {_written(word)}
    forms = {fold(word), stem_word(word, language)}
    if language == "de" and word[0].isupper() and (root := FEMININE.sub("", fold(word))) != fold(word):
        forms |= {root, stem_word(root, language)}
    return forms


def _meet_in_compound(word: str, forms: frozenset[str], compounds: Sequence[str]) -> bool:
    """Return whether a word is the beginning or end of a compound of a text, or begins with a word of the text."""
    if len(word) >= MIN_PART and any(_is_part(word, it) for it in compounds):
        return True
    return len(word) >= MIN_COMPOUND and any(len(form) >= MIN_PART and _is_part(form, word) for form in forms)


def _is_part(part: str, compound: str) -> bool:
    """Return whether a word is the beginning or end of a compound; with a prefix alone it is another word: Vermieter is
    no Mieter."""
    if compound.startswith(part):
        return True
    return compound.endswith(part) and compound.removesuffix(part) not in PREFIXES
