"""Turns a question into a query for SQLite's full-text search."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from rag.questions.clauses import find_clauses
from rag.questions.constraints import canonical_number
from rag.words.bigrams import UNSPACED, bigrams_of
from rag.words.folding import fold, fold_signs, whole_words
from rag.words.language import guess_language
from rag.words.stemming import COMPOUNDING, stem_word, stemmed_languages
from rag.words.stop_words import ENGLISH, STOP_WORDS
from rag.words.word_forms import MIN_PART, joined_identifiers, reverse

MAX_TERMS = 64
"""More words than this make a search slow, not better."""

_WORD = re.compile(r"\w+(?:[^\w\s]+\w+)*")
_CLAUSE = re.compile(r"\d+(?:\.\d+)*\s?\([a-zA-Z]{1,3}\)")
"""A clause and its letter, which are one whether there is a space between them or none: 4.2 (b)."""
_NUMBER_OF_CLAUSE = re.compile(r"[^\W\d_]{3,}\W*\d++(?:\.\d++)*+(?=\W*\w)")
"""The word and the number of a clause before its parts."""
_INNER_MARKS = re.compile(r"[^\w]+|_+")
_LETTERS_AND_DIGITS = re.compile(r"[^\W\d_]+|\d+")
_GROUPED_NUMBER = re.compile(r"\d{1,3}(?:[.,']\d{3})+(?:[.,]\d+)?|\d+[.,]\d+")
_LONG_NUMBER = re.compile(r"\d{4,15}")
_PLAIN_WORD = re.compile(r"[^\W\d_]{2,}")


def full_text_query(question: str, languages: Collection[str] = ()) -> str:
    """Return an FTS5 query for any of the question's words; "" when it has none.

    Identifiers and numbers ("10-K", "5,794.0", "AB/12") become phrases in the forms that mean the same, so that they
    are found as they are written. Stop words are left out unless there is nothing else. Scripts without spaces are
    searched by pairs of characters. `languages` are those of the documents (ISO 639-1), whose stems are looked for too.
    """
    language = guess_language(question)
    folded = fold(question)
    words = list(dict.fromkeys(_WORD.findall(folded)))
    left_out = STOP_WORDS.get(language, ENGLISH)
    telling = [word for word in words if word not in left_out] or words
    # The letter often stands on a line of its own below the clause's number: "4.2 ... (b) ...".
    clauses = [form for clause in _CLAUSE.findall(folded) for form in (clause, clause.partition("(")[0])]
    # Of "rule 7(2)(b)" it is "rule 7" that the text has.
    written = [clause.written for clause in find_clauses(fold_signs(folded))]
    clauses += [match[0] for clause in written if (match := _NUMBER_OF_CLAUSE.match(clause))]
    terms = dict.fromkeys(map(_phrase, clauses))
    terms |= dict.fromkeys(term for word in telling for term in _terms(word))
    terms |= dict.fromkeys(_phrase(joined) for joined in joined_identifiers(question))
    terms |= dict.fromkeys(_stems(question, left_out if telling != words else frozenset(), language, languages))
    return " OR ".join(term for term in list(terms)[:MAX_TERMS] if term)


def _terms(word: str) -> list[str]:
    """Return the word as a phrase of its parts, an identifier also in one piece and taken apart, a number also in its
    other common spellings."""
    unspaced = UNSPACED.findall(word)
    if unspaced:
        pairs = [pair for stretch in unspaced for pair in bigrams_of(stretch)]
        # A single character is found by the pairs that begin with it.
        found = [f'"{pair}"' if len(pair) > 1 else f'"{pair}" *' for pair in pairs]
        return found + [term for rest in UNSPACED.split(word) for term in _terms(rest)]
    if _GROUPED_NUMBER.fullmatch(word) or _LONG_NUMBER.fullmatch(word):
        return [_phrase(word), *_spellings(word)]
    parts = _LETTERS_AND_DIGITS.findall(word)
    # "hx2041" is also written apart; an ordinal or a measure ("3rd", "5kg") is a number and no name.
    apart = [_phrase(" ".join(parts))] if len(parts) > 1 and not word[0].isdigit() and word.isalnum() else []
    return [_phrase(word), *apart]


def _spellings(number: str) -> Iterator[str]:
    """Yield a number with and without separators of thousands, and with and without a last nought."""
    plain = canonical_number(number)
    whole, _, fraction = plain.partition(".")
    wholes = [whole, *([f"{int(whole):,}"] if len(whole) > 3 and len(whole) < 16 else [])]
    fractions = ["", *(["0", "00"] if not fraction and _GROUPED_NUMBER.fullmatch(number) else [])]
    if fraction:
        fractions = [fraction, *([f"{fraction}0"] if len(fraction) == 1 else [])]
    for written in wholes:
        for decimals in fractions:
            yield _phrase(f"{written} {decimals}")


def _stems(question: str, left_out: Collection[str], language: str, languages: Collection[str]) -> Iterator[str]:
    """Yield what finds other inflections of the question's words, and for languages with compounds these too."""
    wanted = sorted(set(languages) & stemmed_languages())
    # A question in one of the collection's languages is no question in the others, but names are spelled alike.
    wanted = [language] if language in wanted else wanted
    for code in wanted:
        for word in _PLAIN_WORD.findall(whole_words(question)):
            if fold(word) in left_out:
                continue
            stem = stem_word(word, code)
            yield f'forms : "{stem}"'
            if code in COMPOUNDING and len(stem) >= MIN_PART:
                yield f'forms : "{stem}" *'
                yield f'forms : "{reverse(stem)}" *'


def _phrase(text: str) -> str:
    words = " ".join(part for part in _INNER_MARKS.split(text) if part)
    return f'"{words}"' if words else ""
