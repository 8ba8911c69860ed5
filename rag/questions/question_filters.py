"""Understands filters that stand in a question: "in the 2023 reports", "in PDFs from May", "in the folder contracts".

Only phrases that say where to look, and that fit documents of the collection, are filters. A phrase that fits nothing,
or every document, filters nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from rag.questions.filter_words import (
    BY,
    FOLDER,
    IN,
    LANGUAGE_NAMES,
    LANGUAGES,
    LAST_YEAR,
    MONTH_LABELS,
    MONTH_NUMBERS,
    NEWEST,
    NEWEST_BEHIND,
    NOUNS,
    OF,
    ONLY,
    THE,
    THIS_YEAR,
    DocumentNoun,
    any_of,
)
from rag.routing import name_words
from rag.text import meaningful_words, stem
from rag.types import ALL_FILTERS, DocumentLabel, QuestionFilter
from rag.words.dates import Period, find_periods

MAX_MODIFIERS = 5
"""Words between "in the" and what is named: more is a sentence of its own."""

MAX_NAME_WORDS = 6
"""Of a folder's or a file's name."""

_YEAR = re.compile(r"(?:19|20)\d\d")
_IN = re.compile(rf"(?<![\w-])(?:(?P<only>{ONLY}) )?(?:{IN})\s+(?:(?:{THE})\s+|(?:l'))?")
_NOUNS = tuple(
    (noun, any_of("|".join(filter(None, (noun.plural, noun.singular)))), any_of(noun.plural)) for noun in NOUNS
)
_NEWEST = re.compile(rf"(?:{NEWEST})")
_NEWEST_BEHIND = re.compile(rf"\s+(?:{NEWEST_BEHIND})(?!\w)")
_LANGUAGES = {code: re.compile(words) for code, words in LANGUAGES.items()}
_MONTH = "|".join(sorted(MONTH_NUMBERS, key=len, reverse=True))
_TIME = re.compile(
    rf"\s+(?:{OF})\s+(?:(?:{THE})\s+)?"
    rf"(?:(?P<last>{LAST_YEAR})|(?P<this>{THIS_YEAR})|(?:(?P<month>{_MONTH})(?:,?\s+(?:(?:of|de|del)\s+)?(?P<year>(?:19|20)\d\d))?"
    r"|(?P<alone>(?:19|20)\d\d)))(?![\w-])"
)
_AND_WORDS = frozenset({"and", "or", "und", "oder", "sowie", "et", "ou", "y", "o"})
_AND = r"(?:,|and|or|und|oder|sowie|et|ou|y|o)"
_FURTHER_YEAR = re.compile(
    rf"\s*(?:(?P<to>to|through|until|bis|a|au|hasta|-|–)|{_AND})\s*(?P<year>(?:19|20)\d\d)(?![\w-])"
)
_FURTHER_NOUN = re.compile(
    rf"\s*{_AND}\s+(?:(?:{IN})\s+)?(?:(?:{THE})\s+)?(?:[\w'-]+\s+){{0,2}}?"
    rf"(?:{'|'.join(filter(None, (words for noun in NOUNS for words in (noun.plural, noun.singular))))})(?!\w)"
)
_NOT = re.compile(
    r"(?<!\w)(?:not|n't|except|without|other than|apart from|nicht|ausser|ohne|sauf|pas|hors|no|excepto|salvo)\s+\Z"
)
_OWNER = re.compile(rf"\s+(?:{BY})\s+(?:(?:{THE})\s+)?")
_FOLDER = re.compile(rf"(?:{FOLDER})")
_FOLDER_BEFORE = re.compile(rf"(?<![\w-])(?:{FOLDER})\s+(?:(?:called|named|namens|nomme|llamada)\s+)?")
_FOLDER_BEHIND = re.compile(rf"[\s-]+(?:{FOLDER})(?!\w)")
_FILE_NAME = re.compile(r"[\w&()+-][\w&()+. -]{0,120}\.[a-z][a-z0-9]{1,5}(?!\w)")
_UNKNOWN_NOUN = re.compile(r"[^\W\d_][\w-]{2,}")

Documents = Mapping[int, DocumentLabel]


@dataclass(frozen=True, slots=True)
class Understood:
    """Filters of a question, the documents that are left, and the question without the words that only filter."""

    filters: tuple[QuestionFilter, ...]
    documents: frozenset[int]
    question: str


@dataclass(frozen=True, slots=True)
class _Part:
    """One filter of a phrase, with what chooses its documents among those that are left by the parts before."""

    field: str
    value: str
    choose: Callable[[Documents, Collection[int]], set[int]]


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A stretch of the question that says where to look."""

    start: int
    end: int
    parts: tuple[_Part, ...]


def understand_filters(
    question: str,
    labels: Documents,
    *,
    among: Collection[int] | None = None,
    ignored: Collection[str] = (),
    today: date | None = None,
) -> Understood | None:
    """Return the filters that stand in a question, of the documents `among`; None where there are none.

    Filters of the fields `ignored` are passed over. "Last year" is counted from `today`, by default the day that it is.
    """
    plain = _plain(question).replace("most recent", "most_recent")
    if not _IN.search(plain) or ALL_FILTERS in ignored:
        return None
    everything = frozenset(labels if among is None else labels.keys() & among)
    left: set[int] = set(everything)
    found: list[QuestionFilter] = []
    cut: list[tuple[int, int]] = []
    for phrase in _phrases(question, plain, labels, today or date.today()):
        kept = set(left)
        named: list[QuestionFilter] = []
        for part in phrase.parts:
            if part.field in ignored:
                continue
            chosen = part.choose(labels, kept) & kept
            if not chosen:
                named, kept = [], set(left)
                break
            if chosen != kept:
                words = " ".join(question[phrase.start : phrase.end].split())
                named.append(QuestionFilter(part.field, part.value, words))
            kept = chosen
        if named:
            left, found = kept, [*found, *named]
            # A year stays where reports are meant, whose tables hold several.
            holds_number = any(character.isdigit() for character in question[phrase.start : phrase.end])
            if not (holds_number and any(labels[id_].profile.period for id_ in left)):
                cut.append((phrase.start, phrase.end))
    if not found:
        return None
    return Understood(tuple(found), frozenset(left), _without(question, cut))


def _phrases(question: str, plain: str, labels: Documents, today: date) -> Iterator[_Phrase]:
    """Yield the phrases in the order of the question; what one has used is not read again."""
    used: list[tuple[int, int]] = []
    phrases = (
        *_folder_phrases(question, plain, labels),
        *_file_phrases(question, plain, labels),
        *_noun_phrases(question, plain, labels, today),
    )
    for phrase in phrases:
        if not any(phrase.start < end and start < phrase.end for start, end in used):
            used.append((phrase.start, phrase.end))
            yield phrase


# --- "in the folder contracts", "in handbook.pdf" ---


def _folder_phrases(question: str, plain: str, labels: Documents) -> Iterator[_Phrase]:
    if not _FOLDER.search(plain):
        return
    folders = _folders(labels)
    for match in _FOLDER_BEFORE.finditer(plain):
        opening = _opening(plain, match.start())
        for end in _word_ends(plain, match.end()) if opening is not None else ():
            if opening is not None and (ids := folders.get(_name(plain[match.end() : end]))):
                yield _Phrase(opening, end, (_fixed("folder", question[match.end() : end], ids),))
                break
    for match in _FOLDER_BEHIND.finditer(plain):
        for start, opened in _openings(plain, match.start()):
            if ids := folders.get(_name(plain[opened : match.start()])):
                yield _Phrase(start, match.end(), (_fixed("folder", question[opened : match.start()], ids),))
                break


def _file_phrases(question: str, plain: str, labels: Documents) -> Iterator[_Phrase]:
    matches = list(_FILE_NAME.finditer(plain))
    if not matches:
        return
    names: defaultdict[str, set[int]] = defaultdict(set)
    for id_, label in labels.items():
        names[_plain(PurePath(label.path).name)].add(id_)
    for match in matches:
        for start in (match.start(), *(match.start() + at.end() for at in re.finditer(r"\s+", match[0]))):
            opening = _opening(plain, start, skip=r"(?:(?:file|document|datei|dokument|fichier|archivo|documento)\s+)?")
            if opening is not None and (ids := names.get(plain[start : match.end()])):
                yield _Phrase(opening, match.end(), (_fixed("document", question[start : match.end()], ids),))
                break


def _folders(labels: Documents) -> dict[str, set[int]]:
    """Return the documents by the names of the folders that they are in, of each alone and of their whole path."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for id_, label in labels.items():
        parents = [part for part in PurePath(label.path).parent.parts if part != "."]
        paths = ["/".join(parents[: end + 1]) for end in range(len(parents))]
        for name in {*parents, *paths, PurePath(label.folder).name}:
            if name:
                found[_name(_plain(name))].add(id_)
    return found


def _name(text: str) -> str:
    """Return a folder's name in one form: "Contracts_2023" and "contracts 2023" are the same."""
    return " ".join(re.findall(r"[\w/&.]+", text.replace("_", " ").strip("\"'“”„«» .?!,;:"))).replace("-", " ")


def _word_ends(plain: str, start: int) -> list[int]:
    """Return where a name of one to MAX_NAME_WORDS words may end that begins at `start`, the longest first."""
    ends = [match.end() + start for match in re.finditer(r"[^\s?!,;]+", plain[start:])]
    return ends[:MAX_NAME_WORDS][::-1]


def _opening(plain: str, at: int, skip: str = "") -> int | None:
    """Return where an "in the" begins that ends at `at`; None where there is none."""
    before = re.compile(rf"{_IN.pattern}{skip}[\"'“„«]?\Z")
    match = before.search(plain[:at])
    return match.start() if match else None


def _openings(plain: str, at: int) -> list[tuple[int, int]]:
    """Return where each "in the" begins and ends that may open a phrase whose noun is at `at`, the nearest first."""
    found = [(match.start(), match.end()) for match in _IN.finditer(plain) if match.end() <= at]
    return [
        one
        for one in reversed(found)
        if len(plain[one[1] : at].split()) <= MAX_MODIFIERS and not re.search(r"[.?!;]\s", plain[one[1] : at])
    ]


# --- "in the 2023 reports", "in PDFs from May", "in the newest lease" ---


def _noun_phrases(question: str, plain: str, labels: Documents, today: date) -> Iterator[_Phrase]:
    taken: list[tuple[int, int]] = []
    for noun, words, plural in _NOUNS:
        for match in words.finditer(plain):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            is_group = plural.fullmatch(match[0]) is not None
            if phrase := _read_phrase(question, plain, match.span(), noun, labels, today, is_group=is_group):
                yield phrase
    for newest in any_of(NEWEST).finditer(plain):
        opening = _opening(plain, newest.start())
        unknown = _UNKNOWN_NOUN.match(plain, newest.end() + 1)
        if opening is None or unknown is None or any(start <= unknown.start() < end for start, end in taken):
            continue
        word = unknown[0]
        if named := {id_ for id_, label in labels.items() if _is_called(label, word)}:
            yield _Phrase(
                opening,
                unknown.end(),
                (
                    _fixed("name", question[unknown.start() : unknown.end()], named),
                    _Part("newest", "", _newest_of),
                ),
            )


def _read_phrase(
    question: str,
    plain: str,
    span: tuple[int, int],
    noun: DocumentNoun,
    labels: Documents,
    today: date,
    *,
    is_group: bool,
) -> _Phrase | None:
    """Read what stands before and behind the words for documents; None where that does not say where to look."""
    for start, opened in _openings(plain, span[0]):
        before = _read_modifiers(question, plain, opened, span[0], labels)
        if before is None:
            continue
        behind, end = _read_behind(question, plain, span[1], labels, today)
        parts = sorted((*before, *behind), key=lambda part: part.field == "newest")
        of_noun = [_Part(noun.field, noun.name, _by_noun(noun, plain[slice(*span)]))] if noun.name else []
        is_only = bool(re.match(ONLY, plain[start:]))
        if not parts and not (of_noun and (is_group or is_only)):
            return None
        if _FURTHER_NOUN.match(plain, end) or _NOT.search(plain[:start]):
            return None
        return _Phrase(start, end, (*of_noun, *parts))
    return None


def _read_modifiers(question: str, plain: str, start: int, end: int, labels: Documents) -> list[_Part] | None:
    """Read the words between "in the" and the documents; None where one is no modifier that is known."""
    parts: list[_Part] = []
    words = [(match.start() + start, match.end() + start) for match in re.finditer(r"\S+", plain[start:end])]
    owner: list[tuple[int, int]] = []
    for first, last in words:
        word = plain[first:last].strip("'\"“”,-")
        if _YEAR.fullmatch(word) or re.fullmatch(r"fy'?\d{2,4}|q[1-4]", word):
            continue
        if word in _AND_WORDS:
            continue
        if _NEWEST.fullmatch(word):
            parts.append(_Part("newest", "", _newest_of))
        elif code := next((code for code, pattern in _LANGUAGES.items() if pattern.fullmatch(word)), ""):
            parts.append(_by_language(code))
        elif question[first].isupper() or (question[first].isdigit() and not word.isdigit()):
            owner.append((first, last))
        else:
            return None
    parts = list({part.field: part for part in parts}.values())
    times = _times_in(question[start:end])
    if owner:
        if not (named := _by_owner(question[owner[0][0] : owner[-1][1]], labels)):
            return None
        parts.append(named)
    return [*parts, *times]


def _read_behind(question: str, plain: str, at: int, labels: Documents, today: date) -> tuple[list[_Part], int]:
    """Read what follows: a time, whose documents they are, their language; return the parts and where they end."""
    parts: list[_Part] = []
    end = at
    while True:
        if match := _TIME.match(plain, end):
            years, end = _further_years(plain, match.end(), match["alone"])
            parts.append(_by_years(years) if years else _by_written_time(match, today))
            continue
        elif match := _NEWEST_BEHIND.match(plain, end):
            parts.append(_Part("newest", "", _newest_of))
        elif match := re.compile(rf"\s+(?:{'|'.join(LANGUAGES.values())})(?!\w)").match(plain, end):
            code = next(code for code, pattern in _LANGUAGES.items() if pattern.fullmatch(match[0].strip()))
            parts.append(_by_language(code))
        elif (match := _OWNER.match(plain, end)) and (name := _capitalised(question, match.end())):
            if not (named := _by_owner(name, labels)):
                return parts, end
            parts.append(named)
            end = match.end() + len(name)
            continue
        else:
            return parts, end
        end = match.end()


def _further_years(plain: str, at: int, first: str | None) -> tuple[list[int], int]:
    """Return the years of "2021 and 2022" or "2020 to 2022" from the first on, and where they end."""
    years = [int(first)] if first else []
    while years and (match := _FURTHER_YEAR.match(plain, at)):
        last = int(match["year"])
        years += range(years[-1] + 1, last + 1) if match["to"] else [last]
        at = match.end()
    return years, at


def _capitalised(question: str, at: int) -> str:
    """Return the words with capitals that stand at a place, as names do."""
    match = re.compile(r"(?:[A-ZÄÖÜÉ0-9][\w&'’.-]*)(?:\s+(?:[A-ZÄÖÜÉ&][\w&'’.-]*))*").match(question, at)
    return match[0].rstrip(".,'’") if match else ""


# --- what chooses documents ---


def _fixed(field: str, value: str, ids: set[int]) -> _Part:
    return _Part(field, value.strip("\"'“”„«» "), lambda labels, among: ids)


def _by_noun(noun: DocumentNoun, word: str) -> Callable[[Documents, Collection[int]], set[int]]:
    """Choose by file type or kind; a kind also by the word in a document's title or path."""

    def choose(labels: Documents, among: Collection[int]) -> set[int]:
        return {
            id_
            for id_ in among
            if labels[id_].file_type in noun.types
            or labels[id_].profile.kind in noun.kinds
            or (not noun.types and _is_called(labels[id_], word))
        }

    return choose


def _by_language(code: str) -> _Part:
    return _Part(
        "language",
        LANGUAGE_NAMES[code],
        lambda labels, among: {id_ for id_ in among if labels[id_].profile.language == code},
    )


def _times_in(text: str) -> list[_Part]:
    """Return the filter by the periods that stand before the documents, as "2023" in "the 2023 reports" does."""
    periods = find_periods(text)
    named = {period.year for period in periods}
    periods += [Period(int(year)) for year in _YEAR.findall(text) if int(year) not in named]
    if not periods:
        return []
    value = ", ".join(map(str, periods))
    return [
        _Part(
            "period",
            value,
            lambda labels, among: {id_ for id_ in among if any(_is_about(labels[id_], one) for one in periods)},
        )
    ]


def _by_years(years: Sequence[int]) -> _Part:
    """Choose the documents about any of the years, or dated in one."""
    starts = tuple(map(str, years))
    return _Part(
        "period",
        ", ".join(starts),
        lambda labels, among: {
            id_
            for id_ in among
            if labels[id_].profile.dated.startswith(starts)
            or any(_is_about(labels[id_], Period(year)) for year in years)
        },
    )


def _by_written_time(match: re.Match[str], today: date) -> _Part:
    """Return the filter by the time that stands behind the documents: "last year", "May", "May 2023"."""
    if match["last"] or match["this"]:
        return _by_years([today.year - bool(match["last"])])
    month = MONTH_NUMBERS[match["month"]]
    dated = re.compile(rf"{match['year'] or r'[0-9]+'}-{month:02}")
    value = f"{MONTH_LABELS[month]} {match['year'] or ''}".strip()
    return _Part("dated", value, lambda labels, among: {id_ for id_ in among if dated.match(labels[id_].profile.dated)})


def _is_about(label: DocumentLabel, period: Period) -> bool:
    """Return whether a document is about a period, or says so in its name; where neither is known, by its date."""
    own = Period.parse(label.profile.period)
    if own is not None and own.year == period.year and (not period.quarter or own.quarter in (0, period.quarter)):
        return True
    years = set(_YEAR.findall(" ".join(name_words(label.names))))
    if not period.quarter and str(period.year) in years:
        return True
    return own is None and not years and label.profile.dated.startswith(str(period.year))


def _by_owner(name: str, labels: Documents) -> _Part | None:
    """Return the filter by an organisation, or by a name in titles and paths; None where no document has it."""
    wanted = name_words(name)
    ids = {
        id_
        for id_, label in labels.items()
        if wanted and any(set(wanted) <= set(name_words(held)) for held in (label.names, *label.profile.organisations))
    }
    return _fixed("organisation", name, ids) if ids else None


def _newest_of(labels: Documents, among: Collection[int]) -> set[int]:
    """Choose the document with the latest date or period, or several that share it; none where no date is known."""
    ages = {id_: age for id_ in among if (age := _age(labels[id_]))}
    newest = max(ages.values(), default="")
    return {id_ for id_, age in ages.items() if age == newest}


def _age(label: DocumentLabel) -> str:
    """Return a text that sorts by the end of the period that a document is about, else by its date."""
    if period := Period.parse(label.profile.period):
        return f"{period.year:04}-{period.quarter * 3 or 12:02}"
    return label.profile.dated


def _is_called(label: DocumentLabel, word: str) -> bool:
    """Return whether a word, in the singular or the plural, stands in a document's title or path."""
    wanted = {stem(one) for one in name_words(word)}
    return bool(wanted) and wanted <= {stem(one) for one in name_words(_plain(label.names))}


# --- text ---


def _plain(text: str) -> str:
    """Return a text without accents and in small letters, each character in its place."""
    return "".join(map(_plain_character, text))


def _plain_character(character: str) -> str:
    if character.isascii():
        return character.lower()
    if character in "’‘":
        return "'"
    lower = unicodedata.normalize("NFD", character)[0].lower()
    return lower if len(lower) == 1 else character


def _without(question: str, spans: Collection[tuple[int, int]]) -> str:
    """Return the question without some stretches; the whole where too little would be left."""
    kept, at = [], 0
    for start, end in sorted(spans):
        kept.append(question[at:start].rstrip(" ,;:"))
        at = end
    rest = " ".join("".join((*kept, question[at:])).split()).strip(" ,;:")
    return rest if len(meaningful_words(rest)) > 1 else question
