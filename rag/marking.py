"""Picks the sentences of the sources in which a passage reader marks an answer, and the cells that a question names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.answer_kind import asked_kind, holds_kind, is_needed
from rag.constraints import (
    Constraint,
    find_constraints,
    is_like_nothing,
    is_negated,
    names_another,
    names_constraint,
    negated_words,
    units_that_meet,
)
from rag.cosines import is_multilingual
from rag.extractive import MAX_CANDIDATES, MAX_EXTRACTS, Extract, cosines_of, weights_of
from rag.folding import fold
from rag.form_boxes import chosen_options
from rag.head_lines import asks_for_field, head_field, is_greeting
from rag.language import guess_language, language_of_passage
from rag.language_gate import choose_calibration, is_readable, shares_of_words
from rag.protocols import Embedder, PassageReader
from rag.refusal import READ_THRESHOLD, answerability_as_read
from rag.table_answer import covered_share, find_cell, is_of_sibling, without_generic
from rag.table_cells import fitting_rows, pick_cell
from rag.text import content_words
from rag.types import CONTENTS_SECTION, Reading, Source
from rag.units import MAX_EXTRACT, QUESTION_MARKS, Place, Unit, units_of

HIDDEN_SHEET = "(hidden sheet)"
"""Ends the name of a sheet that its workbook does not show: it answers where no other sheet does."""
MAX_READ = 5
"""First sources in which a passage reader looks for the answer."""
MAX_NAMED = 3
"""Sentences of a clause that is quoted from its beginning where no answer is marked in it."""
CLOSER_MARGIN = 0.35
"""Share of the question's weight that one marked sentence must hold more than the best of them to be put before it."""
CLEAR_LEAD, CLEAR_BONUS, CLEAR_SHARE = 1.5, 0.5, 0.6
"""Logits by which a sentence must be ahead of all others, what it then gains, and the share of the question's words
that it must hold for it: no other can be meant."""
MAX_LOSS = 8.0
"""Logits by which a sentence may score less than the marked one and still be put before it."""
MIN_FOCUS, FOCUS_MARGIN = 0.75, 0.4
"""Share of the question's weight that a sentence must hold, and hold more than the marked one, to be put before it."""
MIN_MARK = -16.0
"""The reader's two logits together, below which what it marks is no answer."""
MIN_UNSHARED = -2.0
"""Below it, a sentence without a word of the question answers nothing."""
MARK_MARGIN = 4.0
"""A further marked sentence may score this much less than the best one, in logits."""
MAX_ANSWER = 12
"""Words of an answer that is shown before its sentence; a longer one is the sentence."""
MAX_OF_SENTENCE = 0.8
SHARED_WITH_OPPOSITE = 2
"""Content words that a sentence shares with the question before "not" in one and not in the other counts."""
_SENTENCE_ENDS = frozenset(".!…。！۔।\"'»”’)")
_ASKS_NOW = re.compile(
    r"\b(?:now|currently|at present|present|today|these days|heute|jetzt|derzeit|aktuell|momentan|maintenant"
    r"|actuellement|aujourd'hui|ahora|actualmente|hoy)\b",
    re.IGNORECASE,
)
_FULL_STOP = re.compile(r"(?:(?<=[\d)\]%])|(?<=[^\W\d_]{5}))\.$")
"""At the end of a sentence, not of an abbreviation."""
_CONTENTS_LINE = re.compile(r"(?:\.[ \t]?){4,}\s*[\divxlc]+\s*$", re.IGNORECASE)
"""Ends with dots and a page's number: the line of a table of contents."""


class MarkingReader:
    """Picks the sentences in which a passage reader marks an answer.

    Of each source only what can be about the question is read: the clause, row or order that it names to the letter.
    """

    def __init__(self, reader: PassageReader, embedder: Embedder) -> None:
        self._reader = reader
        self._embedder = embedder

    def read(self, question: str, sources: Sequence[Source], *, embedder: Embedder | None = None) -> list[Extract]:
        """Return the one to three best sentences, best first, each of another source; none where nothing is marked.

        Of what is in a language that the reader does not know, sentences are chosen by words and cosines; `embedder` is
        that of the sources' collection, where it is not the usual one.
        """
        cut = [units_of(rank, source, every=True) for rank, source in enumerate(sources[:MAX_READ])]
        excerpts = [_make_excerpt(question, units) for units in _about(question, [units for units in cut if units])]
        excerpts = [excerpt for excerpt in excerpts if excerpt.pieces]
        asked = guess_language(question)
        languages = [_language_of(excerpt.source) for excerpt in excerpts]
        readable = [excerpt for excerpt, code in zip(excerpts, languages, strict=True) if is_readable(asked, code)]
        others = [excerpt for excerpt, code in zip(excerpts, languages, strict=True) if not is_readable(asked, code)]
        if others:
            # That a source in another language may answer does not make these likely.
            readable = [one for one in readable if answerability_as_read([one.source.score]) >= READ_THRESHOLD]
        readings = self._reader.read(question, [excerpt.text for excerpt in readable]) if readable else []
        marked = [
            extract
            for excerpt, reading in zip(readable, readings, strict=True)
            if (extract := self._extract(question, excerpt, reading))
        ]
        marked += _chosen_by_words(question, others, embedder or self._embedder) if others else []
        marked = [extract for extract in marked if extract.score >= MIN_MARK]
        marked.sort(key=lambda extract: -extract.score)
        extracts = _of_the_kind_asked(question, marked)
        extracts = [extract for extract in extracts if extract.score >= extracts[0].score - MARK_MARGIN]
        units = [unit for excerpt in excerpts for unit in excerpt.units]
        by_place = {unit.place: unit for unit in units}
        weights = weights_of(question, units)
        extracts = _newest_first(question, extracts, sources)
        known = {excerpt.source.number for excerpt in readable}
        if all(extract.number in known for extract in extracts):
            known_units = {place: unit for place, unit in by_place.items() if unit.source.number in known}
            extracts = self._by_focus(question, known_units, weights, extracts)
        extracts = _with_cell(question, by_place, weights, extracts)
        names_to_the_letter = any(constraint.is_hard for constraint in find_constraints(question))
        return [
            extract
            for extract in extracts
            for unit in [by_place[extract.place]]
            if not is_of_sibling(unit, weights)
            and not (extract.score < MIN_UNSHARED and not names_to_the_letter and _shares_nothing(unit, weights))
        ][:MAX_EXTRACTS]

    def _by_focus(
        self, question: str, units: Mapping[Place, Unit], weights: Mapping[str, float], extracts: list[Extract]
    ) -> list[Extract]:
        """Put the sentence first that holds nearly all that the question names where the marked one holds far less."""
        kind = asked_kind(question)
        focus = without_generic(weights)
        able = [unit for unit in units.values() if unit.is_whole and (kind is None or holds_kind(_shown(unit), kind))]
        if not focus or not able:
            return extracts
        marked = {extract.place for extract in extracts}
        closest = max(able, key=lambda it: (covered_share(it, focus), it.place in marked, -it.rank, -it.start))
        first = units.get(extracts[0].place) if extracts else None
        least = max(MIN_FOCUS, covered_share(first, focus) + FOCUS_MARGIN if first else MIN_FOCUS)
        if first is closest or covered_share(closest, focus) < least:
            return _closest_marked(units, weights, extracts)
        known = next((one for one in extracts if one.place == closest.place), None)
        again = known or self._read_again(question, [closest])
        if again is None or (extracts and again.score < extracts[0].score - MAX_LOSS):
            return extracts
        return [again, *(one for one in extracts if one != again)]

    def _extract(self, question: str, excerpt: Excerpt, reading: Reading) -> Extract | None:
        """Return the marked sentence of an excerpt; where a heading is marked, the one marked in what stands below."""
        if found := _marked(question, excerpt, reading):
            return found
        line = excerpt.line_around(reading.start)
        below = [unit for unit in excerpt.units if unit.heading and unit.heading == line]
        if below and (again := self._read_again(question, below)):
            return again
        return _named_to_the_letter(question, excerpt, reading)

    def _read_again(self, question: str, units: Sequence[Unit]) -> Extract | None:
        """Let the reader mark the answer in some sentences or rows of one source alone."""
        excerpt = _excerpt_of(units, is_headed=False)
        return _marked(question, excerpt, self._reader.read(question, [excerpt.text])[0])


def _shares_nothing(unit: Unit, weights: Mapping[str, float]) -> bool:
    """Return whether neither a sentence nor what stands over it in the text has a word that the question names."""
    return not without_generic(weights).keys() & {
        *unit.words,
        *content_words(f"{unit.heading}\n{unit.header}\n{unit.leans_on}"),
    }


def _shown(part: Unit | Extract) -> str:
    return f"{part.header}\n{part.text}"


def _closest_marked(
    units: Mapping[Place, Unit], weights: Mapping[str, float], extracts: list[Extract]
) -> list[Extract]:
    """Put the marked sentence first that holds far more of what the question names than the one that scores best."""
    shares = [covered_share(units[extract.place], weights) for extract in extracts]
    best = max(range(len(extracts)), key=lambda position: (shares[position], -position), default=0)
    if not best or shares[best] < shares[0] + CLOSER_MARGIN:
        return extracts
    return [extracts[best], *extracts[:best], *extracts[best + 1 :]]


def _newest_first(question: str, extracts: list[Extract], sources: Sequence[Source]) -> list[Extract]:
    """Put what the newest document says first, where a question asks how it is now."""
    if not _ASKS_NOW.search(question):
        return extracts
    dates = {source.number: source.document.profile.dated or source.document.created[:10] for source in sources}
    return sorted(extracts, key=lambda extract: dates.get(extract.number, ""), reverse=True)


def _of_the_kind_asked(question: str, extracts: list[Extract]) -> list[Extract]:
    """Return the extracts that hold the kind of thing asked for; where none does, all, or none if nothing else can
    answer."""
    kind = asked_kind(question)
    if kind is None:
        return extracts
    fitting = [extract for extract in extracts if holds_kind(_shown(extract), kind)]
    return fitting if fitting or is_needed(kind) else extracts


def _with_cell(
    question: str, units: Mapping[Place, Unit], weights: Mapping[str, float], extracts: list[Extract]
) -> list[Extract]:
    """Put the cell of a table before the marked sentences where the question names it more closely than them."""
    cell = find_cell(question, list(units.values()), weights)
    if cell is None:
        return extracts
    unit = cell.unit
    first = units[extracts[0].place] if extracts else unit
    if first is not unit and covered_share(first, weights) >= covered_share(unit, weights):
        return extracts
    row = Extract.of(unit, extracts[0].score if extracts else 0.0, cell.value)
    return [row, *(one for one in extracts if one.place != unit.place)]


def missing_constraints(question: str, sources: Sequence[Source]) -> list[Constraint]:
    """Return the identifiers, clauses, acronyms, names and years of a question that none of the sources is about."""
    unknown = _unknown_names(question, sources)
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


def _unknown_names(question: str, sources: Sequence[Source]) -> list[Constraint]:
    """Return the names of a question that no source holds, in no similar spelling; none where languages differ."""
    names = [constraint for constraint in find_constraints(question) if constraint.kind == "name"]
    if (
        not names
        or guess_language(question) not in ("", "en")
        or any(_language_of(it) not in ("", "en") for it in sources)
    ):
        return []
    words = {word for it in sources for word in re.findall(r"[^\W_]+", fold(f"{_context(it)}\n{it.text}"))}
    return [name for name in names if is_like_nothing(name, words)]


def _is_about_another(constraint: Constraint, source: Source) -> bool:
    """Return whether a source names other years and not the one that is asked for."""
    text = f"{_context(source)}\n{source.text}"
    return constraint.kind == "year" and names_another(text, constraint) and not names_constraint(text, constraint)


def _context(source: Source) -> str:
    """Return what stands over all sentences of a source: names of the document, its section, dates and period."""
    document = source.document
    return "\n".join((document.title, document.path, source.section, document.profile.period, document.profile.dated))


def _about(question: str, cut: list[list[Unit]]) -> list[list[Unit]]:
    """Return, of sources cut into units, those about each identifier and clause of the question that any is about."""
    left = cut
    if _unknown_names(question, [units[0].source for units in cut]):
        return []
    for constraint in find_constraints(question):
        meeting = [units for units in left if any(_meets(constraint, units))]
        if meeting or constraint.is_hard:
            left = meeting
        elif constraint.kind == "acronym":
            left = []
        elif constraint.kind == "year":
            left = [units for units in left if not _is_about_another(constraint, units[0].source)]
    return [units for units in left if _is_shown(units[0].source)] or left


def _is_shown(source: Source) -> bool:
    return HIDDEN_SHEET not in source.section and source.section != CONTENTS_SECTION


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


def _make_excerpt(question: str, units: Sequence[Unit]) -> Excerpt:
    """Take of a source's units those that can be about the question; its text as it is where all can."""
    source = units[0].source
    title = f"{source.document.title}\n"
    kept = _fitting(question, units)
    if all(kept):
        return Excerpt(source, tuple(units), title + source.text, ((len(title), 0, len(source.text)),))
    fitting = [unit for unit, fits in zip(units, kept, strict=True) if fits]
    return _excerpt_of(fitting) if fitting else Excerpt(source, (), title, ())


def _excerpt_of(units: Sequence[Unit], *, is_headed: bool = True) -> Excerpt:
    """Return some units of a source below its title, each below its heading and its header."""
    source = units[0].source
    text, pieces, shown = f"{source.document.title}\n", [], ""
    for unit in units:
        for above in dict.fromkeys((unit.heading if is_headed else "", unit.header, unit.leans_on)):
            if above and above not in shown:
                text += f"{above}\n"
        shown = f"{unit.heading}\n{unit.header}"
        pieces.append((len(text), unit.start, unit.end))
        text += f"{unit.text}\n"
    return Excerpt(source, tuple(units), text, tuple(pieces))


def _fitting(question: str, candidates: Sequence[Unit]) -> list[bool]:
    """Return whether each sentence or row of a source can be about the question."""
    # The head of a table goes with its rows and answers nothing itself.
    heads = {candidate.header for candidate in candidates if candidate.header}
    kept = [
        candidate.text not in heads
        and not is_greeting(candidate.text)
        and not _is_other_head_line(question, candidate)
        and not _CONTENTS_LINE.search(candidate.text)
        for candidate in candidates
    ]
    for constraint in find_constraints(question):
        met = _meets(constraint, candidates)
        if any(met) or constraint.is_hard:
            # What a sentence is about, a reader tells better than code: a year or a name may stand elsewhere.
            bound = [constraint.binds_sentences or candidate.is_row for candidate in candidates]
            kept = [ours and (theirs or not binds) for ours, theirs, binds in zip(kept, met, bound, strict=True)]
    for rows in _tables(candidates):
        fits = fitting_rows(question, [candidates[row].text for row in rows])
        for row, fit in zip(rows, fits, strict=True):
            kept[row] = kept[row] and fit
    below = [ours and not candidate.is_heading for ours, candidate in zip(kept, candidates, strict=True)]
    return _of_one_mind(question, candidates, below if any(below) else kept)


def _is_other_head_line(question: str, unit: Unit) -> bool:
    """Return whether a unit is a line of a mail's head ("Date: ...") that the question does not ask for."""
    field = head_field(unit.text)
    return bool(field) and not asks_for_field(question, field)


def _meets(constraint: Constraint, candidates: Sequence[Unit]) -> list[bool]:
    """Return which of a source's units are about a constraint."""
    rows = [unit.is_row for unit in candidates]
    texts = [f"{unit.header}\n{unit.text}" if unit.is_row and unit.header else unit.text for unit in candidates]
    return units_that_meet(texts, constraint, context=_context(candidates[0].source), rows=rows)


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


def _of_one_mind(question: str, candidates: Sequence[Unit], kept: list[bool]) -> list[bool]:
    """Leave out sentences that negate where the question does not, or the reverse, if others fit as well."""
    asked = frozenset(content_words(question))
    negated = is_negated(question)
    denied = negated_words(question)
    if denied and any(
        keeps and denied & negated_words(unit.text) for unit, keeps in zip(candidates, kept, strict=True)
    ):
        # "Which rooms have no window?": what denies the same thing is meant.
        return [keeps and bool(denied & negated_words(unit.text)) for unit, keeps in zip(candidates, kept, strict=True)]
    shared = [len(asked & candidate.words) if keeps else 0 for candidate, keeps in zip(candidates, kept, strict=True)]
    # What answers a question in the text may well say no.
    alike = [is_negated(unit.text) == negated or unit.header.endswith(QUESTION_MARKS) for unit in candidates]
    most = max((count for count, fits in zip(shared, alike, strict=True) if fits), default=0)
    if most < SHARED_WITH_OPPOSITE:
        return kept
    return [
        keeps and (fits or count > most or (negated and count < SHARED_WITH_OPPOSITE))
        for keeps, fits, count in zip(kept, alike, shared, strict=True)
    ]


def _language_of(source: Source) -> str:
    return language_of_passage(source.text, source.document.profile.language)


def _chosen_by_words(question: str, excerpts: Sequence[Excerpt], embedder: Embedder) -> list[Extract]:
    """Return of each excerpt the sentence that likely answers, by its share of the question's words and its cosine."""
    asked = guess_language(question)
    candidates = [(candidate, _language_of(excerpt.source)) for excerpt in excerpts for candidate in _telling(excerpt)]
    texts = [f"{candidate.header}\n{candidate.text}" for candidate, _ in candidates]
    shares = shares_of_words(question, texts, [language for _, language in candidates])
    embedded = sorted(range(len(texts)), key=lambda position: -shares[position])[:MAX_CANDIDATES]
    cosines = dict(zip(embedded, cosines_of(question, [candidates[at][0] for at in embedded], embedder), strict=True))
    multilingual = is_multilingual(embedder.fingerprint)
    judged: list[tuple[Extract, float]] = []
    for position, cosine in sorted(cosines.items()):
        candidate, language = candidates[position]
        calibration = choose_calibration(asked, language, multilingual=multilingual)
        cell = pick_cell(question, candidate.header, candidate.text) if candidate.is_row else ""
        judged.append((Extract.of(candidate, calibration.judge(cosine, shares[position]), cell), shares[position]))
    judged.sort(key=lambda one: -one[0].score)
    first, held = judged[0] if judged else (None, 0.0)
    is_clear = len(judged) < 2 or judged[0][0].score - judged[1][0].score >= CLEAR_LEAD
    bonus = CLEAR_BONUS if is_clear and held >= CLEAR_SHARE else 0.0
    best: dict[int, Extract] = {}
    for extract, _ in judged:
        if extract.score + (bonus if extract is first else 0.0) >= 0:
            best.setdefault(extract.number, extract)
    return list(best.values())


def _telling(excerpt: Excerpt) -> list[Unit]:
    """Return the sentences and rows of an excerpt that can answer: no questions; no headings, which end without a mark,
    where there is anything else."""
    told = [it for it in excerpt.units if len(it.text) <= MAX_EXTRACT and it.text[-1] not in "?？؟;"]
    return [candidate for candidate in told if candidate.is_row or candidate.text[-1] in _SENTENCE_ENDS] or told


def _marked(question: str, excerpt: Excerpt, reading: Reading) -> Extract | None:
    """Return the sentence around the words that a reader marked in an excerpt."""
    start, end = excerpt.range_of(reading.start, reading.end)
    source = excerpt.source
    around = [candidate for candidate in excerpt.units if candidate.start <= start < candidate.end]
    if not around or not around[0].is_telling:
        return None
    best = around[0]
    answer = _FULL_STOP.sub("", source.text[start : min(end, best.end)].strip()) if end > start else ""
    if answer and best.text.startswith((f"{answer}.", f"{answer})")):
        # The number of a clause or of an item is no answer.
        answer = ""
    if not any(word[0].isdigit() for word in answer.split()) and not content_words(answer):
        # Nor is a "not" alone.
        answer = ""
    if chosen := chosen_options(best.text):
        answer = "; ".join(chosen)
    elif best.is_row and (cell := pick_cell(question, best.header, best.text)):
        answer = cell
    is_short = len(answer.split()) <= MAX_ANSWER and len(answer) < MAX_OF_SENTENCE * len(best.text)
    is_sure = reading.confidence > 0 or best.is_row
    return Extract.of(best, reading.relevance + reading.confidence, answer if is_short and is_sure else "")


def _named_to_the_letter(question: str, excerpt: Excerpt, reading: Reading) -> Extract | None:
    """Return the first sentence or row of an excerpt that holds nothing but what the question names to the letter."""
    if len(excerpt.units) > MAX_NAMED or not any(constraint.is_hard for constraint in find_constraints(question)):
        return None
    unit = next((unit for unit in excerpt.units if unit.is_telling), None)
    return Extract.of(unit, reading.relevance) if unit else None
