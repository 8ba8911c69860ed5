"""Opens an index with all that works on it, or its catalogue alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from app.backup.restore import finish_cut_off_restore
from app.service.build_embedders import CollectionEmbedders
from app.service.build_models import Models, build_models
from app.service.build_places import catalogue_place, existing_catalogue, folder_names, is_shared, service_place
from app.service.build_vectors import build_vectors
from app.service.lock import own_index
from app.settings import Settings
from ingest.idle import Foreground
from rag.errors import StoreError
from rag.language_gate import LanguageGate
from rag.protocols import Embedder, LanguageModel, PassageReader, SentenceRanker
from rag.ranking import answer_probabilities
from rag.retrieval import Retriever
from rag.storage.catalogue.checks import CatalogueChecks
from rag.storage.catalogue.dialects.choice import Ownership, find_owner, open_catalogue, own_catalogue
from rag.storage.catalogue.reader import CatalogueReader
from rag.storage.catalogue.writer import CatalogueWriter
from rag.storage.vectors import ChromaVectors

if TYPE_CHECKING:
    from app.state.replies import ReplyStore
    from ingest.cluster.connection import RayCluster
    from ingest.embedding import DocumentEmbedding
    from ingest.pipeline import IngestPipeline
    from ingest.sources.upload_folder import UploadFolder
    from rag.extraction.reader import CellReader
    from rag.pipeline import AskPipeline
    from rag.planning.planner import PlanMode, Planner
    from rag.structured.answering import FormAnswering


@dataclass(frozen=True)
class Lectern:
    """An opened index with all that works on it."""

    settings: Settings
    catalogue: CatalogueReader
    writer: CatalogueWriter
    retriever: Retriever
    embedder: Embedder
    embedders: CollectionEmbedders
    reader: PassageReader | None
    ranker: SentenceRanker | None
    judge: PassageReader | None
    vectors: ChromaVectors
    checks: CatalogueChecks
    foreground: Foreground
    """What people wait for: embedding in the background gives way to it."""
    ownership: Ownership
    """Whether this process may change the catalogue, or another one does."""
    _closing: ExitStack

    def servers(self) -> Mapping[str, str]:
        """Ask the servers that hold parts of the index: "ok" or "away" by part; nothing where all is in the home."""
        checks: dict[str, Callable[[], None]] = {}
        if self.settings.catalogue_url:
            checks["catalogue"] = self.catalogue.check
        if self.settings.chroma_url:
            checks["vectors"] = self.vectors.check
        return {part: _state_of(check) for part, check in checks.items()}

    @cached_property
    def ingest(self) -> IngestPipeline:
        """Return the pipeline that fills the index. Raises ConfigurationError for settings that only reading files
        needs.
        """
        # Imported here: a question waits for no parser.
        from app.service.build_ingest import build_ingest

        ingest = build_ingest(
            self.settings,
            writer=self.writer,
            catalogue=self.catalogue,
            vectors=self.vectors,
            embedders=self.embedders,
            embedding=self.embedding,
            cluster=self.cluster,
            upload_folder=self.upload_folder,
        )
        self._closing.callback(ingest.close)
        return ingest

    @cached_property
    def embedding(self) -> DocumentEmbedding:
        """Return what makes the vectors of documents that have none."""
        from ingest.embedding import DocumentEmbedding

        find_embedder, embedders_at_once = self.embedders.find, lambda: 1
        if self.cluster is not None:
            from app.service.build_cluster import ClusterEmbedders

            cluster = ClusterEmbedders(self.cluster, self.settings, self.embedders.find)
            find_embedder, embedders_at_once = cluster.find, cluster.count
        return DocumentEmbedding(
            catalogue=self.writer,
            vectors=self.vectors,
            find_embedder=find_embedder,
            foreground=self.foreground,
            embedders_at_once=embedders_at_once,
        )

    @cached_property
    def cluster(self) -> RayCluster | None:
        """Return the Ray cluster that the settings name, joined at the first task. Raises ConfigurationError."""
        if not self.settings.ray_address:
            return None
        from ingest.cluster.connection import RayCluster

        cluster = RayCluster(self.settings.ray_address)
        self._closing.callback(cluster.close)
        return cluster

    @cached_property
    def upload_folder(self) -> UploadFolder:
        """Return where uploads are. Raises ConfigurationError."""
        from app.service.build_uploads import build_upload_folder

        return build_upload_folder(self.settings)

    @cached_property
    def replies(self) -> ReplyStore:
        """Return what keeps the replies of an LLM for answers that are stopped. Raises StoreError."""
        from app.state.replies import ReplyStore

        store = ReplyStore(service_place(self.settings))
        self._closing.callback(store.close)
        return store

    def ask_pipeline(self, model: LanguageModel | None) -> AskPipeline:
        """Return the pipeline that answers with an LLM, or with quotes when there is none."""
        # Imported here: a search waits for nothing that words answers.
        from rag.pipeline import AskPipeline, AskSettings

        settings = self.settings
        return AskPipeline(
            retriever=self.retriever,
            searcher=self.catalogue,
            embedder=self.embedder,
            model=model,
            reader=self.reader,
            ranker=self.ranker,
            judge=self.judge,
            settings=AskSettings(
                settings.source_chunks, settings.answer_tokens, settings.refusal_threshold, settings.query_expansion
            ),
        )

    def form_answering(self, model: LanguageModel | None) -> FormAnswering:
        """Return what answers in a form of JSON, with an LLM where there is one."""
        from rag.structured.answering import FormAnswering

        return FormAnswering(
            pipeline=self.ask_pipeline(None),
            model=model,
            reader=self.cell_reader(),
            answer_tokens=self.settings.answer_tokens,
        )

    def cell_reader(self) -> CellReader:
        """Return what reads the value of a column in one document."""
        from rag.extraction.reader import CellReader

        return CellReader(retriever=self.retriever, searcher=self.catalogue, embedder=self.embedder, reader=self.reader)

    def planner(self, model: LanguageModel | None) -> Planner:
        """Return what answers questions in the mode that fits each, with an LLM where there is one."""
        from rag.planning.aggregate import Aggregation
        from rag.planning.all_documents import AllDocuments
        from rag.planning.calculate import Calculate
        from rag.planning.compare import Compare
        from rag.planning.llm_reading import LlmReading
        from rag.planning.modes import Mode
        from rag.planning.over_documents import OverDocuments
        from rag.planning.over_other_records import OverOtherRecords
        from rag.planning.over_readings import OverReadings
        from rag.planning.planner import Planner
        from rag.planning.steps import StepLimits
        from rag.planning.steps_mode import Steps
        from rag.planning.summarise import Summarise

        settings = self.settings
        answering, quoting = self.ask_pipeline(model), self.ask_pipeline(None)
        reading = LlmReading(model, answering.checker, self.replies, settings.most_calls_unasked) if model else None
        lists = AllDocuments(
            self.catalogue,
            most_read=settings.most_documents_read,
            reading=reading,
            embedder_of=self.retriever.embedder_of,
        )
        aggregation = Aggregation(lists, self.catalogue)
        modes: dict[Mode, PlanMode] = {
            Mode.ALL_DOCUMENTS: lists,
            Mode.CALCULATE: Calculate(
                self.catalogue,
                name_documents=self.retriever.named_documents,
                aggregation=aggregation,
            ),
            Mode.COMPARE: Compare(self.catalogue, name_documents=self.retriever.named_documents),
            Mode.SUMMARISE: Summarise(
                self.catalogue,
                name_documents=self.retriever.named_documents,
                embedder_of=self.retriever.embedder_of,
                reading=reading,
            ),
        }
        if model is not None:
            modes[Mode.STEPS] = Steps(
                model=model,
                pipeline=answering,
                quoting=quoting,
                catalogue=self.catalogue,
                limits=StepLimits(
                    settings.steps_look_ups, settings.steps_calls, settings.steps_tokens, settings.steps_seconds
                ),
                source_chunks=settings.steps_source_chunks,
                calculate=modes[Mode.CALCULATE],
            )
        readings = None
        if reading is not None:
            readings = OverReadings(
                self.catalogue,
                lists=lists,
                aggregation=aggregation,
                cells=self.cell_reader(),
                reading=reading,
                name_documents=self.retriever.named_documents,
                most_read=settings.most_documents_read,
            )
        return Planner(
            pipeline=answering,
            quoting=quoting,
            modes=modes,
            figures=OverDocuments(aggregation, self.catalogue),
            tables=OverOtherRecords(self.catalogue),
            readings=readings,
        )


def _state_of(check: Callable[[], None]) -> str:
    try:
        check()
    except StoreError:
        return "away"
    return "ok"


@contextmanager
def open_lectern(
    settings: Settings, command: str, *, wait_seconds: float, models: Models | None = None, may_follow: bool = False
) -> Iterator[Lectern]:
    """Own the index for a command; `models` that are there already are used as they are.

    With `may_follow` an index that is on servers is also opened while another process owns it, to answer beside it.
    Raises IndexLockedError, StoreError, ConfigurationError.
    """
    may_follow = may_follow and is_shared(settings)
    with own_index(settings.home, command, wait_seconds=wait_seconds), ExitStack() as closing:
        finish_cut_off_restore(settings.home)
        place = catalogue_place(settings)
        engine = open_catalogue(place)
        closing.callback(engine.dispose)
        ownership = closing.enter_context(
            own_catalogue(engine, place, command, wait_seconds=wait_seconds, may_follow=may_follow)
        )
        names = folder_names(settings)
        catalogue = CatalogueReader(engine, place, names)
        vectors = build_vectors(settings, engine, place)
        closing.callback(vectors.close)
        models = models or build_models(settings)
        embedders = CollectionEmbedders(settings, models.embedder)
        retriever = Retriever(
            searcher=catalogue,
            vectors=vectors,
            embedder=models.embedder,
            reranker=models.reranker,
            combine=answer_probabilities if models.reranker is models.reader else None,
            gate=LanguageGate() if models.reranker is models.reader else None,
            rerank_depth=settings.rerank_depth,
            find_embedder=embedders.find,
            find_multilingual=embedders.find_multilingual,
        )
        yield Lectern(
            settings=settings,
            catalogue=catalogue,
            writer=CatalogueWriter(engine, place, names),
            retriever=retriever,
            embedder=models.embedder,
            embedders=embedders,
            reader=models.reader,
            ranker=models.ranker,
            judge=models.judge,
            vectors=vectors,
            checks=CatalogueChecks(engine, place),
            foreground=Foreground(),
            ownership=ownership,
            _closing=closing,
        )


def find_index_owner(settings: Settings) -> str:
    """Name the process that owns an index on a server of databases, in words; "" where none does. Raises StoreError."""
    place = existing_catalogue(settings)
    engine = open_catalogue(place, is_brief=True)
    try:
        return find_owner(engine, place)
    finally:
        engine.dispose()


def open_catalogue_reader(settings: Settings) -> CatalogueReader:
    """Return the catalogue alone, to look at; also while another process owns the index. Raises StoreError."""
    place = existing_catalogue(settings)
    return CatalogueReader(open_catalogue(place, is_brief=True), place, folder_names(settings))
