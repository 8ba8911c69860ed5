"""What goes over HTTP for looking after an index: runs, explanations, models, evaluations. Pages are 0-based."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from app.api.schemas import MAX_QUESTION, WireModel

# --- folders ---


class FolderResponse(BaseModel):
    """A registered folder; times are ISO 8601 in UTC, "" for never."""

    id: int = Field(examples=[3])
    path: str = Field(examples=["/home/ann/papers"])
    collection: str
    schedule: str = Field(examples=["30 2 * * *", "every 30m"])
    watch: bool
    paused: bool
    state: str = Field(description="waiting, due, running, retrying or paused")
    added_at: str
    next_run: str
    last_attempt: str
    last_outcome: str = Field(description="empty, running, done, failed files, failed or cut off")
    last_reason: str = Field(description="why the last sync failed, or the first file that did")
    last_seconds: float
    failures: int = Field(description="failed syncs in a row")
    next_retry: str
    watch_problem: str = Field(description="why changes cannot be seen as they happen")


class FolderList(BaseModel):
    """Registered folders by path."""

    folders: list[FolderResponse]


# --- runs ---


class RunSummary(BaseModel):
    """A sync in numbers; `documents` counts those that answered after it, the failed ones that are stale among them."""

    id: int = Field(examples=[12])
    folder: str = Field(examples=["/home/ann/papers"])
    started_at: str
    finished_at: str
    outcome: str = Field(examples=["done"])
    reason: str
    remedy: str
    seconds: float
    documents: int
    added: int
    changed: int
    renamed: int
    removed: int
    unchanged: int
    failed: int
    pages: int
    chunks: int


class RunSummaryList(BaseModel):
    """The newest runs first."""

    runs: list[RunSummary]


# --- why a document does not come up ---


class WhyRequest(WireModel):
    """The question for which a document was expected."""

    question: str = Field(max_length=MAX_QUESTION, examples=["How often does the lamp flash?"])


class WhyPassage(BaseModel):
    """A passage of the document: its place among all that were found, null where it was not, and alone."""

    first_page: int
    section: str
    text: str
    place: int | None = Field(description="1 is the best; among the passages of all documents")
    cosine: float | None = Field(description="how near in meaning, at most 1")
    shares_words: bool


class WhyResponse(BaseModel):
    """Whether a document comes up for a question, why or why not, and what to do about it."""

    document: str
    comes_up: bool
    findings: list[str]
    remedies: list[str]
    passages: list[WhyPassage]


# --- models and settings ---


class OllamaModelResponse(BaseModel):
    """A model that Ollama holds; `size` in bytes."""

    name: str = Field(examples=["llama3.2:3b"])
    size: int
    is_local: bool
    can_chat: bool


class OllamaResponse(BaseModel):
    """The Ollama that is looked at; `problem` says why it cannot be asked."""

    url: str
    models: list[OllamaModelResponse]
    problem: str
    remedy: str


class PullResponse(BaseModel):
    """A model on its way to Ollama; bytes."""

    model: str
    state: Literal["running", "done", "failed", "stopped"]
    step: str = Field(examples=["pulling 633fc5be925f"])
    completed: int
    total: int
    problem: str
    remedy: str


class KeyResponse(BaseModel):
    """Whether a provider's key is set, and where; the key itself is never told."""

    provider: str = Field(examples=["anthropic"])
    variable: str = Field(examples=["ANTHROPIC_API_KEY"])
    is_set: bool
    place: str = Field(examples=["the environment"], description="empty for callers who may not change it")


class ModelsResponse(BaseModel):
    """Which LLM answers, where that was said, and which others could."""

    llm: str = Field(examples=["ollama:llama3.2:3b"], description="empty: none, answers are quotes")
    origin: Literal["chosen here", "settings", "found", "none"]
    configured: str = Field(description="what the settings name")
    sees_images: bool = Field(description="whether a question may carry images")
    is_quotes_only: bool
    problem: str
    remedy: str
    ollama: OllamaResponse
    keys: list[KeyResponse]
    pulls: list[PullResponse]


class ModelChoice(WireModel):
    """The LLM to answer with from now on: PROVIDER:MODEL, "none" for quotes only, "" for what the settings say."""

    llm: str = Field(max_length=300, examples=["ollama:llama3.2:3b"])


class ModelName(WireModel):
    """A model by Ollama's name for it."""

    model: str = Field(min_length=1, max_length=300, examples=["llama3.2:3b"])


class TrialResponse(BaseModel):
    """What an LLM said when it was asked for one word, and after how long."""

    llm: str
    reply: str
    milliseconds: float


class SettingResponse(BaseModel):
    """A setting of the search; `value` null where it is decided by calibration."""

    name: str = Field(examples=["rerank_depth"])
    value: float | None
    default: float | None
    configured: float | None = Field(description="what the settings files and the environment say")
    is_chosen: bool = Field(description="whether it was set here")
    least: float
    most: float
    description: str


class SettingsResponse(BaseModel):
    """The settings of the search that may be changed while the service runs."""

    settings: list[SettingResponse]
    embedder: str
    reranker: str
    engine: str


class SettingChange(WireModel):
    """A new value; null goes back to what the settings say."""

    name: str = Field(max_length=50, examples=["rerank_depth"])
    value: float | None


# --- evaluations ---


class GoldResponse(WireModel):
    """A question with the pages of the document that answer it; no pages: it cannot be answered."""

    question: str = Field(min_length=1, max_length=MAX_QUESTION, examples=["How often does the lamp flash?"])
    document: str = Field("", max_length=4_000, examples=["light.txt"], description="a path, or the end of one")
    pages: list[int] = Field(default_factory=list, max_length=1_000, examples=[[0]])


class GoldQuestions(WireModel):
    """Questions to keep for evaluations."""

    questions: list[GoldResponse] = Field(min_length=1, max_length=10_000)


class KeptGold(BaseModel):
    """A question that is kept."""

    id: int
    question: str
    document: str
    pages: list[int]
    added_at: str


class KeptGoldList(BaseModel):
    """The questions of a collection, the oldest first; `added` counts those that were new."""

    questions: list[KeptGold]
    added: int = 0


class QuestionOutcomeResponse(BaseModel):
    """How one question went; `rank` 1 is the first page found, null when none of its pages was."""

    question: str
    document: str
    pages: list[int]
    rank: int | None
    found: str = Field(description="the document found first")
    found_page: int | None
    milliseconds: float


class EvaluationResponse(BaseModel):
    """A run over the kept questions; `scores` as `lectern eval --json` prints them."""

    id: int
    collection: str
    started_at: str
    finished_at: str
    state: Literal["running", "done", "failed", "cut off"]
    asked: int
    questions: int
    scores: dict[str, float]
    settings: dict[str, Any]
    problem: str
    remedy: str


class EvaluationDetail(EvaluationResponse):
    """With how each question went."""

    outcomes: list[QuestionOutcomeResponse]


class EvaluationList(BaseModel):
    """The newest first."""

    evaluations: list[EvaluationResponse]
