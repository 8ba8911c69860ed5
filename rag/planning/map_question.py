"""Asks one question of each of many documents, where only reading can tell whether it is among those meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rag.citations.checker import AnswerChecker
from rag.planning.decisions import first_line
from rag.planning.document_query import DocumentQuery
from rag.planning.kept_replies import KeptReplies, ReadingCost
from rag.planning.planner import PlannedQuestion
from rag.planning.table_cells import Place, proven_cell
from rag.planning.whole_text import stretches
from rag.prompt import build_prompt
from rag.protocols import DocumentCatalogue, LanguageModel
from rag.questions.constraints import is_negated
from rag.safety.output import make_inert
from rag.text import content_words, sentence_spans
from rag.types import Answer, Citation, DocumentInfo, Page, Source, Span, TableCell, Usage, Verdict

UNSURE = "the words were found, and do not surely say so"
SAYS_YES = "the LLM says that it is one, and gives no words that prove it"
SAYS_NO = "the LLM says that it is none, and gives no words that prove it"

MAP_CHARACTERS = 6_000
"""Of one document that an LLM is shown: all of a short one."""

DECISION_TOKENS = 96
"""A word and a sentence."""

PROMPT_TOKENS, CHARACTERS_A_TOKEN = 350, 4
"""What the rules of a prompt take, and how long a token is, about."""

_DECIDE = (
    "Is this document among those asked for: {subject}? Begin with YES, NO or UNCLEAR. Behind it copy the sentence of "
    "the source that decides it, word for word, with its number."
)
_DECISION = re.compile(
    r"(?i)^\W*(?:(?P<yes>yes|ja|oui|s[ií])|(?P<no>no|nein|non)|(?P<unclear>unclear|unklar))\b[\s.,:;*!-]*"
)

MakeChecker = Callable[[str, Sequence[Source]], AnswerChecker]
"""Returns what checks the answer to a question by its sources."""


def read_documents(
    asked: PlannedQuestion, query: DocumentQuery, documents: Sequence[DocumentInfo], catalogue: DocumentCatalogue
) -> Iterator[tuple[DocumentInfo, TableCell | None]]:
    """Yield each document with the words of it that answer the question; None for one in which nothing speaks of it.

    The verdict of the cell is "supported" where the reader marks a sentence that shares a word with the condition, says
    as it does that something is so or is not so, and passes the check of claims. It is None, for undecided, where a
    sentence only shares words.
    """
    condition = " ".join(one.value for one in query.conditions if one.kind == "read")
    question = f"Which {query.subject}?"
    words = set(content_words(condition))
    for document in documents:
        if asked.is_stopped:
            return
        answer = asked.look_up(question, [document.id]).answer
        if citation := _sure_citation(answer, condition, words):
            yield document, cell_of(citation, document)
            continue
        place = _speaks_of(words, catalogue.page_texts([document.id]).get(document.id, []))
        yield document, proven_cell(catalogue, document, place, verdict=None, note=UNSURE) if place else None


def ask_documents(
    asked: PlannedQuestion,
    query: DocumentQuery,
    documents: Sequence[DocumentInfo],
    catalogue: DocumentCatalogue,
    *,
    replies: KeptReplies,
    check: MakeChecker,
) -> Iterator[tuple[DocumentInfo, TableCell | None]]:
    """Yield each document with the words that prove that an LLM takes it for one of those meant; None for the others.

    The verdict of the cell is "supported" where the LLM says yes with a sentence that passes the check of claims,
    shares a word with the condition, and says as it does that something is so or is not so. What the LLM says without
    such a sentence of a document that speaks of it is undecided. Raises ModelError, StoreError.
    """
    condition = " ".join(one.value for one in query.conditions if one.kind == "read")
    question = _DECIDE.format(subject=query.subject)
    words = set(content_words(condition))
    for document in documents:
        if asked.is_stopped:
            return
        pages = catalogue.page_texts([document.id]).get(document.id, [])
        sources = _sources_of(asked, query, document, pages)
        said, proof = "", None
        if sources:
            prompt = build_prompt(question, sources, replies.model, answer_tokens=DECISION_TOKENS)
            reply = replies.ask(prompt.messages, max_tokens=DECISION_TOKENS, document_ids=[document.id])
            said, proof = _read_decision(reply, condition, words, check(question, prompt.used))
        if said == "yes" and proof is not None:
            yield document, cell_of(proof, document)
            continue
        place = _speaks_of(words, pages)
        if place is None and said == "yes":
            place = first_line(pages)
        if place is None or (said == "no" and proof is not None):
            yield document, None
            continue
        note = {"yes": SAYS_YES, "no": SAYS_NO}.get(said, UNSURE)
        yield document, proven_cell(catalogue, document, place, verdict=None, note=note)


def reading_cost(documents: int, model: LanguageModel) -> ReadingCost:
    """Return about what it takes at most to ask an LLM about so many documents."""
    each = MAP_CHARACTERS // CHARACTERS_A_TOKEN + PROMPT_TOKENS
    return ReadingCost.of(model, Usage(documents * each, documents * DECISION_TOKENS), calls=documents)


def _sources_of(
    asked: PlannedQuestion, query: DocumentQuery, document: DocumentInfo, pages: Sequence[Page]
) -> list[Source]:
    """Return all of a short document as numbered sources, and of a longer one what fits the question best."""
    if sum(len(page.text) for page in pages) <= MAP_CHARACTERS:
        found = [
            Source(0, document, "", page.text[start:end], (Span(page.number, start, end),), 1.0)
            for page in pages
            for start, end in stretches(page.text, 0, len(page.text))
        ]
        return [replace(source, number=number) for number, source in enumerate(found, 1)]
    looked_up: list[Source] = []
    length = 0
    for source in asked.look_up(f"Which {query.subject}?", [document.id]).sources:
        length += len(source.text)
        if looked_up and length > MAP_CHARACTERS:
            break
        looked_up.append(source)
    return looked_up


def _read_decision(reply: str, condition: str, words: set[str], checker: AnswerChecker) -> tuple[str, Citation | None]:
    """Return "yes", "no" or "" as an LLM has decided, and the words that prove it, where it gives such."""
    match = _DECISION.match(reply)
    if match is None:
        return "", None
    said = "yes" if match["yes"] else "no" if match["no"] else ""
    for _ in (*checker.feed(make_inert(reply[match.end() :])), *checker.finish()):
        pass
    checked = checker.checked
    if not said or checked.verdict is not Verdict.SUPPORTED:
        return said, None
    for citation in checked.citations:
        agrees = is_negated(citation.quote) == is_negated(condition)
        if citation.supported and words & set(content_words(citation.quote)) and agrees == (said == "yes"):
            return said, citation
    return said, None


def cell_of(citation: Citation, document: DocumentInfo) -> TableCell:
    """Return a cell with the words of a citation."""
    return TableCell(
        text=" ".join(citation.quote.split()),
        document_id=document.id,
        document=document.path,
        page=citation.page,
        page_label=citation.page_label,
        page_word=citation.page_word,
        quote=citation.quote,
        rectangles=citation.rectangles,
        verdict=Verdict.SUPPORTED,
    )


def _sure_citation(answer: Answer, condition: str, words: set[str]) -> Citation | None:
    if answer.refused or answer.verdict is not Verdict.SUPPORTED:
        return None
    return next(
        (
            citation
            for citation in answer.citations[:1]
            if words & set(content_words(citation.quote)) and is_negated(citation.quote) == is_negated(condition)
        ),
        None,
    )


def _speaks_of(words: set[str], pages: Sequence[Page]) -> Place | None:
    """Return the sentence of a document that shares most words with a condition; None where none shares any."""
    best, found = 0, None
    for page in pages:
        for start, end in sentence_spans(page.text):
            shared = len(words & set(content_words(page.text[start:end])))
            if shared > best:
                best, found = shared, Place(page.number, start, end)
    return found
