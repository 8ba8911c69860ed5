"""Picks the sentences of the sources that answer a question: the answer when no LLM is set up. Knows no LLM."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.citations.markers import CitationFilter
from rag.protocols import Embedder, PassageReader
from rag.text import content_words, is_table_row, sentence_spans
from rag.types import Reading, Source

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
SHORTEST_EXTRACT = 2
"""Content words; less is a heading or a fragment."""
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

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]


class ExtractiveReader:
    """Ranks the sentences of sources by what they share with the question, in meaning and in words."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def read(self, question: str, sources: Sequence[Source]) -> list[Extract]:
        """The one to three best sentences over the sources, best first; none where the sources have no sentence."""
        ranked = self.rank(question, sources)
        return [extract for extract in ranked[:MAX_EXTRACTS] if extract.score >= KEPT_SHARE * ranked[0].score]

    def rank(self, question: str, sources: Sequence[Source]) -> list[Extract]:
        """Every candidate sentence, best first, each text once."""
        every = [candidate for rank, source in enumerate(sources) for candidate in _candidates(rank, source)]
        if not every:
            return []
        weights = _weights(question, every)
        candidates = sorted(every, key=lambda candidate: -_overlap(candidate, weights))[:MAX_CANDIDATES]
        cosines = self._cosines(question, candidates)
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

    def _cosines(self, question: str, candidates: Sequence[_Candidate]) -> list[float]:
        texts = [f"{candidate.header}\n{candidate.text}".strip() for candidate in candidates]
        vectors = self._embedder.embed_passages(texts)
        return [float(cosine) for cosine in vectors @ np.asarray(self._embedder.embed_question(question))]


class MarkingReader:
    """Picks the sentences in which a passage reader marks an answer."""

    def __init__(self, reader: PassageReader) -> None:
        self._reader = reader

    def read(self, question: str, sources: Sequence[Source]) -> list[Extract]:
        """The one to three best sentences, best first, each of another source; none where nothing is marked."""
        read = sources[:MAX_READ]
        titles = [f"{source.document.title}\n" for source in read]
        readings = self._reader.read(
            question, [title + source.text for title, source in zip(titles, read, strict=True)]
        )
        extracts = [
            extract
            for rank, (source, title, reading) in enumerate(zip(read, titles, readings, strict=True))
            if (extract := _marked(rank, source, reading, len(title)))
        ]
        extracts.sort(key=lambda extract: -extract.score)
        return [extract for extract in extracts[:MAX_EXTRACTS] if extract.score >= extracts[0].score - MARK_MARGIN]


def _marked(rank: int, source: Source, reading: Reading, shift: int) -> Extract | None:
    """The sentence around the words that a reader marked in a source's text, which began at `shift`."""
    start, end = reading.start - shift, reading.end - shift
    candidates = _candidates(rank, source)
    around = [candidate for candidate in candidates if candidate.start <= start < candidate.end]
    if not around:
        return None
    best = around[0]
    answer = source.text[start : min(end, best.end)].strip()
    is_short = len(answer.split()) <= MAX_ANSWER and len(answer) < MAX_OF_SENTENCE * len(best.text)
    return Extract(
        best.source.number,
        best.text,
        best.start,
        best.end,
        reading.relevance + reading.confidence,
        best.header,
        answer if is_short and reading.confidence > 0 else "",
    )


def compose(extracts: Sequence[Extract]) -> str:
    """Markdown that shows each extract as a quote with its source's number: `answer: "Sentence." [1]`.

    The answer stands before the first quote alone, where it is known.
    """
    lines = [f'"{_quotable(_shown(extract))}" [{extract.number}]' for extract in extracts]
    if extracts and extracts[0].answer:
        lines[0] = f"{_quotable([extracts[0].answer])}: {lines[0]}"
    return "\n\n".join(lines)


def _shown(extract: Extract) -> list[str]:
    return [extract.header, extract.text] if extract.header else [extract.text]


def _quotable(parts: Sequence[str]) -> str:
    """The parts on one line, without what reads as our own marks."""
    # A footnote mark "[7]" of the source would read as one of ours.
    unmarked = CitationFilter(())
    text = " / ".join(" ".join(part.split()) for part in parts).replace('"', "'")
    return unmarked.feed(text) + unmarked.finish()


def _candidates(rank: int, source: Source) -> list[_Candidate]:
    found = []
    rows: list[str] = []
    for start, end in sentence_spans(source.text):
        text = source.text[start:end]
        is_row = is_table_row(text)
        header = _header(rows) if is_row else ""
        rows = [*rows[-HEADER_REACH:], text] if is_row else []
        words = frozenset(content_words(text))
        if end - start <= MAX_EXTRACT and len(words) >= SHORTEST_EXTRACT:
            found.append(_Candidate(source, rank, start, end, words, header if header != text else ""))
    return found


def _header(rows: Sequence[str]) -> str:
    """The nearest row above that names columns: years or words rather than amounts."""
    for row in reversed(rows):
        cells = re.findall(r"[^\s|]+", row)
        amounts = [cell for cell in cells if re.search(r"\d", cell) and not re.fullmatch(r"\W*(?:19|20)\d\d\W*", cell)]
        if cells and not amounts:
            return row
    return ""


def _weights(question: str, candidates: Sequence[_Candidate]) -> dict[str, float]:
    """Weight of each content word of the question: the fewer candidates have it, the more it weighs; sum 1."""
    counts = Counter(word for candidate in candidates for word in candidate.words)
    total = len(candidates) + 1
    weights = {word: math.log(1 + total / (counts[word] or math.sqrt(total))) for word in content_words(question)}
    whole = sum(weights.values()) or 1.0
    return {word: weight / whole for word, weight in weights.items()}


def _overlap(candidate: _Candidate, weights: dict[str, float]) -> float:
    """Share of the question's weight that the candidate holds."""
    header = frozenset(content_words(candidate.header))
    return sum(weight for word, weight in weights.items() if word in candidate.words or word in header)


def _cue(question: str, text: str) -> float:
    """1 when the question asks for a date, an amount, a name or a cause and the text has one; -1 when it lacks it."""
    for asks, gives in _CUES:
        if asks.search(question):
            return 1.0 if gives.search(text) else -1.0
    return 0.0
