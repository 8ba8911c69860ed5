"""Finds for every cited sentence of an answer the words of its source that carry it."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from rag.citations.amounts import Amount, misscaled_numbers, read_amounts, restate_amounts
from rag.citations.claims import Claim, read_claims
from rag.citations.markers import CitationFilter
from rag.text import content_words, is_table_row, numbers, sentence_spans
from rag.types import Citation, PageRectangle, Source, Span, Vectors

__all__ = ["CheckedAnswer", "CitationFilter", "check_citations"]

SUPPORTED_COVERAGE = 0.6
"""Least share of a claim's word weight that its quote (or title, or section) must hold.

On 750 training questions: 0.6 keeps 87 % of claims made of a question and its answer and 97 % of thinned-out
sentences, and passes 2 % of the sentences of other passages. Of 1,228 sentences of reference answers it keeps 87 %
against their own passages, and passes 0.4 % against those of another question.
"""
SUPPORTED_COSINE = 0.65
"""Least cosine of claim and quote that stands in for shared words. It wins back 2.5 % of the true claims among 480
training ones and lets through 0.4 % more sentences of other passages; at 0.5 these are 6 % and 1.7 %."""
PARAPHRASE_COVERAGE = 0.25
"""Below this share of shared words neither cosine nor reader is believed: they would only say "same topic"."""
DENIED_RELEVANCE = -2.0
CONFIRMED_RELEVANCE = 2.0
"""Logits of the reader, given the claim as the question: below the one shared words count for nothing, from the other
on a paraphrase counts. Of 145 claims made of held-out questions and answers 87 % pass with and without; of the 289
passages that were found for the same questions and do not answer them, 3.8 % instead of 4.8 %."""
SURROUNDING = 400
"""Characters on each side of a quote that the reader sees with it."""
NAME_ROOT = 5
"""First letters in which a name and its inflections agree."""
MAX_WINDOW = 3
"""Sentences in a quote at most."""
SENTENCE_COST = 0.04
"""Share of the claim's weight that each further sentence of a quote must add."""
NUMBER_WEIGHT = 2.0
"""A number tells passages apart better than a word of the same rarity."""
NEARLY_SAME = 0.8
"""Share of shared weight from which a negation on one side only is taken as a contradiction."""
MAX_QUOTE = 320
"""Characters; a longer sentence is cut down to the clauses that carry the claim."""

_NEGATIONS = re.compile(r"\b(?:not|no|never|none|neither|nor|without|cannot|unable|fails?|failed)\b|n['’]t\b", re.I)
_UP = "increase rise rose risen grow grew grown growth higher gain improve exceed expand climb"
_DOWN = "decrease decline fall fell fallen lower drop reduce shrink shrank worsen"
_RISING, _FALLING = frozenset(content_words(_UP)), frozenset(content_words(_DOWN))
_NAME = re.compile(r"(?<=[\w,;)'\"”’] )[A-Z][^\W\d_]{2,}")
_CLAUSE_EDGE = re.compile(r"[;:,]\s+|\s[–—-]\s|\n")


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """An answer whose markers are all "[n]" with a source, and the numbers that were removed for lack of one."""

    text: str
    citations: tuple[Citation, ...]
    removed_numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    words: frozenset[str]
    is_row: bool


@dataclass(frozen=True, slots=True)
class _Evidence:
    """A source cut into sentences, with all its words and those of its title, path and section (`context`)."""

    source: Source
    sentences: tuple[_Sentence, ...]
    words: frozenset[str]
    context: frozenset[str]
    initials: str
    """First letters of its capitalised words in order: an acronym is looked for in it."""
    numbers: frozenset[str]
    amounts: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class _Match:
    """The best quote of one source for one claim: its range in the source's text and the share of weight it holds."""

    start: int
    end: int
    coverage: float


_SecondLook = Callable[[str, Sequence[_Evidence], Sequence[_Match], Sequence[bool]], list[bool]]
"""(claim, sources, their quotes, whether words carry the claim) -> whether it is carried."""


def check_citations(
    answer_text: str,
    sources: Sequence[Source],
    *,
    rectangles: Callable[[Source, Sequence[Span]], tuple[PageRectangle, ...]],
    embed: Callable[[Sequence[str]], Vectors] | None = None,
    read: Callable[[str, Sequence[str]], Sequence[float]] | None = None,
) -> CheckedAnswer:
    """Normalise the markers of an answer and find the quote behind each cited sentence.

    `read` gives the reader's relevance of each text to a claim: it may deny what the words suggest, and confirm a
    paraphrase. Without it `embed`, which gives vectors of shape (texts, dimension) and length 1, does the latter. The
    text equals what `CitationFilter` releases.
    """
    citation_filter = CitationFilter([source.number for source in sources])
    text = citation_filter.feed(answer_text) + citation_filter.finish()
    evidence = {source.number: _read(source) for source in sources}
    claims = read_claims(text, citation_filter.markers)
    rarity = _rarity(evidence.values())
    second = _read_again(read) if read else _compare(embed)
    citations = [citation for claim in claims for citation in _cite(claim, evidence, rarity, rectangles, second)]
    return CheckedAnswer(text, tuple(citations), citation_filter.removed_numbers)


# --- what a source says ---


def _read(source: Source) -> _Evidence:
    sentences = []
    for start, end in sentence_spans(source.text):
        piece = source.text[start:end]
        sentences.append(_Sentence(start, end, frozenset(content_words(piece)), is_table_row(piece)))
    document = source.document
    context = re.sub(r"[_/]", " ", f"{document.title} {source.section} {document.path}")
    return _Evidence(
        source=source,
        sentences=tuple(sentences),
        words=frozenset[str]().union(*(sentence.words for sentence in sentences)),
        context=frozenset(content_words(context)),
        initials="".join(re.findall(r"\b[A-Z]", source.text)).casefold(),
        numbers=frozenset(numbers(source.text, spelled=True) | numbers(context, spelled=True)),
        amounts=read_amounts(source.text),
    )


def _rarity(evidence: Iterable[_Evidence]) -> dict[str, float]:
    """Return the weight of each word of the sources, more for rarer ones; the weight of unknown words is under ""."""
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


# --- the two compared ---


def _cite(
    claim: Claim,
    evidence: dict[int, _Evidence],
    rarity: dict[str, float],
    rectangles: Callable[[Source, Sequence[Span]], tuple[PageRectangle, ...]],
    second: _SecondLook,
) -> list[Citation]:
    cited = [evidence[number] for number in claim.numbers]
    amounts = [amount for item in cited for amount in item.amounts]
    restated = restate_amounts(claim.text, amounts)
    weights = _weigh(restated, rarity)
    matches = [_best_quote(item, weights) for item in cited]
    grounded = _numbers_known(restated, cited) and not misscaled_numbers(restated, amounts)
    grounded = grounded and not _unknown_names(claim.text, cited)
    carried = _support_by_words(cited, matches, weights)
    carried = second(claim.text, cited, matches, carried) if grounded else carried
    found = []
    for item, match, is_carried in zip(cited, matches, carried, strict=True):
        text = item.source.text
        contradicts = _contradicts(claim.text, text[match.start : match.end], match.coverage)
        supported = grounded and is_carried and not contradicts
        start, end = _trim(text, match, weights)
        spans = item.source.locate(start, end)
        page = _main_page(spans, item.source)
        found.append(
            Citation(
                number=item.source.number,
                sentence=claim.sentence,
                document=item.source.document.path,
                page=page,
                page_label=item.source.page_labels.get(page, ""),
                quote=text[start:end],
                rectangles=rectangles(item.source, spans) if spans else (),
                supported=supported,
                page_word=item.source.document.page_word,
            )
        )
    return found


def _weigh(claim: str, rarity: dict[str, float]) -> dict[str, float]:
    return {
        word: rarity.get(word, rarity[""]) * (NUMBER_WEIGHT if word[0].isdigit() else 1.0)
        for word in content_words(claim)
    }


def _best_quote(item: _Evidence, weights: dict[str, float]) -> _Match:
    """Return the run of one to three sentences, or the table row, that holds most of the claim's weight."""
    total = sum(weights.values())
    best, best_score = _Match(0, 0, 0.0), -1.0
    for first in range(len(item.sentences)):
        held: set[str] = set()
        for last in range(first, min(first + MAX_WINDOW, len(item.sentences))):
            if last > first and (item.sentences[first].is_row or item.sentences[last].is_row):
                break
            held |= item.sentences[last].words & weights.keys()
            coverage = sum(weights[word] for word in held) / total if total else 0.0
            score = coverage - SENTENCE_COST * (last - first)
            if score > best_score + 1e-9:
                best_score = score
                best = _Match(item.sentences[first].start, item.sentences[last].end, coverage)
    return best


def _support_by_words(cited: Sequence[_Evidence], matches: Sequence[_Match], weights: dict[str, float]) -> list[bool]:
    """Return whether each source, alone or as one of a group cited together, holds enough of the claim's words."""
    total = sum(weights.values())
    if not total:
        return [False] * len(cited)
    held_by_each = []
    for item, match in zip(cited, matches, strict=True):
        quote = set(content_words(item.source.text[match.start : match.end]))
        held_by_each.append({word for word in weights if word in quote or word in item.context})
    together = set().union(*held_by_each)
    enough_together = sum(weights[word] for word in together) >= SUPPORTED_COVERAGE * total
    result = []
    for held, match in zip(held_by_each, matches, strict=True):
        alone = sum(weights[word] for word in held) / total
        part = len(cited) > 1 and enough_together and match.coverage >= SUPPORTED_COVERAGE / len(cited)
        result.append(match.coverage > 0 and (alone >= SUPPORTED_COVERAGE or part))
    return result


def _numbers_known(claim: str, cited: Sequence[_Evidence]) -> bool:
    """Return whether every number of the claim stands in a cited source."""
    return numbers(claim) <= frozenset[str]().union(*(item.numbers for item in cited))


def _unknown_names(claim: str, cited: Sequence[_Evidence]) -> set[str]:
    """Return the names in a claim that no cited source has, whole, inflected ("German" for "Germany") or spelled
    out."""
    names = {match.group() for match in _NAME.finditer(claim)}
    return {name for name in names if not any(_mentions(item, name) for item in cited)}


def _mentions(item: _Evidence, name: str) -> bool:
    known = item.words | item.context
    root = name[:NAME_ROOT].casefold()
    if known.issuperset(content_words(name)) or any(word.startswith(root) for word in known):
        return True
    return name.isupper() and name.casefold() in item.initials


def _contradicts(claim: str, quote: str, coverage: float) -> bool:
    """Return whether a claim that nearly repeats its quote says the opposite: one negates, or up became down."""
    words, quoted = frozenset(content_words(claim)), frozenset(content_words(quote))
    rises, falls = bool(words & _RISING), bool(words & _FALLING)
    quote_rises, quote_falls = bool(quoted & _RISING), bool(quoted & _FALLING)
    if (rises and not falls and quote_falls and not quote_rises) or (
        falls and not rises and quote_rises and not quote_falls
    ):
        return True
    nearly_same = coverage >= NEARLY_SAME and len(quoted) <= len(words) + 3
    return nearly_same and bool(_NEGATIONS.search(claim)) != bool(_NEGATIONS.search(quote))


def _read_again(read: Callable[[str, Sequence[str]], Sequence[float]]) -> _SecondLook:
    """Return a check by the reader, which may deny what shared words carry and confirm a paraphrase."""

    def look(claim: str, cited: Sequence[_Evidence], matches: Sequence[_Match], carried: Sequence[bool]) -> list[bool]:
        relevances = read(claim, [_passage(item.source, match) for item, match in zip(cited, matches, strict=True)])
        return [
            relevance >= (DENIED_RELEVANCE if by_words else CONFIRMED_RELEVANCE)
            and (by_words or match.coverage >= PARAPHRASE_COVERAGE)
            for relevance, by_words, match in zip(relevances, carried, matches, strict=True)
        ]

    return look


def _passage(source: Source, match: _Match) -> str:
    """Return a quote with what stands around it, below title and section, as the reader knows passages."""
    around = source.text[max(0, match.start - SURROUNDING) : match.end + SURROUNDING]
    return "\n".join(part for part in (source.document.title, source.section, around) if part)


def _compare(embed: Callable[[Sequence[str]], Vectors] | None) -> _SecondLook:
    """Return what the words say, or a cosine where they are few."""

    def look(claim: str, cited: Sequence[_Evidence], matches: Sequence[_Match], carried: Sequence[bool]) -> list[bool]:
        return [
            by_words
            or (match.coverage >= PARAPHRASE_COVERAGE and embed is not None and _alike(claim, item, match, embed))
            for item, match, by_words in zip(cited, matches, carried, strict=True)
        ]

    return look


def _alike(claim: str, item: _Evidence, match: _Match, embed: Callable[[Sequence[str]], Vectors]) -> bool:
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
