"""Servers of LLMs that are installed apart, with a model made on the spot: tiny, of random weights, without sense.

LECTERN_TEST_VLLM=/path/vllm LECTERN_TEST_TRANSFORMERS=/path/transformers pytest .../test_real_servers.py
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

CONTEXT_TOKENS = 2048
START_SECONDS = 280.0
"""On two cores that others keep busy vLLM took 260 seconds to start."""

QUIET = {"HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1", "VLLM_NO_USAGE_STATS": "1", "VLLM_CPU_KVCACHE_SPACE": "1"}

CHAT_TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)


@dataclass(frozen=True)
class Program:
    """A program that serves models, and what it is told; `variable` says where it is.

    It is not looked for on the path: `transformers` in an activated environment of Lectern lacks what serving takes.
    """

    name: str
    variable: str
    arguments: tuple[str, ...]

    def find(self) -> str:
        """Its path; skips the test where it is not installed."""
        if not (found := os.environ.get(self.variable)):
            pytest.skip(f"{self.variable} does not say where {self.name} is installed")
        return found


PROGRAMS = {
    "vllm": Program(
        "vllm",
        "LECTERN_TEST_VLLM",
        ("--enforce-eager", "--dtype=float32", f"--max-model-len={CONTEXT_TOKENS}", "--max-num-seqs=4"),
    ),
    "transformers": Program("transformers", "LECTERN_TEST_TRANSFORMERS", ("--device=cpu",)),
}


def make_model(folder: Path) -> Path:
    """Write a model of 840,000 parameters with a tokenizer that knows bytes; they take 4 MB."""
    torch = pytest.importorskip("torch")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    special = ["<unk>", "<s>", "</s>"]
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({token: id_ for id_, token in enumerate([*special, *letters])}, []))
    tokenizer.add_special_tokens(special)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="</s>"
    )
    fast.chat_template = CHAT_TEMPLATE
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(special) + len(letters),
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=CONTEXT_TOKENS,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


@contextmanager
def tiny_server(program: Program, base: Path) -> Iterator[tuple[str, str]]:
    """The address of a server, and the name of its model there; skips the test where the program is not installed."""
    path = program.find()
    model = make_model(base / "model")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [path, "serve", str(model), *program.arguments, "--host=127.0.0.1", f"--port={port}"]
    log = base / "server.log"
    with log.open("w") as output:
        # Its own session: vLLM has an engine in a further process, which ends with it.
        process = subprocess.Popen(
            command, env={**os.environ, **QUIET}, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, process, log)
        yield url, str(model)
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            listed = httpx.get(f"{url}/v1/models", timeout=5)
            if listed.status_code == 200 and json.loads(listed.text)["data"]:
                return
        except httpx.HTTPError:
            time.sleep(0.5)
    pytest.fail(f"The server did not start: {log.read_text(errors='replace')[-2000:]}")
