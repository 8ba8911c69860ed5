"""Draws a turn of the conversation, in which sources and citations are buttons."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from app.api.schemas.conversations import MAX_NOTE
from app.web import language, texts
from app.web.ask.conversation import Turn, TurnState
from app.web.ask.export import with_footnotes
from app.web.ask.filters import describe_filters
from app.web.ask.places import pages_of, place_of_citation, place_of_source
from app.web.escape import one_line
from rag.citations.marked_text import UNSURE, insert_marks, mark_name, notice_name, says_nothing_supported
from rag.types import FILTER_NAMES, MAX_QUESTION_CHARACTERS, Answer, AnswerTable, PlanStep, Source, TableRow, Verdict

HERE = Path(__file__).parent

EXCERPT_CHARACTERS = 280

SCOPE_CHARACTERS = 400

LLM_CHARACTERS = 60

QUOTE_CHARACTERS = 600


@dataclass(frozen=True, slots=True)
class Opened:
    """A clicked citation, by its index, a source, by its number, or a cell of the table, by its row and column.

    Rows that could not be decided are counted on behind the others.
    """

    kind: Literal["citation", "source", "cell"]
    at: int
    column: int = 0

    @property
    def name(self) -> str:
        """Return the name it has in the drawn answer."""
        return f"{self.kind}:{self.at}:{self.column}" if self.kind == "cell" else f"{self.kind}:{self.at}"

    @classmethod
    def of_click(cls, clicked: Mapping[str, Any]) -> Opened:
        """Read what the browser tells of a click."""
        kind = clicked["kind"]
        known: Literal["citation", "source", "cell"] = kind if kind in ("citation", "cell") else "source"
        return cls(known, int(clicked["at"]), int(clicked.get("column", 0)))


_component = st.components.v2.component(
    "lectern_answer", js=(HERE / "answer.js").read_text("utf-8"), css=(HERE / "answer.css").read_text("utf-8")
)


@dataclass(frozen=True, slots=True)
class Clicks:
    """The callbacks of a turn; each is told of a click before the page is drawn again."""

    on_open: Callable[[Opened], None]
    on_rate: Callable[[str], None]
    on_lift: Callable[[str], None]
    """Given the field of a filter that the question is to be asked without."""
    on_note: Callable[[str], None]
    on_share: Callable[[], None]
    on_again: Callable[[str, str | None], None]
    """Given the words to ask and the LLM to ask, None for the one that was asked before."""


def draw_turn(
    turn: Turn, clicks: Clicks, *, key: str, chosen: Opened | None, llms: Sequence[tuple[str, str]] = ()
) -> None:
    """Draw a turn as far as it has come; `llms` are others that could answer, each with its name for people."""

    def told(name: str) -> Any:
        return getattr(st.session_state[key], name, None)

    def opened() -> None:
        if (clicked := told("open")) is not None:
            clicks.on_open(Opened.of_click(clicked))

    def rated() -> None:
        if (rating := told("rate")) in ("up", "down"):
            clicks.on_rate(rating)

    def lifted() -> None:
        if (field := told("lift")) in FILTER_NAMES:
            clicks.on_lift(field)

    def asked_again() -> None:
        asked = told("again") or {}
        text = str(asked.get("text", turn.asked.text)).strip()
        llm = str(asked["llm"]) if asked.get("llm") is not None else None
        if text and len(text) <= MAX_QUESTION_CHARACTERS and (llm is None or llm in [name for name, _ in llms]):
            clicks.on_again(text, llm)

    def noted() -> None:
        if (note := told("note")) is not None:
            clicks.on_note(str(note).strip()[:MAX_NOTE])

    def shared() -> None:
        if told("share"):
            clicks.on_share()

    _component(
        key=key,
        data=view_of(turn, chosen, name=key, llms=llms),
        on_open_change=opened,
        on_rate_change=rated,
        on_lift_change=lifted,
        on_again_change=asked_again,
        on_note_change=noted,
        on_share_change=shared,
    )


def view_of(
    turn: Turn, chosen: Opened | None, *, name: str = "", llms: Sequence[tuple[str, str]] = ()
) -> dict[str, Any]:
    """Describe a turn for the browser, where it goes by `name`."""
    answer = turn.answer
    nearest = {citation.number: citation.quote for citation in (answer.nearest if answer else ())}
    return {
        "name": name,
        "question": turn.asked.text,
        "scope": one_line(describe_filters(turn.asked.filters), SCOPE_CHARACTERS),
        "state": turn.state.value,
        "running": not turn.is_finished,
        "can_ask_again": turn.is_finished and turn.state is not TurnState.ERASED,
        "most_characters": MAX_QUESTION_CHARACTERS,
        "llms": [{"llm": llm, "name": one_line(shown, LLM_CHARACTERS)} for llm, shown in llms],
        "finished": turn.is_finished and bool(turn.said),
        "doing": _doing(turn),
        "begun": round(turn.begun * 1000),
        "asked_as": answer.asked_as if answer else turn.asked_as,
        "note": turn.note,
        "most_note": MAX_NOTE,
        "text": _marked(turn),
        "headline": _headline(turn),
        "doubt": _doubt(answer) if answer else "",
        "refused": bool(answer and answer.refused),
        "sources": [_source_view(source, nearest.get(source.number, "")) for source in turn.sources],
        "nearest": list(nearest),
        "citations": [
            {
                "number": citation.number,
                "supported": citation.supported,
                "attributed": citation.attributed,
                "label": place_of_citation(citation, turn.sources),
                "quote": one_line(citation.quote, QUOTE_CHARACTERS),
            }
            for citation in (answer.citations if answer else [])
        ],
        "steps": [_step_line(step) for step in (answer.steps if answer else turn.steps)],
        "table": _table_view(table) if (table := answer.table if answer else turn.table) else None,
        "chosen": chosen.name if chosen else "",
        "filters": [
            {"field": one.field, "label": one.label}
            for one in (answer.understood_filters if answer else ())
            if one.is_applied
        ],
        "notices": list(answer.notices) if answer else [],
        "problem": _problem_of(turn),
        "rating": turn.rating,
        "copy": with_footnotes(turn),
        "made": _made(answer) if answer else [],
        "mode": _mode_line(answer) if answer else "",
        "stages": [
            (texts.ANSWER_STAGES.get(stage, stage), _duration(milliseconds))
            for stage, milliseconds in (answer.milliseconds.items() if answer else ())
        ],
        "words": texts.ANSWER_WORDS,
    }


def _doing(turn: Turn) -> str:
    """Return what is being done for a turn that runs."""
    if turn.state is TurnState.WAITING:
        return texts.ANSWER_WORDS["waiting"]
    if turn.state is TurnState.SEARCHING:
        return texts.ANSWER_DOING.get(turn.stage, texts.ANSWER_DOING[""])
    if turn.said:
        return texts.ANSWER_WORDS["writing"]
    return texts.ANSWER_READING.format(count=len(turn.sources)) if turn.sources else texts.ANSWER_WORKING


def _step_line(step: PlanStep) -> str:
    return f"{step.text} ({language.number(step.done)}/{language.number(step.total)})" if step.total else step.text


def _mode_line(answer: Answer) -> str:
    """Return how the answer was made and why so; "" where nothing was looked up."""
    return f"{texts.ASK_MODES.get(answer.mode, answer.mode)}: {answer.mode_reason}" if answer.mode else ""


ROWS_DRAWN = 500
"""Rows of a table that are drawn; all are in the export."""


def _table_view(table: AnswerTable) -> dict[str, Any]:
    return {
        "columns": list(table.columns),
        "rows": _rows_view(table.rows),
        "undecided": _rows_view(table.undecided),
        "first_undecided": len(table.rows),
        "more": max(0, len(table.rows) - ROWS_DRAWN),
        "completeness": "" if table.is_complete else table.completeness,
    }


def _rows_view(rows: Sequence[TableRow]) -> list[list[dict[str, Any]]]:
    return [
        [
            {"text": one_line(cell.text, EXCERPT_CHARACTERS), "note": cell.note, "opens": bool(cell.document_id)}
            for cell in row.cells
        ]
        for row in rows[:ROWS_DRAWN]
    ]


def _marked(turn: Turn) -> str:
    """The text, with a character of private use and the mark's name behind each sentence that is not supported."""
    text = re.sub("[\ue000\ue001]", "\ufffd", turn.said)
    sentences = turn.answer.sentences if turn.answer else turn.sentences
    return insert_marks(text, sentences, lambda sentence: f"\ue000{mark_name(sentence)}\ue001")


def _headline(turn: Turn) -> str:
    """Return the line above the text: that nothing of it is supported, or that it was not checked to its end."""
    verdict = turn.answer.verdict if turn.answer else None
    if turn.is_finished and turn.said and (turn.answer is None or turn.answer.error):
        verdict = Verdict.NOT_CHECKED
    if verdict is None or not (verdict is Verdict.NOT_CHECKED or says_nothing_supported(verdict)):
        return ""
    return texts.ANSWER_NOTICES[verdict.value]


def _doubt(answer: Answer) -> str:
    """Return the line below a text that the sources carry, where it may answer something else than was asked."""
    return texts.ANSWER_NOTICES[UNSURE] if notice_name(answer.verdict, answer.sentences) == UNSURE else ""


def _source_view(source: Source, nearest: str) -> dict[str, Any]:
    """Describe a source; of a refusal, what is nearest to the question stands for its text."""
    parts = (source.document.path, source.section, pages_of(source.pages))
    return {
        "number": source.number,
        "label": place_of_source(source),
        "detail": one_line(" · ".join(part for part in parts if part), 300),
        "excerpt": one_line(nearest or source.text, EXCERPT_CHARACTERS),
    }


def _problem_of(turn: Turn) -> str:
    if turn.state is TurnState.STOPPED:
        return texts.ANSWER_WORDS["stopped"]
    if turn.state is TurnState.ERASED:
        return texts.ANSWER_WORDS["erased"]
    if turn.error is not None:
        return f"{turn.error.reason} {turn.error.remedy}".strip()
    return f"{texts.ANSWER_WORDS['failed']} {turn.answer.error}" if turn.answer and turn.answer.error else ""


def _made(answer: Answer) -> list[str]:
    """Return the line below an answer: the LLM, its tokens, cost and time."""
    total = _duration(sum(answer.milliseconds.values()))
    if not answer.llm:
        return [total]
    if answer.llm == "extractive":
        return [texts.ANSWER_QUOTED, total]
    tokens = texts.ANSWER_TOKENS_ESTIMATED if answer.usage.estimated else texts.ANSWER_TOKENS
    return [
        answer.llm,
        tokens.format(prompt=answer.usage.prompt_tokens, completion=answer.usage.completion_tokens),
        _price(answer.cost_usd),
        total,
    ]


def _price(dollars: float | None) -> str:
    if dollars is None:
        return texts.ANSWER_PRICE_UNKNOWN
    return f"${language.number(dollars, '.4f')}" if dollars else texts.ANSWER_FREE


def _duration(milliseconds: float) -> str:
    return f"{language.number(milliseconds / 1000, '.1f')} s" if milliseconds >= 1000 else f"{milliseconds:.0f} ms"
