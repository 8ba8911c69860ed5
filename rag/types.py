"""Declares the types that cross Lectern's boundaries.

Offsets are Python string offsets into `Page.text`. Page numbers are 0-based here; people are shown
`page_name`, which is 1-based with the document's own label beside it. Rectangles are in PDF points, origin at
the bottom left of the page.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

MAX_QUESTION_CHARACTERS = 8_000

Vector = NDArray[np.float32]
"""One embedding, shape (dimension,), length 1."""

Vectors = NDArray[np.float32]
"""Embeddings, shape (count, dimension), each row of length 1."""


# --- documents, as a parser returns them ---


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A box on a page in points, origin bottom left."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Span:
    """The characters `start` to `end` (exclusive) of the text of page `page` (0-based)."""

    page: int
    start: int
    end: int


DRAWN_TYPES = frozenset({"pdf", "png", "jpeg", "tiff", "webp", "gif", "bmp", "heic"})
"""The file types whose pages can be shown as pictures, with boxes for their words."""

TYPES_WITH_FIGURES = DRAWN_TYPES | {"docx", "pptx"}
"""The file types whose figures an LLM can describe."""


class BlockKind(StrEnum):
    """The kinds of stretches of page text; the chunker cuts between blocks first."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    TABLE_ROW = "table_row"
    TABLE_HEAD = "table_head"
    """A row that names the columns of the rows below it, its cells parted by bars."""
    FURNITURE = "furniture"
    """A repeated header or footer: kept in the page's text, left out of chunks."""
    CONTENTS = "contents"
    """A line of a table of contents or an index: in chunks of its own, which come after what it points to."""


CONTENTS_SECTION = "Contents"
"""The section of chunks that are a table of contents or an index."""


@dataclass(frozen=True, slots=True)
class Block:
    """A run of page text of one kind. Blocks of a page are in order and do not overlap."""

    kind: BlockKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading that opens a section: `level` 1 is the outermost; it starts at `start` in page `page`."""

    title: str
    level: int
    page: int
    start: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page, slide, sheet or (in formats without pages) the whole text.

    `layout` holds the boxes of the page's words in the packed form of `rag.page_layout`; empty where the format has
    no positions. `label` is the document's own name for the page ("iv", "F-12", a sheet's name), or "". Behind the
    words of the file `text` may go on with what an LLM says of the page's figures, each word in the box of its figure.
    """

    number: int
    text: str
    blocks: tuple[Block, ...]
    label: str = ""
    layout: bytes = b""
    described_at: int = -1
    """The character from which on `text` describes figures; -1 where it does not."""

    @property
    def own_text(self) -> str:
        """Return the words that stand in the file, without descriptions of figures."""
        return self.text if self.described_at < 0 else self.text[: self.described_at]


@dataclass(frozen=True, slots=True)
class DocumentProfile:
    """Facts about a document, found by rules from its beginning, name and properties; "" where they are unknown."""

    language: str = ""
    """ISO 639-1 code."""
    kind: str = ""
    """"annual report", "invoice", "contract", ...: English words."""
    dated: str = ""
    """ISO 8601 date that the document gives for itself."""
    period: str = ""
    """The year or quarter that it is about: "2022", "2023 Q2"."""
    organisations: tuple[str, ...] = ()
    """Those named most, most often first."""


PageWord = Literal["page", "slide", "sheet", "part", "message", ""]
"""The words for a page of a document; "" where its format has no pages."""


@dataclass(frozen=True, slots=True)
class DocumentLabel:
    """What a question can say of a document: its names, its place and its profile."""

    names: str
    """Its title and its path below the folder."""
    profile: DocumentProfile = DocumentProfile()
    path: str = ""
    folder: str = ""
    """The synced folder, whole."""
    file_type: str = ""
    is_embedded: bool = True
    """False while it is found by its words only."""


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """The result of parsing one file."""

    title: str
    file_type: str
    """The format's usual extension without the dot: "pdf", "docx", ..."""
    pages: tuple[Page, ...]
    sections: tuple[Section, ...] = ()
    author: str = ""
    created: str = ""
    """ISO 8601 date, or "" when the file does not say."""
    page_word: PageWord = ""
    """The word for a page of this format; "" where the format has no pages."""
    warnings: tuple[str, ...] = ()
    """Notes for the user on parts that were left out or repaired."""
    profile: DocumentProfile = DocumentProfile()
    described_by: str = ""
    """The LLM, with the version of the prompt, by which the figures of its pages are described; "" where they are
    not."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document, small enough for the embedder.

    `text` is the page text under `spans`, joined by newlines, and nothing else: it is what is quoted. `header`
    (document title, then section path) goes before it for embedding and reranking.
    """

    ordinal: int
    text: str
    header: str
    section: str
    spans: tuple[Span, ...]
    described_by: str = ""
    """The LLM whose words about a figure these are; "" where they stand in the file."""

    @property
    def first_page(self) -> int:
        """Return the 0-based page on which the chunk begins."""
        return self.spans[0].page

    @property
    def last_page(self) -> int:
        """Return the 0-based page on which the chunk ends."""
        return self.spans[-1].page

    @property
    def text_to_embed(self) -> str:
        """Return the header and the text, as embedder and reranker see them."""
        return f"{self.header}\n{self.text}" if self.header else self.text

    @property
    def embedding_hash(self) -> bytes:
        """Return 16 bytes that stand for what is embedded: chunks with the same ones have the same vector."""
        return hashlib.blake2b(self.text_to_embed.encode("utf-8", "surrogatepass"), digest_size=16).digest()


# --- search ---


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document as the catalogue knows it, for showing and filtering."""

    id: int
    path: str
    """Relative to its synced folder, printable."""
    folder: str
    title: str
    file_type: str
    state: str
    """"indexed", "stale" (the last good version answers), "failed" or "removed" (by the user)."""
    pages: int = 0
    chunks: int = 0
    page_word: str = ""
    author: str = ""
    created: str = ""
    size: int = 0
    indexed_at: str = ""
    version_id: int = field(default=0, compare=False)
    """Of the version that answers: another version of the document has another one."""
    reason: str = ""
    remedy: str = ""
    warnings: tuple[str, ...] = ()
    profile: DocumentProfile = DocumentProfile()
    is_embedded: bool = True
    """False while it is found by its words only, as its vectors are still to be made."""

    @property
    def has_failed(self) -> bool:
        """Return whether its file could not be read when it was last tried; a stale document answers all the same."""
        return self.state in ("failed", "stale")

    @property
    def answers(self) -> bool:
        """Return whether a version of it answers, be it an older one."""
        return self.state in ("indexed", "stale")

    @property
    def is_removed(self) -> bool:
        """Return whether a person took it out of the index, so that later syncs leave it out."""
        return self.state == "removed"


@dataclass(frozen=True, slots=True)
class DocumentSections:
    """The headings of a document in reading order, each as the path from the outermost one ("A > B")."""

    title: str
    sections: tuple[str, ...]
    language: str = ""


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A heading of a document, as the path from the outermost one ("A > B"), and the 0-based page that has it."""

    section: str
    page: int


@dataclass(frozen=True, slots=True)
class StageRank:
    """The rank (0-based) and the score that one stage gave a hit.

    Dense scores are cosines (higher is better), lexical ones BM25 (higher is better), fused ones reciprocal-rank
    sums, reranked ones whatever the cross-encoder gives, combined ones the probability that the hit answers. Scores of
    different stages do not compare.
    """

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk found for a question, with where each stage put it."""

    chunk_id: str
    document: DocumentInfo
    chunk: Chunk
    score: float
    """The final score: a probability where there is a "combined" stage, else only its order means something."""
    stages: Mapping[str, StageRank] = field(default_factory=dict)
    page_label: str = ""
    """The document's own label of the first page, where somebody has looked it up."""

    @property
    def pages(self) -> str:
        """Return its pages as people are shown them."""
        chunk = self.chunk
        return page_name(chunk.first_page, self.page_label, self.document.page_word, last_page=chunk.last_page)


@dataclass(frozen=True, slots=True)
class Reading:
    """A reader's judgement of a passage: how likely it answers, and its best answer, characters `start` to `end`.

    `relevance` is a logit, above 0 where the passage likely answers. `confidence` is the log-odds of that answer
    against "no answer here"; they order answers, of one reader, and are no probabilities.
    """

    relevance: float
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Source:
    """A numbered piece of a document shown to the LLM and to the user: adjacent chunks joined.

    `text` is the page text under `spans`, joined by newlines.
    """

    number: int
    document: DocumentInfo
    section: str
    text: str
    spans: tuple[Span, ...]
    score: float
    page_labels: Mapping[int, str] = field(default_factory=dict)
    """0-based page -> the document's own label, where it has one."""
    described_by: str = ""
    """The LLM whose words about figures these are; "" where they stand in the file."""

    @property
    def first_page(self) -> int:
        """Return the 0-based page on which the source begins."""
        return self.spans[0].page

    @property
    def last_page(self) -> int:
        """Return the 0-based page on which the source ends."""
        return self.spans[-1].page

    @property
    def pages(self) -> str:
        """Return its pages as people are shown them."""
        label = self.page_labels.get(self.first_page, "")
        return page_name(self.first_page, label, self.document.page_word, last_page=self.last_page)

    def locate(self, start: int, end: int) -> tuple[Span, ...]:
        """Return the page spans under the characters `start` to `end` of `text`."""
        found = []
        offset = 0
        for span in self.spans:
            length = span.end - span.start
            first, last = max(start - offset, 0), min(end - offset, length)
            if first < last:
                found.append(Span(span.page, span.start + first, span.start + last))
            offset += length + 1
        return tuple(found)


# --- answers ---


@dataclass(frozen=True, slots=True)
class PageRectangle:
    """A box to highlight on a 0-based page."""

    page: int
    rectangle: Rectangle


class Verdict(StrEnum):
    """The support that a sentence, or a whole answer, has in its sources."""

    SUPPORTED = "supported"
    """A source carries it, and it is about what the question names."""
    PARTLY = "partly"
    """Part of it is carried, or it is carried and about something else than the question names."""
    UNSUPPORTED = "unsupported"
    UNCITED = "uncited"
    """It names no source, and none was found that carries it."""
    NOT_CHECKED = "not_checked"
    """The answer was stopped, or broke off, before it could be checked."""


@dataclass(frozen=True, slots=True)
class JudgedSentence:
    """A sentence that claims something: characters `start` to `end` of the answer's text, its markers with it.

    `probability` says how likely the sources carry it, 0 to 1; `reason` why its verdict is not "supported", else "".
    `attributed` where Lectern, and not the LLM, found the sources that it cites. `pages` has the number of the source
    and the 0-based page of each of its citations, in their order.
    """

    start: int
    end: int
    text: str
    verdict: Verdict
    probability: float
    numbers: tuple[int, ...] = ()
    attributed: bool = False
    reason: str = ""
    pages: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """One cited sentence and the words of the source that carry it.

    `quote` is copied from the page by code. `supported` is False when nothing in the source carries the sentence, or
    it is about something else than the question names; the quote is then the nearest there is. `attributed` where
    the LLM cited nothing, and Lectern found the source.
    """

    number: int
    sentence: str
    document: str
    page: int
    page_label: str
    quote: str
    rectangles: tuple[PageRectangle, ...]
    supported: bool
    page_word: str = ""
    attributed: bool = False
    described_by: str = ""
    """The LLM that described the figure that is quoted; "" where the quote stands in the file."""

    @property
    def pages(self) -> str:
        """Return its page as people are shown it."""
        return page_name(self.page, self.page_label, self.page_word)


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image as somebody attached it to a question: nothing of it is known to be true yet."""

    name: str
    content: bytes = field(repr=False)

    @property
    def encoded(self) -> str:
        """Return its bytes in base64."""
        return base64.b64encode(self.content).decode("ascii")


@dataclass(frozen=True, slots=True)
class Image:
    """An image that was checked and may be shown to an LLM; `width` and `height` in pixels."""

    name: str
    media_type: Literal["image/png", "image/jpeg"]
    content: bytes = field(repr=False)
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation with an LLM."""

    role: Literal["system", "user", "assistant"]
    text: str
    images: tuple[Image, ...] = ()
    """Shown before the text; only a user shows any."""


FILTER_NAMES = {
    "type": "file type",
    "kind": "kind",
    "folder": "folder",
    "document": "file",
    "language": "language",
    "period": "about",
    "dated": "dated",
    "organisation": "of",
    "name": "named",
    "newest": "the newest",
}
"""The fields of filters that a question may hold, as people are shown them."""

ALL_FILTERS = "all"
"""Among the fields of filters to pass over: every one."""


@dataclass(frozen=True, slots=True)
class QuestionFilter:
    """A filter that stands in a question: "in PDFs from May" has two, of the fields "type" and "dated"."""

    field: str
    value: str
    words: str
    """The words of the question that it was understood from."""
    is_applied: bool = True
    """False where nothing among its documents answers, so that all were searched."""

    @property
    def label(self) -> str:
        """Return it in words: "file type PDF"."""
        return f"{FILTER_NAMES.get(self.field, self.field)} {self.value}".strip()


@dataclass(frozen=True, slots=True)
class JsonForm:
    """A form of JSON that an answer is to have: any object where there is no `schema`, which is JSON Schema.

    `is_strict` is what an LLM's provider is told: whether it must keep to all of the schema.
    """

    schema: Mapping[str, Any] | None = None
    name: str = "answer"
    is_strict: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question to a collection; `history` are the turns before it, `filters` those of `Retriever.retrieve`."""

    text: str
    collection: str
    filters: Mapping[str, str] = field(default_factory=dict)
    history: tuple[Message, ...] = ()
    use_llm: bool = True
    llm: str = ""
    """PROVIDER:MODEL in place of the one that answers by default."""
    images: tuple[ImageFile, ...] = ()
    mode: str = ""
    """How it is to be answered, a `rag.planning.modes.Mode`; "" where that is for Lectern to choose."""
    ignored_filters: tuple[str, ...] = ()
    """Fields of filters that are not taken from its words; ALL_FILTERS for none at all."""
    agreed: bool = False
    """Whether an LLM may read as much for it as it takes."""
    form: JsonForm | None = None
    """The form of JSON that the answer is to have; None for text."""


@dataclass(frozen=True, slots=True)
class PlanStep:
    """A step of an answer that takes more than one look-up, as people are told of it: "Reading 12 of 80 documents".

    `done` of `total` parts of it are finished; both are 0 where a step has no parts.
    """

    text: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of a table that is made from documents, and the words that prove it.

    `quote` is copied from page `page` (0-based) of the document by code; "" where the cell is no claim of its own.
    `verdict` is None there too. `note` says why a cell is empty or could not be decided.
    """

    text: str
    document_id: int = 0
    document: str = ""
    page: int = 0
    page_label: str = ""
    page_word: str = ""
    quote: str = ""
    rectangles: tuple[PageRectangle, ...] = ()
    verdict: Verdict | None = None
    note: str = ""

    @property
    def pages(self) -> str:
        """Return its page as people are shown it."""
        return page_name(self.page, self.page_label, self.page_word)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of an answer's table: one cell for each column."""

    cells: tuple[TableCell, ...]


COMPLETE = "complete"
"""Said of a table for which every document was looked at."""


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """Rows made from documents. `undecided` are those of which code could not tell whether they belong to them.

    `completeness` is "complete", "stopped after N of M", or "totals of N of M" where some documents have no sure total.
    """

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    undecided: tuple[TableRow, ...] = ()
    completeness: str = COMPLETE

    @property
    def is_complete(self) -> bool:
        """Return whether every document was looked at."""
        return self.completeness == COMPLETE


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens an LLM says it used; `estimated` when it did not say and we counted."""

    prompt_tokens: int
    completion_tokens: int
    estimated: bool = False

    def plus(self, other: Usage) -> Usage:
        """Return the tokens of two calls together."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.estimated or other.estimated,
        )


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that an LLM wants used, with its arguments as it wrote them: nothing of them is checked."""

    name: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ModelChunk:
    """A piece of an LLM's streamed answer; the last one may carry the usage, why the model stopped, and tool calls.

    One that `retracts` says that all text before it was thought and not the answer.
    """

    text: str
    usage: Usage | None = None
    finish_reason: str = ""
    retracts: bool = False
    calls: tuple[ToolCall, ...] = ()
    loading_seconds: float = 0.0
    """Of the time until the first word, what the LLM took to be loaded."""


@dataclass(frozen=True, slots=True)
class AnsweredField:
    """A field of an answer in JSON, at the characters `start` to `end` of its text; `path` is a JSON pointer.

    `reason` says why its verdict is not "supported", else "".
    """

    path: str
    start: int
    end: int
    verdict: Verdict
    reason: str = ""
    probability: float = 0.0
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The finished answer: what the stream said, checked."""

    text: str
    refused: bool
    sources: tuple[Source, ...]
    citations: tuple[Citation, ...]
    llm: str
    """"PROVIDER:MODEL", or "extractive" when no LLM took part."""
    usage: Usage
    cost_usd: float | None
    """0.0 for local models, None when the price is not known."""
    milliseconds: Mapping[str, float]
    notices: tuple[str, ...] = ()
    """Notes for the user: left-out sources, removed citation numbers, a changed embedder."""
    error: str = ""
    """Why the LLM failed, with what to do; `text` is then what had come until it did."""
    sentences: tuple[JudgedSentence, ...] = ()
    """Its sentences that claim something, each with its verdict, in order."""
    verdict: Verdict | None = None
    """None where nothing is claimed, as in a refusal."""
    probability: float = 0.0
    """How likely it is right: that the sources answer the question, and carry the sentence that they carry least."""
    mode: str = ""
    """How it was made, a `rag.planning.modes.Mode`; "" where nothing was looked up."""
    mode_reason: str = ""
    """Why it was made so, for people."""
    steps: tuple[PlanStep, ...] = ()
    """What was done for it, in order; empty for a look-up."""
    table: AnswerTable | None = None
    understood_filters: tuple[QuestionFilter, ...] = ()
    """Filters that stand in the question."""
    asked_as: str = ""
    """The follow-up as it was made to stand alone and looked up; "" where it was looked up as it was asked."""
    offer: str = ""
    """What an LLM would take, in words, to read all that the answer is about; it does so once that is agreed to."""
    is_cut_off: bool = False
    """Whether the LLM ended because it had written as much as it may."""
    fields: tuple[AnsweredField, ...] = ()
    """The fields of an answer in JSON that say something, in order."""
    nearest: tuple[Citation, ...] = ()
    """Of a refusal: the sentences that come nearest to the question, best first; none of them is said to answer."""

    @property
    def outcome(self) -> Literal["answered", "refused", "failed"]:
        """Return what became of the question, as metrics and traces count it."""
        return "failed" if self.error else "refused" if self.refused else "answered"


@dataclass(frozen=True, slots=True)
class FoundSources:
    """The sources of an answer that began with a step which needed none."""

    sources: tuple[Source, ...]


AnswerEvent = str | JudgedSentence | PlanStep | AnswerTable | FoundSources
"""What comes of an answer while it is made: a piece of its text, the verdict on a sentence, a step towards it, its
table as far as it has come, and its sources where these are known only after a step."""


def page_name(page: int, label: str, word: str, *, last_page: int | None = None) -> str:
    """Return a page as people are shown it: 1-based, with the document's own label where it differs, or several from it
    on.

    "" where the format has no pages, and so no word for one.
    """
    if not word:
        return ""
    number = str(page + 1)
    name = f"{word} {number} ({label})" if label and label != number else f"{word} {number}"
    return name if last_page in (None, page) else f"{name} to {last_page + 1}"


def place_name(document: str, pages: str) -> str:
    """Return a document's name with what `page_name` gives behind it."""
    return f"{document}, {pages}" if pages else document


# --- the catalogue's records ---


@dataclass(frozen=True, slots=True)
class KnownFile:
    """One file of a synced folder as the catalogue remembers it."""

    document_id: int
    path: str
    size: int
    mtime_ns: int
    sha256: str
    """Of the content that answers now; "" when nothing of the file was ever indexed."""
    state: str
    version_index: int | None
    """The index (see `IndexInfo`) that holds the newest good version; None when there is none."""
    failed_attempt: str = ""
    """Names the file state and the parse settings of the last failed attempt: trying the same again is futile."""
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """One index of a collection: what its vectors and chunks were made with, and where the vectors lie."""

    id: int
    fingerprint: str
    space: str
    is_active: bool

    @property
    def embedder(self) -> str:
        """Return the fingerprint of the embedder that made the vectors; what follows is how texts were read and cut."""
        return self.fingerprint.split("+")[0]

    @property
    def reading(self) -> str:
        """Return how texts were read and cut."""
        return self.fingerprint.partition("+")[2]

    def is_made_with(self, embedder: str) -> bool:
        """Return whether the vectors of the embedder with this fingerprint compare with those of the index."""
        return self.fingerprint.startswith(f"{embedder}+")


ANOTHER_NAME = "another name of "
"""Before the path of the file that a skipped link leads to."""


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it was when it was read."""

    path: str
    path_bytes: bytes
    size: int
    mtime_ns: int
    sha256: str = ""
    ctime_ns: int = field(default=0, compare=False)
    """When the system last noted a change of content or name, which no program can set back; 0 where nobody looked."""


@dataclass(frozen=True, slots=True)
class CollectionInfo:
    """A collection, for showing."""

    name: str
    folders: tuple[str, ...]
    documents: int
    failed: int
    pages: int
    chunks: int
    last_synced_at: str
    embedder: str
    description: str = ""
    """In the words of whoever made it."""
    words_only: int = 0
    """Documents that are found by their words only, as their vectors are still to be made."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One sync: `outcome` is "done", "failed files", "stopped", "failed", "running" or "cut off"; `report` is JSON.

    `reason` says why it failed as a whole, else it is "".
    """

    id: int
    collection: str
    folder: str
    started_at: str
    finished_at: str
    outcome: str
    report: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class VectorKey:
    """The vectors of one version of one document: ids `key:0` to `key:count-1` in `space`."""

    space: str
    key: str
    count: int

    @property
    def ids(self) -> list[str]:
        """Return the vectors' ids, in chunk order."""
        return [self.id_of(ordinal) for ordinal in range(self.count)]

    def id_of(self, ordinal: int) -> str:
        """Return the id of the vector of one chunk."""
        return f"{self.key}:{ordinal}"


@dataclass(frozen=True, slots=True)
class FigureCounts:
    """Pictures that an LLM looked at, those that it described, and what that took; the cost is None where the price is
    not known."""

    pictures: int
    described: int
    usage: Usage
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class UndescribedDocument:
    """A document whose figures are still to be described, or described by another LLM."""

    id: int
    index_id: int
    path: str
    file: Path
    sha256: str
    """Of the content that answers."""


@dataclass(frozen=True, slots=True)
class UnembeddedVersion:
    """A version of a document that answers by its words, and whose vectors are to be made, all or the missing ones."""

    collection: str
    document_id: int
    index: IndexInfo
    key: VectorKey


def printable_path(path: Path | bytes) -> str:
    """Return a path as text that any terminal and database takes; bytes that are no UTF-8 show as \\xNN."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
