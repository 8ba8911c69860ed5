"""Answers questions from an opened index, for the server and for a command in a process of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from app.service.build_llm import choose_model
from rag.follow_up import stand_alone
from rag.pipeline import AnswerStream
from rag.planning.planner import RunSearch
from rag.protocols import LanguageModel
from rag.retrieval import check_question
from rag.types import Image, ImageFile, Question

if TYPE_CHECKING:
    from app.service.build_index import Lectern


@dataclass(frozen=True, slots=True)
class AskProgress:
    """A stage before the sources of an answer are known; `question` is what is looked up, where that was rewritten."""

    stage: Literal["rewriting", "searching"]
    question: str = ""


PrepareImages = Callable[[Sequence[ImageFile], LanguageModel | None], Sequence[Image]]
"""Checks attached images and makes them fit for an LLM. Raises QuestionError, ImageError."""


def ask(
    lectern: Lectern,
    question: Question,
    *,
    default_model: Callable[[], LanguageModel | None],
    prepare_images: PrepareImages,
    run_search: RunSearch = lambda search: search(),
    cancelled: threading.Event | None = None,
    on_progress: Callable[[AskProgress], None] = lambda progress: None,
) -> AnswerStream | None:
    """Choose the LLM, prepare images, make a follow-up stand alone, and search; the stream then makes the answer.

    The LLM is the one that the question names, else the default one, none where it wants quotes only. Once `cancelled`
    is set, which any thread may do, the LLM is hung up on; None where that was before the search. Raises what
    `AskPipeline.ask` does, ImageError and OverloadedError.
    """
    text = check_question(question.text)
    model = _choose_model(lectern, question, default_model)
    images = prepare_images(question.images, model) if question.images else ()
    if question.history:
        on_progress(AskProgress("rewriting"))
    alone = stand_alone(text, question.history, model, stop=cancelled)
    if cancelled is not None and cancelled.is_set():
        return None
    asked_as = "" if alone == text else alone
    on_progress(AskProgress("searching", asked_as))
    if question.form is not None:
        forms = lectern.form_answering(model)
        stream = forms.ask(replace(question, text=alone), images=images, stop=cancelled, run_search=run_search)
        stream.asked_as = asked_as
        return stream
    planner = lectern.planner(model)
    stream = planner.ask(replace(question, text=alone), images=images, stop=cancelled, look_up=run_search)
    stream.asked_as = asked_as
    return stream


def _choose_model(
    lectern: Lectern, question: Question, default_model: Callable[[], LanguageModel | None]
) -> LanguageModel | None:
    if not question.use_llm:
        return None
    return choose_model(lectern.settings.for_llm(question.llm)) if question.llm else default_model()
