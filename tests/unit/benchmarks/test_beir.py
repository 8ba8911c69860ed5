"""Checks how sets in BEIR form are read, whole and damaged."""

import gzip
from pathlib import Path

import pytest

from benchmarks.beir import read_beir
from rag.errors import ConfigurationError

FILES = {
    "corpus.jsonl": '{"_id": "p1", "title": "Lamps", "text": "Ten."}\n{"_id": 2, "title": null, "text": "Quay."}\n',
    "queries.jsonl": '{"_id": "q1", "text": "How many?", "answers": ["10", " "], "answerability": "PARTIAL"}\n'
    '{"_id": "q2", "text": "Why?", "answers": null, "answerability": "UNANSWERABLE"}\n\n',
    "qrels.tsv": "query-id\tcorpus-id\tscore\nq1\tp1\t2\nq1\t2\t0\n",
}


def write_set(folder: Path, **changed: str) -> Path:
    for name, content in FILES.items():
        (folder / name).write_text(changed.get(name.split(".")[0], content), encoding="utf-8")
    return folder


def test_a_plain_and_a_gzipped_set_read_alike(tmp_path: Path) -> None:
    plain, packed = tmp_path / "plain", tmp_path / "packed"
    plain.mkdir()
    packed.mkdir()
    for name, content in FILES.items():
        with gzip.open(packed / f"{name}.gz", "wt", encoding="utf-8") as file:
            file.write(content)
    one, other = read_beir(write_set(plain)), read_beir(packed)
    assert (one.passages, one.questions) == (other.passages, other.questions)
    assert (one.name, other.name) == ("plain", "packed")


def test_questions_come_with_their_answers_grades_and_answerability(tmp_path: Path) -> None:
    first, second = read_beir(write_set(tmp_path)).questions
    assert (first.answers, first.grades, first.answerable) == (("10",), {"p1": 2, "2": 0}, True)
    assert (second.answers, second.grades, second.answerable) == ((), {}, False)


def test_a_passage_without_a_title_has_an_empty_one_and_ids_are_text(tmp_path: Path) -> None:
    passages = read_beir(write_set(tmp_path)).passages
    assert (passages["2"].id, passages["2"].title) == ("2", "")


def test_judgements_of_the_original_sets_are_found_in_their_folder(tmp_path: Path) -> None:
    write_set(tmp_path)
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels.tsv").rename(tmp_path / "qrels" / "test.tsv")
    assert read_beir(tmp_path).questions[0].grades["p1"] == 2


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    (write_set(tmp_path) / name).unlink()
    with pytest.raises(ConfigurationError, match=name):
        read_beir(tmp_path)


@pytest.mark.parametrize(
    ("file", "content", "line"),
    [
        ("corpus", FILES["corpus.jsonl"] + "{broken", 3),
        ("corpus", '["a list"]\n', 1),
        ("queries", '{"_id": "q1"}\n', 1),
        ("qrels", FILES["qrels.tsv"] + "q1\tp1\n", 4),
        ("qrels", FILES["qrels.tsv"] + "q1\tp1\thigh\n", 4),
    ],
)
def test_a_malformed_line_is_named_and_not_quoted(tmp_path: Path, file: str, content: str, line: int) -> None:
    with pytest.raises(ConfigurationError, match=rf"Line {line} of .*{file}") as caught:
        read_beir(write_set(tmp_path, **{file: content}))
    assert content.strip() not in str(caught.value)


def test_a_file_that_is_no_gzip_is_named(tmp_path: Path) -> None:
    (write_set(tmp_path) / "corpus.jsonl").rename(tmp_path / "corpus.jsonl.gz")
    with pytest.raises(ConfigurationError, match=r"corpus\.jsonl\.gz cannot be read"):
        read_beir(tmp_path)
