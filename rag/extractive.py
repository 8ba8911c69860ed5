"""Picks the sentences of the sources that answer a question: the answer when no LLM is set up."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.citations.markers import CitationFilter
from rag.constraints import Constraint, find_constraints, is_negated, units_that_meet
from rag.language import guess_language, language_of_passage
from rag.language_gate import choose_calibration, is_multilingual, is_readable, shares_of_words
from rag.protocols import Embedder, PassageReader
from rag.table_cells import fitting_rows, pick_cell
from rag.text import content_words, is_table_row, sentence_spans
from rag.types import CONTENTS_SECTION, Reading, Source

HIDDEN_SHEET = "(hidden sheet)"
"""Ends the name of a sheet that its workbook does not show: it answers where no other sheet does."""

MAX_EXTRACTS = 3
MAX_READ = 5
"""First sources in which a passage reader looks for the answer."""
MARK_MARGIN = 4.0
"""A further marked sentence may score this much less than the best one, in logits."""
MAX_ANSWER = 12
"""Words of an answer that is shown before its sentence; a longer one is the sentence."""
MAX_OF_SENTENCE = 0.8
MAX_CANDIDATES = 60
"""Sentences embedded for one question: about a third of a second on one processor core."""
MAX_EXTRACT = 600
"""Characters; a longer stretch without a full stop is not a sentence anyone wants quoted."""
MIN_EXTRACT = 2
"""Content words; less is a heading or a fragment."""
SHARED_WITH_OPPOSITE = 2
"""Content words that a sentence shares with the question before "not" in one and not in the other counts."""
_SENTENCE_ENDS = frozenset(".!…。！۔।\"'»”’)")
HEADER_REACH = 40
"""Rows above a table row among which its header is looked for."""

OVERLAP_WEIGHT = 1.4
"""Weight of shared words beside a cosine of weight 1. On 600 training questions the first sentence then holds the
answer in 77 %; with 0 in 70 %."""
CUE_WEIGHT = 0.12
"""Bonus for a sentence with the kind of thing asked for: a number, a date, a name."""
SOURCE_WEIGHT = 0.1
"""Bonus of the first source over the last: retrieval has read more than one sentence."""
KEPT_SHARE = 0.85
"""A further extract must score at least this share of the best one."""

_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(rf"\b(?:1\d|20)\d\d\b|\b\d{{1,2}}[./]\d{{1,2}}\b|\b{_MONTH} \d|\bcentury\b|\bago\b", re.IGNORECASE)
_AMOUNT = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|half|twice|once)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[\w,;:'\"”)] )[A-Z][\w'’-]+|^[A-Z][\w'’-]+ [A-Z]")
_CAUSE = re.compile(r"\b(?:because|since|due to|so that|in order to|as a result|caused?|reason|therefore)\b", re.I)
_ASKS_AMOUNT = re.compile(
    r"\b(?:how (?:many|much|long|often|old|far|big|large|tall|high|fast)"
    r"|what (?:percentage|number|amount|share|price|population))\b",
    re.I,
)
_CUES = (
    (re.compile(r"\b(?:when|what (?:year|date|day|month|century|time)|which (?:year|date|month))\b", re.I), _DATE),
    (_ASKS_AMOUNT, _AMOUNT),
    (re.compile(r"\b(?:who|whom|whose|where|what (?:city|country|state|company|person|team|name))\b", re.I), _NAME),
    (re.compile(r"\bwhy\b", re.I), _CAUSE),
)


@dataclass(frozen=True, slots=True)
class Extract:
    """A sentence, or a table row under its header, copied from a source: characters `start` to `end` of its text.

    `header` is the table's header line, "" otherwise. `answer` is the words in it that answer, "" where they are not
    known. Only the order of scores means something.
    """

    number: int
    text: str
    start: int
    end: int
    score: float
    header: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    source: Source
    rank: int
    start: int
    end: int
    words: frozenset[str]
    header: str
    is_row: bool

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def is_telling(self) -> bool:
        """Return whether the text is long enough to say something and short enough to be quoted."""
        return self.end - self.start <= MAX_EXTRACT and len(self.words) >= MIN_EXTRACT


class ExtractiveReader:
    """Ranks the sentences of sources by what they share with the question, in meaning and in words."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def read(self, question: str, sources: Sequence[Source], *, embedder: Embedder | None = None) -> list[Extract]:
        """Return the one to three best sentences over the sources, best first; none where the sources have no
        sentence.

        `embedder` is that of the sources' collection, where it is not the usual one.
        """
        ranked = self.rank(question, sources, embedder=embedder)
        return [extract for extract in ranked[:MAX_EXTRACTS] if extract.score >= KEPT_SHARE * ranked[0].score]

    def rank(self, question: str, sources: Sequence[Source], *, embedder: Embedder | None = None) -> list[Extract]:
        """Return every candidate sentence, best first, each text once."""
        every = [candidate for rank, source in enumerate(sources) for candidate in _candidates(rank, source)]
        if not every:
            return []
        weights = _weights(question, every)
        candidates = sorted(every, key=lambda candidate: -_overlap(candidate, weights))[:MAX_CANDIDATES]
        cosines = _cosines(question, candidates, embedder or self._embedder)
        extracts = [
            Extract(
                candidate.source.number,
                candidate.text,
                candidate.start,
                candidate.end,
                cosine
                + OVERLAP_WEIGHT * _overlap(candidate, weights)
                + CUE_WEIGHT * _cue(question, candidate.text)
                + SOURCE_WEIGHT * (1 - candidate.rank / len(sources)),
                candidate.header,
            )
            for candidate, cosine in zip(candidates, cosines, strict=True)
        ]
        extracts.sort(key=lambda extract: (-extract.score, extract.number, extract.start))
        return list({" ".join(extract.text.split()): extract for extract in reversed(extracts)}.values())[::-1]


def _cosines(question: str, candidates: Sequence[_Candidate], embedder: Embedder) -> list[float]:
    texts = [f"{candidate.header}\n{candidate.text}".strip() for candidate in candidates]
    vectors = embedder.embed_passages(texts)
    return [float(cosine) for cosine in vectors @ np.asarray(embedder.embed_question(question))]


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
        about = _about(question, sources[:MAX_READ])
        excerpts = [make_excerpt(question, rank, source) for rank, source in enumerate(about)]
        excerpts = [excerpt for excerpt in excerpts if excerpt.pieces]
        asked = guess_language(question)
        languages = [_language_of(excerpt.source) for excerpt in excerpts]
        readable = [excerpt for excerpt, code in zip(excerpts, languages, strict=True) if is_readable(asked, code)]
        others = [excerpt for excerpt, code in zip(excerpts, languages, strict=True) if not is_readable(asked, code)]
        readings = self._reader.read(question, [excerpt.text for excerpt in readable]) if readable else []
        extracts = [
            extract
            for excerpt, reading in zip(readable, readings, strict=True)
            if (extract := _marked(question, excerpt, reading))
        ]
        extracts += _chosen_by_words(question, others, embedder or self._embedder) if others else []
        extracts.sort(key=lambda extract: -extract.score)
        return [extract for extract in extracts[:MAX_EXTRACTS] if extract.score >= extracts[0].score - MARK_MARGIN]


def missing_constraints(question: str, sources: Sequence[Source]) -> list[Constraint]:
    """Return the identifiers and clauses of a question that none of the sources is about."""
    hard = [constraint for constraint in find_constraints(question) if constraint.is_hard]
    return [
        constraint
        for constraint in hard
        if not any(any(_meets(constraint, _candidates(0, source, every=True), source)) for source in sources)
    ]


def _about(question: str, sources: Sequence[Source]) -> list[Source]:
    """Return the sources that are about each identifier and clause of the question that any source is about."""
    left = list(sources)
    for constraint in find_constraints(question):
        meeting = [source for source in left if any(_meets(constraint, _candidates(0, source, every=True), source))]
        if meeting or constraint.is_hard:
            left = meeting
    shown = [source for source in left if HIDDEN_SHEET not in source.section and source.section != CONTENTS_SECTION]
    return shown or left


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Holds the part of a source that is read: its title, then pieces of its text, each as (start here, start and end
    there).
    """

    source: Source
    candidates: tuple[_Candidate, ...]
    text: str
    pieces: tuple[tuple[int, int, int], ...]

    def place(self, position: int) -> int:
        """Return where a character of the excerpt stands in the source; -1 for one of the title or a table's head."""
        for here, start, end in self.pieces:
            if here <= position < here + end - start:
                return start + position - here
        return -1


def make_excerpt(question: str, rank: int, source: Source) -> Excerpt:
    """Take from a source what can be about the question; the whole of it where the question demands nothing."""
    title = f"{source.document.title}\n"
    candidates = _candidates(rank, source, every=True)
    kept = _fitting(question, candidates, source)
    if all(kept):
        return Excerpt(source, tuple(candidates), title + source.text, ((len(title), 0, len(source.text)),))
    text, pieces, shown = title, [], ""
    for candidate, fits in zip(candidates, kept, strict=True):
        if not fits:
            continue
        if candidate.header and candidate.header != shown:
            text += f"{candidate.header}\n"
            shown = candidate.header
        pieces.append((len(text), candidate.start, candidate.end))
        text += f"{candidate.text}\n"
    chosen = tuple(candidate for candidate, fits in zip(candidates, kept, strict=True) if fits)
    return Excerpt(source, chosen, text, tuple(pieces))


def _fitting(question: str, candidates: Sequence[_Candidate], source: Source) -> list[bool]:
    """Return whether each sentence or row of a source can be about the question."""
    # The head of a table goes with its rows and answers nothing itself.
    heads = {candidate.header for candidate in candidates if candidate.header}
    kept = [candidate.text not in heads for candidate in candidates]
    for constraint in find_constraints(question):
        met = _meets(constraint, candidates, source)
        if any(met) or constraint.is_hard:
            # What a sentence is about, a reader tells better than code: a year or a name may stand elsewhere.
            bound = [constraint.is_hard or candidate.is_row for candidate in candidates]
            kept = [ours and (theirs or not binds) for ours, theirs, binds in zip(kept, met, bound, strict=True)]
    for rows in _tables(candidates):
        fits = fitting_rows(question, [candidates[row].text for row in rows])
        for row, fit in zip(rows, fits, strict=True):
            kept[row] = kept[row] and fit
    return _of_one_mind(question, candidates, kept)


def _meets(constraint: Constraint, candidates: Sequence[_Candidate], source: Source) -> list[bool]:
    units = [
        f"{candidate.header}\n{candidate.text}" if candidate.header else candidate.text for candidate in candidates
    ]
    context = f"{source.document.title}\n{source.document.path}\n{source.section}"
    return units_that_meet(units, constraint, context=context, rows=[candidate.is_row for candidate in candidates])


def _tables(candidates: Sequence[_Candidate]) -> list[list[int]]:
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


def _of_one_mind(question: str, candidates: Sequence[_Candidate], kept: list[bool]) -> list[bool]:
    """Leave out sentences that negate where the question does not, or the reverse, if others fit as well."""
    asked = frozenset(content_words(question))
    negated = is_negated(question)
    shared = [len(asked & candidate.words) if keeps else 0 for candidate, keeps in zip(candidates, kept, strict=True)]
    alike = [is_negated(candidate.text) == negated for candidate in candidates]
    most = max((count for count, fits in zip(shared, alike, strict=True) if fits), default=0)
    if most < SHARED_WITH_OPPOSITE:
        return kept
    return [
        keeps and (fits or count < SHARED_WITH_OPPOSITE or count > most)
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
    cosines = dict(zip(embedded, _cosines(question, [candidates[at][0] for at in embedded], embedder), strict=True))
    multilingual = is_multilingual(embedder.fingerprint)
    best: dict[int, Extract] = {}
    for position, cosine in sorted(cosines.items()):
        candidate, language = candidates[position]
        calibration = choose_calibration(asked, language, multilingual=multilingual)
        score = calibration.judge(cosine, shares[position])
        if score >= 0 and (candidate.source.number not in best or score > best[candidate.source.number].score):
            cell = pick_cell(question, candidate.header, candidate.text) if candidate.is_row else ""
            best[candidate.source.number] = Extract(
                candidate.source.number, candidate.text, candidate.start, candidate.end, score, candidate.header, cell
            )
    return list(best.values())


def _telling(excerpt: Excerpt) -> list[_Candidate]:
    """Return the sentences and rows of an excerpt that can answer: no questions; no headings, which end without a mark,
    where there is anything else."""
    told = [it for it in excerpt.candidates if len(it.text) <= MAX_EXTRACT and it.text[-1] not in "?？؟;"]
    return [candidate for candidate in told if candidate.is_row or candidate.text[-1] in _SENTENCE_ENDS] or told


def _marked(question: str, excerpt: Excerpt, reading: Reading) -> Extract | None:
    """Return the sentence around the words that a reader marked in an excerpt."""
    start, end = excerpt.place(reading.start), excerpt.place(reading.end - 1) + 1
    source = excerpt.source
    around = [candidate for candidate in excerpt.candidates if candidate.start <= start < candidate.end]
    if not around or not around[0].is_telling:
        return None
    best = around[0]
    answer = source.text[start : min(end, best.end)].strip() if end > start else ""
    if best.is_row and (cell := pick_cell(question, best.header, best.text)):
        answer = cell
    is_short = len(answer.split()) <= MAX_ANSWER and len(answer) < MAX_OF_SENTENCE * len(best.text)
    return Extract(
        source.number,
        best.text,
        best.start,
        best.end,
        reading.relevance + reading.confidence,
        best.header,
        answer if is_short and (reading.confidence > 0 or best.is_row) else "",
    )


def compose(extracts: Sequence[Extract]) -> str:
    """Return Markdown that shows each extract as a quote with its source's number: `answer: "Sentence." [1]`.

    The answer stands before the first quote alone, where it is known.
    """
    lines = [f'"{_quotable(_shown(extract))}" [{extract.number}]' for extract in extracts]
    if extracts and extracts[0].answer:
        lines[0] = f"{_quotable([extracts[0].answer])}: {lines[0]}"
    return "\n\n".join(lines)


def _shown(extract: Extract) -> list[str]:
    return [extract.header, extract.text] if extract.header else [extract.text]


def _quotable(parts: Sequence[str]) -> str:
    """Return the parts on one line, without what reads as our own marks."""
    # A footnote mark "[7]" of the source would read as one of ours.
    unmarked = CitationFilter(())
    text = " / ".join(" ".join(part.split()) for part in parts).replace('"', "'")
    return unmarked.feed(text) + unmarked.finish()


def _candidates(rank: int, source: Source, *, every: bool = False) -> list[_Candidate]:
    """Return the sentences and rows of a source; with `every` also those that say too little to be quoted."""
    found = []
    rows: list[str] = []
    for start, end in sentence_spans(source.text):
        text = source.text[start:end]
        is_row = is_table_row(text)
        header = _header(rows) if is_row else ""
        rows = [*rows[-HEADER_REACH:], text] if is_row else []
        words = frozenset(content_words(text))
        candidate = _Candidate(source, rank, start, end, words, header if header != text else "", is_row)
        if every or candidate.is_telling:
            found.append(candidate)
    return found


def _header(rows: Sequence[str]) -> str:
    """Return the row above that names columns: the first of the table, or the nearest with years or words and no
    amounts."""
    for row in (*rows[:1], *reversed(rows)):
        cells = re.findall(r"[^\s|]+", row)
        amounts = [cell for cell in cells if re.search(r"\d", cell) and not re.fullmatch(r"\W*(?:19|20)\d\d\W*", cell)]
        if cells and not amounts:
            return row
    return ""


def _weights(question: str, candidates: Sequence[_Candidate]) -> dict[str, float]:
    """Return the weight of each content word of the question: more where fewer candidates have it; sum 1."""
    counts = Counter(word for candidate in candidates for word in candidate.words)
    total = len(candidates) + 1
    weights = {word: math.log(1 + total / (counts[word] or math.sqrt(total))) for word in content_words(question)}
    whole = sum(weights.values()) or 1.0
    return {word: weight / whole for word, weight in weights.items()}


def _overlap(candidate: _Candidate, weights: dict[str, float]) -> float:
    """Return the share of the question's weight that the candidate holds."""
    header = frozenset(content_words(candidate.header))
    return sum(weight for word, weight in weights.items() if word in candidate.words or word in header)


def _cue(question: str, text: str) -> float:
    """Return 1 where the text has the date, amount, name or cause that the question asks for, -1 where it lacks it."""
    for asks, gives in _CUES:
        if asks.search(question):
            return 1.0 if gives.search(text) else -1.0
    return 0.0
