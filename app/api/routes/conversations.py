"""Keeps the conversations of each caller: lists, searches, renames, pins and deletes them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from app.api.dependencies import ServiceOf, require_collection
from app.api.error_handlers import RESPONSES
from app.api.schemas.conversations import (
    ID_PATTERN,
    ConversationChange,
    ConversationDetail,
    ConversationList,
    ConversationRequest,
    ConversationResponse,
    TurnKept,
    TurnRecord,
)
from app.api.security.middleware import require, unknown_collection
from app.state.conversations import MAX_TURNS
from app.state.tokens import Role

router = APIRouter(prefix="/conversations", tags=["conversations"], responses=RESPONSES)

ConversationId = Annotated[str, Path(pattern=ID_PATTERN, examples=["0" * 32])]
Position = Annotated[int, Path(ge=0, lt=MAX_TURNS, description="0-based")]


@router.get("")
def list_conversations(
    request: Request,
    service: ServiceOf,
    contains: Annotated[str, Query(max_length=200, description="words of the title, questions or answers")] = "",
    limit: Annotated[int, Query(ge=1, le=10_000)] = 50,
) -> ConversationList:
    """List the caller's conversations, pinned ones first, then the newest."""
    identity = require(request, Role.READ)
    listed = service.conversations.list(identity.name, contains=contains)
    seen = [one for one in listed if identity.sees(one.collection)]
    told = [ConversationResponse.from_domain(one) for one in seen[:limit]]
    return ConversationList(conversations=told, total=len(seen))


@router.get("/{id}")
def show_conversation(id: ConversationId, request: Request, service: ServiceOf) -> ConversationDetail:
    """Return one of the caller's conversations with its questions and answers."""
    identity = require(request, Role.READ)
    conversation, turns = service.conversations.load(identity.name, id)
    if not identity.sees(conversation.collection):
        raise unknown_collection(conversation.collection)
    return ConversationDetail.from_turns(conversation, [turn for turn in turns if identity.sees(turn.collection)])


@router.put("/{id}")
def save_conversation(
    id: ConversationId, given: ConversationRequest, request: Request, service: ServiceOf
) -> ConversationResponse:
    """Begin a conversation under an id of the caller's choice, 32 random hexadecimal digits, or change its settings."""
    require_collection(request, given.collection)
    identity = require(request, Role.READ, given.collection)
    settings = given.model_dump(exclude={"collection"})
    return ConversationResponse.from_domain(service.conversations.save(identity.name, id, given.collection, settings))


@router.patch("/{id}")
def change_conversation(
    id: ConversationId, change: ConversationChange, request: Request, service: ServiceOf
) -> ConversationResponse:
    """Rename or pin a conversation."""
    identity = require(request, Role.READ)
    changed = service.conversations.change(identity.name, id, title=change.title, pinned=change.pinned)
    return ConversationResponse.from_domain(changed)


@router.delete("/{id}", status_code=204)
def delete_conversation(id: ConversationId, request: Request, service: ServiceOf) -> None:
    """Delete a conversation."""
    service.conversations.delete(require(request, Role.READ).name, id)


@router.put("/{id}/turns/{position}")
def save_turn(
    id: ConversationId, position: Position, given: TurnRecord, request: Request, service: ServiceOf
) -> TurnKept:
    """Keep a question with its answer, in the place of what is kept at this position."""
    require_collection(request, given.collection)
    identity = require(request, Role.READ, given.collection)
    return TurnKept(version=service.conversations.save_turn(identity.name, id, given.to_domain(position)))
