"""What a GGUF file says is read, and a file that would end llama.cpp is refused before it is given to it."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from rag.models.llm.gguf_file import GgufError, check_chats, find_projector, read_gguf
from tests.gguf_files import gguf_file, text


def written(folder: Path, content: bytes, name: str = "model.gguf") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_header_says_what_a_model_holds_and_takes(tmp_path: Path) -> None:
    model = read_gguf(written(tmp_path, gguf_file()))
    assert (model.architecture, model.title, model.licence) == ("llama", "Tiny", "apache-2.0")
    assert (model.context_length, model.vocabulary) == (4096, 3)
    # Two layers, two heads of 16 numbers, keys and values, two bytes each.
    assert model.cache_bytes(1000) == 1000 * 2 * 2 * (16 + 16) * 2
    check_chats(model)


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.6, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_refused_wherever_it_was_cut(tmp_path: Path, share: float) -> None:
    whole = gguf_file()
    path = written(tmp_path, whole[: int(len(whole) * share)])
    with pytest.raises(GgufError, match=r"cut off|not a GGUF file") as caught:
        read_gguf(path)
    assert str(path) in caught.value.reason
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a GGUF file"),
        (b"PK\x03\x04" + b"\0" * 100, "not a GGUF file"),
        (b"<!DOCTYPE html><title>Sign in</title>", "not a GGUF file"),
        (gguf_file(version=1), "version 1"),
        (gguf_file(version=0x03000000), "big-endian"),
        (gguf_file(counts=(1 << 60, 3)), "says what cannot be"),
        (gguf_file(counts=(0, 1 << 60)), "says what cannot be"),
        (gguf_file(counts=(2, 90_000)), "damaged"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1 << 50) + b"key", "says what cannot be"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<IQ", 8, 1 << 50), "cut off"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<IIQ", 9, 8, 1 << 50), "cut off"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<IIQ", 9, 4, 1 << 62), "cut off"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<I", 99), "says what cannot be"),
        (
            b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 50,
            "says what cannot be",
        ),
        (gguf_file({"general.alignment": 0}), "says what cannot be"),
        (gguf_file({"general.alignment": 33}), "says what cannot be"),
        (gguf_file(tensor_type=12), "says what cannot be"),
    ],
)
def test_a_header_that_lies_is_refused_without_taking_memory(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(GgufError, match=said):
        read_gguf(written(tmp_path, content))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"general.architecture": "clip"}, "projector"),
        ({"general.architecture": "nomic-bert"}, "embedding model"),
        ({"llama.pooling_type": 1}, "embedding model"),
        ({"tokenizer.ggml.tokens": []}, "no language model"),
        ({"general.architecture": ""}, "no language model"),
    ],
)
def test_a_model_that_cannot_write_is_told_from_one_that_can(tmp_path: Path, values: dict[str, int], said: str) -> None:
    with pytest.raises(GgufError, match=said):
        check_chats(read_gguf(written(tmp_path, gguf_file(values))))


def test_what_is_no_file_is_said_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    for name, said in (("none.gguf", "There is no file"), (".", "is a folder"), ("pipe.gguf", "is not a file")):
        with pytest.raises(GgufError, match=said):
            read_gguf(tmp_path / name)


def test_a_model_in_parts_needs_all_of_them(tmp_path: Path) -> None:
    part = gguf_file({"split.count": 2})
    first = written(tmp_path, part, "m-00001-of-00002.gguf")
    with pytest.raises(GgufError, match=r"no file .*m-00002-of-00002"):
        read_gguf(first)
    second = written(tmp_path, part[:-1], "m-00002-of-00002.gguf")
    with pytest.raises(GgufError, match=r"00002-of-00002\.gguf is cut off"):
        read_gguf(first)
    second.write_bytes(part)
    assert read_gguf(first).size == 2 * len(part)
    with pytest.raises(GgufError, match="is part 2"):
        read_gguf(second)
    with pytest.raises(GgufError, match="has lost the name"):
        read_gguf(written(tmp_path, part, "renamed.gguf"))


def test_a_projector_is_found_for_its_own_model_only(tmp_path: Path) -> None:
    projector = gguf_file({"general.architecture": "clip"})
    gemma = read_gguf(written(tmp_path, gguf_file(), "gemma-3-4b-it-Q4_K_M.gguf"))
    assert find_projector(gemma) is None
    beside = written(tmp_path, projector, "mmproj-model-f16.gguf")
    assert find_projector(gemma) == beside, "it is the only model there"
    other = read_gguf(written(tmp_path, gguf_file(), "mistral-7b.gguf"))
    assert find_projector(gemma) is None, "it may be for either"
    named = written(tmp_path, projector, "mmproj-gemma-3-4b-it-f16.gguf")
    assert find_projector(gemma) == named
    assert find_projector(other) is None
    named.write_bytes(gguf_file({"general.architecture": "clip", "clip.vision.projection_dim": 2560}))
    assert find_projector(gemma) is None, "it makes 2560 numbers of each patch, and the model takes 64"
    named.write_bytes(projector[:-9])
    assert find_projector(gemma) is None, "it was cut off"
