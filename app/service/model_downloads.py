"""Models on their way to Ollama, each in a thread of its own; whoever asked may leave. Knows no HTTP."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from rag.errors import LecternError, NotFoundError, OverloadedError
from rag.models.llm.ollama_models import PullProgress

log = logging.getLogger(__name__)

PULLS_AT_ONCE = 3
"""More would only share the same line."""

PULLS_KEPT = 20
"""Of those that ended, to tell how."""


@dataclass(frozen=True, slots=True)
class ModelDownload:
    """A model on its way, as it stands now."""

    model: str
    state: Literal["running", "done", "failed", "stopped"] = "running"
    progress: PullProgress = field(default_factory=lambda: PullProgress("", 0, 0))
    error: LecternError | None = None


class ModelDownloads:
    """Methods may be called from any thread."""

    def __init__(self, pull_model: Callable[[str], Iterator[PullProgress]]) -> None:
        self._pull_model = pull_model
        self._pulls: dict[str, ModelDownload] = {}
        self._stopped: set[str] = set()
        self._lock = threading.Lock()

    def start(self, model: str) -> ModelDownload:
        """Fetch a model; one that is on its way already goes on. Raises OverloadedError."""
        with self._lock:
            running = self._pulls.get(model)
            if running is not None and running.state == "running":
                return running
            if sum(pull.state == "running" for pull in self._pulls.values()) >= PULLS_AT_ONCE:
                raise OverloadedError("Other models are being fetched.", "Wait for one of them, or stop one.")
            self._pulls.pop(model, None)
            self._pulls[model] = ModelDownload(model)
            self._stopped.discard(model)
            for ended in [pull.model for pull in self._pulls.values() if pull.state != "running"][:-PULLS_KEPT]:
                del self._pulls[ended]
        # Such a thread waits for Ollama; it must not hold up the end of the process.
        threading.Thread(target=self._run, args=(model,), name=f"pull {model}", daemon=True).start()
        return self._pulls[model]

    def stop(self, model: str) -> None:
        """Stop one, or forget how it ended. Raises NotFoundError."""
        with self._lock:
            pull = self._pulls.get(model)
            if pull is None:
                raise NotFoundError(f"{model!r} is not being fetched.", "`GET /models` lists what is.")
            if pull.state == "running":
                self._stopped.add(model)
            else:
                del self._pulls[model]

    def all(self) -> list[ModelDownload]:
        """Those that run and those that ended, the oldest first."""
        with self._lock:
            return list(self._pulls.values())

    def _run(self, model: str) -> None:
        pull = ModelDownload(model)
        try:
            for progress in self._pull_model(model):
                pull = replace(pull, progress=progress)
                self._note(pull)
                if model in self._stopped:
                    self._note(replace(pull, state="stopped"))
                    return
            self._note(replace(pull, state="done"))
        except LecternError as error:
            self._note(replace(pull, state="failed", error=error))
        except Exception:
            log.exception("The model %s cannot be fetched.", model)
            unknown = LecternError("It failed in a way Lectern does not know.", "See the server's log.")
            self._note(replace(pull, state="failed", error=unknown))

    def _note(self, pull: ModelDownload) -> None:
        with self._lock:
            self._pulls[pull.model] = pull
