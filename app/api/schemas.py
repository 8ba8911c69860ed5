"""Describes what goes over HTTP for the OpenAPI document. Pages are 0-based."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from rag.images import MAX_IMAGE_BYTES, MAX_IMAGES

MAX_QUESTION = 8_000
MAX_TURNS = 100
MAX_IMAGE_NAME = 200
MAX_IMAGE_MEGABYTES = MAX_IMAGE_BYTES >> 20
"""Of all images of a question together."""

MAX_HITS = 500
"""More than the searches bring to the fusion."""

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg=="
"""A white pixel as PNG, for examples."""

CollectionName = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class WireModel(BaseModel):
    """A request: fields it does not know are refused, so that a misspelt one is not passed over; so are wrong types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ProblemResponse(BaseModel):
    """An error (RFC 9457): `detail` says what happened, `remedy` what to do."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no collection 'letters'."])
    remedy: str = Field(examples=["`GET /collections` lists those there are."])


# --- collections and documents ---


class CollectionResponse(BaseModel):
    """A collection."""

    name: str = Field(examples=["default"])
    folders: list[str] = Field(examples=[["/home/ann/papers"]])
    documents: int
    failed: int
    pages: int
    chunks: int
    last_synced_at: str
    embedder: str


class CollectionList(BaseModel):
    """All collections by name."""

    collections: list[CollectionResponse]


class DocumentResponse(BaseModel):
    """A document; `state` is "indexed", "stale" (the last good version answers), "failed" or "removed"."""

    id: int = Field(examples=[7])
    document: str = Field(examples=["reports/2025.pdf"])
    folder: str
    title: str
    type: str = Field(examples=["pdf"])
    state: str = Field(examples=["indexed"])
    pages: int
    page_word: str = Field(examples=["page"], description="what a page is called here; empty where there are none")
    chunks: int
    author: str
    created: str
    size: int
    indexed_at: str
    reason: str
    remedy: str
    warnings: list[str]


class DocumentList(BaseModel):
    """Documents of a collection by path; `total` counts all that match, `states` all there are by state."""

    documents: list[DocumentResponse]
    total: int = Field(0, examples=[1])
    states: dict[str, int] = Field(default_factory=dict, examples=[{"indexed": 1}])


class PageResponse(BaseModel):
    """A page's text; `label` is the document's own name for it."""

    number: int = Field(examples=[0])
    label: str = Field(examples=["iv"])
    text: str


class UploadResponse(BaseModel):
    """Files that were taken in, and the sync that indexes them."""

    documents: list[str] = Field(examples=[["letter.pdf"]])
    run: str = Field(examples=["20260102030405-1"])


class LinkRequest(WireModel):
    """Either the address of a document, or a document that was fetched before and is to be fetched again."""

    url: str = Field("", max_length=4_096, examples=["https://example.org/tides.html"], description="http or https")
    document: str = Field("", max_length=1_000, description="its path as `GET /collections/NAME/links` lists it")


class LinkResponse(BaseModel):
    """From where a document was fetched; what follows the path of the address is left out."""

    document: str = Field(examples=["example.org tides.html"])
    address: str = Field(examples=["https://example.org/tides.html"])
    fetched_at: str


class LinkList(BaseModel):
    """The documents of a collection that were fetched from addresses."""

    links: list[LinkResponse]


class QuestionList(BaseModel):
    """Questions to begin with."""

    questions: list[str] = Field(examples=[["What does “Harbour Handbook” say about “Berths and moorings”?"]])


# --- search and ask ---


class QuestionResponse(WireModel):
    """What is asked, and of which documents."""

    question: str = Field(max_length=MAX_QUESTION, examples=["How often does the lamp flash?"])
    collection: CollectionName = Field("default", examples=["default"])
    filters: dict[str, str] = Field(default_factory=dict, max_length=20, examples=[{"type": "pdf"}])


class SearchRequest(QuestionResponse):
    """What to look for; `filters` map document, folder, type, title, author or created to a value, * for anything."""

    limit: int = Field(10, ge=1, le=MAX_HITS)


class StageResponse(BaseModel):
    """Where a stage put a hit."""

    rank: int
    score: float


class HitResponse(BaseModel):
    """A passage that was found."""

    document_id: int
    document: str
    title: str
    first_page: int
    last_page: int
    page_label: str
    page_word: str = Field(examples=["page"], description="what a page is called here; empty where there are none")
    section: str
    score: float
    text: str
    stages: dict[str, StageResponse]


class SearchResult(BaseModel):
    """The passages that fit best."""

    hits: list[HitResponse]
    milliseconds: dict[str, float]
    notices: list[str]


class Turn(WireModel):
    """A turn of the conversation before the question."""

    role: Literal["user", "assistant"]
    text: str = Field(max_length=100_000)


class ImageResponse(WireModel):
    """A PNG, JPEG, WebP or GIF; which one is seen by its content."""

    name: str = Field("image", min_length=1, max_length=MAX_IMAGE_NAME, examples=["sign.png"])
    data: str = Field(examples=[PIXEL], description="the bytes of the file in base64")


class AskRequest(QuestionResponse):
    """A question; with `stream`, the answer comes as server-sent events."""

    history: list[Turn] = Field(default_factory=list, max_length=MAX_TURNS, examples=[[]])
    use_llm: bool = Field(True, description="false: answer with quotes only")
    llm: str = Field(
        "",
        max_length=200,
        examples=[""],
        description="PROVIDER:MODEL, instead of the server's own; takes the right to administer all collections",
    )
    images: list[ImageResponse] = Field(
        default_factory=list,
        examples=[[]],
        description=f"at most {MAX_IMAGES} with {MAX_IMAGE_MEGABYTES} MB together, for an LLM that sees images",
    )
    stream: bool = False
    explain: bool = Field(False, description="add what every stage found and left out")


class SourceResponse(BaseModel):
    """A numbered source of an answer."""

    number: int
    document_id: int
    document: str
    title: str
    first_page: int
    last_page: int
    page_label: str
    page_word: str = Field(examples=["page"], description="what a page is called here; empty where there are none")
    section: str
    score: float
    text: str


class PlaceResponse(BaseModel):
    """A box [left, bottom, right, top] in points on a 0-based page."""

    page: int
    box: list[float]


class CitationResponse(BaseModel):
    """A citation that was checked: `quote` is copied from the page by code."""

    number: int
    sentence: str
    document: str
    page: int
    page_label: str
    quote: str
    rectangles: list[PlaceResponse]
    supported: bool


class TokensResponse(BaseModel):
    """What the LLM used."""

    prompt: int
    completion: int
    estimated: bool


class AnswerResponse(BaseModel):
    """A finished answer; `error` says why the LLM failed, `answer` then holds what had come until it did."""

    answer: str = Field(examples=["Three times every twenty seconds [1]."])
    refused: bool
    sources: list[SourceResponse]
    citations: list[CitationResponse]
    llm: str = Field(examples=["ollama:llama3.2"])
    tokens: TokensResponse
    cost_usd: float | None
    milliseconds: dict[str, float]
    notices: list[str]
    error: str
    explanation: dict[str, Any] | None = None


class CitedPageResponse(WireModel):
    """A page that an answer cited, 0-based."""

    document: str = Field(max_length=4_000, examples=["light.txt"])
    page: int = Field(ge=0, examples=[0])


class FeedbackRequest(WireModel):
    """A word on an answer."""

    collection: CollectionName = Field("default", examples=["default"])
    question: str = Field(max_length=MAX_QUESTION, examples=["How often does the lamp flash?"])
    answer: str = Field("", max_length=100_000)
    rating: Literal["up", "down"]
    comment: str = Field("", max_length=10_000, examples=["The page is right, the number is not."])
    citations: list[CitedPageResponse] = Field(default_factory=list, max_length=100)


class FeedbackResponse(BaseModel):
    """A word on an answer, with when it came."""

    collection: str
    question: str
    answer: str
    rating: str
    comment: str
    given_at: str
    citations: list[CitedPageResponse]
    id: int


class FeedbackList(BaseModel):
    """What was said, the newest first."""

    feedback: list[FeedbackResponse]


class FeedbackAdded(BaseModel):
    """Under which number it is kept."""

    id: int


# --- syncs ---


class SyncRequest(WireModel):
    """A folder on the server's machine to bring a collection in step with."""

    folder: str = Field(min_length=1, max_length=4_000, examples=["/home/ann/papers"])
    collection: CollectionName = Field("default", examples=["default"])
    allow_empty: bool = Field(False, description="an empty folder empties the index")


class ProgressResponse(BaseModel):
    """How far a sync is."""

    files_done: int
    files_total: int
    pages: int
    path: str = Field(description="the file that was just finished, or empty")


class JobResponse(BaseModel):
    """A sync that was asked for; `error` says why it failed as a whole, `report` what became of each file."""

    id: str = Field(examples=["20260102030405-1"])
    collection: str
    folder: str
    state: str = Field(examples=["done"], description="queued, running, done, failed files, failed or stopped")
    queued_at: str
    started_at: str
    finished_at: str
    progress: ProgressResponse | None
    report: dict[str, Any] | None
    error: ProblemResponse | None


class RunResponse(BaseModel):
    """A sync as the catalogue remembers it; `reason` says why it failed as a whole, else it is empty."""

    id: int = Field(examples=[12])
    collection: str
    folder: str
    started_at: str
    finished_at: str
    outcome: str = Field(examples=["done"], description="done, failed files, stopped, failed, running or cut off")
    reason: str
    remedy: str
    report: dict[str, Any] | None


class SyncPreview(BaseModel):
    """What a sync would do."""

    report: dict[str, Any]


class RunList(BaseModel):
    """What runs or waits now, and the newest runs of the past."""

    queue: list[JobResponse]
    runs: list[RunResponse]


# --- upkeep ---


class VerifyRequest(WireModel):
    """Whether to mend what is found as well."""

    repair: bool = Field(False, description="mend what follows from the catalogue")


class DisagreementResponse(BaseModel):
    """One thing that is not as it should be: `what` names the kind, `where` the file, document or collection."""

    what: str = Field(examples=["file gone"])
    where: str = Field(examples=["default: letter.txt"])
    found: str = Field(examples=["No such file or directory."])
    remedy: str = Field(examples=["Sync the folder."])
    repaired: bool


class VerifyResult(BaseModel):
    """What was found, and which of it was repaired."""

    problems: list[DisagreementResponse]


# --- health ---
# --- access and health ---


class IdentityResponse(BaseModel):
    """Who asks; `collections` null means all, `manages_server` whether folders, models and settings may be changed."""

    name: str = Field(examples=["laptop"])
    role: str = Field(examples=["read"], description="read, write or admin")
    collections: list[str] | None = Field(examples=[None])
    has_token: bool
    manages_server: bool


class Health(BaseModel):
    """Whether the server lives, or is ready."""

    status: str = Field(examples=["ok"])
    reason: str = ""
