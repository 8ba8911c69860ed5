"""The JSON that programs are given: the same on the command line and over HTTP. Pages are 0-based."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.service.document_diagnosis import Why
    from app.service.explanation import Explanation
    from app.state.folders import RegisteredFolder
    from rag.protocols import Searcher
    from rag.types import Answer, Citation, CollectionInfo, DocumentInfo, Hit, RunRecord, Source


def page_labels(searcher: Searcher, hits: Sequence[Hit]) -> dict[tuple[int, int], str]:
    """The documents' own labels of the pages on which hits begin and end, by (document id, page)."""
    wanted: dict[int, set[int]] = {}
    for hit in hits:
        wanted.setdefault(hit.document.id, set()).update((hit.chunk.first_page, hit.chunk.last_page))
    return {
        (document_id, page.number): page.label
        for document_id, numbers in wanted.items()
        for page in searcher.load_pages(document_id, sorted(numbers)).values()
    }


def hit_json(hit: Hit, labels: Mapping[tuple[int, int], str]) -> dict[str, Any]:
    """A hit of a search; `labels` maps (document id, page) to the document's own page label."""
    return {
        "document_id": hit.document.id,
        "document": hit.document.path,
        "title": hit.document.title,
        "first_page": hit.chunk.first_page,
        "last_page": hit.chunk.last_page,
        "page_label": labels.get((hit.document.id, hit.chunk.first_page), ""),
        "page_word": hit.document.page_word,
        "section": hit.chunk.section,
        "score": hit.score,
        "text": hit.chunk.text,
        "stages": {stage: {"rank": place.rank, "score": place.score} for stage, place in hit.stages.items()},
    }


def source_json(source: Source) -> dict[str, Any]:
    """A numbered source of an answer."""
    return {
        "number": source.number,
        "document_id": source.document.id,
        "document": source.document.path,
        "title": source.document.title,
        "first_page": source.first_page,
        "last_page": source.last_page,
        "page_label": source.page_labels.get(source.first_page, ""),
        "page_word": source.document.page_word,
        "section": source.section,
        "score": source.score,
        "text": source.text,
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """A checked citation; rectangles are [left, bottom, right, top] in points on a 0-based page."""
    return {
        "number": citation.number,
        "sentence": citation.sentence,
        "document": citation.document,
        "page": citation.page,
        "page_label": citation.page_label,
        "quote": citation.quote,
        "rectangles": [
            {
                "page": place.page,
                "box": [
                    place.rectangle.left,
                    place.rectangle.bottom,
                    place.rectangle.right,
                    place.rectangle.top,
                ],
            }
            for place in citation.rectangles
        ],
        "supported": citation.supported,
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """A finished answer."""
    return {
        "answer": answer.text,
        "refused": answer.refused,
        "sources": [source_json(source) for source in answer.sources],
        "citations": [citation_json(citation) for citation in answer.citations],
        "llm": answer.llm,
        "tokens": {
            "prompt": answer.usage.prompt_tokens,
            "completion": answer.usage.completion_tokens,
            "estimated": answer.usage.estimated,
        },
        "cost_usd": answer.cost_usd,
        "milliseconds": dict(answer.milliseconds),
        "notices": list(answer.notices),
        "error": answer.error,
    }


def document_json(document: DocumentInfo) -> dict[str, Any]:
    """A document of a collection."""
    return {
        "id": document.id,
        "document": document.path,
        "folder": document.folder,
        "title": document.title,
        "type": document.file_type,
        "state": document.state,
        "pages": document.pages,
        "page_word": document.page_word,
        "chunks": document.chunks,
        "author": document.author,
        "created": document.created,
        "size": document.size,
        "indexed_at": document.indexed_at,
        "reason": document.reason,
        "remedy": document.remedy,
        "warnings": list(document.warnings),
    }


def collection_json(collection: CollectionInfo) -> dict[str, Any]:
    """A collection."""
    return {
        "name": collection.name,
        "folders": list(collection.folders),
        "documents": collection.documents,
        "failed": collection.failed,
        "pages": collection.pages,
        "chunks": collection.chunks,
        "last_synced_at": collection.last_synced_at,
        "embedder": collection.embedder,
    }


def run_json(run: RunRecord) -> dict[str, Any]:
    """One sync as the catalogue remembers it."""
    return {
        "id": run.id,
        "collection": run.collection,
        "folder": run.folder,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "outcome": run.outcome,
        "reason": run.reason,
        "remedy": run.remedy,
        "report": json.loads(run.report) if run.report else None,
    }


def run_summary_json(run: RunRecord) -> dict[str, Any]:
    """One sync in numbers; those of a sync that did not get so far are 0."""
    report = json.loads(run.report) if run.report else {}
    failed = report.get("failed", [])
    counts = {name: report.get(name, 0) for name in ("added", "changed", "renamed", "removed", "unchanged")}
    answering = counts["added"] + counts["changed"] + counts["renamed"] + counts["unchanged"]
    return {
        "id": run.id,
        "folder": run.folder,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "outcome": run.outcome,
        "reason": run.reason,
        "remedy": run.remedy,
        "seconds": report.get("seconds", 0.0),
        "documents": answering + sum(bool(file["stale"]) for file in failed),
        **counts,
        "failed": len(failed),
        "pages": report.get("pages", 0),
        "chunks": report.get("chunks", 0),
    }


def why_json(why: Why) -> dict[str, Any]:
    """Why a document does or does not come up for a question."""
    return {
        "document": why.document.path,
        "comes_up": why.comes_up,
        "findings": list(why.findings),
        "remedies": list(why.remedies),
        "passages": [
            {
                "first_page": passage.hit.chunk.first_page,
                "section": passage.hit.chunk.section,
                "text": passage.hit.chunk.text,
                "place": passage.place,
                "cosine": passage.cosine,
                "shares_words": passage.shares_words,
            }
            for passage in why.passages
        ],
    }


def folder_json(folder: RegisteredFolder) -> dict[str, Any]:
    """A registered folder; times are ISO 8601 in UTC, "" for never."""
    next_run = folder.next_run
    return {
        "id": folder.id,
        "path": folder.name,
        "collection": folder.collection,
        "schedule": folder.schedule,
        "watch": folder.watch,
        "paused": folder.paused,
        "state": folder.state,
        "added_at": time_json(folder.added_at),
        "next_run": time_json(next_run.timestamp()) if next_run else "",
        "last_attempt": time_json(folder.last_attempt),
        "last_outcome": folder.last_outcome,
        "last_reason": folder.last_reason,
        "last_seconds": folder.last_seconds,
        "failures": folder.failures,
        "next_retry": time_json(folder.next_retry),
        "watch_problem": folder.watch_problem,
    }


def time_json(seconds: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC; "" for 0, which stands for never."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds else ""


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """Every stage's ranks of each chunk, and what became of it."""
    return {
        "probability": explanation.probability,
        "threshold": explanation.threshold,
        "milliseconds": dict(explanation.milliseconds),
        "more": explanation.more,
        "hits": [{**hit_json(row.hit, {}), "fate": row.fate} for row in explanation.rows],
    }
