"""Asks the service what only the pages for administration need, each as one call with a typed answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO
from urllib.parse import quote

from app.api.schemas.admin import (
    DownloadResponse,
    IdentityResponse,
    ModelsResponse,
    PasswordPatternList,
    PasswordPatternResponse,
    SettingResponse,
    SettingsResponse,
    TrialResponse,
    WhyResponse,
)
from app.api.schemas.documents import (
    CollectionResponse,
    DocumentList,
    PageResponse,
    StatisticsResponse,
    UploadResponse,
)
from app.api.schemas.evaluations import (
    EvaluationDetail,
    EvaluationList,
    EvaluationResponse,
    FeedbackList,
    FeedbackResponse,
    KeptGold,
    KeptGoldList,
)
from app.api.schemas.figures import FigureEstimateResponse, FigureStatusResponse
from app.api.schemas.syncs import (
    FolderList,
    FolderListingResponse,
    FolderResponse,
    JobResponse,
    RunList,
    RunResponse,
    RunSummary,
    RunSummaryList,
)
from app.client.http import HttpClient

RATINGS_SHOWN = 100
TRIAL_SECONDS = 180.0
"""A local LLM may be loaded first."""

UPLOAD_SECONDS = 600.0
COUNTING_SECONDS = 600.0
"""Every page of every drawn document is looked at."""


class Calls:
    """One caller and one collection; every method raises LecternError."""

    def __init__(self, client: HttpClient, collection: str) -> None:
        self._client = client
        self._connection = client.connection
        self.collection = collection
        self._at = f"/collections/{quote(collection, safe='')}"

    def identity(self) -> IdentityResponse:
        """Ask who the caller is, and what the caller may do."""
        return self._connection.get(IdentityResponse, "/me")

    # --- the collection ---

    def statistics(self) -> StatisticsResponse:
        """Return how many documents are of which kind."""
        return self._connection.get(StatisticsResponse, f"{self._at}/statistics")

    def create_collection(self, name: str, description: str) -> CollectionResponse:
        """Make an empty collection."""
        asked = {"name": name, "description": description}
        return self._connection.send(CollectionResponse, "POST", "/collections", json=asked)

    def change_collection(self, name: str, description: str) -> CollectionResponse:
        """Give the collection this name and description."""
        asked = {"name": name, "description": description}
        return self._connection.send(CollectionResponse, "PATCH", self._at, json=asked)

    def figures(self) -> FigureStatusResponse:
        """Return how far the figures of the collection are described."""
        return self._connection.get(FigureStatusResponse, f"{self._at}/figures")

    def estimate_figures(self, llm: str) -> FigureEstimateResponse:
        """Return what an LLM would take to describe them; "" is the one that answers."""
        path = f"{self._at}/figures/estimate"
        return self._connection.send(FigureEstimateResponse, "GET", path, params={"llm": llm}, timeout=COUNTING_SECONDS)

    def choose_figures(self, llm: str) -> FigureStatusResponse:
        """Have an LLM describe them, "" for none."""
        return self._connection.send(FigureStatusResponse, "PUT", f"{self._at}/figures", json={"llm": llm})

    def remove_collection(self) -> None:
        """Delete the collection with all that belongs to it."""
        self._connection.call("DELETE", self._at)

    # --- passwords of files ---

    def password_patterns(self) -> list[PasswordPatternResponse]:
        """Return the files and patterns that have a password."""
        return self._connection.get(PasswordPatternList, "/passwords").patterns

    def keep_password(self, pattern: str, password: str) -> None:
        """Keep the password of a file or pattern."""
        self._connection.call("PUT", "/passwords", json={"pattern": pattern, "password": password})

    def forget_password(self, pattern: str) -> None:
        """Delete the password of a file or pattern."""
        self._connection.call("DELETE", "/passwords", params={"pattern": pattern})

    # --- documents ---

    def documents(self, *, contains: str = "", state: str = "", limit: int, offset: int = 0) -> DocumentList:
        """Return one stretch of the documents by path."""
        asked = {"contains": contains, "state": state, "limit": limit, "offset": offset}
        return self._connection.get(DocumentList, f"{self._at}/documents", **asked)

    def page(self, document_id: int, number: int) -> PageResponse:
        """Return the text of a page (0-based)."""
        return self._connection.get(PageResponse, f"{self._at}/documents/{document_id}/pages/{number}")

    def page_image(self, document_id: int, number: int, scale: float) -> bytes:
        """Return a page of a PDF as PNG."""
        return self._client.draw_page(self.collection, document_id, number, scale=scale)

    def file(self, document_id: int) -> bytes:
        """Return the original file."""
        return self._client.load_file(self.collection, document_id)

    def upload(self, files: Sequence[tuple[str, BinaryIO]]) -> str:
        """Send files by name, read piece by piece, all or none; returns the id of the job that indexes them."""
        sent = [("file", file) for file in files]
        return self._connection.send(
            UploadResponse, "POST", f"{self._at}/documents", files=sent, timeout=UPLOAD_SECONDS
        ).job

    def add_address(self, url: str) -> UploadResponse:
        """Have the service fetch a document; return its name and the job that indexes it."""
        return self._connection.send(
            UploadResponse, "POST", f"{self._at}/links", json={"url": url}, timeout=UPLOAD_SECONDS
        )

    def job(self, job_id: str) -> JobResponse:
        """Return a sync that was asked for."""
        return self._connection.get(JobResponse, f"/jobs/{quote(job_id, safe='')}")

    def unfinished_jobs(self) -> list[JobResponse]:
        """Return the syncs that run or wait, of every collection that this caller may see."""
        return self._connection.get(RunList, "/runs", limit=1).queue

    def stop_job(self, job_id: str) -> None:
        """Stop a sync; what it has done is kept."""
        self._connection.call("DELETE", f"/jobs/{quote(job_id, safe='')}")

    def reindex(self, document_id: int) -> JobResponse:
        """Have a document read again."""
        return self._connection.send(JobResponse, "POST", f"{self._at}/documents/{document_id}/reindex")

    def remove(self, document_id: int) -> None:
        """Take a document out."""
        self._connection.call("DELETE", f"{self._at}/documents/{document_id}")

    def why(self, document_id: int, question: str) -> WhyResponse:
        """Explain why a document does or does not come up."""
        return self._connection.send(
            WhyResponse, "POST", f"{self._at}/documents/{document_id}/why", json={"question": question}
        )

    # --- folders and runs ---

    def folders(self) -> list[FolderResponse]:
        """Return all registered folders that this caller may see, of every collection."""
        return self._connection.get(FolderList, "/folders").folders

    def folder_choices(self, path: str, contains: str = "") -> FolderListingResponse:
        """Return the folders in one of the service's machine whose names contain a text; "" for where to begin."""
        wanted = {"path": path, "contains": contains}
        return self._connection.send(FolderListingResponse, "GET", "/folder-choices", params=wanted)

    def add_folder(self, path: str, collection: str, schedule: Mapping[str, Any]) -> FolderResponse:
        """Have a folder kept in step; `schedule` holds `schedule`, `every` and `watch`."""
        asked = {"path": path, "collection": collection, **schedule}
        return self._connection.send(FolderResponse, "POST", "/folders", json=asked)

    def change_folder(self, folder_id: int, change: Mapping[str, Any]) -> FolderResponse:
        """Change a folder's schedule, pause it, or go on."""
        return self._connection.send(FolderResponse, "PATCH", f"/folders/{folder_id}", json=dict(change))

    def run_folder(self, folder_id: int) -> FolderResponse:
        """Have a folder synced now."""
        return self._connection.send(FolderResponse, "POST", f"/folders/{folder_id}/run")

    def remove_folder(self, folder_id: int) -> None:
        """Stop keeping a folder in step."""
        self._connection.call("DELETE", f"/folders/{folder_id}")

    def runs(self, folder: str, limit: int) -> list[RunSummary]:
        """Return the newest syncs, of one folder or ("") of all."""
        asked = {"folder": folder, "limit": limit}
        return self._connection.get(RunSummaryList, f"{self._at}/runs", **asked).runs

    def run(self, run_id: int) -> RunResponse:
        """Return one sync with its files."""
        return self._connection.get(RunResponse, f"/runs/{run_id}")

    # --- models and settings ---

    def models(self) -> ModelsResponse:
        """Return the LLM that answers, and the others there are."""
        return self._connection.get(ModelsResponse, "/models")

    def choose_llm(self, llm: str) -> ModelsResponse:
        """Have this LLM answer from now on."""
        return self._connection.send(ModelsResponse, "PUT", "/models/chosen", json={"llm": llm})

    def try_llm(self, llm: str) -> TrialResponse:
        """Ask an LLM for one word."""
        return self._connection.send(TrialResponse, "POST", "/models/try", json={"llm": llm}, timeout=TRIAL_SECONDS)

    def give_access(self, provider: str, base_url: str, key: str | None) -> None:
        """Have the LLMs of a provider asked at an address with a key; None keeps the key of the same address."""
        self._connection.call("PUT", f"/models/access/{quote(provider)}", json={"base_url": base_url, "key": key})

    def forget_access(self, provider: str) -> None:
        """Have the address and key of a provider forgotten."""
        self._connection.call("DELETE", f"/models/access/{quote(provider)}")

    def download(self, model: str) -> DownloadResponse:
        """Have a model fetched, by Ollama or, as gguf:NAME, to run on the service's machine."""
        return self._connection.send(DownloadResponse, "POST", "/models/downloads", json={"model": model})

    def stop_download(self, model: str) -> None:
        """Stop a download, or delete the record of how it ended."""
        self._connection.call("DELETE", f"/models/downloads/{quote(model)}")

    def delete_model(self, model: str) -> None:
        """Have Ollama delete a model."""
        self._connection.call("DELETE", f"/models/ollama/{quote(model)}")

    def delete_local_model(self, name: str) -> None:
        """Delete the files of a model that runs on the service's machine."""
        self._connection.call("DELETE", f"/models/local/{quote(name)}")

    def settings(self) -> SettingsResponse:
        """Return the settings of the search."""
        return self._connection.get(SettingsResponse, "/settings")

    def change_setting(self, name: str, value: float | None) -> list[SettingResponse]:
        """Give one another value, or None for what the settings files say."""
        asked = {"name": name, "value": value}
        return self._connection.send(SettingsResponse, "PUT", "/settings", json=asked).settings

    # --- quality ---

    def questions(self) -> list[KeptGold]:
        """Return the questions that evaluations ask."""
        return self._connection.get(KeptGoldList, f"{self._at}/evaluation-questions").questions

    def add_question(self, question: str, document: str, pages: list[int]) -> int:
        """Keep a question, with its 0-based pages; returns how many are new."""
        asked = {"questions": [{"question": question, "document": document, "pages": pages}]}
        return self._connection.send(KeptGoldList, "POST", f"{self._at}/evaluation-questions", json=asked).added

    def add_question_file(self, name: str, content: bytes) -> int:
        """Keep the questions of a file; returns how many are new."""
        path = f"{self._at}/evaluation-questions/file"
        return self._connection.send(KeptGoldList, "POST", path, files={"file": (name, content)}).added

    def remove_question(self, question_id: int) -> None:
        """Delete a question."""
        self._connection.call("DELETE", f"{self._at}/evaluation-questions/{question_id}")

    def ratings(self) -> list[FeedbackResponse]:
        """List what people said about answers, the newest first."""
        asked = {"limit": RATINGS_SHOWN}
        return self._connection.get(FeedbackList, f"{self._at}/feedback", **asked).feedback

    def evaluate(self) -> EvaluationResponse:
        """Start an evaluation."""
        return self._connection.send(EvaluationResponse, "POST", f"{self._at}/evaluations")

    def evaluations(self, limit: int) -> list[EvaluationResponse]:
        """Return the evaluations, the newest first."""
        return self._connection.get(EvaluationList, f"{self._at}/evaluations", limit=limit).evaluations

    def evaluation(self, evaluation_id: int) -> EvaluationDetail:
        """Return one evaluation with the outcome of each question."""
        return self._connection.get(EvaluationDetail, f"{self._at}/evaluations/{evaluation_id}")
