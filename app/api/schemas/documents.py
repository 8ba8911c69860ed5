"""Defines how collections, documents and their pages go over the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from pydantic import Field

from app.api.schemas.base import CollectionName, MirroredResponse, Request, Response
from rag.types import CollectionInfo, DocumentInfo, DocumentProfile, OutlineEntry, Page
from rag.urls import without_secrets

if TYPE_CHECKING:
    from app.service.documents import PlacedWords
    from ingest.sources.links import Link

MAX_DESCRIPTION = 1_000
"""Characters; as `app.state.collections`, which needs the whole database."""

PAGE_WORD = Field(examples=["page"], description="what a page is called here; empty where there are none")


class CollectionResponse(MirroredResponse):
    """A collection."""

    name: str = Field(examples=["default"])
    folders: list[str] = Field(examples=[["/home/ann/papers"]])
    documents: int
    failed: int
    pages: int
    chunks: int
    last_synced_at: str
    embedder: str
    description: str = ""
    words_only: int = Field(0, description="documents that are found by their words only, as they are still embedded")

    def to_domain(self) -> CollectionInfo:
        """Return the collection that this tells of."""
        return CollectionInfo(**{**dict(self), "folders": tuple(self.folders)})


class FailureResponse(MirroredResponse):
    """Why documents could not be read ("…" stands for the name of each), what helps, and how many they are."""

    reason: str
    remedy: str
    documents: int


class StatisticsResponse(MirroredResponse):
    """How many documents of a collection are of which type, kind, language and year; "" for what is not known."""

    documents: int
    failed: int
    removed: int
    pages: int
    chunks: int
    size: int = Field(description="bytes")
    types: dict[str, int] = Field(examples=[{"pdf": 12, "docx": 3}])
    kinds: dict[str, int] = Field(examples=[{"invoice": 9, "": 6}])
    languages: dict[str, int] = Field(examples=[{"en": 14, "de": 1}])
    years: dict[str, int] = Field(examples=[{"2024": 8, "2023": 7}])
    failures: list[FailureResponse]


class NewCollection(Request):
    """A collection to be made, still empty."""

    name: CollectionName = Field(examples=["letters"])
    description: str = Field("", max_length=MAX_DESCRIPTION, examples=["Letters to the harbour office since 1990"])


class CollectionChange(Request):
    """Another name or description; what is not named stays."""

    name: CollectionName | None = Field(None, examples=["letters"])
    description: str | None = Field(None, max_length=MAX_DESCRIPTION)


class CollectionList(Response):
    """All collections by name."""

    collections: list[CollectionResponse]


class ProfileResponse(MirroredResponse):
    """A document's kind, language and dates, found by rules; "" where that is unknown."""

    language: str = Field(examples=["en"], description="ISO 639-1 code")
    kind: str = Field(examples=["annual report"])
    dated: str = Field(examples=["2025-12-31"], description="the date that the document gives for itself")
    period: str = Field(examples=["2025 Q4"], description="the year or quarter that it is about")
    organisations: list[str] = Field(examples=[["Brennick Ferry Company"]], description="those named most")

    def to_domain(self) -> DocumentProfile:
        """Return the profile that this tells of."""
        return DocumentProfile(**{**dict(self), "organisations": tuple(self.organisations)})


class DocumentResponse(Response):
    """A document; `state` is "indexed", "stale" (the last good version answers), "failed" or "removed"."""

    id: int = Field(examples=[7])
    document: str = Field(examples=["reports/2025.pdf"])
    folder: str
    title: str
    type: str = Field(examples=["pdf"])
    state: str = Field(examples=["indexed"])
    pages: int
    page_word: str = PAGE_WORD
    chunks: int
    author: str
    created: str
    size: int
    indexed_at: str
    reason: str
    remedy: str
    warnings: list[str]
    profile: ProfileResponse
    is_embedded: bool = Field(True, description="false while it is found by its words only")

    @classmethod
    def from_domain(cls, document: DocumentInfo) -> Self:
        """Tell of a document as the catalogue knows it."""
        return cls.copied_from(document, document=document.path, type=document.file_type)

    def to_domain(self) -> DocumentInfo:
        """Return the document that this tells of."""
        same = dict(self)
        path, file_type = same.pop("document"), same.pop("type")
        read = {"warnings": tuple(self.warnings), "profile": self.profile.to_domain()}
        return DocumentInfo(**{**same, "path": path, "file_type": file_type, **read})


class DocumentList(Response):
    """Documents of a collection by path; `total` counts all that match, `states` all there are by state."""

    documents: list[DocumentResponse]
    total: int = Field(0, examples=[1])
    states: dict[str, int] = Field(default_factory=dict, examples=[{"indexed": 1}])


class PageResponse(MirroredResponse):
    """A page's text; `label` is the document's own name for it, `boxes` [left, bottom, right, top] in points."""

    number: int = Field(examples=[0])
    label: str = Field(examples=["iv"])
    text: str
    boxes: list[list[float]] = Field(default_factory=list)

    def to_domain(self) -> Page:
        """Return the page's text, without what only the index knows of it."""
        return Page(self.number, self.text, (), label=self.label)


class WordsResponse(Response):
    """Where the words of a page lie on its picture; places are left, top, right and bottom, from 0 to 1."""

    text: str
    words: list[tuple[int, int, float, float, float, float]] = Field(
        description="the characters of the text, from and to, and the place"
    )
    marks: list[tuple[float, float, float, float]] = Field(description="the places of the boxes that were asked for")

    @classmethod
    def from_domain(cls, placed: PlacedWords) -> Self:
        """Tell where words lie."""
        words = [(start, end, *place) for start, end, place in placed.words]
        return cls(text=placed.text, words=words, marks=list(placed.marks))


class OutlineEntryResponse(MirroredResponse):
    """A heading, as the path from the outermost one, and the 0-based page that has it."""

    section: str = Field(examples=["Fees > Moorings"])
    page: int

    def to_domain(self) -> OutlineEntry:
        """Return the heading."""
        return OutlineEntry(self.section, self.page)


class OutlineResponse(Response):
    """The headings of a document in reading order."""

    sections: list[OutlineEntryResponse]

    @classmethod
    def from_domain(cls, outline: Sequence[OutlineEntry]) -> Self:
        """Tell of the headings."""
        return cls(sections=[OutlineEntryResponse.from_domain(entry) for entry in outline])


class UploadResponse(Response):
    """Files that were taken in, and the sync that indexes them."""

    documents: list[str] = Field(examples=[["letter.pdf"]])
    job: str = Field(examples=["20260102030405-1"])


class LinkRequest(Request):
    """Either the address of a document, or a document that was fetched before and is to be fetched again."""

    url: str = Field("", max_length=4_096, examples=["https://example.org/tides.html"], description="http or https")
    document: str = Field("", max_length=1_000, description="its path as `GET /collections/NAME/links` lists it")


class LinkResponse(Response):
    """From where a document was fetched; what follows the path of the address is left out."""

    document: str = Field(examples=["example.org tides.html"])
    address: str = Field(examples=["https://example.org/tides.html"])
    fetched_at: str

    @classmethod
    def from_domain(cls, document: str, link: Link) -> Self:
        """Tell of a file and its address, without what may hold a key."""
        return cls(document=document, address=without_secrets(link.url), fetched_at=link.fetched_at)


class LinkList(Response):
    """The documents of a collection that were fetched from addresses."""

    links: list[LinkResponse]


class QuestionList(Response):
    """Questions to begin with."""

    questions: list[str] = Field(examples=[["What does “Harbour Handbook” say about “Berths and moorings”?"]])
