"""Picks the sentences of the sources in which a passage reader marks an answer, and the cells that a question names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from rag.cosines import is_multilingual
from rag.extractive import MAX_EXTRACTS, NOTHING_BESIDE, Extract, HeldBack, shown_text, weights_of
from rag.language_gate import is_readable
from rag.protocols import Embedder, PassageReader, SentenceRanker
from rag.questions.constraints import asks_for_clause
from rag.quoting.answer_gates import held_back_by
from rag.quoting.answer_kind import asked_kind, asks_yes_or_no, holds_kind, is_needed
from rag.quoting.asked_about import Embed, counted_matter, is_of_other_matter, numbered_place_asked, says_matter
from rag.quoting.asked_event import tells_asked_event
from rag.quoting.asked_price import lacks_price
from rag.quoting.asked_who import opens_with_name
from rag.quoting.candidate import Candidate
from rag.quoting.date_before import date_before
from rag.quoting.dated_sections import with_dated_section
from rag.quoting.excerpts import (
    Excerpt,
    excerpt_of,
    language_of_source,
    make_excerpt,
    sources_about,
)
from rag.quoting.judged_quotes import read_quotes, tells_by_itself
from rag.quoting.labelled import put_label_asked_first
from rag.quoting.like_rows import with_like_rows
from rag.quoting.line_shapes import has_no_cell_asked, says_nothing_new
from rag.quoting.mail_heads import find_head_line
from rag.quoting.marked_sentence import marked_sentence, named_to_the_letter, without_struck
from rag.quoting.marking_by_words import choose_by_words
from rag.quoting.missing_words import leaves_thing_out
from rag.quoting.named_subjects import fills_otherwise, is_of_another_deed
from rag.quoting.neighbours import with_cause, with_cause_behind, with_sentence_before
from rag.quoting.other_kinds import is_of_another_kind
from rag.quoting.own_words import own_share
from rag.quoting.second_look import find_leader
from rag.quoting.shared_words import those_sharing
from rag.quoting.speakers import said_by_speaker
from rag.quoting.superseded import put_newer_first, put_valid_first, with_notes
from rag.quoting.sureness import is_sure
from rag.quoting.table_answer import FoundCell, covered_share, find_cell, without_generic, words_told_by
from rag.refusal import READ_THRESHOLD, answerability_as_read
from rag.types import Reading, Source
from rag.units import Place, Unit, units_of
from rag.words.language import guess_language

MAX_READ = 5
"""First sources in which a passage reader looks for the answer."""
CLOSER_MARGIN = 0.35
"""Share of the question's weight that one marked sentence must hold more than the best of them to be put before it."""
MAX_OFF_LEAD = 2.5
"""Logits by which a marked sentence without a word of the question may lead one that has some, and gives way to it."""
MAX_LOSS = 8.0
"""Logits by which a sentence may score less than the marked one and still be put before it."""
ALL_NAMED = 0.99
"""Share of the question's weight that is all but rounding."""
MAX_LOSS_SAYS_SO = 20.0
"""The same where something is asked to be so or not: what it is asked of has to be named."""
MIN_FOCUS, FOCUS_MARGIN = 0.75, 0.4
"""Share of the question's weight that a sentence must hold, and hold more than the marked one, to be put before it."""
MIN_MARK = -16.0
"""The reader's two logits together, below which what it marks is no answer."""
MIN_UNNAMED = 4.0
"""Below it, who did something is looked for among the sentences with a name, where the marked one has none."""
MAX_BEHIND_UNNAMED = 3.0
"""Logits that a sentence with a name may score less than one without and still be put before it."""
MARK_MARGIN = 4.0
"""A further marked sentence may score this much less than the best one, in logits."""
_ASKS_NOW = re.compile(
    r"\b(?:now|currently|at present|present|today|these days|heute|jetzt|derzeit|aktuell|momentan|maintenant"
    r"|actuellement|aujourd'hui|ahora|actualmente|hoy)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Leader:
    """A sentence far ahead of all others, and why it cannot answer; "" where nothing speaks against it."""

    extract: Extract
    reason: str


class MarkingReader:
    """Picks the sentences in which a passage reader marks an answer.

    Of each source only what can be about the question is read: the clause, row or order that it names to the letter.
    """

    def __init__(
        self,
        reader: PassageReader,
        embedder: Embedder,
        ranker: SentenceRanker | None = None,
        judge: PassageReader | None = None,
    ) -> None:
        """Take the networks; with a `ranker`, a sentence far ahead of all others is given where none is marked; a
        `judge` reads what is to be quoted once more.
        """
        self._reader = reader
        self._ranker = ranker
        self._judge = judge
        self._embedder = embedder

    def read(
        self,
        question: str,
        sources: Sequence[Source],
        *,
        embedder: Embedder | None = None,
        beside: Mapping[int, str] = NOTHING_BESIDE,
        found: float | None = None,
        likely: float = 1.0,
        held_back: list[HeldBack] | None = None,
    ) -> list[Extract]:
        """Return the one to three best sentences, best first, each of another source; none where nothing is marked.

        Of what is in a language that the reader does not know, sentences are chosen by words and cosines; `embedder` is
        that of the sources' collection, where it is not the usual one. `beside` is, by document, what else was found of
        it: it may name whom a clause is about. `found` is how likely the sources answer, where the reader has told it,
        and `likely` the same with all that is known.
        What is marked and not given is put into `held_back`, with the reason.
        """
        cut = [units_of(rank, source, every=True) for rank, source in enumerate(sources[:MAX_READ])]
        if line := find_head_line(question, cut):
            return [line]
        excerpts = [
            make_excerpt(question, units)
            for units in sources_about(question, [units for units in cut if units], beside=beside)
        ]
        excerpts = [excerpt for excerpt in excerpts if excerpt.pieces]
        asked = guess_language(question)
        languages = [language_of_source(excerpt.source) for excerpt in excerpts]
        readable = [excerpt for excerpt, code in zip(excerpts, languages, strict=True) if is_readable(asked, code)]
        others = [excerpt for excerpt, code in zip(excerpts, languages, strict=True) if not is_readable(asked, code)]
        if others and asks_for_clause(question):
            readable, others = [], excerpts
        if others:
            # That a source in another language may answer does not make these likely.
            readable = [one for one in readable if answerability_as_read([one.source.score]) >= READ_THRESHOLD]
        readings = self._reader.read(question, [excerpt.text for excerpt in readable]) if readable else []
        marked = [
            extract
            for excerpt, reading in zip(readable, readings, strict=True)
            if (extract := self._extract(question, excerpt, reading))
        ]
        marked += choose_by_words(question, others, embedder or self._embedder) if others else []
        marked = [extract for extract in marked if extract.score >= MIN_MARK]
        marked.sort(key=lambda extract: -extract.score)
        extracts = _of_the_kind_asked(question, marked) if marked else []
        extracts = self._of_the_kind_again(question, readable, extracts or marked)
        extracts = [extract for extract in extracts if extract.score >= extracts[0].score - MARK_MARGIN]
        units = [unit for excerpt in excerpts for unit in excerpt.units]
        by_place = {unit.place: unit for unit in units}
        by_end = {(unit.source.number, unit.end): unit for unit in units}
        weights = weights_of(question, units)
        extracts = _newest_first(question, extracts, sources)
        extracts = sorted(extracts, key=lambda extract: not tells_asked_event(question, by_place.get(extract.place)))
        known = {excerpt.source.number for excerpt in readable}
        if all(extract.number in known for extract in extracts):
            known_units = {place: unit for place, unit in by_place.items() if unit.source.number in known}
            extracts = self._by_focus(question, known_units, weights, extracts)
            extracts = self._by_counted(question, known_units, extracts)
        named = words_told_by(question, units, beside)
        cell = find_cell(question, units, weights, told=named)
        extracts = _with_cell(question, cell, by_place, weights, extracts)

        def is_named_cell(extract: Extract) -> bool:
            return cell is not None and cell.unit.place == extract.place and cell.value == extract.answer

        every = [unit for units in cut for unit in units]
        extracts = put_label_asked_first(question, extracts, every, weights)
        by_place |= {extract.place: unit for extract in extracts for unit in every if unit.place == extract.place}
        embed = (embedder or self._embedder).embed_passages
        alike = None if is_multilingual((embedder or self._embedder).fingerprint) else embed
        extracts = [with_cause(question, extract, every) for extract in extracts]
        judge = self._judge if self._judge and tells_by_itself(question, languages) else None
        given, read_by_judge = [], {}
        for extract in extracts:
            unit = by_place.get(extract.place) or by_end[extract.number, extract.end]
            is_by_words = extract.number not in known
            candidate = Candidate(question, extract, unit, units, weights, is_by_words=is_by_words)
            reason = held_back_by(candidate) or _held_back_by_meaning(candidate, alike)
            if not (reason or is_by_words or is_named_cell(extract)):
                reason = _held_back_by_doubt(candidate, beside, found, named, alike)
            if not reason:
                given.append(extract)
                read_by_judge[extract.place] = unit
            elif held_back is not None:
                held_back.append(HeldBack(extract.number, extract.text, reason))
        given = given[:MAX_EXTRACTS]
        given = those_sharing(question, given, by_place, weights, known)
        if judge is not None:

            def is_of_another(unit: Unit) -> bool:
                return leaves_thing_out(question, unit, every, weights)

            given = read_quotes(question, given, read_by_judge, every, judge, likely, held_back, is_of_another)
        if not given and (told := date_before(question, every, weights) or said_by_speaker(question, every, weights)):
            return [told]
        if not given and (leader := self._find_leader(question, readable, units, weights, alike, judge, likely)):
            if not leader.reason:
                return [replace(leader.extract, is_unsure=True)]
            if held_back is not None:
                held_back.append(HeldBack(leader.extract.number, leader.extract.text, leader.reason))
        given = [with_dated_section(question, extract, by_place.get(extract.place)) for extract in given]
        given = [_unsure_without_cell(question, extract, by_place.get(extract.place)) for extract in given]
        given = put_newer_first(with_like_rows(question, given, every), every, weights)
        given = put_valid_first(question, with_notes(question, given, every), every, beside)
        given = [with_cause_behind(question, extract, every) for extract in given]
        return [with_sentence_before(extract, every) for extract in given]

    def _find_leader(
        self,
        question: str,
        excerpts: Sequence[Excerpt],
        units: Sequence[Unit],
        weights: Mapping[str, float],
        alike: Embed | None,
        judge: PassageReader | None,
        likely: float,
    ) -> _Leader | None:
        """Return the sentence that the ranker puts far ahead of all others, and what speaks against it."""
        read = [unit for excerpt in excerpts for unit in excerpt.units]
        leader = find_leader(question, read, self._ranker, judge, likely) if self._ranker and read else None
        if leader is None:
            return None
        unit = next(unit for unit in read if unit.place == leader.place)
        candidate = Candidate(question, Extract.of(unit, 0.0), unit, units, weights)
        return _Leader(leader, held_back_by(candidate) or _held_back_by_meaning(candidate, alike))

    def _of_the_kind_again(self, question: str, excerpts: Sequence[Excerpt], extracts: list[Extract]) -> list[Extract]:
        """Let the reader mark once more where what it marks is not of the kind asked for: among the sentences of its
        best source that hold such a thing."""
        kind = asked_kind(question)
        if kind is None or not extracts or any(holds_kind(shown_text(extract), kind) for extract in extracts):
            return extracts
        if not is_needed(kind) and (kind != "name" or extracts[0].score >= MIN_UNNAMED):
            return extracts
        best = next((one for one in excerpts if one.source.number == extracts[0].number), None)
        fitting = [unit for unit in best.units if unit.is_whole and holds_kind(shown_text(unit), kind)] if best else []
        again = self._read_again(question, fitting) if fitting else None
        if again is not None and again.score >= MIN_MARK:
            return [again]
        return [] if is_needed(kind) else extracts

    def _by_counted(self, question: str, units: Mapping[Place, Unit], extracts: list[Extract]) -> list[Extract]:
        """Put a sentence that names what is counted ("how much notice"), or the place that is asked for ("in which
        drawer"), in the place of a marked one of the same source that does not."""
        first = units.get(extracts[0].place) if extracts else None
        matter, place = counted_matter(question), numbered_place_asked(question)

        def names(unit: Unit) -> bool:
            return says_matter(unit, matter) if matter else bool(place and place.search(shown_text(unit)))

        if first is None or not (matter or place) or names(first):
            return extracts
        kind = asked_kind(question) or ("amount" if matter else None)
        naming = [
            unit
            for unit in units.values()
            if unit.source.number == first.source.number
            and unit.is_whole
            and names(unit)
            and (kind is None or holds_kind(shown_text(unit), kind))
        ]
        again = self._read_again(question, naming, is_led=False) if naming else None
        if again is None or again.score < extracts[0].score - 2 * MAX_LOSS:
            return extracts
        return [again, *(one for one in extracts[1:] if one.place != again.place)]

    def _by_focus(
        self, question: str, units: Mapping[Place, Unit], weights: Mapping[str, float], extracts: list[Extract]
    ) -> list[Extract]:
        """Put the sentence first that holds nearly all that the question names where the marked one holds far less."""
        kind = asked_kind(question)
        focus = without_generic(weights)
        able = [
            unit
            for unit in units.values()
            if unit.is_whole
            and (kind is None or holds_kind(shown_text(unit), kind) or (kind == "name" and opens_with_name(unit.text)))
            and (unit.is_row or not lacks_price(question, unit.text))
        ]
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
        if (
            again is None
            and first is not None
            and asks_yes_or_no(question)
            and covered_share(closest, focus) >= ALL_NAMED
        ):
            # What something is said of is all that is named: the reader has to mark no words.
            again = Extract.of(closest, extracts[0].score)
        is_off = first is not None and not own_share(first, weights)
        loss = MAX_LOSS_SAYS_SO if asks_yes_or_no(question) else 2 * MAX_LOSS if is_off else MAX_LOSS
        if again is None or (extracts and again.score < extracts[0].score - loss):
            return extracts
        return [again, *(one for one in extracts if one != again)]

    def _extract(self, question: str, excerpt: Excerpt, reading: Reading) -> Extract | None:
        """Return the marked sentence of an excerpt; where a heading is marked, the one marked in what stands below, and
        where a sentence says nothing but what the question says, one of the others."""
        if found := marked_sentence(question, excerpt, reading):
            units = [unit for unit in excerpt.units if not says_nothing_new(question, unit)]
            if any(unit.place == found.place for unit in units):
                return found
            return self._read_again(question, units) if units else None
        line = excerpt.line_around(reading.start)
        below = [unit for unit in excerpt.units if unit.heading and unit.heading == line]
        if below and (again := self._read_again(question, below)):
            return again
        told = [unit for unit in excerpt.units if not unit.is_heading]
        if reading.relevance > 0 and told and (again := self._read_again(question, told, is_titled=False)):
            # A title is marked that names what is asked about.
            return again
        return named_to_the_letter(question, excerpt, reading)

    def _read_again(
        self, question: str, units: Sequence[Unit], *, is_titled: bool = True, is_led: bool = True
    ) -> Extract | None:
        """Let the reader mark the answer in some sentences or rows of one source alone, below what they lean on."""
        excerpt = excerpt_of(units, is_titled=is_titled, is_headed=False, is_led=is_led)
        found = marked_sentence(question, excerpt, self._reader.read(question, [excerpt.text])[0])
        if found is None and is_led and any(unit.leans_on for unit in units):
            # What they lean on was marked, which is not read here.
            return self._read_again(question, units, is_titled=is_titled, is_led=False)
        return found


def _held_back_by_meaning(it: Candidate, alike: Embed | None) -> str:
    """Return why a sentence cannot answer where words that are alike in meaning are the same; "" where it can."""
    if fills_otherwise(it.question, it.unit, alike):
        return "gives another name than is asked for"
    if is_of_another_deed(it.question, it.unit, alike):
        return "is of another deed"
    return "is of another kind" if is_of_another_kind(it.question, it.unit, alike) else ""


def _held_back_by_doubt(
    it: Candidate,
    beside: Mapping[int, str],
    found: float | None,
    named: Mapping[int, AbstractSet[str]],
    alike: Embed | None,
) -> str:
    """Return why what the reader marked likely answers something else; "" where it may answer."""
    if is_of_other_matter(it.question, it.extract.score, it.unit, beside, alike):
        return "speaks of another matter"
    if found is None or is_sure(it.question, found, it.extract, it.unit, it.weights, named, alike):
        return ""
    return "is not sure enough to be meant"


def _closest_marked(
    units: Mapping[Place, Unit], weights: Mapping[str, float], extracts: list[Extract]
) -> list[Extract]:
    """Put the marked sentence first that holds far more of what the question names than the one that scores best."""
    shares = [covered_share(units[extract.place], weights) for extract in extracts]
    best = max(range(len(extracts)), key=lambda position: (shares[position], -position), default=0)
    focus = without_generic(weights)
    own = [
        own_share(units[extract.place], focus)
        for extract in extracts
        if extract.score >= extracts[0].score - MAX_OFF_LEAD
    ]
    if own and not own[0] and any(own):
        nearer = max(range(len(own)), key=lambda position: (own[position], -position))
        return [extracts[nearer], *extracts[:nearer], *extracts[nearer + 1 :]]
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
    fitting = [extract for extract in extracts if holds_kind(shown_text(extract), kind)]
    if fitting and not is_needed(kind) and fitting[0].score < extracts[0].score - MAX_BEHIND_UNNAMED:
        return extracts
    return fitting if fitting or is_needed(kind) else extracts


def _unsure_without_cell(question: str, extract: Extract, unit: Unit | None) -> Extract:
    """Return a row of which no cell is the one asked for as not sure to answer."""
    is_unsure = unit is not None and has_no_cell_asked(question, extract, unit)
    return replace(extract, is_unsure=True) if is_unsure else extract


def _with_cell(
    question: str,
    cell: FoundCell | None,
    units: Mapping[Place, Unit],
    weights: Mapping[str, float],
    extracts: list[Extract],
) -> list[Extract]:
    """Put the cell of a table before the marked sentences where the question names it more closely than them."""
    if cell is None:
        return extracts
    unit = cell.unit
    first = units[extracts[0].place] if extracts else unit
    is_closer = covered_share(first, weights) >= covered_share(unit, weights)
    if (
        not (cell.is_surer or (cell.covered >= ALL_NAMED and extracts and extracts[0].score < MIN_UNNAMED))
        and first is not unit
        and is_closer
        and not (lacks_price(question, first.text) and not lacks_price(question, shown_text(unit)))
    ):
        return extracts
    row = Extract.of(unit, extracts[0].score if extracts else 0.0, without_struck(cell.value, unit.text))
    return [row, *(one for one in extracts if one.place != unit.place)]
