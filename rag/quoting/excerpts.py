"""Cuts out of sources what can be about a question: the clause, row or order that it names to the letter."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log

from rag.questions.constraints import (
    Constraint,
    find_constraints,
    is_like_nothing,
    is_negated,
    names_another,
    names_constraint,
    negated_words,
    opposites_in,
    units_that_meet,
)
from rag.quoting.answer_kind import asks_yes_or_no
from rag.quoting.denied_rows import rows_not_denied
from rag.quoting.document_context import context_of
from rag.quoting.head_lines import asks_for_field, head_field, is_greeting
from rag.quoting.named_subjects import is_told_of_others
from rag.quoting.numbered_things import fits_number, of_the_list_asked, sources_of_the_number
from rag.quoting.other_documents import is_namesake_alone, sources_of_the_document, sources_of_the_person
from rag.quoting.other_groups import rows_of_group
from rag.quoting.other_kinds import is_of_another_version
from rag.quoting.range_rows import rows_of_range
from rag.quoting.ranges import holds_measure, measures_in
from rag.quoting.subjects_before import leaning_on_others
from rag.quoting.table_cells import fitting_rows
from rag.text import content_words
from rag.types import CONTENTS_SECTION, Source
from rag.units import QUESTION_MARKS, Unit, units_of
from rag.words.folding import fold
from rag.words.language import guess_language, language_of_passage

NOTHING_BESIDE: Mapping[int, str] = {}
HIDDEN_SHEET = "(hidden sheet)"
"""Ends the name of a sheet that its workbook does not show: it answers where no other sheet does."""
SHARED_WITH_OPPOSITE = 2
"""Content words that a sentence shares with the question before "not" in one and not in the other counts."""
MIN_CASE = 0.5
"""Share that a sentence must hold of what the best one holds of a case that is asked about."""
_CASE = re.compile(r"(?i)\b(?:if|in case|falls|wenn|si|en cas de|en caso de)\s+(?P<case>[^?,]{4,})")
_ASIDE = re.compile(r"(?i)(?:,| and| but| with) no [^\W\d_]+(?: [^\W\d_]+)?(?=[.;,]|$)")
_CONTENTS_LINE = re.compile(r"(?:\.[ \t]?){4,}\s*[\divxlc]+\s*$", re.IGNORECASE)
"""Ends with dots and a page's number: the line of a table of contents."""

_PAGE_AT_END = re.compile(r"[\s.,\u2013-](?:\d{1,4}|[ivxlc]{1,6})\s*$")
_ASKS_FOR_PAGE = re.compile(
    r"(?i)\b(?:pages?|chapters?|sections?|seiten?|kapitel|p[aá]ginas?|pagin[ae]|cap[ií]tulos?|capitol[oi]|chapitres?"
    r"|pagina['’]s|hoofdstuk|sida|side|sivu)\b"
)
"""Asks where something stands: contents and indexes may say it, which answer nothing else."""


def missing_constraints(
    question: str, sources: Sequence[Source], *, beside: Mapping[int, str] = NOTHING_BESIDE
) -> list[Constraint]:
    """Return the identifiers, clauses, acronyms, names and years of a question that none of the sources is about; names
    may stand in what else was found of their documents (`beside`) as well."""
    unknown = _unknown_names(question, sources, beside)
    missing = [
        constraint
        for constraint in find_constraints(question)
        if constraint.is_hard
        or constraint.kind == "acronym"
        or constraint in unknown
        or any(_is_about_another(constraint, source) for source in sources)
    ]
    cut = [units_of(rank, source, every=True) for rank, source in enumerate(sources)] if missing else []
    return [constraint for constraint in missing if not any(any(_meets(constraint, units)) for units in cut if units)]


def _unknown_names(
    question: str, sources: Sequence[Source], beside: Mapping[int, str] = NOTHING_BESIDE
) -> list[Constraint]:
    """Return the names of a question that no source holds, in no similar spelling, nor what else was found of their
    documents (`beside`); none where languages differ."""
    names = [constraint for constraint in find_constraints(question) if constraint.kind == "name"]
    if (
        not names
        or guess_language(question) not in ("", "en")
        or any(language_of_source(it) not in ("", "en") for it in sources)
    ):
        return []
    words = {word for it in sources for word in re.findall(r"[^\W_]+", fold(f"{context_of(it)}\n{it.text}"))}
    other = {word for it in sources for word in _words_beside(beside.get(it.document.id, ""))}
    texts = [f"{context_of(it)}\n{it.text}\n{beside.get(it.document.id, '')}" for it in sources]
    return [name for name in names if is_like_nothing(name, words | other) or is_namesake_alone(name, texts)]


@lru_cache(maxsize=64)
def _words_beside(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", fold(text)))


def _is_about_another(constraint: Constraint, source: Source) -> bool:
    """Return whether a source names other years and not the one that is asked for."""
    text = f"{context_of(source)}\n{source.text}"
    return constraint.kind == "year" and names_another(text, constraint) and not names_constraint(text, constraint)


def sources_about(
    question: str, cut: list[list[Unit]], *, beside: Mapping[int, str] = NOTHING_BESIDE
) -> list[list[Unit]]:
    """Return, of sources cut into units, those about each identifier and clause of the question that any is about;
    `beside` is what else was found of their documents."""
    left = cut
    if _unknown_names(question, [units[0].source for units in cut], beside):
        return []
    for constraint in find_constraints(question):
        meeting = [units for units in left if any(_meets(constraint, units))]
        if meeting or constraint.is_hard:
            left = meeting
        elif constraint.kind == "acronym":
            left = []
        elif constraint.kind == "year":
            left = [units for units in left if not _is_about_another(constraint, units[0].source)]
    left = sources_of_the_number(question, left)
    left = sources_of_the_person(question, left, beside)
    left = sources_of_the_document(question, left, beside)
    if not _ASKS_FOR_PAGE.search(question):
        left = [units for units in left if not _only_names_pages(units[0].source)]
    return [units for units in left if _is_shown(units[0].source)] or left


def _is_shown(source: Source) -> bool:
    return HIDDEN_SHEET not in source.section and source.section != CONTENTS_SECTION


def _only_names_pages(source: Source) -> bool:
    """Return whether a source is of a table of contents or an index, and not of a section with such a heading."""
    lines = [line for line in source.text.splitlines() if line.strip()]
    return source.section == CONTENTS_SECTION and 2 * sum(map(bool, map(_PAGE_AT_END.search, lines))) >= len(lines)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Holds the part of a source that is read: its title, then pieces of its text, each as (start here, start and end
    there).
    """

    source: Source
    units: tuple[Unit, ...]
    text: str
    pieces: tuple[tuple[int, int, int], ...]

    def line_around(self, position: int) -> str:
        """Return the line of the excerpt that a character stands in."""
        start = self.text.rfind("\n", 0, position) + 1
        return self.text[start:].partition("\n")[0]

    def range_of(self, first: int, last: int) -> tuple[int, int]:
        """Return the range of the source under characters `first` to `last` (exclusive) of the excerpt: what of them
        stands in one piece, the first that has a word of them; (-1, -1) where all are of the title or a table's head.
        """
        parts = [
            (max(first, here) - here + start, min(last, here + end - start) - here + start)
            for here, start, end in self.pieces
            if first < here + end - start and here < last
        ]
        worded = (part for part in parts if any(map(str.isalnum, self.source.text[slice(*part)])))
        return next(worded, parts[0] if parts else (-1, -1))


def make_excerpt(question: str, units: Sequence[Unit]) -> Excerpt:
    """Take of a source's units those that can be about the question; its text as it is where all can."""
    source = units[0].source
    title = f"{source.document.title}\n"
    kept = _fitting(question, units)
    if all(kept):
        return Excerpt(source, tuple(units), title + source.text, ((len(title), 0, len(source.text)),))
    fitting = [unit for unit, fits in zip(units, kept, strict=True) if fits]
    return excerpt_of(fitting) if fitting else Excerpt(source, (), title, ())


def excerpt_of(
    units: Sequence[Unit], *, is_titled: bool = True, is_headed: bool = True, is_led: bool = True
) -> Excerpt:
    """Return some units of a source below its title, each below its heading, its header and what it leans on."""
    source = units[0].source
    text, pieces, shown, last = f"{source.document.title}\n" if is_titled else "", [], "", ""
    for unit in units:
        for above in dict.fromkeys((unit.heading if is_headed else "", unit.header, unit.leans_on if is_led else "")):
            # What a sentence leans on stands right above it already where that is read as well.
            if above and above not in shown and not (above == unit.leans_on == last):
                text += f"{above}\n"
        shown, last = f"{unit.heading}\n{unit.header}", unit.text
        pieces.append((len(text), unit.start, unit.end))
        text += f"{unit.text}\n"
    return Excerpt(source, tuple(units), text, tuple(pieces))


def _fitting(question: str, candidates: Sequence[Unit]) -> list[bool]:
    """Return whether each sentence or row of a source can be about the question."""
    # The head of a table goes with its rows and answers nothing itself.
    heads = {candidate.header for candidate in candidates if candidate.header}
    of_others = leaning_on_others(question, candidates)
    kept = [
        candidate.text not in heads
        and candidate.place not in of_others
        and not is_greeting(candidate.text)
        and not _is_other_head_line(question, candidate)
        and not _CONTENTS_LINE.search(candidate.text)
        for candidate in candidates
    ]
    for constraint in find_constraints(question):
        met = _meets(constraint, candidates)
        if any(met) or constraint.is_hard:
            # What a sentence is about, a reader tells better than code: a year or a name may stand elsewhere.
            # That a table with a head is about somebody may be said above it alone.
            binds_rows = constraint.kind != "name" or any(
                fits and candidate.is_row for fits, candidate in zip(met, candidates, strict=True)
            )
            bound = [
                constraint.binds_sentences or (candidate.is_row and (binds_rows or not candidate.header))
                for candidate in candidates
            ]
            kept = [ours and (theirs or not binds) for ours, theirs, binds in zip(kept, met, bound, strict=True)]
        elif constraint.kind == "day":
            kept = [
                ours and not names_another(f"{it.heading}\n{it.text}", constraint)
                for ours, it in zip(kept, candidates, strict=True)
            ]
    of_list = of_the_list_asked(question, candidates)
    kept = [
        ours
        and listed
        and fits_number(question, unit)
        and not is_told_of_others(question, unit)
        and not is_of_another_version(question, unit.text)
        for ours, listed, unit in zip(kept, of_list, candidates, strict=True)
    ]
    for rows in _tables(candidates):
        fits = rows_of_range(question, candidates[rows[0]].header, [candidates[row].text for row in rows])
        fits = fits or rows_not_denied(question, [candidates[row].text for row in rows])
        fits = fits or rows_of_group(question, [candidates[row].text for row in rows])
        fits = fits or fitting_rows(question, [candidates[row].text for row in rows])
        for row, fit in zip(rows, fits, strict=True):
            kept[row] = kept[row] and fit
    kept = _of_the_range_asked(question, candidates, kept)
    kept = _of_the_side_asked(question, candidates, kept)
    kept = _of_the_case_asked(question, candidates, kept)
    below = [ours and not candidate.is_heading for ours, candidate in zip(kept, candidates, strict=True)]
    return _of_one_mind(question, candidates, below if any(below) else kept)


def _is_other_head_line(question: str, unit: Unit) -> bool:
    """Return whether a unit is a line of a mail's head ("Date: ...") that the question does not ask for."""
    field = head_field(unit.text)
    return bool(field) and not asks_for_field(question, field)


def _meets(constraint: Constraint, candidates: Sequence[Unit]) -> list[bool]:
    """Return which of a source's units are about a constraint."""
    rows = [unit.is_row for unit in candidates]
    texts = [
        "\n".join(filter(None, (unit.heading, unit.header, unit.text))) if unit.is_row else unit.text
        for unit in candidates
    ]
    return units_that_meet(texts, constraint, context=context_of(candidates[0].source), rows=rows)


def _tables(candidates: Sequence[Unit]) -> list[list[int]]:
    """Return the rows of each table, its head left out: candidates in a row with one header."""
    tables: list[list[int]] = []
    for position, candidate in enumerate(candidates):
        if not candidate.is_row or not candidate.header:
            continue
        last = tables[-1] if tables else []
        if last and last[-1] == position - 1 and candidates[last[-1]].header == candidate.header:
            last.append(position)
        else:
            tables.append([position])
    return tables


def _of_the_range_asked(question: str, candidates: Sequence[Unit], kept: list[bool]) -> list[bool]:
    """Leave out sentences whose range does not hold what the question counts or measures ("more than 400 km" where 300
    km are asked for); and those without a range where another's on the same matter does."""
    measures = measures_in(question)
    if not measures:
        return kept
    asked = frozenset(content_words(question)).difference(*(measure.words for measure in measures))
    held = [None if unit.is_row else holds_measure(unit.text, measures) for unit in candidates]
    kept = [ours and (holds is not False) for ours, holds in zip(kept, held, strict=True)]
    meant = [
        ours and bool(holds) and bool(asked & {*unit.words, *content_words(unit.heading)})
        for ours, holds, unit in zip(kept, held, candidates, strict=True)
    ]
    return (
        [ours and (means or unit.is_row) for ours, means, unit in zip(kept, meant, candidates, strict=True)]
        if any(meant)
        else kept
    )


def _of_the_side_asked(question: str, candidates: Sequence[Unit], kept: list[bool]) -> list[bool]:
    """Leave out sentences that say how something is switched on where it is asked how it is switched off, if others
    say that."""
    for asked, other in opposites_in(question):
        met = [keeps and bool(asked.search(unit.text)) for unit, keeps in zip(candidates, kept, strict=True)]
        if any(met):
            kept = [
                keeps and (has or unit.is_row or not other.search(unit.text))
                for unit, keeps, has in zip(candidates, kept, met, strict=True)
            ]
    return kept


def _of_the_case_asked(question: str, candidates: Sequence[Unit], kept: list[bool]) -> list[bool]:
    """Leave out sentences that speak of no such case where it is asked what is so if something happens, and others
    speak of it."""
    match = _CASE.search(question)
    asked = frozenset(content_words(match["case"])) if match else frozenset()
    held = [
        asked & {*unit.words, *content_words(unit.header)} if keeps else set()
        for unit, keeps in zip(candidates, kept, strict=True)
    ]
    counts = {word: sum(word in words for words in held) for word in asked}
    rare = {word: log(1 + len(candidates) / count) for word, count in counts.items() if count}
    scores = [sum(rare[word] for word in words) for words in held]
    least = MIN_CASE * max(scores, default=0.0)
    if not least:
        return kept
    return [
        keeps and (unit.is_row or score >= least) for unit, keeps, score in zip(candidates, kept, scores, strict=True)
    ]


def _of_one_mind(question: str, candidates: Sequence[Unit], kept: list[bool]) -> list[bool]:
    """Leave out sentences that negate where the question does not, or the reverse, if others fit as well."""
    asked = frozenset(content_words(question))
    if asks_yes_or_no(question):
        # "May dogs be kept?": that they may not is an answer.
        return kept
    negated = is_negated(question)
    denied = negated_words(question)
    if denied and any(
        keeps and denied & negated_words(unit.text) for unit, keeps in zip(candidates, kept, strict=True)
    ):
        # "Which rooms have no window?": what denies the same thing is meant.
        return [keeps and bool(denied & negated_words(unit.text)) for unit, keeps in zip(candidates, kept, strict=True)]
    shared = [len(asked & candidate.words) if keeps else 0 for candidate, keeps in zip(candidates, kept, strict=True)]
    # What answers a question in the text may well say no.
    alike = [
        is_negated(_without_aside(unit.text, asked)) == negated or unit.header.endswith(QUESTION_MARKS)
        for unit in candidates
    ]
    most = max((count for count, fits in zip(shared, alike, strict=True) if fits), default=0)
    if most < SHARED_WITH_OPPOSITE:
        return kept
    return [
        keeps and (fits or count > most or (negated and count < SHARED_WITH_OPPOSITE))
        for keeps, fits, count in zip(kept, alike, shared, strict=True)
    ]


def _without_aside(text: str, asked: frozenset[str]) -> str:
    """Return a sentence without what it denies beside what it says ("60 passengers and no cars"), where none of that is
    asked for."""
    aside = _ASIDE.search(text)
    return text if aside is None or asked.intersection(content_words(aside[0])) else _ASIDE.sub("", text)


def language_of_source(source: Source) -> str:
    """Return the language of a source, "" where nothing tells it."""
    return language_of_passage(source.text, source.document.profile.language)
