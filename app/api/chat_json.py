"""Writes an answer in JSON for clients of OpenAI's API: the JSON alone, with citations beside it, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.api.page_view import page_address
from app.api.schemas.answers import CitationResponse
from rag.safety.output import make_inert
from rag.types import Answer, AnsweredField, Citation


@dataclass(frozen=True, slots=True)
class ChatJson:
    """An answer as JSON, or as a refusal, with its citations as OpenAI's `url_citation` and what is said of it."""

    content: str
    refusal: str
    annotations: list[dict[str, Any]]
    lectern: dict[str, Any]


def write_chat_json(answer: Answer, base_url: str) -> ChatJson:
    """Return an answer in JSON; `base_url` is the address of its collection."""
    addresses = {source.number: source.document for source in answer.sources}

    def annotate(field: AnsweredField, citation: Citation) -> dict[str, Any]:
        document = addresses[citation.number]
        cited = {
            "start_index": field.start,
            "end_index": field.end,
            "title": make_inert(document.title or document.path),
            "url": page_address(base_url, document.id, citation.page, [citation]),
        }
        ours = {"field": field.path, **CitationResponse.from_domain(citation).to_json()}
        return {"type": "url_citation", "url_citation": cited, "lectern": ours}

    fields = [{"field": one.path, "verdict": one.verdict, "reason": one.reason} for one in answer.fields]
    return ChatJson(
        content="" if answer.refused else answer.text,
        refusal=answer.text if answer.refused else "",
        annotations=[annotate(field, citation) for field in answer.fields for citation in field.citations],
        lectern={"verdict": answer.verdict, "fields": fields, "notices": list(answer.notices)},
    )
