"""Reads words of a question that no passage has as those that they are a typing error of: "waranty" as "warranty"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from rag.text import content_words, stem
from rag.words.folding import fold
from rag.words.stop_words import STOP_WORDS

MIN_LETTERS = 6
"""Letters of a word that may be read as another one; of shorter ones too many differ by a letter."""
_WORD = re.compile(r"(?<![\w'’-])[^\W\d_]{6,}(?![\w'’-])")
_VOWELS = frozenset("aeiouy")
_KNOWN = frozenset(fold(word) for words in STOP_WORDS.values() for word in words)


def respell(question: str, texts: Iterable[str]) -> tuple[str, dict[str, str]]:
    """Return a question with the words that none of some texts has as those of the texts that they surely stand for,
    and these by how the question writes them.

    A letter that is doubled or not, two letters in the other order, and a vowel left out or added are typing errors;
    any other letter makes another word. Words that begin with a capital inside the question may be names, and stay.
    """
    written = [match for match in _WORD.finditer(question) if match[0].islower() or match.start() < 2]
    if not written:
        return question, {}
    known = {word for text in texts for word in re.findall(r"[^\W\d_]{5,}", fold(text))}
    stems = {stem(word) for word in known}
    found: dict[str, str] = {}
    for match in written:
        word = fold(match[0])
        if word in _KNOWN or word in known or stem(word) in stems or not content_words(word):
            continue
        if any(other.startswith(word) or word.startswith(other) for other in known):
            continue
        meant = {other for other in known if other[0] == word[0] and is_typing_error(word, other)}
        if len({stem(other) for other in meant}) == 1:
            found[match[0]] = min(meant, key=len)
    for wrong, right in found.items():
        question = re.sub(rf"(?<!\w){re.escape(wrong)}(?!\w)", right, question)
    return question, found


def is_typing_error(word: str, other: str) -> bool:
    """Return whether two folded words differ by one slip of the fingers."""
    if len(word) == len(other):
        at = next((at for at in range(len(word)) if word[at] != other[at]), len(word))
        return at + 1 < len(word) and word[:at] + word[at + 1] + word[at] + word[at + 2 :] == other
    shorter, longer = sorted((word, other), key=len)
    if len(longer) - len(shorter) != 1:
        return False
    return any(shorter == longer[:at] + longer[at + 1 :] and _is_slip(longer, at) for at in range(1, len(longer)))


def _is_slip(word: str, at: int) -> bool:
    return word[at] in _VOWELS or word[at] == word[at - 1] or word[at] == word[at + 1 : at + 2]


def notice_of(found: Collection[tuple[str, str]]) -> str:
    """Return in words how a question was read."""
    listed = ", ".join(f"“{written}” as “{read}”" for written, read in found)
    return f"No passage has the words as they are written, so {listed} was read."
