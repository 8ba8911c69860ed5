"""Asks an LLM questions about small folders: how many sentences are cited or marked, and what is wrong without a mark.

A case is a folder with `docs/` and `questions.txt`, a line each: `question => words that the answer holds`; several
parts are joined by `&&`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from app.service.build_index import open_lectern
from app.service.build_llm import choose_model
from app.settings import Settings
from benchmarks.ranking import draw
from rag.errors import ConfigurationError
from rag.types import Answer, Verdict


@dataclass(frozen=True, slots=True)
class CaseQuestion:
    """A question about the documents of a folder, and the words that an answer must hold."""

    documents: Path
    text: str
    expected: str


@dataclass(frozen=True, slots=True)
class LlmScores:
    """Counts over the questions that an LLM was asked."""

    llm: str
    questions: int
    right: int
    refused: int
    wrong: int
    wrong_unmarked: int
    """Wrong, and shown as supported from beginning to end."""
    sentences: int
    """Sentences that claim something, in all answers."""
    cited: int
    """Of these supported by what the LLM cited, or what was found for it."""
    attributed: int
    """Of these cited by Lectern and not by the LLM."""
    marked: int
    """Of these shown with a mark: not supported, partly, uncited, not checked."""

    def as_json(self) -> dict[str, object]:
        """Return the scores as JSON takes them."""
        return asdict(self)


def read_cases(folder: Path) -> list[CaseQuestion]:
    """Return the questions of every case below a folder; those without expected words are left out."""
    return [
        CaseQuestion(file.parent / "docs", question.strip(), expected.strip())
        for file in sorted(folder.glob("*/questions.txt"))
        for question, mark, expected in (line.partition(" => ") for line in file.read_text("utf-8").splitlines())
        if mark and expected.strip()
    ]


def ask_llm(questions: Sequence[CaseQuestion], settings: Settings, limit: int) -> list[tuple[CaseQuestion, Answer]]:
    """Index the documents of up to `limit` questions, the same every time, and let the LLM of the settings answer.

    Raises LecternError, also where the settings name no LLM.
    """
    model = choose_model(settings)
    if model is None:
        raise ConfigurationError("There is no LLM to ask.", "Name one with --llm.")
    return list(_ask(draw(list(questions), limit), settings, model.name))


def _ask(questions: Sequence[CaseQuestion], settings: Settings, name: str) -> Iterator[tuple[CaseQuestion, Answer]]:
    with open_lectern(settings, "benchmark", wait_seconds=0) as lectern:
        pipeline = lectern.ask_pipeline(choose_model(settings))
        for number, folder in enumerate(dict.fromkeys(question.documents for question in questions)):
            collection = f"case-{number}"
            lectern.ingest.sync(folder, collection=collection)
            for question in questions:
                if question.documents == folder:
                    yield question, pipeline.ask(question.text, collection=collection).answer


def score_llm(answers: Sequence[tuple[CaseQuestion, Answer]]) -> LlmScores:
    """Count what became of the questions."""
    sentences = [sentence for _, answer in answers for sentence in answer.sentences]
    given = [(question, answer) for question, answer in answers if not answer.refused]
    wrong = [answer for question, answer in given if not holds_expected(answer.text, question.expected)]
    supported = [sentence for sentence in sentences if sentence.verdict is Verdict.SUPPORTED]
    return LlmScores(
        llm=next((answer.llm for _, answer in answers if answer.llm), ""),
        questions=len(answers),
        right=len(given) - len(wrong),
        refused=len(answers) - len(given),
        wrong=len(wrong),
        wrong_unmarked=sum(answer.verdict is Verdict.SUPPORTED for answer in wrong),
        sentences=len(sentences),
        cited=len(supported),
        attributed=sum(sentence.attributed for sentence in supported),
        marked=len(sentences) - len(supported),
    )


def holds_expected(text: str, expected: str) -> bool:
    """Return whether an answer holds all expected parts, however they are spaced and capitalised."""
    plain = " ".join(text.casefold().split())
    parts = expected.removeprefix("short:").split("&&")
    return all(" ".join(part.casefold().split()) in plain for part in parts)
