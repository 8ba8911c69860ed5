"""Asks LLMs questions about small folders: how many sentences are cited or marked, and what is wrong without a mark.

    python -m benchmarks.llm_answers --llm gguf:MODEL.gguf --llm ollama:NAME [--questions N] [--sources N] [--tokens N]
        [--folder data/sample --gold data/sample_source/questions.jsonl] [--home DIR] [--json]

asks all that are named, one after the other, the questions of the sample, and the reader without an LLM besides. Of 60
questions 33 are answered by the sample and 27 are not: 4 of them by nothing, the others have their document
taken out. An answer is right where it holds the numbers of the known one and most of its other words. Fewer `--sources`
make prompts shorter, which is most of the time that an LLM takes on a processor.

A case, for `benchmarks.trust`, is a folder with `docs/` and `questions.txt`, a line each: `question => words that the
answer holds`; several parts are joined by `&&`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from app.service.build_index import Lectern, open_lectern
from app.service.build_llm import choose_model
from app.settings import NO_LLM, Settings, read_settings
from benchmarks.ranking import draw
from rag.errors import ConfigurationError, LecternError
from rag.text import content_words, numbers
from rag.types import Answer, JudgedSentence, Verdict


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
    given = [(question, answer) for question, answer in answers if not answer.refused]
    wrong = [answer for question, answer in given if not holds_expected(answer.text, question.expected)]
    sentences, supported = _sentences_of([answer for _, answer in answers])
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


def _sentences_of(answers: Sequence[Answer]) -> tuple[list[JudgedSentence], list[JudgedSentence]]:
    """Return the sentences of answers that claim something, and those of them that are shown without a mark."""
    sentences = [sentence for answer in answers for sentence in answer.sentences]
    return sentences, [sentence for sentence in sentences if sentence.verdict is Verdict.SUPPORTED]


def holds_expected(text: str, expected: str) -> bool:
    """Return whether an answer holds all expected parts, however they are spaced and capitalised."""
    plain = " ".join(text.casefold().split())
    parts = expected.removeprefix("short:").split("&&")
    return all(" ".join(part.casefold().split()) in plain for part in parts)


# --- the sample, by several LLMs ---

ALL_QUESTIONS = 60
MOST_WORDS = 0.6
"""Share of the words of the known answer, without its numbers, that a right one holds."""

COLLECTION = "sample"


@dataclass(frozen=True, slots=True)
class SampleQuestion:
    """A question about the sample; it is answerable unless its `withheld` document, or any, has to be there for it."""

    text: str
    answer: str
    withheld: str = ""

    @property
    def is_answerable(self) -> bool:
        """Return whether the documents that are searched answer it."""
        return bool(self.answer) and not self.withheld


@dataclass(frozen=True, slots=True)
class SampleScores:
    """What became of the questions: counts, the seconds of a median question, and tokens a second, read and written.

    `cited` are the right answers of which each sentence is supported by what it cites. `wrong` were given, to either
    kind of question; `wrong_unmarked` of them are shown as supported from beginning to end. `marked` sentences of all
    `sentences` are shown as not supported, in part, uncited or not checked.
    """

    llm: str
    answerable: int
    right: int
    cited: int
    unanswerable: int
    rightly_refused: int
    wrong: int
    wrong_unmarked: int
    sentences: int
    marked: int
    failed: int
    seconds: float
    tokens_a_second: float


def read_sample(gold: Path, count: int = ALL_QUESTIONS) -> list[SampleQuestion]:
    """Return the questions of a file of gold questions, and as many once more without their documents as are left."""
    rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    asked = [SampleQuestion(row["question"], row["answer"]) for row in rows]
    withheld = [SampleQuestion(row["question"], row["answer"], row["document"]) for row in rows if row["document"]]
    both = [*asked, *withheld[: max(0, ALL_QUESTIONS - len(asked))]]
    return draw(both, count)


def ask_sample(questions: Sequence[SampleQuestion], lectern: Lectern, settings: Settings) -> SampleScores:
    """Have the LLM of the settings, or the reader where they name none, answer the questions."""
    pipeline = lectern.ask_pipeline(choose_model(settings))
    documents = {document.path: document.id for document in lectern.catalogue.list_documents(COLLECTION)}
    answers: list[tuple[SampleQuestion, Answer]] = []
    seconds: list[float] = []
    for question in questions:
        searched = [id_ for path, id_ in documents.items() if path != question.withheld] if question.withheld else None
        started = time.perf_counter()
        answers.append((question, pipeline.ask(question.text, collection=COLLECTION, documents=searched).answer))
        seconds.append(time.perf_counter() - started)
    return score_sample(answers, seconds, settings.llm)


def score_sample(answers: Sequence[tuple[SampleQuestion, Answer]], seconds: Sequence[float], llm: str) -> SampleScores:
    """Count what became of the questions, which took so many seconds each."""
    whole = [(question, answer) for question, answer in answers if not answer.error]
    right = [answer for question, answer in whole if _is_right(question, answer)]
    unanswerable = [answer for question, answer in whole if not question.is_answerable]
    wrong = [answer for question, answer in whole if not answer.refused and not _is_right(question, answer)]
    sentences, supported = _sentences_of([answer for _, answer in whole])
    tokens = sum(answer.usage.prompt_tokens + answer.usage.completion_tokens for _, answer in whole)
    spent = sum(answer.milliseconds.get("generate", 0.0) for _, answer in whole) / 1000
    return SampleScores(
        llm="the reader, no LLM" if llm == NO_LLM else llm,
        answerable=sum(question.is_answerable for question, _ in answers),
        right=len(right),
        cited=sum(answer.verdict is Verdict.SUPPORTED for answer in right),
        unanswerable=sum(not question.is_answerable for question, _ in answers),
        rightly_refused=sum(answer.refused for answer in unanswerable),
        wrong=len(wrong),
        wrong_unmarked=sum(answer.verdict is Verdict.SUPPORTED for answer in wrong),
        sentences=len(sentences),
        marked=len(sentences) - len(supported),
        failed=len(answers) - len(whole),
        seconds=round(median(seconds), 2),
        tokens_a_second=round(tokens / spent, 1) if spent and tokens else 0.0,
    )


def _is_right(question: SampleQuestion, answer: Answer) -> bool:
    return question.is_answerable and not answer.refused and says_the_same(answer.text, question.answer)


def says_the_same(text: str, known: str) -> bool:
    """Return whether an answer holds the numbers of the known one, and most of its other words."""
    words = {word for word in content_words(known) if not word[0].isdigit()}
    if numbers(known) and len(words) == 1:
        words = set()  # A unit, which is written in several ways.
    held = words & set(content_words(text))
    return numbers(known) <= numbers(text) and len(held) >= MOST_WORDS * len(words)


def main() -> int:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llm", action="append", default=[], help="PROVIDER:MODEL or gguf:FILE; once or more")
    parser.add_argument("--llm-base-url", default="", help="where an LLM's server is, if not where it usually is")
    parser.add_argument("--questions", type=int, default=ALL_QUESTIONS, help="how many are asked, the same every time")
    parser.add_argument("--sources", type=int, default=0, help="chunks that are read for an answer (default: as usual)")
    parser.add_argument("--tokens", type=int, default=0, help="tokens that an answer may have (default: as usual)")
    parser.add_argument("--folder", type=Path, default=Path("data/sample"))
    parser.add_argument("--gold", type=Path, default=Path("data/sample_source/questions.jsonl"))
    parser.add_argument("--home", type=Path, help="keeps the index here, for another run")
    parser.add_argument("--json", action="store_true", help="a line of JSON for each LLM")
    given = parser.parse_args()
    questions = read_sample(given.gold, given.questions)
    numbers_given = {"source_chunks": given.sources, "answer_tokens": given.tokens}
    chosen = {name: value for name, value in numbers_given.items() if value}
    table = Table(
        "LLM", "right", "cited", "rightly refused", "wrong", "unmarked", "marked", "failed", "seconds", "tokens/s"
    )
    with tempfile.TemporaryDirectory() as scratch:
        settings = read_settings(home=given.home or Path(scratch), llm=NO_LLM, **chosen)
        with open_lectern(settings, "benchmark", wait_seconds=0) as lectern:
            lectern.ingest.sync(given.folder, collection=COLLECTION)
            for llm in (NO_LLM, *given.llm):
                wanted = settings.model_copy(update={"llm": llm, "llm_base_url": given.llm_base_url})
                try:
                    scores = ask_sample(questions, lectern, wanted)
                except LecternError as error:
                    print(f"{llm}: {error}", file=sys.stderr)
                    continue
                if given.json:
                    print(json.dumps(asdict(scores)), flush=True)
                table.add_row(
                    scores.llm,
                    f"{scores.right} of {scores.answerable}",
                    str(scores.cited),
                    f"{scores.rightly_refused} of {scores.unanswerable}",
                    str(scores.wrong),
                    str(scores.wrong_unmarked),
                    f"{scores.marked} of {scores.sentences}",
                    str(scores.failed),
                    f"{scores.seconds:.2f}",
                    f"{scores.tokens_a_second:.1f}" if scores.tokens_a_second else "-",
                )
    if not given.json:
        Console().print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
