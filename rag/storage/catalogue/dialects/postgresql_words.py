"""Writes the words of chunks as PostgreSQL's tsvector and questions as tsquery, from the same words as SQLite's FTS5.

PostgreSQL's own configurations cut and stem words in another way for each language. Here a chunk has the words that
FTS5 finds in it (`unicode61` with the categories of the catalogue's table, then `porter`), so that one question finds
the same chunks in both databases.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from rag.words.bigrams import searchable_pairs
from rag.words.folding import fold
from rag.words.stemming import PACKAGE
from rag.words.word_forms import searchable_forms

FORM = "\ue001"
"""Before a lexeme of the column of further forms, which a query may ask for alone. No text has this letter."""

MAX_POSITION = 16_383
"""The last one that a tsvector keeps."""

MAX_POSITIONS = 255
"""Of one lexeme, as many as a tsvector keeps."""

MAX_LETTERS = 200
"""Of a word; a lexeme has 2,046 bytes at most."""

COLUMN_GAP = 2
"""Positions between two columns: a phrase goes across none."""

PORTER_LETTERS = range(3, 65)
"""Bytes of the words that FTS5 stems."""

_ASCII_WORDS = re.compile(r"[0-9a-z]+")
_CATEGORIES = ("L", "N", "Co", "Mn", "Mc")
_LOGI = re.compile("[aeiouy][^aeiouy].*logi$")
_TERM = re.compile(r'(forms : )?"([^"]*)"( \*)?')


@dataclass(frozen=True, slots=True)
class Term:
    """One of the words or phrases that a query looks for, of which each is enough."""

    lexemes: tuple[str, ...]
    is_prefix: bool = False
    is_form: bool = False

    @property
    def tsquery(self) -> str:
        """Return what finds the chunks that hold it."""
        end = ":*" if self.is_prefix else ""
        phrase = " <-> ".join(f"'{lexeme}'" for lexeme in self.lexemes) + end
        if len(self.lexemes) > 1:
            return f"({phrase})"
        form = f"'{FORM}{self.lexemes[0]}'{end}"
        return form if self.is_form else f"({phrase} | {form})"


def read_terms(query: str) -> list[Term]:
    """Return the terms of a query in FTS5's syntax, as `full_text_query` makes it.

    Two that are one when they are stemmed count twice, as they do in FTS5.
    """
    return [
        Term(tuple(lexemes), bool(star), bool(form))
        for form, phrase, star in _TERM.findall(query)
        if (lexemes := lexemes_of(phrase))
    ]


def chunk_vector(text: str, header: str, names: str, language: str) -> tuple[str, int]:
    """Return the words of a chunk as the text of a tsvector, and how many there are.

    A is the weight of words and pairs of characters, B that of header and file name; further forms have C.
    """
    columns = (
        (lexemes_of(fold(text)), "A"),
        (lexemes_of(fold(header)), "B"),
        (lexemes_of(fold(names)), "B"),
        (lexemes_of(searchable_pairs(f"{text} {header}")), "A"),
        ([FORM + lexeme for lexeme in lexemes_of(searchable_forms(text, language))], "C"),
    )
    places: dict[str, list[str]] = {}
    position, count = 1, 0
    for lexemes, weight in columns:
        for lexeme in lexemes:
            known = places.setdefault(lexeme, [])
            # What is too far back keeps its word and loses its place.
            if len(known) < MAX_POSITIONS:
                known.append(f"{min(position, MAX_POSITION)}{weight}")
            position += 1
        count += len(lexemes)
        position += COLUMN_GAP
    return " ".join(f"'{lexeme}':{','.join(known)}" for lexeme, known in places.items()), count


def lexemes_of(folded: str) -> list[str]:
    """Return the stemmed words of a folded text in order."""
    plain = folded if folded.isascii() else folded.translate(_SEPARATORS)
    words = _ASCII_WORDS.findall(plain.lower()) if folded.isascii() else plain.split()
    return [_stem(word[:MAX_LETTERS]) for word in words]


class _Separators(dict[int, str]):
    """What each character is in a text that is cut at spaces: itself within words, a space between them."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        category = unicodedata.category(letter)
        self[code] = kept = letter if category.startswith(_CATEGORIES) else " "
        return kept


_SEPARATORS = _Separators()


@lru_cache(maxsize=1 << 18)
def _stem(word: str) -> str:
    if len(word.encode()) not in PORTER_LETTERS:
        return word
    stem = str(_porter().stemWord(word))
    # Snowball's stemmer lacks this rule, which Porter added to his own later and FTS5 has.
    return stem[:-1] if _LOGI.search(stem) else stem


@cache
def _porter() -> Any:
    return import_module(PACKAGE).stemmer("porter")


def phrase_parts(terms: Sequence[Term]) -> Iterator[tuple[int, int, str]]:
    """Yield the words of the phrases among the terms: (number of the term, place of the word, word)."""
    for number, term in enumerate(terms):
        if len(term.lexemes) > 1:
            yield from ((number, place, lexeme) for place, lexeme in enumerate(term.lexemes))


def single_words(terms: Sequence[Term]) -> Iterator[tuple[int, str, bool]]:
    """Yield the lexemes of the other terms: (number of the term, lexeme, whether it is the beginning of one)."""
    for number, term in enumerate(terms):
        if len(term.lexemes) == 1:
            yield number, FORM + term.lexemes[0], term.is_prefix
            if not term.is_form:
                yield number, term.lexemes[0], term.is_prefix
