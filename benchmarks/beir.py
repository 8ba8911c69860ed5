"""Reads question sets in BEIR form: passages, questions, and which answer which."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rag.errors import ConfigurationError

ANSWERABLE, UNANSWERABLE = "ANSWERABLE", "UNANSWERABLE"

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class BeirPassage:
    """A passage of the set's corpus; `title` may be ""."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class BeirQuestion:
    """A question, the answers that people gave, and the grade of each judged passage (0 is judged not relevant)."""

    id: str
    text: str
    answers: tuple[str, ...]
    grades: Mapping[str, int]
    answerability: str = ""
    """Where the set says so: ANSWERABLE, UNANSWERABLE or something in between."""

    @property
    def answerable(self) -> bool:
        """Return whether the set does not say that the corpus has no answer."""
        return self.answerability != UNANSWERABLE


@dataclass(frozen=True, slots=True)
class BeirSet:
    """A set by its folder's name."""

    name: str
    passages: Mapping[str, BeirPassage]
    questions: tuple[BeirQuestion, ...]


def read_beir(folder: Path) -> BeirSet:
    """Return the set in a folder of `corpus.jsonl`, `queries.jsonl` and `qrels.tsv` (or `qrels/test.tsv`), plain or
    gzipped.

    Questions may carry `answers` and an `answerability`. Raises ConfigurationError.
    """
    passages = {passage.id: passage for passage in _read(folder, ["corpus.jsonl"], _passage)}
    grades: dict[str, dict[str, int]] = {}
    for judgement in _read(folder, ["qrels.tsv", "qrels/test.tsv"], _judgement):
        if judgement is not None:
            question_id, passage_id, grade = judgement
            grades.setdefault(question_id, {})[passage_id] = grade
    questions = _read(folder, ["queries.jsonl"], lambda line: _question(line, grades))
    return BeirSet(folder.resolve().name, passages, tuple(questions))


def _passage(line: str) -> BeirPassage:
    record = json.loads(line)
    return BeirPassage(str(record["_id"]), record.get("title") or "", record["text"])


def _judgement(line: str) -> tuple[str, str, int] | None:
    """Read (question, passage, grade); None for the line of names at the top."""
    question_id, passage_id, grade = line.rstrip("\n").split("\t")
    return None if grade == "score" else (question_id, passage_id, int(grade))


def _question(line: str, grades: Mapping[str, Mapping[str, int]]) -> BeirQuestion:
    record = json.loads(line)
    answers = tuple(answer for answer in record.get("answers") or () if answer.strip())
    id_ = str(record["_id"])
    return BeirQuestion(id_, record["text"], answers, grades.get(id_, {}), record.get("answerability") or "")


def _read(folder: Path, names: Sequence[str], parse: Callable[[str], Record]) -> list[Record]:
    """Return each line of the first file there is, parsed."""
    found = [path for name in names for path in (folder / name, folder / f"{name}.gz") if path.exists()]
    if not found:
        raise ConfigurationError(
            f"{folder} holds no {names[0]}.",
            "Name the folder of a set in BEIR form: corpus.jsonl, queries.jsonl, qrels.tsv.",
        )
    records = []
    for number, line in enumerate(_lines(found[0]), start=1):
        try:
            if line.strip():
                records.append(parse(line))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ConfigurationError(
                f"Line {number} of {found[0]} is malformed.", "Correct the line, or get the file anew."
            ) from None
    return records


def _lines(path: Path) -> list[str]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            return list(file)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise ConfigurationError(f"{path} cannot be read: {type(error).__name__}.", "Get the file anew.") from None
