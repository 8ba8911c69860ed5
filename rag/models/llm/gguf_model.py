"""Answers with a model in a GGUF file, which llama.cpp runs on this machine: no other program is needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from rag.errors import ConfigurationError, LecternError
from rag.models.llm.chat_model import ChatModel, open_chat_model
from rag.models.llm.gguf_file import GgufError, check_chats, read_gguf
from rag.models.llm.llama_server import (
    DEFAULT_CONTEXT,
    Address,
    LlamaServer,
    check_installed,
    is_installed,
    shared_server,
)
from rag.models.llm.token_estimate import estimate_tokens
from rag.types import JsonForm, Message, ModelChunk

PROVIDER = "gguf"
SUFFIX = ".gguf"
IDLE_SECONDS = 300.0
"""As Ollama does: a question soon after the last is not kept waiting, and memory is free for others in the end."""
MIN_IDLE_SECONDS = 5.0
"""For it to stay between the steps of one answer."""
SILENCE_SECONDS = 3_600.0
"""Seconds. A long prompt takes minutes to be read where there is no GPU; that the process has ended is seen at once."""
FAILURE_KEPT_SECONDS = 30.0
"""Seconds. For so long tokens are estimated, and no new attempt is made for them, where a model could not be loaded."""


def is_gguf(spec: str) -> bool:
    """Return whether an LLM is named as a file: "gguf:NAME" or "gguf:/PATH/MODEL.gguf"."""
    return spec.startswith(f"{PROVIDER}:")


def find_file(spec: str, folder: Path) -> Path:
    """Return the file that "gguf:..." names: a path, or a name in `folder`. Raises ConfigurationError."""
    named = spec.partition(":")[2].strip()
    if not named:
        raise ConfigurationError(
            f"The LLM {spec!r} names no file.",
            "Write gguf:NAME or gguf:/PATH/MODEL.gguf; `lectern models list` has names.",
        )
    if "/" in named or "\\" in named:
        path = _absolute(named)
        if path is None or not _is_there(path):
            raise ConfigurationError(f"There is no file {path or named!r}.", "Check the path of the model.")
        return path
    for path in (folder / named, folder / f"{named}{SUFFIX}"):
        if _is_there(path) and path.is_file():
            return path.absolute()
    there = ", ".join(path.stem for path in list_files(folder)) or "none"
    raise ConfigurationError(
        f"There is no model {named!r} in {folder}.",
        f"There: {there}. `lectern models get NAME` fetches one, or put a .gguf file there.",
    )


def _absolute(named: str) -> Path | None:
    try:
        return Path(named).expanduser().absolute()
    except RuntimeError:  # There is no such user.
        return None


def _is_there(path: Path) -> bool:
    """Return whether there is such a file; a name that no file can have is not there."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def list_files(folder: Path) -> list[Path]:
    """Return the models in a folder, the newest first: one for each that is in parts, and no projectors."""
    found = []
    for path in folder.glob(f"*{SUFFIX}"):
        if "mmproj" in path.name.lower() or ("-of-" in path.stem and "-00001-of-" not in path.stem):
            continue
        with suppress(OSError):
            found.append((path.stat().st_mtime, path))
    return [path for _, path in sorted(found, reverse=True)]


def find_newest(folder: Path) -> str:
    """Return the model to use when none is named: the newest in the folder that is whole and chats; "" without one, or
    without what runs it.
    """
    for path in list_files(folder) if is_installed() else ():
        with suppress(GgufError):
            check_chats(read_gguf(path))
            return f"{PROVIDER}:{path.stem}"
    return ""


def open_gguf_model(
    spec: str,
    folder: Path,
    *,
    context_tokens: int | None = None,
    sees_images: bool | None = None,
    idle_seconds: float | None = None,
) -> GgufModel:
    """Return the model "gguf:..." without loading it. Raises ConfigurationError where there is no such file, or
    nothing that runs it.

    It is loaded for the first question, and again after it has not been asked for `idle_seconds`.
    """
    check_installed()
    path = find_file(spec, folder)
    kept = IDLE_SECONDS if idle_seconds is None else max(idle_seconds, MIN_IDLE_SECONDS)
    server = shared_server(path, context_tokens=context_tokens, idle_seconds=kept)
    return GgufModel(spec, server, sees_images=sees_images)


class GgufModel:
    """A `rag.protocols.LanguageModel` over llama.cpp; the process that runs it may be shared with others."""

    def __init__(self, spec: str, server: LlamaServer, *, sees_images: bool | None) -> None:
        self._spec = spec
        self._server = server
        self._vision_setting = sees_images
        self._opened: tuple[Address, ChatModel] | None = None
        self._lock = threading.Lock()
        self._failed_until = 0.0
        self._told_of: Address | None = None
        """The server that a question has waited for, and was told so."""

    def __repr__(self) -> str:
        return f"GgufModel({self._spec!r})"

    @property
    def name(self) -> str:
        """Return "gguf:" and the file as the user named it."""
        return self._spec

    @property
    def is_local(self) -> bool:
        """Return True: it runs here."""
        return True

    @property
    def context_tokens(self) -> int:
        """Return how many tokens prompt and answer may have together: chosen by the model and the free memory.

        The model is loaded for it: until then, the memory may change.
        """
        return self._ask(lambda _: self._server.plan.context_tokens) or DEFAULT_CONTEXT

    @property
    def sees_images(self) -> bool:
        """Return whether it looks at images: the setting, else whether its projector lies beside it."""
        if self._vision_setting is not None:
            return self._vision_setting
        try:
            return self._server.projector is not None
        except LecternError:
            return False

    def count_tokens(self, text: str) -> int:
        """Return the tokens of `text` by the model's own tokenizer, for which it is loaded; an estimate where it
        cannot be.
        """
        counted = self._ask(lambda address: self._open(address).count_tokens(text))
        return estimate_tokens(text) if counted is None else counted

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event | None = None
    ) -> Iterator[ModelChunk]:
        """Yield the answer as it is made; the last piece carries usage and stop reason.

        Raises LibraryError, ModelError, also once `stop` is set, which any thread may do.
        """
        return self._stream(lambda model: model.stream(messages, max_tokens=max_tokens, stop=stop), stop)

    def stream_json(
        self, messages: Sequence[Message], form: JsonForm, *, max_tokens: int, stop: threading.Event | None = None
    ) -> Iterator[ModelChunk]:
        """Yield an answer in JSON as `stream` does, which llama.cpp holds to the form. Raises what `stream` does."""
        return self._stream(lambda model: model.stream_json(messages, form, max_tokens=max_tokens, stop=stop), stop)

    def _stream(
        self, ask: Callable[[ChatModel], Iterator[ModelChunk]], stop: threading.Event | None
    ) -> Iterator[ModelChunk]:
        with self._server.in_use(stop) as address:
            # It may have been loaded a moment ago, to count the tokens of this question.
            loading = 0.0 if address is self._told_of else address.loading_seconds
            self._told_of = address
            pieces = ask(self._open(address))
            try:
                with closing(pieces):  # type: ignore[type-var]
                    for piece in pieces:
                        yield replace(piece, loading_seconds=loading) if piece.finish_reason else piece
            except LecternError as error:
                raise self._server.explain_end() or error from None

    def close(self) -> None:
        """Close the connections; the model stays loaded until nobody has asked it for a while."""
        with self._lock:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened[1].close()

    def _ask(self, question: Callable[[Address], int]) -> int | None:
        """Return what the running server is asked; None where it cannot be started, and for a while after that.

        Why it cannot is said when it is asked for the answer.
        """
        if time.monotonic() < self._failed_until:
            return None
        try:
            with self._server.in_use() as address:
                return question(address)
        except LecternError:
            self._failed_until = time.monotonic() + FAILURE_KEPT_SECONDS
            return None

    def _open(self, address: Address) -> ChatModel:
        """Return the client of the running server."""
        with self._lock:
            if self._opened is None or self._opened[0] is not address:
                model = open_chat_model(
                    "openai:model",
                    base_url=f"{address.url}/v1",
                    api_key=address.key,
                    timeout_seconds=SILENCE_SECONDS,
                    retries=0,
                    sees_images=self.sees_images,
                    shown_as=self._spec,
                )
                self._opened = address, model
            return self._opened[1]
