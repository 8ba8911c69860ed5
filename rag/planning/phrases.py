"""Finds words and phrases in page text exactly, however they are inflected, spelled and parted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rag.questions.constraints import canonical_number
from rag.text import stem
from rag.words.bigrams import UNSPACED
from rag.words.folding import fold
from rag.words.stemming import stem_word, stemmed_languages

_MARKS = "\u00ad\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200d"
_TOKEN = re.compile(rf"\d+(?:[.,]\d+)+(?!\w)|[\w{_MARKS}]+")
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_GAP = re.compile(r"[\s\-‐‑‒–—/'’\"„“”‘()\[\]&·*_]*")
"""What may stand between two words of a phrase: no mark that ends a sentence or a part of one."""
_AMERICAN = (
    (re.compile(r"(?<=\w{3})is(?=(?:e|ed|es|ing|ation|ations|er|ers)$)"), "iz"),
    (re.compile(r"(?<=\w{3})yse(?=[ds]?$)"), "yze"),
    (re.compile(r"(?<=\w{2})our(?=\w*$)"), "or"),
    (re.compile(r"(?<=\w{2})tre(?=s?$)"), "ter"),
    (re.compile(r"(?<=\w{3})ence(?=s?$)"), "ense"),
    (re.compile(r"(?<=\w{3})ogue(?=s?$)"), "og"),
    (re.compile(r"(?<=\w{2})ll(?=(?:ed|ing|er|ers)$)"), "l"),
)
MIN_SPELLED = 5
"""Letters of a word whose British and American spellings are one; in shorter ones they make another word."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand one behind the other."""

    written: str
    words: tuple[str, ...]
    """Folded; numbers in their plain form."""

    @classmethod
    def read(cls, written: str) -> Phrase | None:
        """Read a phrase; None where it has no word."""
        words: list[str] = []
        for token in _TOKEN.findall(written):
            folded = fold(token)
            parts = _PARTS.findall(folded)
            if "." in token or "," in token:
                words.append(canonical_number(token))
            else:
                words += parts if parts and "".join(parts) == folded else [folded]
        return cls(written, tuple(words)) if words else None

    def find(self, text: str, language: str = "") -> Iterator[tuple[int, int]]:
        """Yield where the phrase stands in a text (start, end), in order; `language` is that of the text or ""."""
        if UNSPACED.search(self.written):
            yield from _find_unspaced(self.written, text)
            return
        folded = fold(text)
        if not all(prefix in folded for prefix in _prefixes(self.words, language)):
            return
        tokens = [(match.start(), match.end(), match[0]) for match in _TOKEN.finditer(text)]
        wanted = [_forms(word, language) for word in self.words]
        joined = _forms("".join(self.words), language) if len(self.words) > 1 else frozenset()
        for at, (start, end, token) in enumerate(tokens):
            if joined and joined & _forms(fold(token), language):
                yield start, end
            elif (last := _match_run(tokens, at, wanted, text, language)) is not None:
                yield start, last


def _match_run(
    tokens: list[tuple[int, int, str]], at: int, wanted: list[frozenset[str]], text: str, language: str
) -> int | None:
    """Return where a run of tokens from `at` on ends that are the wanted words; None where they are not."""
    if at + len(wanted) > len(tokens):
        return None
    for offset, forms in enumerate(wanted):
        start, _, token = tokens[at + offset]
        if offset and not _GAP.fullmatch(text, tokens[at + offset - 1][1], start):
            return None
        if not forms & _forms(_plain(token), language):
            return None
    return tokens[at + len(wanted) - 1][1]


def _find_unspaced(written: str, text: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(re.escape(written.strip()), text, re.IGNORECASE):
        yield match.start(), match.end()


@lru_cache(maxsize=1 << 16)
def _plain(token: str) -> str:
    return canonical_number(token) if token[0].isdigit() and not token.isalnum() else fold(token)


@lru_cache(maxsize=1 << 16)
def _forms(word: str, language: str) -> frozenset[str]:
    """Return the forms of a folded word of which another inflection or spelling of it shares one."""
    if not word.isalpha() or len(word) < 3:
        return frozenset({word})
    found = {_american(stem(_american(word)))}
    if language in stemmed_languages():
        found.add(stem_word(word, language))
    return frozenset({word, *found})


def _american(word: str) -> str:
    if len(word) >= MIN_SPELLED and word.isascii():
        for british, american in _AMERICAN:
            word = british.sub(american, word)
    return word


@lru_cache(maxsize=256)
def _prefixes(words: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Return what every text that holds the words holds, folded: the beginnings that all forms of them share."""
    return tuple(_shared_beginning(_forms(word, language)) for word in words if not word[0].isdigit())


def _shared_beginning(words: frozenset[str]) -> str:
    first, last = min(words), max(words)
    same = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return first[:same]
