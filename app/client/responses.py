"""Reads the JSON of `app.api.json_responses` back into the objects it was made from, as far as it tells. Knows no HTTP.

What it reads gives the same JSON again. Raises KeyError, TypeError or ValueError for what is something else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.client.base import Found
from app.service.explanation import ExplainedHit, Explanation
from rag.retrieval import Retrieval
from rag.types import (
    Answer,
    Chunk,
    Citation,
    CollectionInfo,
    DocumentInfo,
    Hit,
    Page,
    PageRectangle,
    Rectangle,
    RunRecord,
    Source,
    Span,
    StageRank,
    Usage,
)

Values = Mapping[str, Any]


def found_of(values: Values) -> Found:
    """What a search found."""
    hits = tuple(hit_of(hit) for hit in values["hits"])
    labels = {(hit["document_id"], hit["first_page"]): hit["page_label"] for hit in values["hits"]}
    return Found(Retrieval(hits, values["milliseconds"], tuple(values["notices"])), labels)


def hit_of(values: Values) -> Hit:
    """A hit; its chunk knows its pages and its text, and not where on them it stands."""
    chunk = Chunk(ordinal=0, text=values["text"], header="", section=values["section"], spans=_pages_of(values))
    stages = {stage: StageRank(place["rank"], place["score"]) for stage, place in values["stages"].items()}
    return Hit("", _document_beside(values), chunk, values["score"], stages)


def source_of(values: Values) -> Source:
    """A source; it knows its pages, and not where on them it stands."""
    return Source(
        number=values["number"],
        document=_document_beside(values),
        section=values["section"],
        text=values["text"],
        spans=_pages_of(values),
        score=values["score"],
        page_labels={values["first_page"]: values["page_label"]},
    )


def citation_of(values: Values) -> Citation:
    """A checked citation."""
    places = tuple(PageRectangle(place["page"], Rectangle(*place["box"])) for place in values["rectangles"])
    return Citation(**{**values, "rectangles": places})


def answer_of(values: Values) -> Answer:
    """A finished answer."""
    tokens = values["tokens"]
    return Answer(
        text=values["answer"],
        refused=values["refused"],
        sources=tuple(source_of(source) for source in values["sources"]),
        citations=tuple(citation_of(citation) for citation in values["citations"]),
        llm=values["llm"],
        usage=Usage(tokens["prompt"], tokens["completion"], tokens["estimated"]),
        cost_usd=values["cost_usd"],
        milliseconds=values["milliseconds"],
        notices=tuple(values["notices"]),
        error=values["error"],
    )


def explanation_of(values: Values) -> Explanation:
    """How an answer's sources were found."""
    return Explanation(
        rows=tuple(ExplainedHit(hit_of(row), row["fate"]) for row in values["hits"]),
        more=values["more"],
        probability=values["probability"],
        threshold=values["threshold"],
        milliseconds=values["milliseconds"],
    )


def document_of(values: Values) -> DocumentInfo:
    """A document of a list."""
    named = {"document": "path", "type": "file_type"}
    same = {named.get(name, name): value for name, value in values.items()}
    return DocumentInfo(**{**same, "warnings": tuple(values["warnings"])})


def collection_of(values: Values) -> CollectionInfo:
    """A collection."""
    return CollectionInfo(**{**values, "folders": tuple(values["folders"])})


def run_of(values: Values) -> RunRecord:
    """A past sync."""
    report = values["report"]
    return RunRecord(**{**values, "report": "" if report is None else json.dumps(report)})


def page_of(values: Values) -> Page:
    """A page's text."""
    return Page(values["number"], values["text"], (), label=values["label"])


def _document_beside(values: Values) -> DocumentInfo:
    """The document of a hit or a source, which tell little of it."""
    return DocumentInfo(
        id=values["document_id"],
        path=values["document"],
        folder="",
        title=values["title"],
        file_type="",
        state="",
        page_word=values["page_word"],
    )


def _pages_of(values: Values) -> tuple[Span, ...]:
    return tuple(Span(page, 0, 0) for page in sorted({values["first_page"], values["last_page"]}))
