"""Runs llama.cpp's own server, of the library xllamacpp, in a process of its own: `python -m` this module.

llama.cpp ends its process where a file is not as it expects, or memory is not to be had; here that is one answer that
fails, and not the service. It speaks with the process that started it in lines of JSON. First it says which graphics
memory there is, then it takes a `Load`, then it says the address of its server, or why there is none. It ends when its
standard input does: whoever started it has ended.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from typing import Any, TextIO

THINKING_OFF = {"enable_thinking": "false"}
"""For templates that ask for it, as Qwen3's does: what a model thinks is not shown, and costs minutes here."""


@dataclass(frozen=True, slots=True)
class Load:
    """What to load, and how; `key` is what a request has to show."""

    model: str
    projector: str
    context_tokens: int
    threads: int
    key: str

    def to_json(self) -> str:
        """Return it as one line."""
        return json.dumps(asdict(self)) + "\n"


def main() -> None:
    """Serve one model until standard input ends."""
    said = _take_standard_output()
    try:
        import xllamacpp

        devices = xllamacpp.get_device_info()
    except Exception as error:
        _say(said, problem=f"{type(error).__name__}: {error}")
        return
    _say(said, graphics_bytes=_graphics_bytes(devices))
    line = sys.stdin.readline()
    if not line:
        return
    try:
        server = xllamacpp.Server(_parameters(xllamacpp, Load(**json.loads(line))))
    except Exception as error:
        # This process ends as usual then: llama.cpp writes its log, which says why, until its end.
        _say(said, problem=str(error) or type(error).__name__)
        return
    _say(said, address=server.listening_address)
    sys.stdin.read()
    os._exit(0)


def _take_standard_output() -> TextIO:
    """Return the standard output for what is said here; what llama.cpp prints there goes to standard error instead."""
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return own


def _say(said: TextIO, **facts: object) -> None:
    said.write(json.dumps(facts) + "\n")
    said.flush()


def _graphics_bytes(devices: list[dict[str, Any]]) -> int:
    """Return the free memory of all GPUs; one that shares the memory of the processor, as Apple's do, adds none."""
    if sys.platform == "darwin":
        return 0
    own = [device for device in devices if getattr(device.get("type"), "name", "").endswith("_TYPE_GPU")]
    return sum(int(device.get("memory_free", 0)) for device in own)


def _parameters(xllamacpp: Any, load: Load) -> Any:
    asked = xllamacpp.CommonParams()
    asked.model.path = load.model
    if load.projector:
        asked.mmproj.path = load.projector
    asked.model_alias = {"model"}
    asked.hostnames, asked.port, asked.api_keys = ["127.0.0.1"], 0, [load.key]
    asked.n_ctx, asked.n_parallel = load.context_tokens, 1
    asked.cpuparams.n_threads = asked.cpuparams_batch.n_threads = load.threads
    # -1: as many layers as fit into the graphics memory.
    asked.n_gpu_layers, asked.fit_params = -1, True
    asked.default_template_kwargs = THINKING_OFF
    # Prompts of earlier questions would be kept in memory, up to 8 GB by default.
    asked.cache_ram_mib = 0
    asked.offline, asked.ui, asked.endpoint_slots = True, False, False
    return asked


if __name__ == "__main__":
    main()
