"""Checks an answer while it streams: each sentence is judged as soon as it is whole, by what it cites or could cite."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.citations.claims import Claim, claims_something, plain_sentence, read_claims, sentences_with_markers
from rag.citations.evidence import CheckedClaim, Evidence
from rag.citations.markers import CitationFilter, Marker
from rag.citations.scope import QuestionScope
from rag.citations.verdict import CUT_REASON, UNCITED_REASON, judge_answer
from rag.text import content_words, numbers
from rag.types import Citation, JudgedSentence, PageRectangle, Source, Span, Vectors, Verdict

PLACE_WORDS = frozenset(content_words("page pages p pp section Seite sources references documents sheet slide pdf"))
"""Stand in a list of sources besides the names of documents."""

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
_FIRST_WORD = re.compile(r"\s*\S+\s")
_TABLE_RULE = re.compile(r"[\s|:+=-]*")


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """An answer whose markers are all "[n]" with a source, its citations, and the verdict on each of its sentences.

    `removed_numbers` are those of markers that were left out because no source has them.
    """

    text: str
    citations: tuple[Citation, ...]
    removed_numbers: tuple[int, ...]
    sentences: tuple[JudgedSentence, ...]
    verdict: Verdict | None
    probability: float
    """The least of those of its sentences; 1 where it claims nothing."""


class AnswerChecker:
    """Passes an answer on piece by piece, and behind each sentence that claims something the verdict on it.

    A sentence that cites nothing is given the marker of a source that carries it, where there is one.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        question: str = "",
        rectangles: Callable[[Source, Sequence[Span]], tuple[PageRectangle, ...]],
        embed: Callable[[Sequence[str]], Vectors] | None = None,
        read: Callable[[str, Sequence[str]], Sequence[float]] | None = None,
        doubt: str = "",
    ) -> None:
        """`embed` and `read` are those of `rag.citations.evidence.Evidence`. A `doubt` is why no sentence is more than
        partly supported.
        """
        self._filter = CitationFilter([source.number for source in sources])
        self._evidence = Evidence(sources, rectangles=rectangles, embed=embed, read=read)
        self._scope = QuestionScope(question)
        self._doubt = doubt
        self._said = ""
        """All that the filter released."""
        self._passed = 0
        """How much of it was passed on."""
        self._judged = 0
        """Up to where its sentences were judged."""
        self._added = 0
        """Characters of the markers that were added."""
        self._text: list[str] = []
        self._sentences: list[JudgedSentence] = []
        self._citations: list[Citation] = []

    def feed(self, delta: str) -> Iterator[str | JudgedSentence]:
        """Take the next piece; yield what can be shown now, and the verdicts on the sentences that ended."""
        self._said += self._filter.feed(delta)
        yield from self._judge_ended()
        spans = self._open_sentences()
        # What follows the end of a sentence waits for its verdict, so that a mark can stand before it.
        yield from self._pass(spans[0][1] if spans else self._judged)

    def finish(self, *, is_cut: bool = False) -> Iterator[str | JudgedSentence]:
        """Yield the rest: the answer ends here. Where it `is_cut`, its last sentence is not judged."""
        self._said += self._filter.finish()
        spans = self._open_sentences()
        for at, (start, end) in enumerate(spans):
            yield from self._judge(start, end, is_cut=is_cut and at == len(spans) - 1)
        yield from self._pass(len(self._said))

    @property
    def checked(self) -> CheckedAnswer:
        """Return the whole, once it is finished."""
        sentences = tuple(self._sentences)
        return CheckedAnswer(
            "".join(self._text),
            tuple(self._citations),
            self._filter.removed_numbers,
            sentences,
            judge_answer(sentences, meets_question=self._scope.is_met),
            min((sentence.probability for sentence in sentences), default=1.0),
        )

    # --- sentence by sentence ---

    def _judge_ended(self) -> Iterator[str | JudgedSentence]:
        spans = self._open_sentences()
        for (start, end), (following, _) in pairwise(spans):
            # The next sentence's first word decides whether this one has ended, and a marker there belongs to this one.
            if not _FIRST_WORD.match(self._said, following):
                return
            yield from self._judge(start, end)

    def _open_sentences(self) -> list[tuple[int, int]]:
        rest = self._said[self._judged :]
        markers = [
            Marker(marker.number, marker.start - self._judged, marker.end - self._judged)
            for marker in self._filter.markers
            if marker.start >= self._judged
        ]
        return [(start + self._judged, end + self._judged) for start, end in sentences_with_markers(rest, markers)]

    def _judge(self, start: int, end: int, *, is_cut: bool = False) -> Iterator[str | JudgedSentence]:
        """Yield the rest of a sentence, perhaps a marker for it, and its verdict where it claims something."""
        yield from self._pass(end)
        self._judged = end
        markers = self._filter.markers
        claims = read_claims(self._said, start, end, markers)
        sentence = plain_sentence(self._said, start, end, markers)
        if self._is_reference(claims, start) if claims else not self._is_claim(sentence, start):
            return
        begin = start + self._added
        if is_cut:
            yield self._keep(
                JudgedSentence(begin, end + self._added, sentence, Verdict.NOT_CHECKED, 0.0, reason=CUT_REASON)
            )
            return
        if not claims:
            yield from self._judge_uncited(begin, end, sentence)
            return
        judged, citations = self._decide([self._evidence.check(claim) for claim in claims], begin, end, sentence)
        self._citations += citations
        yield self._keep(judged)

    def _judge_uncited(self, begin: int, end: int, sentence: str) -> Iterator[str | JudgedSentence]:
        attributed = self._attribute(sentence)
        if attributed is None:
            ending = end + self._added
            yield self._keep(JudgedSentence(begin, ending, sentence, Verdict.UNCITED, 0.0, reason=UNCITED_REASON))
            return
        # A marker behind the row of a table would be a cell of its own.
        if self._passed == end and not self._said[:end].endswith("|"):
            marker = f" [{attributed.citations[0].number}]"
            self._added += len(marker)
            self._text.append(marker)
            yield marker
        judged, citations = self._decide([attributed], begin, end, sentence)
        self._citations += [replace(one, attributed=True) for one in citations]
        yield self._keep(replace(judged, attributed=True))

    def _keep(self, judged: JudgedSentence) -> JudgedSentence:
        self._sentences.append(judged)
        return judged

    def _is_claim(self, sentence: str, start: int) -> bool:
        is_in_code = len(_FENCE.findall(self._said, 0, start + 3)) % 2 == 1
        line = self._said[start : self._said.find("\n", start) if "\n" in self._said[start:] else len(self._said)]
        is_heading = line.lstrip().startswith("#") or _FENCE.match(line) is not None
        below = self._said[start + len(line) + 1 :].split("\n", 1)[0]
        is_table_head = "|" in line and "-" in below and _TABLE_RULE.fullmatch(below) is not None
        is_rule = _TABLE_RULE.fullmatch(line) is not None
        return not (is_in_code or is_heading or is_table_head or is_rule) and claims_something(sentence)

    def _is_reference(self, claims: Sequence[Claim], start: int) -> bool:
        """Return whether a cited line says no more than which document its number means, or nothing at all."""
        words = {word for claim in claims for word in content_words(claim.text) if not word[0].isdigit()}
        items = [self._evidence.items[number] for claim in claims for number in claim.numbers]
        end = max((marker.end for marker in self._filter.markers if marker.start >= start), default=start)
        begins = re.search(r"(?:^|\n)[\s*•-]*\[\d{1,3}\]", self._said[start:end]) is not None
        known = PLACE_WORDS.union(*(item.context for item in items))
        return (not words and not any(numbers(claim.text) for claim in claims)) or (begins and words <= known)

    def _attribute(self, sentence: str) -> CheckedClaim | None:
        """Return the claim with the first source that carries it, None where none does."""
        for number in self._evidence.find_sources(sentence):
            checked = self._evidence.check(Claim(sentence, sentence, (number,)))
            if checked.is_supported:
                return checked
        return None

    def _decide(
        self, checked: Sequence[CheckedClaim], begin: int, end: int, sentence: str
    ) -> tuple[JudgedSentence, list[Citation]]:
        """Return the verdict on a sentence by its claims, and their citations as they stand to the question."""
        scoped = [list(self._in_scope(one)) for one in checked]
        citations = [citation for found in scoped for citation in found]
        is_about = [any(citation.supported for citation in found) for found in scoped]
        reasons = [one.reason for one in checked if one.reason]
        verdict, reason = Verdict.SUPPORTED, ""
        if not all(is_about):
            is_partly = any(one.is_supported for one in checked)
            verdict = Verdict.PARTLY if is_partly else Verdict.UNSUPPORTED
            reason = reasons[0] if reasons else self._doubt or self._scope.reason
        cited = tuple(dict.fromkeys(number for one in checked for number in one.claim.numbers))
        probability = min(one.probability for one in checked)
        ending = end + self._added
        pages = tuple((citation.number, citation.page) for citation in citations)
        judged = JudgedSentence(begin, ending, sentence, verdict, probability, cited, reason=reason, pages=pages)
        return judged, citations

    def _in_scope(self, checked: CheckedClaim) -> Iterator[Citation]:
        for citation, unit in zip(checked.citations, checked.units, strict=True):
            item, said = self._evidence.items[citation.number], checked.claim.text
            supported = citation.supported and self._scope.holds(said, item, unit) and not self._doubt
            if supported:
                self._scope.note(said, item, unit)
            yield replace(citation, supported=supported)

    def _pass(self, end: int) -> Iterator[str]:
        """Yield what was said up to `end` and was not yet passed on."""
        if end > self._passed:
            piece = self._said[self._passed : end]
            self._passed = end
            self._text.append(piece)
            yield piece


def check_citations(
    answer_text: str,
    sources: Sequence[Source],
    *,
    rectangles: Callable[[Source, Sequence[Span]], tuple[PageRectangle, ...]],
    question: str = "",
    embed: Callable[[Sequence[str]], Vectors] | None = None,
    read: Callable[[str, Sequence[str]], Sequence[float]] | None = None,
) -> CheckedAnswer:
    """Check a whole answer: normalise its markers, find the quote behind each sentence, and judge it."""
    checker = AnswerChecker(sources, question=question, rectangles=rectangles, embed=embed, read=read)
    for _ in checker.feed(answer_text):
        pass
    for _ in checker.finish():
        pass
    return checker.checked
