"""The tools of a plan: search, open pages, find exact words, outline, calculate. They only read what is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rag.errors import LecternError
from rag.planning.naming import list_answering
from rag.planning.page_ends import find_in_pages
from rag.planning.phrases import Phrase
from rag.planning.protocol import PlannedCall
from rag.protocols import PlanCatalogue
from rag.retrieval import Retrieval
from rag.safety.instructions import find_instructions
from rag.safety.prompt import quote_attribute
from rag.text import content_words, sentence_spans
from rag.types import Answer, DocumentInfo, Hit, place_name

FILTER_FIELDS = ("document", "type", "title", "author", "kind", "dated", "period", "language", "organisation")
"""Fields that a plan may search by. The folder on the disk is none of its business."""

MAX_TEXT = 240
"""Characters of an argument."""
MAX_PAGES = 3
"""Pages opened at once."""
MAX_SHOWN = 3
"""Passages, or documents, that the LLM is shown of a result."""
MAX_HEADINGS = 24
SNIPPET = 240
"""Characters of a passage that the LLM is shown: what it is about, not what it says."""
BATCH = 50
"""Documents whose pages are in memory at once."""
MAX_COMPUTED = 400
"""Characters of a result that the LLM is shown."""
MAX_FOUND = 24
"""Passages with the exact words that become hits."""

_MARKER = re.compile(r" ?\[\d{1,3}\]")
"""They number sources that the answer in steps numbers otherwise."""

Compute = Callable[[str], Answer | None]
"""Answers a question by computing in code; None where it is none that rules can compute. Raises QuestionError."""

Search = Callable[[str, Mapping[str, str]], Retrieval]
"""Looks words up in the documents whose fields fit, besides what the user's own filters leave."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool found: `hits`, best first, and `lines` that say so to an LLM; every character in them is harmless."""

    hits: tuple[Hit, ...] = ()
    lines: tuple[str, ...] = ()
    retrieval: Retrieval | None = None
    note: str = ""
    """For people: where nothing could be done which argument is wrong, or what code has computed."""


@dataclass(slots=True)
class Toolbox:
    """The tools for one question. `filters` are the user's: no argument leads out of the documents that they leave."""

    collection: str
    catalogue: PlanCatalogue
    search: Search
    filters: Mapping[str, str] = field(default_factory=dict)
    compute: Compute | None = None
    is_stopped: Callable[[], bool] = lambda: False
    _documents: list[DocumentInfo] | None = None

    def run(self, call: PlannedCall) -> ToolResult:
        """Use a tool. What goes wrong is said in the result: a wrong argument ends no plan."""
        text = " ".join(call.text.split())
        if not any(map(str.isalnum, text)) or len(text) > MAX_TEXT:
            return ToolResult(note="It names nothing to look for.")
        try:
            match call.tool:
                case "search":
                    return self._search(text, dict(call.filters))
                case "find":
                    return self._find(text)
                case "open":
                    return self._open(text, call.pages)
                case "outline":
                    return self._outline(text)
                case "calculate" if self.compute is not None:
                    return self._calculate(text, self.compute)
        except LecternError as error:
            return ToolResult(note=error.reason)
        return ToolResult(note=f"There is no tool {quote_attribute(call.tool, limit=40)}.")

    def _search(self, text: str, wanted: dict[str, str]) -> ToolResult:
        filters = {name: value[:MAX_TEXT] for name, value in wanted.items() if name in FILTER_FIELDS and value.strip()}
        retrieval = self.search(text, {**filters, **self.filters})
        return ToolResult(retrieval.hits, tuple(show_hits(retrieval.hits[:MAX_SHOWN])), retrieval)

    def _find(self, text: str) -> ToolResult:
        """Count exact words by document; the passages that hold them become hits."""
        phrase = Phrase.read(text)
        if phrase is None:
            return ToolResult(note="It names no words to find.")
        counts: dict[int, int] = {}
        documents = self.documents()
        for start in range(0, len(documents), BATCH):
            if self.is_stopped():
                break
            batch = {document.id: document for document in documents[start : start + BATCH]}
            for id_, pages in self.catalogue.page_texts(list(batch)).items():
                if count := sum(1 for _ in find_in_pages(phrase, batch[id_], pages)):
                    counts[id_] = count
        most = sorted((one for one in documents if one.id in counts), key=lambda one: -counts[one.id])
        lines = [f"{_name(one)}: {counts[one.id]} times" for one in most[:MAX_SHOWN]]
        if len(most) > MAX_SHOWN:
            lines.append(f"and {len(most) - MAX_SHOWN} other documents")
        hits = [
            hit
            for document in most[:MAX_SHOWN]
            for hit in self._hits_of(document)
            if any(True for _ in phrase.find(hit.chunk.text, document.profile.language))
        ]
        return ToolResult(tuple(hits[:MAX_FOUND]), tuple(lines or ["found nowhere"]))

    def _open(self, text: str, pages: Sequence[int]) -> ToolResult:
        document = self.find_document(text)
        if document is None:
            return ToolResult(note=_no_document(text))
        numbers = sorted({page - 1 for page in pages if 1 <= page <= document.pages})[:MAX_PAGES]
        if not numbers:
            return ToolResult(note=f"{document.path} has no such page; it has {document.pages}.")
        hits = tuple(
            hit
            for hit in self._hits_of(document)
            if any(hit.chunk.first_page <= number <= hit.chunk.last_page for number in numbers)
        )
        return ToolResult(hits, tuple(show_hits(hits[:MAX_SHOWN])))

    def _outline(self, text: str) -> ToolResult:
        document = self.find_document(text)
        if document is None:
            return ToolResult(note=_no_document(text))
        first_pages: dict[str, int] = {}
        for hit in self._hits_of(document):
            if hit.chunk.section:
                first_pages.setdefault(hit.chunk.section, hit.chunk.first_page)
        lines = [
            f"page {page + 1}: {quote_attribute(_harmless(section), limit=80)}"
            for section, page in list(first_pages.items())[:MAX_HEADINGS]
        ]
        return ToolResult((), (_name(document), *lines) if lines else (f"{_name(document)}: no headings",))

    def _calculate(self, text: str, compute: Compute) -> ToolResult:
        """Have code compute; the passages on the pages of its figures become hits. No number of the LLM takes part."""
        answer = compute(text)
        if answer is None or answer.refused:
            return ToolResult(note=answer.text if answer else "The rules for calculations do not know it.")
        places = {(source.document.id, span.page) for source in answer.sources for span in source.spans}
        documents = {source.document.id: source.document for source in answer.sources}
        hits = [
            hit
            for document in documents.values()
            for hit in self._hits_of(document)
            if any((document.id, page) in places for page in range(hit.chunk.first_page, hit.chunk.last_page + 1))
        ]
        result = " ".join(_MARKER.sub("", answer.text).split())
        proofs = dict.fromkeys(place_name(one.document, one.pages) for one in answer.citations)
        note = f"{result} (computed by code; the figures: {'; '.join(proofs)})"
        return ToolResult(tuple(hits), (quote_attribute(result, limit=MAX_COMPUTED),), note=note)

    def documents(self) -> list[DocumentInfo]:
        """Return the documents that the question may be answered from."""
        if self._documents is None:
            self._documents = list_answering(self.catalogue, self.collection, self.filters)
        return self._documents

    def find_document(self, named: str) -> DocumentInfo | None:
        """Return the one document whose path or title says what is named, or has most of its words; None in doubt."""
        wanted = set(content_words(named))
        exact = [one for one in self.documents() if named.casefold() in (one.path.casefold(), one.title.casefold())]
        if exact or not wanted:
            return exact[0] if exact else None
        shares = {
            one.id: len(wanted & set(content_words(f"{one.path} {one.title}".replace("_", " ")))) / len(wanted)
            for one in self.documents()
        }
        best = [one for one in self.documents() if shares[one.id] == max(shares.values(), default=0.0)]
        return best[0] if len(best) == 1 and shares[best[0].id] >= 0.5 else None

    def _hits_of(self, document: DocumentInfo) -> list[Hit]:
        """Return all chunks of a document as hits in reading order."""
        found = self.catalogue.load_document_chunks(self.collection, document.id)
        return [Hit(id_, document, chunk, 0.0) for id_, chunk in found]


def show_hits(hits: Iterable[Hit]) -> list[str]:
    """Return a line for each hit: its document, page and the beginning of its text, without orders to its reader."""
    return [
        f"{quote_attribute(place_name(hit.document.title or hit.document.path, hit.pages), limit=100)}: "
        f"{quote_attribute(_harmless(hit.chunk.text), limit=SNIPPET)}"
        for hit in hits
    ]


def _harmless(text: str) -> str:
    """Return a text without the sentences that order its reader, or an AI, what to do."""
    spans = sentence_spans(text)
    orders = find_instructions(text, spans)
    return " ".join(text[start:end] for (start, end), is_order in zip(spans, orders, strict=True) if not is_order)


def _name(document: DocumentInfo) -> str:
    return quote_attribute(_harmless(document.title or document.path), limit=80)


def _no_document(text: str) -> str:
    return f"No single document is called “{quote_attribute(text, limit=60)}”."
