"""Tells which documents a question names by company, year, form or part number. Prefers documents; excludes none."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping

from rag.text import STOP_WORDS

MIN_SHARE_OF_BEST = 0.8
"""A document that matches nearly as well as the best is meant as well: two volumes of one report."""

MIN_MATCHES = 2
"""One word alone is chance: "ferry" in a question about the harbour. A company and a year are not."""

MAX_ROUTED = 0.5
"""When more than this share of the documents match alike, the question names none of them."""

MIN_PREFIX = 3
"""From this length a word also matches the beginning of a longer one: "Activision" in ACTIVISIONBLIZZARD_2019."""

PERIODS = {"FY", "CY", "YTD"}

INITIALS_MARK = "="
"""Sets initials apart from words: "IS" is no company."""

_PIECES = re.compile(r"q[1-4](?!\d)|[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_CAPITALS = re.compile(r"\b[A-Z](?:[&n]?[A-Z]){1,3}(?![a-zA-Z])")
_SHORT_YEAR = re.compile(r"\b(?:FY|fy|')(\d{2})\b")


class DocumentNames:
    """The titles and paths of a collection's documents, indexed by word; built once for each state of the catalogue."""

    def __init__(self, documents: Mapping[int, str]) -> None:
        """Index the words of `documents`, which maps ids to each document's title and path."""
        self.documents = documents
        self._holders: dict[str, set[int]] = {}
        for id_, text in documents.items():
            for word in (*name_words(text), *_initials(text)):
                self._holders.setdefault(word, set()).add(id_)
        self._words = sorted(self._holders)

    def route(self, question: str, *, among: Collection[int] | None = None) -> list[int]:
        """Return the ids of the documents that the question names, best first; [] when it names none in particular.

        Only documents in `among` count, where it is given. A word counts by how few documents hold it.
        """
        eligible = self.documents.keys() if among is None else self.documents.keys() & among
        wanted = [word for word in dict.fromkeys(name_words(question)) if word not in STOP_WORDS]
        wanted += [f"{INITIALS_MARK}{letters}" for letters in dict.fromkeys(_acronyms(question))]
        scores: defaultdict[int, float] = defaultdict(float)
        matches: Counter[int] = Counter()
        for word in wanted:
            holders = self._find(word) & eligible
            if len(holders) < len(eligible):
                matches.update(holders)
                for id_ in holders:
                    scores[id_] += math.log(len(eligible) / len(holders))
        named = {id_: score for id_, score in scores.items() if matches[id_] >= MIN_MATCHES}
        best = max(named.values(), default=0.0)
        meant = [id_ for id_, score in named.items() if score >= best * MIN_SHARE_OF_BEST]
        routed = sorted(meant, key=lambda id_: (-scores[id_], id_))
        return routed if len(routed) <= len(eligible) * MAX_ROUTED else []

    def _find(self, word: str) -> set[int]:
        """Return the documents that hold a word, or one that begins with it."""
        found = set(self._holders.get(word, ()))
        if len(word) >= MIN_PREFIX and word.isalpha():
            for position in range(bisect_left(self._words, word), len(self._words)):
                if not self._words[position].startswith(word):
                    break
                found |= self._holders[self._words[position]]
        return found


def name_words(text: str) -> list[str]:
    """Return the words and numbers of a title, a path or a question: "FY18", "10-K" and camel case taken apart."""
    whole_years = _SHORT_YEAR.sub(lambda match: f" 20{match[1]} ", text)
    pieces = _PIECES.findall(_CAMEL.sub(" ", whole_years).casefold())
    return [piece for piece in pieces if len(piece) > 1]


def _acronyms(question: str) -> list[str]:
    """Return the letters of words such as "IBM", "J&J" and "JnJ", in lower case; those of fiscal years are none."""
    found = [match[0] for match in _CAPITALS.finditer(question) if match[0] not in PERIODS]
    return ["".join(letter for letter in word if letter.isupper()).casefold() for word in found]


def _initials(text: str) -> list[str]:
    """Return the initials of each run of two to four neighbouring words, marked as such: "JOHNSON_JOHNSON" gives
    "=jj"."""
    words = [word.casefold() for word in _WORDS.findall(text)]
    return [
        INITIALS_MARK + "".join(word[0] for word in words[start : start + count])
        for count in range(2, 5)
        for start in range(len(words) - count + 1)
    ]
