"""Runs evaluations one at a time beside everything else the service does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from app.evaluation.evaluate import (
    GoldQuestion,
    QuestionHits,
    check_documents,
    rank_of_gold,
    score_answers,
    search_all,
)
from app.service.build_index import Lectern
from app.state.evaluations import Evaluation, EvaluationStore, KeptQuestion, QuestionOutcome, now
from rag.errors import ConfigurationError, LecternError, OverloadedError
from rag.types import Hit

log = logging.getLogger(__name__)


class EvaluationRuns:
    """The questions of collections and the evaluations on them. Methods may be called from any thread."""

    def __init__(self, store: EvaluationStore, *, current: Callable[[], Lectern]) -> None:
        """Take a store, and `current`, which gives the index with the settings by which it answers now."""
        self._store = store
        self._current = current
        self._lock = threading.Lock()
        self._running: Evaluation | None = None

    def close(self) -> None:
        """Let go of the file; an evaluation that runs is not waited for."""
        self._store.close()

    def questions(self, collection: str) -> list[KeptQuestion]:
        """Return the questions of a collection, the oldest first."""
        return self._store.questions(collection)

    def add_questions(self, collection: str, questions: Sequence[GoldQuestion]) -> int:
        """Keep questions; returns how many are new. Raises ConfigurationError for a document that is not there."""
        names = [document.path for document in self._current().catalogue.list_documents(collection)]
        check_documents(questions, names)
        return self._store.add_questions(collection, questions)

    def remove_question(self, collection: str, question_id: int) -> None:
        """Delete a question. Raises NotFoundError."""
        self._store.remove_question(collection, question_id)

    def start(self, collection: str) -> Evaluation:
        """Ask all questions of a collection in a thread of its own. Raises ConfigurationError, OverloadedError."""
        kept = self._store.questions(collection)
        if not kept:
            raise ConfigurationError("There are no questions to evaluate on.", "Add some with their expected pages.")
        with self._lock:
            if self._running is not None:
                raise OverloadedError("Another evaluation is running.", "Wait for it to finish.")
            self._running = self._store.start(collection, questions=len(kept), settings=self._settings())
            evaluation = self._running
        # Daemon: what it has found by then is nothing worth holding up the end of the process for.
        threading.Thread(target=self._run, args=(evaluation, kept), name="evaluation", daemon=True).start()
        return evaluation

    def evaluations(self, collection: str, *, limit: int) -> list[Evaluation]:
        """Return the evaluations, the newest first."""
        return [self._as_it_stands(one) for one in self._store.evaluations(collection, limit=limit)]

    def evaluation(self, collection: str, evaluation_id: int) -> Evaluation:
        """Return one evaluation. Raises NotFoundError."""
        return self._as_it_stands(self._store.evaluation(collection, evaluation_id))

    def _as_it_stands(self, kept: Evaluation) -> Evaluation:
        """Return an evaluation with its progress, if it runs; one that an ended process left was cut off."""
        running = self._running
        if running is not None and running.id == kept.id:
            return running
        # All evaluations are run by the owner of the index: others cannot tell.
        is_cut_off = kept.state == "running" and self._current().ownership.is_held
        return replace(kept, state="cut off") if is_cut_off else kept

    def _settings(self) -> dict[str, Any]:
        settings = self._current().settings
        return {
            "rerank_depth": settings.rerank_depth,
            "reranker": settings.reranker or "built-in",
            "embedder": self._current().embedder.fingerprint,
        }

    # --- in the thread ---

    def _run(self, evaluation: Evaluation, kept: Sequence[KeptQuestion]) -> None:
        try:
            evaluation = self._measure(evaluation, [question.gold for question in kept])
        except LecternError as error:
            evaluation = _failed(evaluation, error)
        except Exception:
            log.exception("An evaluation of %s failed.", evaluation.collection)
            unknown = LecternError("It failed unexpectedly.", "See the server's log.")
            evaluation = _failed(evaluation, unknown)
        try:
            self._store.save(replace(evaluation, finished_at=now()))
        except LecternError as error:
            log.error("How an evaluation went cannot be kept: %s", error)
        finally:
            with self._lock:
                self._running = None

    def _measure(self, evaluation: Evaluation, questions: Sequence[GoldQuestion]) -> Evaluation:
        retriever = self._current().retriever

        def search(question: str) -> Sequence[Hit]:
            return retriever.retrieve(question, collection=evaluation.collection).hits

        answers: list[QuestionHits] = []
        for answer in search_all(questions, search):
            answers.append(answer)
            self._running = evaluation = replace(evaluation, asked=len(answers))
        return replace(
            evaluation,
            state="done",
            scores=score_answers(questions, answers).as_json(),
            outcomes=tuple(_outcomes(questions, answers)),
        )


def _failed(evaluation: Evaluation, error: LecternError) -> Evaluation:
    return replace(evaluation, state="failed", problem=error.reason, remedy=error.remedy)


def _outcomes(questions: Sequence[GoldQuestion], answers: Sequence[QuestionHits]) -> Iterator[QuestionOutcome]:
    for gold, answer in zip(questions, answers, strict=True):
        first = answer.hits[0] if answer.hits else None
        yield QuestionOutcome(
            question=gold.question,
            document=gold.document,
            pages=gold.pages,
            rank=rank_of_gold(gold, answer),
            found=first.document if first else "",
            found_page=first.first_page if first else None,
            milliseconds=round(answer.milliseconds, 2),
        )
