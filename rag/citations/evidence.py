"""Finds for a claim of an answer the words of its sources that carry it, and what speaks against them."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from rag.citations.amounts import misscaled_numbers, restate_amounts
from rag.citations.claims import MIN_CLAIM, Claim
from rag.citations.counted_units import differs_in_unit
from rag.citations.differences import Differences, find_differences, misplaced_in_row
from rag.citations.source_reading import ReadSource, SourceSentence, read_source
from rag.citations.verdict import SUPPORTED_PROBABILITY, Signals, probability_of, reason_against
from rag.quoting.table_cells import split_cells
from rag.text import content_words, numbers
from rag.types import Citation, PageRectangle, Source, Span, Vectors

PARAPHRASE_COVERAGE = 0.25
"""Below this share of shared words neither cosine nor reader is believed: they would only say "same topic"."""
SUPPORTED_COSINE = 0.65
"""Least cosine of claim and quote that stands in for a reader's relevance where there is none."""
SURROUNDING = 400
"""Characters on each side of a quote that the reader sees with it."""
MAX_WINDOW = 3
"""Sentences in a quote at most."""
SENTENCE_COST = 0.04
"""Share of the claim's weight that each further sentence of a quote must add."""
CLOSENESS = 0.02
"""Of two quotes that hold the same, the one that says less else is the better."""
NUMBER_WEIGHT = 2.0
"""A number tells passages apart better than a word of the same rarity."""
MAX_QUOTE = 320
"""Characters; a longer sentence is cut down to the clauses that carry the claim."""
ATTRIBUTED_FROM = 2
"""Sources that are tried for a claim that names none."""
NUMBER_PLACE = 0.75
"""A number of a claim must stand where at least this share of the words stands that the best place has."""

INFLECTED_ROOT = 5
"""Letters that words must share at least to be forms of one."""

_NAME = re.compile(r"(?<=[\w,;)'\"”’] )[A-Z][^\W\d_]{2,}")
_CLAUSE_EDGE = re.compile(r"[;:,]\s+|\s[–—-]\s|\n")


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim with a citation for each source that it names, and how far these carry it."""

    claim: Claim
    citations: tuple[Citation, ...]
    probability: float
    """How likely the sources carry it, 0 to 1."""
    reason: str
    """Why no citation is supported, "" where one is."""
    units: tuple[int, ...]
    """For each citation the sentence of its source at which the quote begins; -1 for none."""

    @property
    def is_supported(self) -> bool:
        """Return whether one of its sources carries it."""
        return any(citation.supported for citation in self.citations)


@dataclass(frozen=True, slots=True)
class _Match:
    """The best quote of one source for one claim: its range in the source's text and the share of weight it holds."""

    start: int
    end: int
    coverage: float


_Relevance = Callable[[str, Sequence[ReadSource], Sequence[_Match], Sequence[float]], Sequence[float]]
"""(claim, sources, their quotes, the share of the words they hold) -> a logit for each."""


class Evidence:
    """The sources of an answer, read once, and the judgement of claims by them."""

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        rectangles: Callable[[Source, Sequence[Span]], tuple[PageRectangle, ...]],
        embed: Callable[[Sequence[str]], Vectors] | None = None,
        read: Callable[[str, Sequence[str]], Sequence[float]] | None = None,
    ) -> None:
        """`read` gives the reader's relevance of each text to a claim; without it `embed`, which gives vectors of shape
        (texts, dimension) and length 1, confirms paraphrases.
        """
        self.items = {source.number: read_source(source) for source in sources}
        self._rarity = _rarity(self.items.values())
        self._rectangles = rectangles
        self._relevance = _by_reader(read) if read else _by_cosine(embed)

    def check(self, claim: Claim) -> CheckedClaim:
        """Find the quote behind a claim in each source that it names, and whether it carries the claim."""
        cited = [self.items[number] for number in claim.numbers]
        restated = restate_amounts(claim.text, [amount for item in cited for amount in item.amounts])
        weights = _weigh(restated, self._rarity)
        matches = [_best_quote(item, weights) for item in cited]
        signals = self._signals(claim.text, restated, cited, matches, weights)
        probabilities = [probability_of(one) for one in signals]
        found = [
            self._cite(claim, item, match, weights, supported=probability >= SUPPORTED_PROBABILITY)
            for item, match, probability in zip(cited, matches, probabilities, strict=True)
        ]
        best = max(range(len(cited)), key=lambda at: probabilities[at])
        reason = "" if found[best].supported else reason_against(signals[best])
        units = tuple(item.sentence_at(match.start) for item, match in zip(cited, matches, strict=True))
        return CheckedClaim(claim, tuple(found), probabilities[best], reason, units)

    def find_sources(self, text: str) -> tuple[int, ...]:
        """Return the numbers of the sources that most likely carry a claim that names none, best first."""
        weights = _weigh(text, self._rarity)
        if len(weights) < MIN_CLAIM:
            return ()
        coverage = {number: _best_quote(item, weights).coverage for number, item in self.items.items()}
        best = sorted(coverage, key=lambda number: -coverage[number])[:ATTRIBUTED_FROM]
        return tuple(number for number in best if coverage[number] >= PARAPHRASE_COVERAGE)

    def _signals(
        self,
        claim: str,
        restated: str,
        cited: Sequence[ReadSource],
        matches: Sequence[_Match],
        weights: dict[str, float],
    ) -> list[Signals]:
        coverages = _coverages(cited, matches, weights)
        relevances = self._relevance(claim, cited, matches, coverages)
        amounts = [amount for item in cited for amount in item.amounts]
        unknown_numbers = len(numbers(restated) - frozenset[str]().union(*(item.numbers for item in cited)))
        unknown_numbers += len(misscaled_numbers(restated, amounts))
        names = {match.group() for match in _NAME.finditer(claim)}
        unknown_names = sum(not any(item.mentions(name) for item in cited) for name in names)
        quotes = [_quote(item, match) for item, match in zip(cited, matches, strict=True)]
        found = []
        for at, (item, match) in enumerate(zip(cited, matches, strict=True)):
            others = " ".join(quote for other, quote in enumerate(quotes) if other != at)
            known = item.context | frozenset(content_words(others))
            found.append(
                Signals(
                    coverage=coverages[at] if match.coverage > 0 else 0.0,
                    relevance=relevances[at],
                    unknown_numbers=unknown_numbers,
                    unknown_names=unknown_names,
                    misplaced=_is_misplaced(restated, item, match, weights)
                    if len(cited) == 1
                    else coverages[at] == max(coverages) and _is_under_another_column(restated, item, match),
                    differences=_differences(restated, item, match, known),
                    is_ordered=bool(weights) and _by_orders(item, weights) > max(0.5, coverages[at]),
                )
            )
        return found

    def _cite(
        self, claim: Claim, item: ReadSource, match: _Match, weights: dict[str, float], *, supported: bool
    ) -> Citation:
        start, end = _trim(item.source.text, match, weights)
        return cite_stretch(
            item.source, start, end, rectangles=self._rectangles, sentence=claim.sentence, supported=supported
        )


def cite_stretch(
    source: Source,
    start: int,
    end: int,
    *,
    rectangles: Callable[[Source, Sequence[Span]], tuple[PageRectangle, ...]],
    sentence: str = "",
    supported: bool = False,
) -> Citation:
    """Return the citation of the characters `start` to `end` of a source for a sentence; `rectangles` finds the boxes
    of spans on their pages."""
    spans = source.locate(start, end)
    page = _main_page(spans, source)
    return Citation(
        number=source.number,
        sentence=sentence,
        document=source.document.path,
        page=page,
        page_label=source.page_labels.get(page, ""),
        quote=source.text[start:end],
        rectangles=rectangles(source, spans) if spans else (),
        supported=supported,
        page_word=source.document.page_word,
        described_by=source.described_by,
    )


def _rarity(evidence: Iterable[ReadSource]) -> dict[str, float]:
    """Weight of each word of the sources: rarer among their sentences weighs more. "" holds that of unknown words."""
    counts: Counter[str] = Counter()
    total = 1
    for item in evidence:
        for sentence in item.sentences:
            counts.update(sentence.words)
            total += 1
    weights = {word: math.log(1 + total / count) for word, count in counts.items()}
    # An unknown word is as likely a synonym as an invention, so it weighs as a word of middling rarity.
    weights[""] = math.log(1 + math.sqrt(total))
    return weights


def _weigh(claim: str, rarity: dict[str, float]) -> dict[str, float]:
    return {
        word: rarity.get(word, rarity[""]) * (NUMBER_WEIGHT if word[0].isdigit() else 1.0)
        for word in content_words(claim)
    }


def _best_quote(item: ReadSource, weights: dict[str, float]) -> _Match:
    """Return the run of one to three sentences, or the table row, that holds most of the claim's weight."""
    total = sum(weights.values())
    best, best_score = _Match(0, 0, 0.0), -1.0
    for first, last in _windows(item):
        said = _words_in(item, first, last)
        held = said & weights.keys()
        coverage = sum(weights[word] for word in held) / total if total else 0.0
        score = coverage - SENTENCE_COST * (last - first) + CLOSENESS * len(held) / max(len(said), 1)
        if score > best_score + 1e-9:
            best_score = score
            best = _Match(item.sentences[first].start, item.sentences[last].end, coverage)
    return best


def _windows(item: ReadSource) -> Iterable[tuple[int, int]]:
    """The runs of sentences (first, last) that may be quoted: no order, no question alone, no row with another."""
    for first, opening in enumerate(item.sentences):
        for last in range(first, min(first + MAX_WINDOW, len(item.sentences))):
            sentence = item.sentences[last]
            if sentence.is_order or (last > first and (opening.is_row or sentence.is_row)):
                break
            if not all(one.asks for one in item.sentences[first : last + 1]):
                yield first, last


def _words_in(item: ReadSource, first: int, last: int) -> frozenset[str]:
    """Return the words of a run of sentences, or of a row and the head of its table."""
    if first == last and item.sentences[first].header:
        return item.sentences[first].words | frozenset(content_words(item.sentences[first].header))
    return frozenset[str]().union(*(sentence.words for sentence in item.sentences[first : last + 1]))


def _coverages(cited: Sequence[ReadSource], matches: Sequence[_Match], weights: dict[str, float]) -> list[float]:
    """Share of a claim's weight that each source's quote holds, with title, section and the head of its table.

    Sources cited together count together, where each holds its part.
    """
    total = sum(weights.values())
    if not total:
        return [0.0] * len(cited)
    held_by_each = []
    for item, match in zip(cited, matches, strict=True):
        quoted = frozenset(content_words(_quote(item, match)))
        told = quoted | item.context
        held_by_each.append({word for word in weights if word in told or _has_inflection(word, told)})
    together = sum(weights[word] for word in set[str]().union(*held_by_each)) / total
    result = []
    for held, match in zip(held_by_each, matches, strict=True):
        alone = sum(weights[word] for word in held) / total
        does_its_part = len(cited) > 1 and match.coverage >= 0.6 / len(cited)
        result.append(max(alone, together) if does_its_part else alone)
    return result


def _has_inflection(word: str, told: frozenset[str]) -> bool:
    """Return whether one of some words differs from a word in its ending alone."""
    root = word[: max(INFLECTED_ROOT, len(word) - 2)]
    return (
        len(word) >= INFLECTED_ROOT
        and not word[0].isdigit()
        and any(other.startswith(root) and abs(len(other) - len(word)) <= 3 for other in told)
    )


def _by_orders(item: ReadSource, weights: dict[str, float]) -> float:
    """Share of a claim's weight that stands in orders of a source and nowhere else in it."""
    return sum(weight for word, weight in weights.items() if word in item.ordered) / sum(weights.values())


def _quote(item: ReadSource, match: _Match) -> str:
    """Return a quote with the head of its table before it."""
    text = item.source.text[match.start : match.end]
    at = item.sentence_at(match.start)
    header = item.sentences[at].header if at >= 0 and match.end else ""
    return f"{header}\n{text}" if header else text


def _differences(claim: str, item: ReadSource, match: _Match, known: frozenset[str]) -> Differences:
    at = item.sentence_at(match.start)
    if at >= 0 and item.sentences[at].header:
        return Differences()  # What is said of a row names its column and goes its own order.
    acronyms = {word.casefold() for word in re.findall(r"\b[A-Z]{2,}\b", claim)}
    known = known | frozenset(word for word in acronyms if word in item.initials)
    quoted = [item.text_of(one) for one in item.sentences if match.start <= one.start and one.end <= match.end]
    return find_differences(claim, quoted or [""], known)


def _is_misplaced(claim: str, item: ReadSource, match: _Match, weights: dict[str, float]) -> bool:
    """Return whether a number of a claim stands in a source with other words than those of the claim: in another row,
    under another column, in a sentence about something else."""
    words = {word: weight for word, weight in weights.items() if not word[0].isdigit() and word not in item.context}
    said = numbers(claim)
    if not said or not words:
        return False
    if _is_under_another_column(claim, item, match) or differs_in_unit(claim, item.source.text):
        return True
    elsewhere = numbers(f"{item.source.document.title} {item.source.section}")
    return any(
        _is_in_another_row(claim, number, item, weights) or _is_among_others(number, item, words)
        for number in said - elsewhere
    )


def _is_under_another_column(claim: str, item: ReadSource, match: _Match) -> bool:
    at = item.sentence_at(match.start)
    header = item.sentences[at].header if at >= 0 else ""
    return bool(header) and misplaced_in_row(claim, header, item.text_of(item.sentences[at]))


def _is_in_another_row(claim: str, number: str, item: ReadSource, weights: dict[str, float]) -> bool:
    """Return whether a number stands in rows of a table alone, and another row holds more of the claim's words."""
    holding = [sentence for sentence in item.sentences if number in sentence.words]
    if not holding or not all(sentence.is_row and sentence.header for sentence in holding):
        return False
    rows = [sentence for sentence in item.sentences if sentence.header]
    named = [sentence for sentence in rows if _is_labelled(item.text_of(sentence), claim)]
    if named:
        return not any(sentence in named for sentence in holding)
    heads = frozenset[str]().union(*(frozenset(content_words(sentence.header)) for sentence in holding))
    words = {word: weight for word, weight in weights.items() if word != number and word not in heads | item.context}

    def share(row: SourceSentence) -> float:
        return sum(weight for word, weight in words.items() if word in row.words)

    return max(map(share, holding)) < max(map(share, rows)) - 1e-9


def _is_labelled(row: str, claim: str) -> bool:
    """Return whether the first cell of a row stands in a claim as it is written, as a whole."""
    label = " ".join(split_cells(row)[0].casefold().split()) if "|" in row or "\t" in row else ""
    said = " ".join(claim.casefold().split())
    return len(label) > 1 and re.search(rf"(?<!\w){re.escape(label)}(?![\w-])", said) is not None


def _is_among_others(number: str, item: ReadSource, words: dict[str, float]) -> bool:
    """Return whether a number stands only where much fewer of the claim's words stand than elsewhere in the source."""
    best = held = 0.0
    is_held = False
    for first, last in _windows(item):
        said = _words_in(item, first, last)
        share = sum(weight for word, weight in words.items() if word in said)
        best = max(best, share)
        if number in said:
            is_held = True
            held = max(held, share)
    return is_held and held < NUMBER_PLACE * best


def _by_reader(read: Callable[[str, Sequence[str]], Sequence[float]]) -> _Relevance:
    """Return the reader's view of each quote with what stands around it."""

    def look(
        claim: str, cited: Sequence[ReadSource], matches: Sequence[_Match], coverages: Sequence[float]
    ) -> Sequence[float]:
        return read(claim, [_passage(item.source, match) for item, match in zip(cited, matches, strict=True)])

    return look


def _passage(source: Source, match: _Match) -> str:
    """Return a quote with what stands around it, below title and section, as the reader knows passages."""
    around = source.text[max(0, match.start - SURROUNDING) : match.end + SURROUNDING]
    return "\n".join(part for part in (source.document.title, source.section, around) if part)


def _by_cosine(embed: Callable[[Sequence[str]], Vectors] | None) -> _Relevance:
    """Return a sure logit where words say enough or a cosine is high; what is neither is doubted."""

    def look(
        claim: str, cited: Sequence[ReadSource], matches: Sequence[_Match], coverages: Sequence[float]
    ) -> Sequence[float]:
        found = []
        for item, match, coverage in zip(cited, matches, coverages, strict=True):
            is_alike = embed is not None and match.coverage >= PARAPHRASE_COVERAGE and _alike(claim, item, match, embed)
            found.append(WITHOUT_READER if coverage >= 0.6 else CONFIRMED if is_alike else -WITHOUT_READER)
        return found

    return look


WITHOUT_READER = 2.0
CONFIRMED = 5.0
"""Logits that stand for the reader's where there is none."""


def _alike(claim: str, item: ReadSource, match: _Match, embed: Callable[[Sequence[str]], Vectors]) -> bool:
    vectors = embed([claim, item.source.text[match.start : match.end]])
    return float(np.dot(vectors[0], vectors[1])) >= SUPPORTED_COSINE


def _trim(text: str, match: _Match, weights: dict[str, float]) -> tuple[int, int]:
    """Cut a long quote down to the clauses from the first to the last word that carries the claim."""
    start, end = match.start, match.end
    if end - start <= MAX_QUOTE:
        return start, end
    carrying = [
        (found.start(), found.end())
        for found in re.finditer(r"[^\W_]+(?:[.,]\d+)*", text[start:end])
        if any(word in weights for word in content_words(found.group()))
    ]
    if not carrying:
        return start, start + MAX_QUOTE
    edges = [0, *(edge.end() for edge in _CLAUSE_EDGE.finditer(text[start:end])), end - start]
    left = max(edge for edge in edges if edge <= carrying[0][0])
    right = min(edge for edge in edges if edge >= carrying[-1][1])
    quote = text[start + left : start + right]
    return start + left, start + left + len(quote.rstrip())


def _main_page(spans: Sequence[Span], source: Source) -> int:
    """Return the page on which most of a quote lies."""
    lengths: defaultdict[int, int] = defaultdict(int)
    for span in spans:
        lengths[span.page] += span.end - span.start
    return max(lengths, key=lambda page: lengths[page]) if lengths else source.first_page
