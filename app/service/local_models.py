"""The models in files (GGUF) that run on this machine: which there are, which are known, fetching and removing."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.settings import Settings
from rag.errors import ConfigurationError, LecternError, NotFoundError
from rag.models.llm.gguf_file import check_chats, find_projector, parts_of, read_gguf
from rag.models.llm.gguf_model import PROVIDER, find_file, list_files
from rag.models.llm.hub import NOTE, PARTIAL, fetch_file
from rag.models.llm.known_models import KnownModel, find_known, known_models
from rag.models.llm.llama_server import is_installed
from rag.models.llm.ollama_models import DownloadProgress


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model that is there; `size` in bytes; `error` says why it cannot be used."""

    name: str
    path: Path
    size: int
    sees_images: bool = False
    title: str = ""
    licence: str = ""
    error: LecternError | None = None

    @property
    def llm(self) -> str:
        """Return the name by which it is asked."""
        return f"{PROVIDER}:{self.name}"


class LocalModels:
    """Methods may be called from any thread."""

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.llm_folder
        self._hub = settings.model_hub

    @property
    def is_supported(self) -> bool:
        """Return whether what runs such models is installed."""
        return is_installed()

    def all(self) -> list[LocalModel]:
        """Return the models in the folder, the newest first."""
        return [_describe(path) for path in list_files(self.folder)]

    def missing(self) -> list[KnownModel]:
        """Return the known models that are not there yet, the smaller first."""
        return [known for known in known_models() if not self.is_there(known)]

    def is_there(self, known: KnownModel) -> bool:
        """Return whether a known model was fetched whole."""
        return all((self.folder / kept).is_file() for _, kept in known.files)

    def fetch(self, name: str) -> Iterator[DownloadProgress]:
        """Fetch a known model, with what it sees images by; yield how far each file is. Raises NotFoundError,
        ModelError.
        """
        known = find_known(name)
        # The projector first: without the model's own file nothing is offered.
        for file, kept in reversed(known.files):
            if not (self.folder / kept).is_file():
                yield from fetch_file(self._hub, known.repository, file, self.folder / kept)

    def remove(self, name: str) -> LocalModel:
        """Delete a model's files from the folder, and what came of one that was not fetched to its end.

        Raises NotFoundError, ConfigurationError for a file elsewhere.
        """
        name = name.removeprefix(f"{PROVIDER}:").removesuffix(".gguf")
        halves = [self.folder / f"{name}.gguf{ending}" for ending in (PARTIAL, NOTE)]
        try:
            path = find_file(f"{PROVIDER}:{name}", self.folder)
        except ConfigurationError as error:
            if Path(name).name == name and [half for half in halves if _delete(half)]:
                return LocalModel(name, self.folder / f"{name}.gguf", 0)
            raise NotFoundError(error.reason, "`lectern models list` lists those that are there.") from None
        if path.parent != self.folder.absolute():
            raise ConfigurationError(f"{path} lies elsewhere than in {self.folder}.", "Delete the file by hand.")
        removed = _describe(path)
        for part in (*parts_of(path), self.folder / f"mmproj-{name}.gguf", *halves):
            _delete(part)
        return removed


def _delete(path: Path) -> bool:
    """Delete a file; return whether there was one. Raises ConfigurationError."""
    try:
        path.unlink()
    except (FileNotFoundError, ValueError):
        return False
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        raise ConfigurationError(f"{path} cannot be deleted: {error.strerror}.", "Check who may delete it.") from None
    return True


def _describe(path: Path) -> LocalModel:
    try:
        file = read_gguf(path)
        check_chats(file)
    except LecternError as error:
        size = path.stat().st_size if path.is_file() else 0
        return LocalModel(path.stem, path, size, error=error)
    sees_images = find_projector(file) is not None
    return LocalModel(path.stem, path, file.size, sees_images, title=file.title, licence=file.licence)
