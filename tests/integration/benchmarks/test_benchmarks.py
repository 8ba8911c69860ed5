"""Runs the benchmarks of retrieval and reading end to end on a tiny set; only the reader is a stand-in."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.settings import Settings, read_settings
from benchmarks import retrieval
from benchmarks.reader import measure_reading
from benchmarks.retrieval import EVERYTHING, measure_set
from rag.errors import ConfigurationError
from rag.protocols import Embedder, MayGoOn, always
from rag.types import Reading, Vectors

PASSAGES = {
    "lamp": ("Brennick lighthouse", "The lamp of the lighthouse flashes every 14 seconds."),
    "tower": ("Brennick lighthouse", "The tower was built of granite by masons from the mainland."),
    "ferry": ("Ferry timetable", "The ferry to the island takes 35 minutes.\n\nIt does not sail on Sundays."),
    "bread": ("", "Rye bread is left to rise overnight and baked for 50 minutes."),
    "blank": ("", "* * *"),
}
QUESTIONS = [
    ("q1", "How often does the lamp flash?", ["every 14 seconds", "14"], "ANSWERABLE", {"lamp": 2, "tower": 1}),
    ("q2", "How long does the ferry to the island take?", ["35 minutes"], "ANSWERABLE", {"ferry": 1}),
    ("q3", "What is the melting point of tungsten?", [], "UNANSWERABLE", {}),
]


class NumberReader:
    """Takes the first number of a passage for its answer, and word overlap for its relevance."""

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        asked = set(re.findall(r"\w+", question.casefold()))
        return [float(len(asked & set(re.findall(r"\w+", passage.casefold())))) for passage in passages]

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        spans = [match.span() if (match := re.search(r"\d+", passage)) else (0, 0) for passage in passages]
        return [Reading(score, *span, 0.0) for score, span in zip(self.score(question, passages), spans, strict=True)]


class CountingEmbedder:
    """The real embedder, and how many passages it was given."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.fingerprint, self.max_tokens = embedder.fingerprint, embedder.max_tokens
        self.embed_question = embedder.embed_question
        self.passages = 0

    def embed_passages(self, texts: Sequence[str], may_go_on: MayGoOn = always) -> Vectors:
        self.passages += len(texts)
        return self._embedder.embed_passages(texts, may_go_on)


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "island"
    folder.mkdir()
    corpus = [{"_id": id_, "title": title, "text": text} for id_, (title, text) in PASSAGES.items()]
    queries = [
        {"_id": id_, "text": text, "answers": said, "answerability": mark} for id_, text, said, mark, _ in QUESTIONS
    ]
    judged = [f"{id_}\t{passage}\t{grade}" for id_, *_, grades in QUESTIONS for passage, grade in grades.items()]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    (folder / "qrels.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *judged]))
    return folder


@pytest.fixture
def settings(home: Path) -> Settings:
    return read_settings(home=home)


def test_every_order_of_a_set_is_scored(beir: Path, settings: Settings, embedder: Embedder) -> None:
    (scores,) = measure_set(beir, settings, embedder, NumberReader())
    assert (scores.name, scores.questions) == ("island", 2)
    assert list(scores.orders) == ["dense", "lexical", "fused", "reranked", "final"]
    assert all(order.mrr_at_10 == 1.0 for order in scores.orders.values())
    assert scores.orders["dense"].recall_at_10 == 1.0
    assert scores.milliseconds["dense"] > 0


def test_a_part_left_out_takes_no_part(beir: Path, settings: Settings, embedder: Embedder) -> None:
    without = [{"dense"}, {"lexical"}, {"reranker"}, {"dense", "lexical"}]
    variants = measure_set(beir, settings, embedder, NumberReader(), variants=[EVERYTHING, *map(frozenset, without)])
    everything, *rest = (set(scores.orders) for scores in variants)
    assert [everything - orders for orders in rest] == [{"dense"}, {"lexical"}, {"reranked"}, everything]


def test_an_index_is_kept_and_takes_in_only_what_changed(beir: Path, settings: Settings, embedder: Embedder) -> None:
    counting = CountingEmbedder(embedder)
    measure_set(beir, settings, counting, None)
    assert counting.passages == 4
    corpus = beir / "corpus.jsonl"
    corpus.write_text(corpus.read_text().replace("35 minutes", "40 minutes").replace("bread", "cake"))
    (scores,) = measure_set(beir, settings, counting, None)
    assert counting.passages == 6
    assert scores.orders["final"].mrr_at_10 == 1.0


def test_answers_are_scored_with_the_gold_passage_and_in_open_retrieval(
    beir: Path, settings: Settings, embedder: Embedder
) -> None:
    scores = measure_reading(beir, settings, embedder, NumberReader())
    assert scores.gold is not None
    assert scores.open is not None
    assert scores.refusal is not None
    # "14" is exactly right, "35" is half of "35 minutes".
    assert (scores.gold.questions, scores.gold.exact_match, scores.gold.f1) == (2, 0.5, pytest.approx((1 + 2 / 3) / 2))
    assert scores.open.exact_match == 0.5
    assert (scores.refusal.answerable, scores.refusal.unanswerable, scores.refusal.auroc) == (2, 1, 1.0)


def test_the_command_prints_every_variant_as_json(
    beir: Path, home: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(retrieval, "build_embedder", lambda settings: embedder)
    monkeypatch.setattr(retrieval, "open_reader", lambda settings, weights: NumberReader())
    words = ["--beir", str(beir), "--beir", str(beir), "--limit", "1", "--home", str(home), "--ablation", "--json"]
    monkeypatch.setattr("sys.argv", ["benchmarks.retrieval", *words])
    retrieval.main()
    printed = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in printed["everything"]] == ["island", "island", "mean"]
    assert "without combination" in printed
    assert "reranked" not in printed["without reranker"][0]["orders"]


def test_a_folder_that_is_no_set_is_refused_before_anything_is_indexed(settings: Settings, embedder: Embedder) -> None:
    with pytest.raises(ConfigurationError, match=r"corpus\.jsonl"):
        measure_set(settings.home / "nothing", settings, embedder, None)
    assert not settings.home.exists()
