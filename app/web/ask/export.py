"""Writes answers and conversations as Markdown, with their citations as footnotes."""

from __future__ import annotations

from collections.abc import Sequence

from app.web import texts
from app.web.ask.conversation import Turn, TurnState
from app.web.ask.filters import describe_filters
from app.web.ask.places import place_of_citation
from app.web.escape import one_line, quiet
from rag.citations.marked_text import insert_marks, mark_name, mark_text, with_notice
from rag.types import Verdict

PLACE_CHARACTERS = 400


def with_footnotes(turn: Turn) -> str:
    """Return the answer, and below it the quote behind each citation."""
    notes = _footnotes(turn)
    return f"{said_by(turn)}\n\n{notes}" if notes else said_by(turn)


def conversation_markdown(collection: str, turns: Sequence[Turn]) -> str:
    """Return all turns; text of documents and models can neither load an image nor become HTML where it is opened."""
    parts = [f"# {quiet(texts.EXPORT_TITLE.format(collection=collection))}"]
    for turn in turns:
        parts.append(f"## {quiet(one_line(turn.asked.text, 1_000))}")
        if scope := describe_filters(turn.asked.filters):
            parts.append(quiet(one_line(scope, 1_000)))
        if turn.image_names:
            names = ", ".join(one_line(name, 200) for name in turn.image_names)
            parts.append(quiet(texts.EXPORT_IMAGES.format(names=names)))
        if turn.answer and turn.answer.refused:
            parts.append(texts.EXPORT_REFUSED)
        if turn.said:
            parts.append(quiet(said_by(turn)))
        if turn.state is TurnState.STOPPED:
            parts.append(texts.EXPORT_STOPPED)
        if turn.note:
            parts.append(quiet(f"{texts.ANSWER_WORDS['note']}: {turn.note}"))
        if notes := _footnotes(turn):
            parts.append(quiet(notes))
        if turn.answer and turn.answer.llm:
            parts.append(f"({quiet(turn.answer.llm)})")
    return "\n\n".join(parts) + "\n"


def said_by(turn: Turn) -> str:
    """The text with a mark at each sentence that is not supported."""
    marks, notices = texts.ANSWER_MARKS, texts.ANSWER_NOTICES
    if turn.answer:
        return mark_text(turn.answer, marks, notices)
    marked = insert_marks(turn.said, turn.sentences, lambda sentence: f" {marks[mark_name(sentence)]}")
    return with_notice(marked, Verdict.NOT_CHECKED if turn.is_finished and turn.said else None, notices=notices)


def _footnotes(turn: Turn) -> str:
    if turn.answer is None:
        return ""
    lines = []
    for citation in turn.answer.citations:
        found = f" ({texts.EXPORT_ATTRIBUTED})" if citation.attributed else ""
        doubt = "" if citation.supported else f" ({texts.EXPORT_UNSUPPORTED})"
        place = place_of_citation(citation, turn.sources, name_characters=PLACE_CHARACTERS)
        place = one_line(f"{place} ({citation.document})", PLACE_CHARACTERS)
        lines.append(f"- [{citation.number}] {place}: “{' '.join(citation.quote.split())}”{doubt}{found}")
    return "\n".join(dict.fromkeys(lines))
