"""Tells which documents a question names by company, kind, period or part number. Prefers documents; excludes none."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date

from rag.text import STOP_WORDS
from rag.types import DocumentLabel
from rag.words.dates import Period, find_dates, find_periods, without_dates

MIN_SHARE_OF_BEST = 0.8
"""A document that matches nearly as well as the best is meant as well: two volumes of one report."""

MIN_MATCHES = 2
"""One word alone is chance: "ferry" in a question about the harbour. A company and a year are not. Where the question
writes names with capitals, one of the matches must be such a name."""

MAX_ROUTED = 0.5
"""When more than this share of the documents match alike, the question names none of them."""

MIN_PREFIX = 3
"""From this length a word also matches the beginning of a longer one: "Activision" in ACTIVISIONBLIZZARD_2019."""

RARE_SHARE, MAX_RARE_HOLDERS = 0.08, 2
"""A name in at most this share, or this number, of the documents tells them apart alone, where the question writes it
as a name."""

MIN_DOCUMENTS_FOR_RARE = 5
"""Of fewer documents than this no word is rare."""

PROFILE_WEIGHT = 0.6
"""Of a word's weight where only the profile has it: an organisation that a document mentions is not always its own."""

COVERED_WEIGHT = 0.4
"""Of a period's weight where a report shows it beside its own: last year's figures, or a quarter within the year."""

NEWEST_WEIGHT = 1.5
"""What "the newest" gives to the newest of the documents that the question names otherwise."""

PERIODS = {"FY", "CY", "YTD"}

_GENERIC_WORDS = """
agreement annual article board business chapter chief committee company contract corporation date department document
effective exhibit executive form general group inc item limited ltd officer note notes office order page part party plan
policy power president product products quarterly report section service services state states statement statements
table united year
"""
GENERIC_WORDS = frozenset(_GENERIC_WORDS.split())
"""Words that a text writes with a capital without naming anybody."""

INITIALS_MARK = "="
"""Sets initials apart from words: "IS" is no company."""

_TOKENS = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_PIECES = re.compile(r"q[1-4](?!\d)|[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_CAPITALS = re.compile(r"\b[A-Z](?:[&n]?[A-Z]){1,3}(?![a-zA-Z])")
_CAPITALISED = re.compile(r"(?<![^\W_])[A-ZÄÖÜÉ0-9][\w&.-]*")
_SHORT_YEAR = re.compile(r"\b(?:FY|fy|')(\d{2})\b")
_YEAR = re.compile(r"(?<![\d.,])((?:19|20)\d{2})(?![\d,]|\.\d)")
_MAX_MIXED = 12
"""Characters of a token of letters and digits ("3M", "HX-2041") that is a name as a whole."""

_NEWEST = re.compile(
    r"(?i)\b(?:newest|latest|most recent|current|neueste[nrsm]?|letzte[nrsm]?|aktuelle[nrsm]?|dernier|dernière"
    r"|actuel(?:le)?|último|última|más reciente)\b"
)
_LAST_YEAR = re.compile(
    r"(?i)\b(?:last|previous|past)[ -](?:fiscal |financial )?year\b|\b(?:letzt|vorig)e[nsr]? jahre?s?\b"
    r"|\bvorjahr\w*|\bl'année dernière\b|\baño pasado\b"
)
_THIS_YEAR = re.compile(
    r"(?i)\bthis (?:fiscal |financial )?year\b|\bdiese[sn]? jahre?s?\b|\bcette année\b|\beste año\b"
)


@dataclass(slots=True)
class NameEvidence:
    """The evidence that a question names one document: the sum of the weights of what matches, and how much matches."""

    weight: float = 0.0
    matches: int = 0
    has_name: bool = False
    has_rare_name: bool = False

    def add(self, weight: float, *, is_name: bool = False, is_rare: bool = False) -> None:
        """Count one match, of a word that the question writes as a name or not."""
        self.weight += weight
        self.matches += 1
        self.has_name = self.has_name or is_name
        self.has_rare_name = self.has_rare_name or (is_name and is_rare)

    def is_enough(self, *, needs_name: bool) -> bool:
        """Return whether the document is named and not met by chance."""
        return self.has_rare_name or (self.matches >= MIN_MATCHES and (self.has_name or not needs_name))


@dataclass(slots=True)
class _Words:
    """The documents by the words of their names, or of their profiles, with the words in order for prefixes."""

    holders: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    in_order: list[str] = field(default_factory=list)

    def add(self, document: int, words: Iterable[str]) -> None:
        for word in words:
            self.holders[word].add(document)

    def sort(self) -> None:
        self.in_order = sorted(self.holders)

    def find(self, word: str) -> set[int]:
        """Return the documents that hold a word, or one that begins with it."""
        found = set(self.holders.get(word, ()))
        if len(word) >= MIN_PREFIX and word.isalpha():
            for position in range(bisect_left(self.in_order, word), len(self.in_order)):
                if not self.in_order[position].startswith(word):
                    break
                found |= self.holders[self.in_order[position]]
        return found


class DocumentNames:
    """The labels of a collection's documents, indexed by word and period; built once for each state of the
    catalogue."""

    def __init__(self, documents: Mapping[int, DocumentLabel]) -> None:
        """Index the labels of `documents`, which maps ids to the words that name each."""
        self.documents = documents
        self._names, self._profiles = _Words(), _Words()
        self._periods: dict[int, Period] = {}
        self._by_period: defaultdict[Period, set[int]] = defaultdict(set)
        """The documents by the years in their names, and by the periods of their profiles."""
        for id_, label in documents.items():
            words = name_words(label.names)
            self._names.add(id_, (*words, *_initials(label.names)))
            for year in _YEAR.findall(" ".join(words)):
                self._by_period[Period(int(year))].add(id_)
            organisations = " ; ".join(label.profile.organisations)
            self._profiles.add(id_, (*name_words(organisations), *name_words(label.profile.kind)))
            if period := Period.parse(label.profile.period):
                self._periods[id_] = period
                self._by_period[period].add(id_)
        self._names.sort()
        self._profiles.sort()

    def route(self, question: str, *, among: Collection[int] | None = None, today: date | None = None) -> list[int]:
        """Return the ids of the documents that the question names, best first; [] when it names none in particular.

        Only documents in `among` count, where it is given. A word or a period counts by how few documents have it.
        "Last year" is counted from `today`, by default the day that it is.
        """
        eligible = self.documents.keys() if among is None else self.documents.keys() & among
        found: defaultdict[int, NameEvidence] = defaultdict(NameEvidence)
        names = _written_as_names(question)
        self._match_words(question, names, eligible, found)
        self._match_periods(question, eligible, found, today or date.today())
        named = {id_: one for id_, one in found.items() if one.is_enough(needs_name=bool(names))}
        if _NEWEST.search(question):
            self._prefer_newest(named)
        best = max((one.weight for one in named.values()), default=0.0)
        meant = [id_ for id_, one in named.items() if one.weight >= best * MIN_SHARE_OF_BEST]
        places = {id_: place for place, id_ in enumerate(self.documents)}
        routed = sorted(meant, key=lambda id_: (-named[id_].weight, places[id_]))
        return routed if len(routed) <= len(eligible) * MAX_ROUTED else []

    def _match_words(
        self, question: str, names: Collection[str], eligible: AbstractSet[int], found: defaultdict[int, NameEvidence]
    ) -> None:
        """Count the words that name documents; dates and years are left to the periods."""
        words = name_words(without_dates(question))
        wanted = [word for word in dict.fromkeys(words) if word not in STOP_WORDS]
        wanted += [f"{INITIALS_MARK}{letters}" for letters in dict.fromkeys(_acronyms(question))]
        for word in wanted:
            if _YEAR.fullmatch(word):
                continue
            by_name = self._names.find(word) & eligible
            by_profile = (self._profiles.find(word) & eligible) - by_name
            holders = len(by_name | by_profile)
            if not 0 < holders < len(eligible):
                continue
            weight = math.log(len(eligible) / holders)
            is_name = word in names or word.startswith(INITIALS_MARK)
            for id_ in by_name:
                found[id_].add(weight, is_name=is_name, is_rare=_is_rare(holders, len(eligible)))
            for id_ in by_profile:
                found[id_].add(weight * PROFILE_WEIGHT, is_name=is_name)

    def _match_periods(
        self, question: str, eligible: AbstractSet[int], found: defaultdict[int, NameEvidence], today: date
    ) -> None:
        """Count, for each document, the best match of a period in the question with the one that it is about."""
        asked = periods_of(question, today)
        if not asked:
            return
        newest = max(asked)
        fits: dict[int, float] = {}
        for own, holders in self._by_period.items():
            if fit := max(_fit(period, own, newest=newest) for period in asked):
                for id_ in holders & eligible:
                    fits[id_] = max(fit, fits.get(id_, 0.0))
        fitting = sum(fit == 1.0 for fit in fits.values()) or len(fits)
        if not 0 < fitting < len(eligible):
            return
        for id_, fit in fits.items():
            found[id_].add(math.log(len(eligible) / fitting) * fit)

    def _prefer_newest(self, named: Mapping[int, NameEvidence]) -> None:
        """Add to the newest of the named documents that have a date or a period."""
        ages = {id_: age for id_ in named if (age := self._age_key(id_))}
        if ages:
            newest = max(ages.values())
            for id_, age in ages.items():
                if age == newest:
                    named[id_].add(NEWEST_WEIGHT)

    def _age_key(self, id_: int) -> str:
        """Return a text that sorts by the time that a document is about; "" where that is unknown."""
        if period := self._periods.get(id_):
            return f"{period.year:04}-{period.quarter * 3 or 12:02}"
        return self.documents[id_].profile.dated[:7]


def name_words(text: str) -> list[str]:
    """Return the words and numbers of a title, a path or a question: "FY18", "10-K" and camel case taken apart.

    A short token of letters and digits ("3M", "HX-2041") is a word as a whole, too.
    """
    whole_years = _SHORT_YEAR.sub(lambda match: f" 20{match[1]} ", text)
    pieces = _PIECES.findall(_CAMEL.sub(" ", whole_years).casefold())
    return [piece for piece in pieces if len(piece) > 1] + _mixed_tokens(whole_years)


def periods_of(question: str, today: date) -> set[Period]:
    """Return the years and quarters that a question names, "last year" and "this year" counted from `today`.

    A day stands for the quarter that it ends, and the last of a year for the year.
    """
    found = set(find_periods(question)) | {_period_ended(one.day) for one in find_dates(question)}
    named_years = {period.year for period in found}
    found |= {Period(year) for year in map(int, _YEAR.findall(question)) if year not in named_years}
    if _LAST_YEAR.search(question) and not found:
        found.add(Period(today.year - 1))
    if _THIS_YEAR.search(question) and not found:
        found.add(Period(today.year))
    return found


def _fit(asked: Period, own: Period, *, newest: Period) -> float:
    """Return 1 where a document is about a period, less where it shows it beside its own, 0 where it does not.

    Of several periods in a question, the report on the newest holds the others as well.
    """
    if asked == own:
        return 1.0 if asked.year == newest.year else COVERED_WEIGHT
    if asked.year == own.year:
        return COVERED_WEIGHT if not own.quarter or not asked.quarter else 0.0
    return COVERED_WEIGHT / 2 if asked == newest and own.year == asked.year + 1 and not own.quarter else 0.0


def _period_ended(day: date) -> Period:
    return Period(day.year) if day.month == 12 else Period(day.year, (day.month - 1) // 3 + 1)


def _is_rare(holders: int, documents: int) -> bool:
    return documents >= MIN_DOCUMENTS_FOR_RARE and holders <= max(MAX_RARE_HOLDERS, documents * RARE_SHARE)


def _written_as_names(question: str) -> set[str]:
    """Return the words that a question writes with a capital or a digit, as names are."""
    return {
        word
        for match in _CAPITALISED.finditer(without_dates(question))
        for word in name_words(match[0])
        if word not in STOP_WORDS and word not in GENERIC_WORDS and not word.isdigit()
    }


def _mixed_tokens(text: str) -> list[str]:
    """Return the tokens of both letters and digits without their hyphens: "3m", "hx2041", "10k"."""
    joined = [match[0].replace("-", "").casefold() for match in _TOKENS.finditer(text)]
    return [
        token
        for token in joined
        if len(token) <= _MAX_MIXED
        and any(character.isdigit() for character in token)
        and any(character.isalpha() for character in token)
    ]


def _acronyms(question: str) -> list[str]:
    """Return the letters of words such as "IBM", "J&J" and "JnJ", in lower case; fiscal years do not count."""
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
