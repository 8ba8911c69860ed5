"""Lists the things of which each document is about one: what rules and words decide of each, and what they do not."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence

import numpy as np

from rag.cosines import is_multilingual
from rag.planning.decisions import TEXT_CONDITIONS, Decision, decide_by_profile, decide_by_text, first_line
from rag.planning.document_nouns import sort_of
from rag.planning.found import Found
from rag.planning.naming import list_answering
from rag.planning.planner import PlannedQuestion
from rag.planning.sorts import documents_of_sort
from rag.planning.table_cells import Place, proven_cell, proven_row
from rag.planning.thing_query import ThingQuery, Topic
from rag.planning.things import things_among
from rag.planning.topic_decision import decide_topic
from rag.planning.wording import Note, Wording
from rag.protocols import DocumentCatalogue, Embedder
from rag.types import DocumentInfo, Page, PlanStep, Verdict
from rag.words.folding import fold
from rag.words.language import guess_language
from rag.words.stop_words import RULED_STOP_WORDS

EmbedderOf = Callable[[str], Embedder]
"""Returns the embedder of a collection."""

NO_THINGS = "The documents are not each about one of the things that are asked for, so it was looked up."
NOTHING_SAID = "No document says of its thing what is asked, so it was looked up."

MIN_LIKE = 0.62
"""Cosine from which a word says the same in other words, as all-MiniLM-L6-v2 gives it: pets and dog 0.70, cat 0.67,
animals 0.82; garden 0.35, children 0.41; eggs and milk 0.53."""
MAX_WORDS = 800
"""Different words that are compared for one question: about two seconds on one processor core."""
_WORD = re.compile(r"[^\W\d_]{3,}")

MIN_NAMING_ALL = 3
"""Documents of which all have a name, from which on it tells none from another."""


class ThingList:
    """Decides of every thing whether it is among those that a question asks for."""

    def __init__(self, catalogue: DocumentCatalogue, *, most_read: int, embedder_of: EmbedderOf | None = None) -> None:
        """Take the catalogue; collections of more than `most_read` documents are not taken for things."""
        self._catalogue = catalogue
        self._most_read = most_read
        self._embedder_of = embedder_of

    def collect(self, asked: PlannedQuestion, things: ThingQuery) -> Generator[PlanStep, None, Found | str]:
        """Yield the step, and return what is found; in words why not, where the documents are no such things."""
        question = asked.question
        documents = list_answering(self._catalogue, question.collection, question.filters)
        if len(documents) > self._most_read:
            return NO_THINGS
        pages = self._catalogue.page_texts([one.id for one in documents])
        chosen = self._chosen(things, documents, pages)
        if len(chosen) < 2:
            return NO_THINGS
        wording = Wording(asked.text)
        found = Found(chosen=len(chosen), total=len(documents), looked_at=len(chosen))
        decided = self._decide(asked, things, chosen, pages)
        for document in chosen:
            self._put(things, document, decided[document.id], pages.get(document.id, []), found, wording)
        if not found.rows and (found.undecided or found.silent or things.topic is not None):
            # That words stand in no document does not say that nothing is so.
            return NOTHING_SAID
        step = f"Looking at {len(chosen):,} documents: {things.subject}"
        yield PlanStep(step, len(chosen), len(chosen))
        return found

    def _chosen(
        self, things: ThingQuery, documents: Sequence[DocumentInfo], pages: Mapping[int, Sequence[Page]]
    ) -> list[DocumentInfo]:
        if things.is_document:
            return documents_of_sort(sort_of(things.noun), documents, pages)
        return things_among(things.noun, documents, pages)

    def _decide(
        self,
        asked: PlannedQuestion,
        things: ThingQuery,
        documents: Sequence[DocumentInfo],
        pages: Mapping[int, Sequence[Page]],
    ) -> dict[int, Decision | None]:
        """Return of each document what is decided; None where it says nothing of what is asked."""
        if things.topic is None:
            return {one.id: _by_conditions(things, one, pages.get(one.id, [])) for one in documents}
        topic = things.topic
        found = {one.id: decide_topic(topic, one, pages.get(one.id, [])) for one in documents}
        if topic.beside and len(documents) >= MIN_NAMING_ALL and all(one and one.is_met for one in found.values()):
            # A name that stands in every document, as that of who wrote them, tells none from another.
            topic = topic.without_names()
            found = {one.id: decide_topic(topic, one, pages.get(one.id, [])) for one in documents}
        silent = [one for one in documents if found[one.id] is None]
        if silent and len(silent) < len(documents):
            like = self._words_like(asked, topic, silent, pages)
            for one in silent:
                found[one.id] = decide_topic(topic, one, pages.get(one.id, []), like) if like else None
        return found

    def _words_like(
        self,
        asked: PlannedQuestion,
        topic: Topic,
        documents: Sequence[DocumentInfo],
        pages: Mapping[int, Sequence[Page]],
    ) -> list[str]:
        """Return the words of documents that mean what the one word of a topic means."""
        if self._embedder_of is None or len(topic.words) != 1 or not topic.words[0].isalpha():
            return []
        embedder = self._embedder_of(asked.question.collection)
        # Of single words only the English embedder tells the like from the unlike.
        knows = not is_multilingual(embedder.fingerprint) and guess_language(asked.text) in ("", "en")
        word = topic.words[0]
        if not knows or word[0].isupper():
            return []
        texts = (page.text for one in documents for page in pages.get(one.id, []))
        every = dict.fromkeys(
            match[0] for text in texts for match in _WORD.finditer(text) if fold(match[0]) not in RULED_STOP_WORDS
        )
        words = [one for one in dict.fromkeys(map(str.casefold, every)) if one not in RULED_STOP_WORDS][:MAX_WORDS]
        if not words:
            return []
        vectors = embedder.embed_passages([word, *words])
        cosines = np.asarray(vectors[1:]) @ np.asarray(vectors[0])
        return [one for one, cosine in zip(words, cosines, strict=True) if float(cosine) >= MIN_LIKE]

    def _put(
        self,
        things: ThingQuery,
        document: DocumentInfo,
        decision: Decision | None,
        pages: Sequence[Page],
        found: Found,
        wording: Wording,
    ) -> None:
        """Put a document among the rows or the undecided, or leave it out and count it as silent."""
        topic = things.topic
        if decision is None and topic is not None and topic.is_silent_no and not topic.is_negated:
            found.silent += 1
            return
        decision = decision or Decision(None, note=Note("says nothing"))
        if decision.is_met is False:
            return
        place = decision.place or first_line(pages) or Place(0, 0, 0)
        note = wording.note(decision.note) if decision.note and decision.is_met is None else ""
        is_sure = decision.is_met is True
        cell = proven_cell(self._catalogue, document, place, verdict=Verdict.SUPPORTED if is_sure else None, note=note)
        (found.rows if is_sure else found.undecided).append(proven_row(document.path, cell))
        if is_sure:
            found.documents.append(document)


def _by_conditions(things: ThingQuery, document: DocumentInfo, pages: Sequence[Page]) -> Decision:
    """Return what all conditions come to: a no counts before a doubt."""
    every = [
        decide_by_text(condition, document, pages)
        if condition.kind in TEXT_CONDITIONS
        else decide_by_profile(condition, document, uses_period=False)
        for condition in things.conditions
    ]
    for met in (False, None):
        if one := next((decision for decision in every if decision.is_met is met), None):
            return one
    return every[0]
