"""Downloads models, to Ollama or to run here, each in a thread of its own, whether or not anybody waits."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from rag.errors import LecternError, NotFoundError, OverloadedError
from rag.models.llm.ollama_models import DownloadProgress

log = logging.getLogger(__name__)

DOWNLOADS_AT_ONCE = 3
"""Downloads at once; more would only share the same connection."""

DOWNLOADS_KEPT = 20
"""Ended downloads that are kept, to show how they ended."""


@dataclass(frozen=True, slots=True)
class ModelDownload:
    """A model on its way, as it stands now."""

    model: str
    state: Literal["running", "done", "failed", "stopped"] = "running"
    progress: DownloadProgress = field(default_factory=lambda: DownloadProgress("", 0, 0))
    error: LecternError | None = None


class ModelDownloads:
    """Methods may be called from any thread."""

    def __init__(self, download_model: Callable[[str], Iterator[DownloadProgress]]) -> None:
        self._download_model = download_model
        self._downloads: dict[str, ModelDownload] = {}
        self._stopped: set[str] = set()
        self._lock = threading.Lock()

    def start(self, model: str) -> ModelDownload:
        """Download a model; one that is on its way already goes on. Raises OverloadedError."""
        with self._lock:
            running = self._downloads.get(model)
            if running is not None and running.state == "running":
                return running
            if sum(download.state == "running" for download in self._downloads.values()) >= DOWNLOADS_AT_ONCE:
                raise OverloadedError("Other models are being fetched.", "Wait for one of them, or stop one.")
            self._downloads.pop(model, None)
            self._downloads[model] = ModelDownload(model)
            self._stopped.discard(model)
            for ended in [download.model for download in self._downloads.values() if download.state != "running"][
                :-DOWNLOADS_KEPT
            ]:
                del self._downloads[ended]
        # Such a thread waits for Ollama; it must not hold up the end of the process.
        threading.Thread(target=self._run, args=(model,), name=f"download of {model}", daemon=True).start()
        return self._downloads[model]

    def stop(self, model: str) -> None:
        """Stop one, or drop the record of how it ended. Raises NotFoundError."""
        with self._lock:
            download = self._downloads.get(model)
            if download is None:
                raise NotFoundError(f"{model!r} is not being fetched.", "`GET /models` lists what is.")
            if download.state == "running":
                self._stopped.add(model)
            else:
                del self._downloads[model]

    def all(self) -> list[ModelDownload]:
        """Return those that run and those that ended, the oldest first."""
        with self._lock:
            return list(self._downloads.values())

    def _run(self, model: str) -> None:
        download = ModelDownload(model)
        try:
            for progress in self._download_model(model):
                download = replace(download, progress=progress)
                self._note(download)
                if model in self._stopped:
                    self._note(replace(download, state="stopped"))
                    return
            self._note(replace(download, state="done"))
        except LecternError as error:
            self._note(replace(download, state="failed", error=error))
        except Exception:
            log.exception("The model %s cannot be fetched.", model)
            unknown = LecternError("It failed unexpectedly.", "See the server's log.")
            self._note(replace(download, state="failed", error=unknown))

    def _note(self, download: ModelDownload) -> None:
        with self._lock:
            self._downloads[download.model] = download
