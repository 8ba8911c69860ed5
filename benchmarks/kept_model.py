"""Gives benchmarks an LLM whose replies are kept, and the arguments that name it, the index and the questions."""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.service.build_llm import choose_model
from app.settings import Settings, read_settings
from rag.errors import LecternError
from rag.protocols import LanguageModel
from rag.types import Message, ModelChunk, Usage

LLM_SECONDS = 900.0
"""Longest silence of the LLM: one that runs on the same processors is slow, and slowness is no failure here."""


class KeptModel:
    """An LLM whose replies are kept in a folder, with the seconds that each took."""

    def __init__(self, model: LanguageModel, folder: Path | None) -> None:
        """Take the LLM; without a folder it is asked each time."""
        self._model = model
        self._folder = folder
        self.seconds = 0.0
        """That its replies took, also those that were kept."""
        self.tokens = 0
        """That were read and written, also for those that were kept."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    @property
    def calls_tools(self) -> bool:
        """Return that it is asked in words, as small LLMs are."""
        return False

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event | None = None
    ) -> Iterator[ModelChunk]:
        """Stream as the LLM does, or say what it said the last time."""
        asked = json.dumps([self._model.name, max_tokens, [dataclasses.asdict(message) for message in messages]])
        file = self._folder / f"{hashlib.sha256(asked.encode()).hexdigest()[:24]}.json" if self._folder else None
        if file is None or not file.exists():
            started, text, usage = time.perf_counter(), "", Usage(0, 0, estimated=True)
            for piece in self._model.stream(messages, max_tokens=max_tokens, stop=stop):
                text, usage = text + piece.text, piece.usage or usage
            kept = {"text": text, "usage": dataclasses.asdict(usage), "seconds": time.perf_counter() - started}
            if file is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(json.dumps(kept), "utf-8")
        else:
            kept = json.loads(file.read_text("utf-8"))
        self.seconds += kept["seconds"]
        self.tokens += kept["usage"]["prompt_tokens"] + kept["usage"]["completion_tokens"]
        yield ModelChunk(kept["text"])
        yield ModelChunk("", Usage(**kept["usage"]), "stop")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name an index, questions about it and an LLM."""
    parser.add_argument("--home", type=Path, required=True, help="the index")
    parser.add_argument("--questions", type=Path, help="questions about its documents with gold pages")
    parser.add_argument("--beir", type=Path, help="a set in BEIR form instead")
    parser.add_argument("--llm", required=True, help="PROVIDER:MODEL")
    parser.add_argument("--llm-base-url", default="", help="its server")
    parser.add_argument("--limit", type=int, help="questions, the first; of a set, drawn the same way every time")
    parser.add_argument("--cache", type=Path, help="a folder for the replies of the LLM")
    parser.add_argument("--json", action="store_true")


def read_arguments(parser: argparse.ArgumentParser) -> tuple[argparse.Namespace, Settings, KeptModel]:
    """Return what the command line says, the settings and the LLM; ends the program where they do not fit."""
    arguments = parser.parse_args()
    if bool(arguments.questions) == bool(arguments.beir):
        parser.error("name either --questions or --beir")
    try:
        settings = read_settings(
            home=arguments.home,
            llm=arguments.llm,
            llm_base_url=arguments.llm_base_url,
            llm_timeout_seconds=LLM_SECONDS,
        )
        chosen = choose_model(settings)
    except LecternError as error:
        sys.exit(str(error))
    if chosen is None:
        parser.error("there is no such LLM")
    return arguments, settings, KeptModel(chosen, arguments.cache)
