"""Chooses by rules in which of a few ways a question is answered; a look-up unless the question is surely another."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rag.errors import QuestionError
from rag.planning.attendance_query import read_attendance
from rag.planning.calculation_query import FormulaQuery, describe, read_calculation
from rag.planning.compare_query import read_comparison
from rag.planning.document_query import is_sure, read_document_query
from rag.planning.message_query import read_messages
from rag.planning.order_query import read_order
from rag.planning.several import why_several
from rag.planning.summary_query import read_summary
from rag.planning.word_count_query import read_word_count


class Mode(StrEnum):
    """The ways in which a question is answered."""

    LOOK_UP = "look-up"
    """From the passages that fit it best."""
    ALL_DOCUMENTS = "all-documents"
    """From every document there is: lists and counts."""
    CALCULATE = "calculate"
    """By computing with figures that stand in the documents."""
    COMPARE = "compare"
    """By asking the same of each document, organisation or year that is named."""
    SUMMARISE = "summarise"
    """By the most central sentences of each section."""
    STEPS = "steps"
    """From several look-ups that an LLM asks for."""


@dataclass(frozen=True, slots=True)
class ModeChoice:
    """A way to answer a question, and in words why it was chosen."""

    mode: Mode
    reason: str


LOOK_UP_REASON = "The answer stands in a passage."
CHOSEN_REASON = "You chose it."


def choose_mode(question: str) -> ModeChoice:
    """Return how a question in English, German, French or Spanish is answered, by its words alone."""
    if read_attendance(question) is not None:
        return ModeChoice(Mode.ALL_DOCUMENTS, "The question asks who was at meetings, so all minutes are looked at.")
    if read_messages(question) is not None:
        return ModeChoice(Mode.ALL_DOCUMENTS, "The question asks for messages, so all are looked at.")
    query = read_document_query(question)
    if query is not None and is_sure(query):
        asked = "counted" if query.counts else "listed"
        return ModeChoice(Mode.ALL_DOCUMENTS, f"The question asks for documents to be {asked}, so all are looked at.")
    if read_word_count(question) is not None:
        return ModeChoice(Mode.ALL_DOCUMENTS, "The question asks for words to be counted, so all pages are looked at.")
    if (order := read_order(question)) is not None:
        return ModeChoice(
            Mode.ALL_DOCUMENTS, f"The question asks which of the documents {order.shown}, so all are looked at."
        )
    if read_summary(question) is not None:
        return ModeChoice(Mode.SUMMARISE, "The question asks for a summary.")
    if (comparison := read_comparison(question)) is not None:
        return ModeChoice(Mode.COMPARE, f"The question compares {', '.join(comparison.items)}.")
    calculation = read_calculation(question)
    if isinstance(calculation, FormulaQuery) and calculation.is_figure:
        reason = f"The question asks for {describe(calculation)} of a year, which is looked for in the statements."
        return ModeChoice(Mode.CALCULATE, reason)
    if calculation is not None:
        return ModeChoice(Mode.CALCULATE, f"The question asks for {describe(calculation)}, which code computes.")
    if reason := why_several(question):
        return ModeChoice(Mode.STEPS, reason)
    return ModeChoice(Mode.LOOK_UP, LOOK_UP_REASON)


def read_mode(name: str) -> Mode | None:
    """Return the mode of a name; None for "", which leaves the choice to Lectern. Raises QuestionError."""
    if not name:
        return None
    try:
        return Mode(name)
    except ValueError:
        raise QuestionError(
            f"There is no mode {name!r}.", f"The modes are: {', '.join(Mode)}; leave it out to have one chosen."
        ) from None
