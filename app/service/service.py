"""Holds every verb of an opened index once, by subject, for every surface that works through a server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.evaluation.runner import EvaluationRuns
from app.schedule.scheduler import FolderScheduler
from app.service.answers import AnswerService
from app.service.collections import CollectionService
from app.service.documents import DocumentService
from app.service.figures import FigureService
from app.service.folder_picker import FolderPicker
from app.service.llm_settings import LlmSettings
from app.service.syncs import SyncService
from app.service.tables import TableService
from app.service.uploads import UploadService
from app.state.conversations import ConversationStore
from app.state.feedback import FeedbackStore
from app.state.folders import FolderStore
from app.state.passwords import PasswordStore
from rag.storage.catalogue.dialects.choice import Ownership


@dataclass(frozen=True, slots=True)
class Service:
    """Answers many at once and syncs one thing at a time. Methods may be called from any thread."""

    answers: AnswerService
    collections: CollectionService
    documents: DocumentService
    uploads: UploadService
    syncs: SyncService
    llms: LlmSettings
    evaluations: EvaluationRuns
    tables: TableService
    feedback: FeedbackStore
    conversations: ConversationStore
    folders: FolderStore
    passwords: PasswordStore
    folder_picker: FolderPicker
    schedule: FolderScheduler
    figures: FigureService
    ownership: Ownership
    prepare_ownership: Callable[[], None]
    """Settles what another owner, or an earlier start, may have left."""
    stop_sandboxes: Callable[[], None]

    def start(self) -> None:
        """Load the models, and begin with what the owner of the index does, if that is this process. Raises
        StoreError.
        """
        self.answers.warm_up()
        if self.ownership.is_held:
            self.take_over()

    def take_over(self) -> None:
        """Do what the owner of the index does: make again what was lost, what is owed, and the schedule; may be called
        again after an error. Raises StoreError.
        """
        self.prepare_ownership()
        self.documents.forget_files()
        self.syncs.take_over()
        self.tables.start()
        self.figures.start()
        self.schedule.start()

    def look(self) -> None:
        """Take note of what other servers on the same index have changed. Raises StoreError."""
        self.llms.look()
        self.tables.look()
        if not self.ownership.is_held:  # The owner fetches files that are not indexed yet.
            self.documents.forget_files()

    def close(self, seconds: float) -> bool:
        """Stop all work; False when some of it has not stopped within `seconds`, and the index is still in use."""
        # First, so that what is stopped now counts as cut off and not as failed.
        self.schedule.prepare_stop()
        self.answers.close()
        self.uploads.close()
        self.tables.close(seconds)
        self.figures.close(seconds)
        stopped = self.syncs.close(seconds)
        self.schedule.stop()
        self.stop_sandboxes()
        for store in (self.collections, self.feedback, self.conversations, self.evaluations, self.llms):
            store.close()
        return stopped
