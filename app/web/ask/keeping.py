"""Has the service keep conversations, and makes them again from what it kept."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from app.api.schemas.answers import AnswerResponse
from app.api.schemas.conversations import ConversationDetail, ConversationRequest, TurnRecord, TurnResponse
from app.client.http import HttpClient
from app.web import texts
from app.web.ask.conversation import Conversation, Turn, TurnState
from rag.errors import LecternError, NotFoundError
from rag.types import Question

log = logging.getLogger(__name__)

RUNNING = "running"
"""The state under which a turn is kept that is not finished: its process may end before it is."""


def save(client: HttpClient, conversation: Conversation, turn: Turn) -> None:
    """Have the service keep a turn as it stands; what fails is noted in the conversation."""
    if conversation.is_deleted:
        return
    asked = turn.asked
    settings = ConversationRequest(
        collection=asked.collection, filters=dict(asked.filters), mode=asked.mode, llm=asked.llm, use_llm=asked.use_llm
    )
    try:
        client.save_conversation(conversation.id, settings)
        position = conversation.turns.index(turn)
        record = record_of(turn)
        if turn.again_of in conversation.turns:
            record.again_of = conversation.turns.index(turn.again_of)
        conversation.version = client.save_turn(conversation.id, position, record)
    except LecternError as error:
        log.warning("A conversation could not be kept: %s", error)
        conversation.unsaved = error
    else:
        conversation.unsaved = None


def load(client: HttpClient, id_: str, owner: str) -> Conversation | None:
    """Load a conversation that the service kept; None where it keeps none under this id. Raises LecternError."""
    if len(id_) != 32 or not set(id_) <= set("0123456789abcdef"):
        return None
    try:
        kept = client.load_conversation(id_)
    except NotFoundError:
        return None
    conversation = Conversation(owner, id_)
    _fill(conversation, kept)
    return conversation


def refresh(client: HttpClient, conversation: Conversation) -> None:
    """Load the turns of a conversation again, as the service keeps them. Raises LecternError."""
    _fill(conversation, client.load_conversation(conversation.id))


def record_of(turn: Turn) -> TurnRecord:
    """Return a turn as it is kept; of its images the names."""
    asked = turn.asked
    return TurnRecord(
        collection=asked.collection,
        filters=dict(asked.filters),
        mode=asked.mode,
        llm=asked.llm,
        use_llm=asked.use_llm,
        question=asked.text,
        images=list(turn.image_names),
        state=turn.state.value if turn.is_finished else RUNNING,
        text=turn.text,
        answer=AnswerResponse.from_domain(turn.answer).to_json() if turn.answer else None,
        rating=turn.rating,
        again_of=None,
        asked_at=turn.begun,
        note=turn.note,
        reason=turn.error.reason if turn.error else "",
        remedy=turn.error.remedy if turn.error else "",
    )


def turn_of(kept: TurnResponse, collection: str) -> Turn:
    """Return a turn that was kept."""
    if kept.record is None:
        turn = Turn(Question(kept.question or texts.ASK_ERASED_QUESTION, collection))
        turn.end(TurnState.ERASED)
        return turn
    record = TurnRecord.model_validate(kept.record)
    turn = Turn(
        Question(
            record.question,
            record.collection,
            record.filters,
            use_llm=record.use_llm,
            llm=record.llm,
            mode=record.mode,
        )
    )
    turn.image_names = tuple(record.images)
    turn.begun = record.asked_at
    turn.rating, turn.note, turn.text = record.rating, record.note, record.text
    if record.answer is not None:
        turn.finish(AnswerResponse.model_validate(record.answer).to_domain())
    if record.reason:
        turn.error = LecternError(record.reason, record.remedy)
    turn.end(TurnState(record.state) if record.state in set(TurnState) else TurnState.STOPPED)
    return turn


def export_all(client: HttpClient) -> Sequence[Conversation]:
    """Load all conversations of the caller, for an export. Raises LecternError."""
    listed = client.list_conversations(limit=10_000).conversations
    loaded = [load(client, one.id, "") for one in listed]
    return [conversation for conversation in loaded if conversation is not None]


def _fill(conversation: Conversation, kept: ConversationDetail) -> None:
    told = kept.conversation
    conversation.turns = [turn_of(turn, told.collection) for turn in kept.turns]
    for turn, position in zip(conversation.turns, kept.turns, strict=True):
        again_of = (position.record or {}).get("again_of")
        if again_of is not None and again_of < len(conversation.turns):
            turn.again_of = conversation.turns[again_of]
    conversation.version = told.version
    conversation.title = told.title
    conversation.collection = told.collection
    conversation.settings = told.settings
