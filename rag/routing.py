"""Tells which documents a question names by company, year, form or part number. Prefers documents; excludes none."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from rag.text import STOP_WORDS

LEAST_SHARE_OF_BEST = 0.8
"""A document that matches nearly as well as the best is meant as well: two volumes of one report."""

LEAST_MATCHES = 2
"""One word alone is chance: "ferry" in a question about the harbour. A company and a year are not."""

MOST_ROUTED = 0.5
"""When more than this share of the documents match alike, the question names none of them."""

SHORTEST_PREFIX = 3
"""From this length a word also matches the beginning of a longer one: "Activision" in ACTIVISIONBLIZZARD_2019."""

_PIECES = re.compile(r"q[1-4](?!\d)|[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SHORT_YEAR = re.compile(r"\b(?:FY|fy|')(\d{2})\b")


def route(question: str, documents: Mapping[int, str]) -> list[int]:
    """The ids of the documents that the question names, best first; [] when it names none in particular.

    `documents` maps ids to each document's title and path. A word counts by how few documents it is found in.
    """
    wanted = [word for word in dict.fromkeys(name_words(question)) if word not in STOP_WORDS]
    names = {id_: frozenset(name_words(text)) for id_, text in documents.items()}
    scores = dict.fromkeys(names, 0.0)
    matches = dict.fromkeys(names, 0)
    for word in wanted:
        holders = [id_ for id_, words in names.items() if _matches(word, words)]
        if 0 < len(holders) < len(names):
            for id_ in holders:
                scores[id_] += math.log(len(names) / len(holders))
                matches[id_] += 1
    named = {id_: score for id_, score in scores.items() if matches[id_] >= LEAST_MATCHES}
    best = max(named.values(), default=0.0)
    meant = [id_ for id_, score in named.items() if score >= best * LEAST_SHARE_OF_BEST]
    routed = sorted(meant, key=lambda id_: -scores[id_])
    return routed if len(routed) <= len(names) * MOST_ROUTED else []


def name_words(text: str) -> list[str]:
    """The words and numbers of a title, a path or a question: "FY18", "10-K" and camel case taken apart."""
    whole_years = _SHORT_YEAR.sub(lambda match: f" 20{match[1]} ", text)
    pieces = _PIECES.findall(_CAMEL.sub(" ", whole_years).casefold())
    return [piece for piece in pieces if len(piece) > 1]


def _matches(word: str, words: frozenset[str]) -> bool:
    if word in words:
        return True
    return len(word) >= SHORTEST_PREFIX and word.isalpha() and any(other.startswith(word) for other in words)
