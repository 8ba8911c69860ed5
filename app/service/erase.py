"""Erases what people wrote about a document that quotes it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Protocol

from app.state.conversations import ConversationStore, KeptTurn
from app.state.feedback import FeedbackStore
from app.state.replies import ReplyStore
from app.state.tables import TableStore

QUOTED_WORDS = 5
"""Words in a row that both have: fewer are common turns of phrase, more would let reworded quotes through."""

_CITATION = re.compile(r"\[\d{1,3}\]")
_WORD = re.compile(r"\w+")


class DocumentTexts(Protocol):
    """Gives the texts of documents."""

    def load_texts(self, document_id: int) -> tuple[str, list[str]]:
        """Return the collection of a document, and its title and pages as they answer; none where nothing answers."""
        ...


class Written(Protocol):
    """What people wrote, and what they were answered."""

    @property
    def question(self) -> str: ...
    @property
    def answer(self) -> str: ...
    @property
    def comment(self) -> str: ...


Stores = tuple[FeedbackStore, ConversationStore]


class Erasure:
    """Erases quotes of removed documents that are kept beside a catalogue."""

    def __init__(
        self,
        documents: DocumentTexts,
        open_stores: Callable[[], Stores | None],
        open_tables: Callable[[], TableStore | None] = lambda: None,
        open_replies: Callable[[], ReplyStore | None] = lambda: None,
    ) -> None:
        """Take what opens the stores, called when there is something to erase; None where nothing is kept."""
        self._documents = documents
        self._open_stores = open_stores
        self._open_tables = open_tables
        self._open_replies = open_replies

    def erase(self, document_ids: Sequence[int]) -> None:
        """Erase rows of tables on them, replies of an LLM that read them, feedback that shares words in a row with one,
        and answers made from one.

        Raises StoreError.
        """
        if (tables := self._open_tables()) is not None:
            with closing(tables):
                tables.erase(document_ids)
        if (replies := self._open_replies()) is not None:
            with closing(replies):
                replies.erase(document_ids)
        stores = self._open_stores()
        if stores is None:
            return
        with closing(stores[0]) as feedback, closing(stores[1]) as conversations:
            for document_id in document_ids:
                collection, texts = self._documents.load_texts(document_id)
                written = feedback.load(collection) if collection else {}
                if written and (quoting := find_quoting(written, texts)):
                    feedback.delete(quoting)
                if collection:
                    _erase_turns(conversations, conversations.turns_of(collection), document_id, texts)


def _erase_turns(
    conversations: ConversationStore, turns: Mapping[int, KeptTurn], document_id: int, texts: Sequence[str]
) -> None:
    """Erase the answers for which a document was a source or that quote it, and the questions that quote it."""
    made_from = {id_ for id_, turn in turns.items() if document_id in turn.documents}
    answers = made_from | find_quoting(turns, texts)
    questions = find_quoting({id_: replace(turn, answer="") for id_, turn in turns.items()}, texts)
    if answers:
        conversations.erase(answers, questions)


def find_quoting(written: Mapping[int, Written], texts: Sequence[str]) -> set[int]:
    """Return the ids of what is written that quotes one of the texts; an answer shorter than a quote counts as one
    whole.
    """
    wanted: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for id_, feedback in written.items():
        answer = _words(feedback.answer)
        for stretch in _stretches(answer, min(QUOTED_WORDS, len(answer))):
            wanted[stretch].add(id_)
        for text in (feedback.question, feedback.comment):
            for stretch in _stretches(_words(text), QUOTED_WORDS):
                wanted[stretch].add(id_)
    lengths = {len(stretch) for stretch in wanted}
    found: set[int] = set()
    for text in texts:
        words = _words(text)
        for length in lengths:
            for stretch in _stretches(words, length):
                found |= wanted.get(stretch, set())
    return found


def _words(text: str) -> list[str]:
    return _WORD.findall(_CITATION.sub(" ", text).casefold())


def _stretches(words: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    if length:
        yield from zip(*(words[start:] for start in range(length)), strict=False)
