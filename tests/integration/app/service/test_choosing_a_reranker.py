"""Which reranker the settings lead to, and what the doctor says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.service import build_models, doctor
from app.service.build_embedders import embedder_folder
from app.service.build_models import build_reader, build_reranker
from app.service.finding import Finding
from app.settings import Settings
from rag.errors import ConfigurationError
from rag.models.files import hash_files
from rag.models.reranker.builtin import BuiltinReader
from rag.models.reranker.named import NamedCrossEncoder
from tests.fakes import OverlapReader


def settings(tmp_path: Path, reranker: str = "", **more: object) -> Settings:
    return Settings.model_validate({"home": tmp_path, "reranker": reranker, "ollama_url": "http://127.0.0.1:9", **more})


def ship(weights: Path, sha256: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make these the weights that come along."""
    for module in (build_models, doctor):
        monkeypatch.setattr(module, "SHIPPED_WEIGHTS", weights)
        monkeypatch.setattr(module, "SHIPPED_SHA256", sha256)


def finding(settings: Settings) -> Finding:
    (found,) = doctor.examine_reranker(settings)
    return found


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    file = tmp_path / "reader.safetensors"
    file.write_bytes(b"weights")
    return file


def test_unless_told_otherwise_the_reader_reranks(tmp_path: Path) -> None:
    reader = OverlapReader()
    assert build_reranker(settings(tmp_path), reader) is reader
    assert build_reranker(settings(tmp_path), None) is None


def test_switched_off_nothing_reranks(tmp_path: Path) -> None:
    assert build_reranker(settings(tmp_path, "off"), OverlapReader()) is None


def test_a_named_cross_encoder_takes_the_readers_place(tmp_path: Path) -> None:
    assert isinstance(build_reranker(settings(tmp_path, "some/model"), OverlapReader()), NamedCrossEncoder)


def test_the_reader_loads_nothing_before_it_reads(
    tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(weights, "not yet looked at", monkeypatch)
    assert isinstance(build_reader(settings(tmp_path)), BuiltinReader)
    ship(tmp_path / "none", "", monkeypatch)
    assert build_reader(settings(tmp_path)) is None


def test_the_doctor_says_which_reranker_runs_and_how(
    tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(weights, hash_files([weights]), monkeypatch)
    assert "own, through OpenVINO" in finding(settings(tmp_path, engine="openvino")).found
    assert "own, through torch" in finding(settings(tmp_path, engine="torch")).found
    assert finding(settings(tmp_path)).is_fine
    assert finding(settings(tmp_path, "off")).found == "switched off"
    assert "some/model, through torch, from this machine only" in finding(settings(tmp_path, "some/model")).found
    assert "from its hub" in finding(settings(tmp_path, "some/model", allow_downloads=True)).found


def test_the_doctor_finds_weights_that_are_not_the_right_ones(
    tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(weights, "0" * 64, monkeypatch)
    swapped = finding(settings(tmp_path))
    assert (swapped.blocks, "damaged or were replaced" in swapped.found) == (True, True)
    assert "Reinstall Lectern" in swapped.remedy
    ship(tmp_path / "none", "0" * 64, monkeypatch)
    assert not finding(settings(tmp_path)).is_fine


def test_an_embedder_that_is_neither_a_folder_nor_on_this_machine_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as failure:
        embedder_folder(settings(tmp_path, embedder="someone/some-embedder"))
    assert "someone/some-embedder" in failure.value.reason
    assert "allow_downloads" in failure.value.remedy
