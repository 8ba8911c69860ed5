"""Ranks sentences by a second network where the passage reader marked none that answers.

Asked in other words than a document has, the reader often marks nothing. The second network, trained on searches, then
puts the right sentence first every second time, but its scores do not tell whether any answers: only a sentence far
ahead of all others is given, and it is said that it is not sure.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.extractive import Extract, shown_text
from rag.protocols import PassageReader, SentenceRanker
from rag.quoting.answer_kind import asked_kind, holds_kind
from rag.quoting.asked_about import counted_matter, says_matter
from rag.quoting.judged_quotes import MIN_ANSWERING
from rag.quoting.table_cells import split_cells
from rag.text import content_words
from rag.units import Unit, below_headings
from rag.words.word_forms import is_said

MIN_LEAD = 5.0
"""Logits that a sentence must be ahead of all others. Of 172 questions that were refused without it, 94 of which their
documents answer, mostly in other words, it gives 12 right sentences and 2 wrong ones; a lower one gives as many more of
both."""
MIN_JUDGED = 1.5
"""The judge's logit from which the first of all answers without such a lead. Of 19 refusals without need in 42 small
folders 4 have it, 3 of them at the right sentence; of 51 with need 1."""
LIKELY, MIN_JUDGED_OF_LIKELY = 0.6, 0.0
"""The same where what was found answers with at least this probability."""
NEITHER = 0.0
"""What a sentence without others beside it has to be ahead of: the logit of one that answers as likely as not."""
KEY_CELLS = 2
"""Cells of a row that say what it is about: a number and a name."""
MOST = 64
"""Sentences that are ranked, those of the best sources first: about a third of a second."""


def find_leader(
    question: str,
    units: Sequence[Unit],
    ranker: SentenceRanker,
    judge: PassageReader | None = None,
    likely: float = 0.0,
) -> Extract | None:
    """Return the sentence or row that answers a question far better than all others of those that were read, or that
    the `judge` takes for the answer, with its lead as its score; None where none does, it does not hold the kind of
    thing that is asked for, or the judge says that it does not answer. `likely` is how likely all that was found
    answers, 0 to 1.
    """
    ranked = rank_sentences(question, units, ranker)
    if not ranked:
        return None
    (unit, score), *others = ranked
    kind, matter = asked_kind(question), counted_matter(question)
    lead = score - next((other for it, other in others if it.text != unit.text), NEITHER)
    if kind and not holds_kind(shown_text(unit), kind):
        return None
    if (matter and not says_matter(unit, matter)) or (unit.is_row and not _is_named(question, unit)):
        return None
    logit = judge.score(question, [below_headings(unit)])[0] if judge else None
    is_ahead = lead >= MIN_LEAD and (logit is None or unit.is_row or logit >= MIN_ANSWERING)
    least = MIN_JUDGED_OF_LIKELY if likely >= LIKELY else MIN_JUDGED
    return Extract.of(unit, lead) if is_ahead or (logit is not None and logit >= least) else None


def rank_sentences(question: str, units: Sequence[Unit], ranker: SentenceRanker) -> list[tuple[Unit, float]]:
    """Return the sentences and rows that say something, of the first MOST of them, with the logit that each answers;
    best first."""
    told = [unit for unit in units if unit.is_telling and not unit.is_heading][:MOST]
    logits = ranker.score(question, [text for unit in told for text in (shown_text(unit), below_headings(unit))])
    scores = [(bare + headed) / 2 for bare, headed in zip(logits[::2], logits[1::2], strict=True)]
    return sorted(zip(told, scores, strict=True), key=lambda ranked: -ranked[1])


def _is_named(question: str, unit: Unit) -> bool:
    """Return whether a question has a word of one of the first cells of a row, which say what the row is about; a year
    is none."""
    cells = split_cells(unit.text)
    key = " ".join(cells[: min(KEY_CELLS, max(1, len(cells) - 1))])
    asked = frozenset(content_words(question))
    return any(is_said(word, asked) for word in content_words(key) if not word.isdecimal())
