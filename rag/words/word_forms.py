"""Works out the further forms in which the words of a text are found: joined identifiers, stems, ends of compounds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from rag.words.folding import fold, whole_words
from rag.words.stemming import COMPOUNDING, stem_word, stemmed_languages
from rag.words.stop_words import STOP_WORDS

REVERSED = "\ue000"
"""Before a word that is spelled backwards: an end of words is then found as a beginning. No text has this letter."""

MIN_COMPOUND = 9
"""Letters of a stem; shorter ones are seldom made of two words."""

MIN_PART = 4
"""Letters of a word that is looked for within compounds."""

_LETTER = r"(?:[^\W\d_]|[\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0bbe-\u0bcd\u0bd7])"
"""A letter, or a sign of Devanagari or Tamil that belongs to one."""

_WORD = re.compile(rf"{_LETTER}{{2,}}(?:['’]{_LETTER}+)*")
_WITH_MARKS = re.compile(r"[^\W_]++(?:[-–‐‑./_\\][^\W_]++)++")
"""HX-2041, KR77/B, 12-34567: an identifier where it has a digit and is no amount."""
_NUMBER = re.compile(r"\d{1,8}(?:[-–‐‑./][^\W_]+)*\b(?![.,]\d)")
_LETTERS_BEFORE_NUMBER = re.compile(r"(?:^|(?<=\W))[A-Z]{1,5}$")
"""Together: DIN 934, HX 2041."""
_AMOUNT = re.compile(r"[\d./]+")
_DIGIT = re.compile(r"\d")
_SEPARATOR = re.compile(r"[\W_]")


def joined_identifiers(text: str) -> Iterator[str]:
    """Yield the identifiers of a text that are written with separators, folded and without these."""
    before = ""
    for word in text.split():
        if not word.isalpha() and _DIGIT.search(word):
            yield from _joined(before, word)
        before = word


def _joined(before: str, word: str) -> Iterator[str]:
    for match in _WITH_MARKS.finditer(word):
        # 1.234,50 and 3/4 are amounts, and so is a date with dots.
        if _DIGIT.search(match[0]) and not _AMOUNT.fullmatch(match[0]):
            yield fold(_SEPARATOR.sub("", match[0]))
    if (number := _NUMBER.match(word)) and (letters := _LETTERS_BEFORE_NUMBER.search(before)):
        yield fold(_SEPARATOR.sub("", letters[0] + number[0]))


def word_stems(text: str, language: str) -> list[str]:
    """Return the stems of the words of a text that say something, in order, with repetitions."""
    if language not in stemmed_languages():
        return []
    left_out = STOP_WORDS.get(language, frozenset())
    return [
        stem_word(part, language)
        for word in _WORD.findall(whole_words(text))
        for part in re.split("['’]", word)
        if len(part) > 1 and fold(part) not in left_out
    ]


def searchable_forms(text: str, language: str) -> str:
    """Return what the full-text index holds of a text beside its words; `language` is an ISO 639-1 code or ""."""
    stems = word_stems(text, language)
    ends = [reverse(stem) for stem in stems if language in COMPOUNDING and len(stem) >= MIN_COMPOUND]
    return " ".join((*joined_identifiers(text), *stems, *ends))


def reverse(stem: str) -> str:
    """Return a stem spelled backwards, as the index holds those of long words."""
    return REVERSED + stem[::-1]


MIN_DONE = 4
"""Letters of the word for what somebody does from which his name is made."""
MIN_SHARED_START, MIN_START_SHARE = 5, 0.7
"""Letters that two words of one family begin with, and their share of the shorter one."""


def is_of_family(word: str, other: str) -> bool:
    """Return whether two stemmed words begin so alike that one is likely made of the other: "pregnanc", "pregnant"."""
    shorter = min(len(word), len(other))
    shared = next((at for at in range(shorter) if word[at] != other[at]), shorter)
    return shared >= MIN_SHARED_START and shared >= MIN_START_SHARE * shorter


def is_said(word: str, words: Collection[str]) -> bool:
    """Return whether a stemmed word, one of its family, or what its doer does, is among some: "roofer", "roof"."""
    return word in words or any(is_of_family(word, other) or is_doer(word, other) for other in words)


def is_doer(word: str, other: str) -> bool:
    """Return whether one of two stemmed words names who does what the other names: "roofer" and "roof"."""
    longer, shorter = (word, other) if len(word) > len(other) else (other, word)
    return len(shorter) >= MIN_DONE and longer in (f"{shorter}er", f"{shorter}or", f"{shorter}{shorter[-1]}er")
