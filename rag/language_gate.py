"""Judges passages in languages that the reader does not know, and questions in them, by words and cosines.

The reader learned from English. Where question or passage is in another language its score says nothing. What counts
there is the share of the question's words that a text holds, and the cosine, as far as the embedder knows both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.cosines import is_multilingual
from rag.protocols import PassageReader
from rag.questions.constraints import asks_for_clause, find_constraints, units_that_meet
from rag.quoting.word_evidence import question_words, share_held, weigh_terms
from rag.refusal import sigmoid
from rag.retrieval import CONTENTS_PENALTY, DENSE, FUSED, RRF_K
from rag.types import CONTENTS_SECTION, Hit, Reading
from rag.words.language import ENGLISH, guess_language, language_of_passage

READ_LANGUAGES = frozenset({"", ENGLISH})
"""Languages that the reader knows; "" is that of tables, names and numbers."""

NAMED = 0.6
"""Probability that a passage answers which holds the clause that is asked for."""

NEUTRAL = 0.0
"""A logit from which nobody draws anything (`rag.citations.evidence`)."""

NOT_LATIN = frozenset({"ar", "el", "fa", "he", "hi", "hy", "ja", "ka", "ko", "ru", "th", "uk", "zh"})


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weighs cosine and share of words to a logit, 0 where a sentence as likely answers as not."""

    cosine: float
    share: float
    least: float
    steepness: float

    def judge(self, cosine: float, share: float) -> float:
        """Return the logit of a text with this cosine to the question and this share of its words."""
        return self.steepness * (self.cosine * cosine + self.share * share - self.least)


# From 112 questions, half of them without an answer (benchmarks/language_questions.py), put to single sentences. With
# multilingual-e5-small 42 of 45 are answered with the right sentence and none of 42 falsely; across languages 13 of 13
# and 1 of 12. With all-MiniLM-L6-v2 19 of 20 and 3 of 17 in Latin script, 24 of 25 and 0 of 25 in others. Across
# languages it knows nothing: names and numbers must carry the answer.
SAME_LANGUAGE = Calibration(cosine=1.0, share=0.1, least=0.94, steepness=40.0)
ACROSS_LANGUAGES = Calibration(cosine=1.0, share=0.1, least=0.785, steepness=40.0)
ENGLISH_EMBEDDER_LATIN = Calibration(cosine=1.0, share=1.0, least=1.115, steepness=8.0)
ENGLISH_EMBEDDER_OTHERS = Calibration(cosine=1.0, share=1.0, least=1.5, steepness=8.0)
WORDS_ALONE = Calibration(cosine=0.0, share=1.0, least=0.8, steepness=12.0)
WORDS_OF_PASSAGE = Calibration(cosine=0.0, share=1.0, least=0.75, steepness=12.0)
"""For whole passages, whose cosines by an English embedder say little: half of the words are too few, two thirds enough
to look for a sentence."""


ALL_WORDS = 0.99
"""Share of a question's words that is all but rounding."""
NEAREST = 5
"""Hits whose languages are those of what was found."""

MULTILINGUAL_RANK_WEIGHT = 20
"""Taken off a logit for what is missing to the best fused score, where the cosine says most: with RRF_K, MRR@10 of the
final order falls from 0.898 to 0.879 in seven languages (`python -m benchmarks.parallel`)."""


def is_readable(question_language: str, passage_language: str) -> bool:
    """Return whether the reader's score says something of a question and a passage in these languages."""
    return question_language in READ_LANGUAGES and passage_language in READ_LANGUAGES


class GatedReader:
    """A passage reader whose relevance of what it does not know the language of neither confirms nor denies."""

    def __init__(self, reader: PassageReader) -> None:
        self._reader = reader

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        """Return one relevance logit for each passage, in input order; NEUTRAL for what the reader cannot read."""
        asked = guess_language(question)
        readable = [is_readable(asked, guess_language(passage)) for passage in passages]
        scores = iter(
            self._reader.score(question, [text for text, is_read in zip(passages, readable, strict=True) if is_read])
        )
        return [next(scores) if is_read else NEUTRAL for is_read in readable]

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """Read each passage for the question; the results are in input order."""
        return self._reader.read(question, passages)


def choose_calibration(question_language: str, passage_language: str, *, multilingual: bool) -> Calibration:
    """Return how cosine and words are weighed for a question and a passage in these languages."""
    is_same = not question_language or not passage_language or question_language == passage_language
    if multilingual:
        return SAME_LANGUAGE if is_same else ACROSS_LANGUAGES
    if not is_same:
        return WORDS_ALONE
    return ENGLISH_EMBEDDER_OTHERS if passage_language in NOT_LATIN else ENGLISH_EMBEDDER_LATIN


def language_of_hit(hit: Hit) -> str:
    """Return the language of a hit's passage, "" where it is unknown."""
    return language_of_passage(hit.chunk.text, hit.document.profile.language)


def shares_of_words(question: str, texts: Sequence[str], languages: Sequence[str]) -> list[float]:
    """Return the share of a question's words that each text holds, rare words weighing more; `languages` are theirs."""
    words = question_words(question, guess_language(question), sorted(set(languages)))
    held = [words.held_by(text, language) for text, language in zip(texts, languages, strict=True)]
    weights = weigh_terms(len(words.terms), held)
    return [share_held(one, weights) for one in held]


OTHER_LANGUAGE = (
    "The question is in another language than the documents, and this collection's embedder knows only one of them. "
    "Ask in the language of the documents, or give the collection multilingual-e5-small in the setting "
    "`collection_embedders` and sync it."
)


def language_notice(question: str, hits: Sequence[Hit], *, embedder: str) -> str:
    """Return what to do where nothing answers because question and documents are in different languages, else "".

    `embedder` is the fingerprint of the one that compared the question with the hits.
    """
    return OTHER_LANGUAGE if not is_multilingual(embedder) and is_across(question, hits) else ""


def is_across(question: str, hits: Sequence[Hit]) -> bool:
    """Return whether a question is in another language than the nearest hits."""
    asked = guess_language(question)
    languages = {language_of_hit(hit) for hit in hits[:NEAREST]}
    return bool(asked and languages) and not languages & {asked, ""}


class LanguageGate:
    """The `rag.retrieval.Gate` of Lectern's own reader, which knows English."""

    def is_readable(self, question: str, hits: Sequence[Hit]) -> list[bool]:
        """Return for each hit whether the reader's score says something of it and the question."""
        asked = guess_language(question)
        return [is_readable(asked, language_of_hit(hit)) for hit in hits]

    def is_across(self, question: str, hits: Sequence[Hit]) -> bool:
        """Return whether a question is in another language than the nearest hits."""
        return is_across(question, hits)

    def correct(self, question: str, hits: Sequence[Hit], read: Sequence[float], *, embedder: str) -> list[float]:
        """Return the probability that each hit answers: the reader's (`read`), else by words and cosine.

        `embedder` is the fingerprint of the one that made the hits' vectors. Of hits alike those found higher come
        first.
        """
        readable = self.is_readable(question, hits)
        if all(readable):
            return list(read)
        judged = _judge_hits(question, hits, multilingual=is_multilingual(embedder))
        if asks_for_clause(question):
            judged = [
                max(one, NAMED) if _has_clause(question, hit) else 0.0 for one, hit in zip(judged, hits, strict=True)
            ]
        return [theirs if is_read else ours for theirs, ours, is_read in zip(read, judged, readable, strict=True)]


def _has_clause(question: str, hit: Hit) -> bool:
    context = "\n".join((hit.document.title, hit.chunk.section))
    lines = [line for line in hit.chunk.text.split("\n") if line.strip()]
    return all(
        any(units_that_meet(lines, constraint, context=context, rows=[False] * len(lines)))
        for constraint in find_constraints(question)
    )


def _judge_hits(question: str, hits: Sequence[Hit], *, multilingual: bool) -> list[float]:
    asked = guess_language(question)
    languages = [language_of_hit(hit) for hit in hits]
    shares = shares_of_words(question, [hit.chunk.text_to_embed for hit in hits], languages)
    farthest = min((hit.stages[DENSE].score for hit in hits if DENSE in hit.stages), default=0.0)
    best = max(hit.stages[FUSED].score for hit in hits)
    weight = MULTILINGUAL_RANK_WEIGHT if multilingual else RRF_K
    judged = []
    for hit, language, share in zip(hits, languages, shares, strict=True):
        cosine = hit.stages[DENSE].score if DENSE in hit.stages else farthest
        calibration = choose_calibration(asked, language, multilingual=True) if multilingual else WORDS_OF_PASSAGE
        logit = calibration.judge(cosine, share)
        if share >= ALL_WORDS and language in ("", asked):
            # Cosines of questions of a word or two say little.
            logit = max(logit, WORDS_OF_PASSAGE.judge(0.0, share))
        lower = CONTENTS_PENALTY if hit.chunk.section == CONTENTS_SECTION else weight * (best - hit.stages[FUSED].score)
        judged.append(sigmoid(logit - lower))
    return judged
