"""Conversations, kept in the page's process so that a reload finds them again. Draws nothing.

Each answer is read in a thread of its own: clicks and reloads do not touch it, stopping does.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections import OrderedDict
from contextlib import aclosing
from dataclasses import replace
from enum import StrEnum

from app.api.schemas import AnswerResponse, SourceResponse
from app.web.client import Asked, AskEvent, LecternClient, Piece, ServiceError, Sources
from rag.errors import LecternError

log = logging.getLogger(__name__)

CONVERSATIONS_KEPT = 500
"""The longest unused one is forgotten first."""

IMAGE_BYTES_KEPT = 256 << 20
"""Of all conversations together; of older images only the names are left."""

MESSAGES_REMEMBERED = 20
"""Sent along with a question; the service reads the last few."""


class State(StrEnum):
    """How far an answer is."""

    SEARCHING = "searching"
    WRITING = "writing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class Turn:
    """A question and its answer as far as it has come. Written by one thread, read by any."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.image_names = tuple(image.name for image in asked.images)
        self.state = State.SEARCHING
        self.sources: tuple[SourceResponse, ...] = ()
        self.text = ""
        self.answer: AnswerResponse | None = None
        self.error: LecternError | None = None
        self.rating = ""
        self._lock = threading.Lock()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will come."""
        return self.state in (State.DONE, State.STOPPED, State.FAILED)

    @property
    def said(self) -> str:
        """The text of the answer, as far as it has come."""
        return self.answer.answer if self.answer else self.text

    def forget_images(self) -> None:
        """Keep their names only."""
        self.asked = replace(self.asked, images=())

    def start(self, client: LecternClient) -> None:
        """Ask, and return at once."""
        threading.Thread(target=self._run, args=(client,), name="answer", daemon=True).start()

    def stop(self) -> None:
        """Leave the service, which stops the LLM; what has come stays."""
        with self._lock:
            self._stopping = True
            if self._loop is not None and self._task is not None:
                self._loop.call_soon_threadsafe(self._task.cancel)

    # --- in the turn's own thread ---

    def _run(self, client: LecternClient) -> None:
        try:
            asyncio.run(self._read(client))
        except LecternError as error:
            self._fail(error)
        except Exception:
            log.exception("An answer could not be read.")
            self._fail(ServiceError("The answer could not be read.", "The log of `lectern web` says why."))

    async def _read(self, client: LecternClient) -> None:
        with self._lock:
            if self._stopping:
                self.state = State.STOPPED
                return
            self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        try:
            async with aclosing(client.ask(self.asked)) as events:
                async for event in events:
                    self.take(event)
        except asyncio.CancelledError:
            self.state = State.STOPPED
        finally:
            with self._lock:
                self._loop = self._task = None
        if not self.is_finished:
            raise ServiceError("The answer broke off.", "Ask again; the service's log may say why.")

    def take(self, event: AskEvent) -> None:
        """What comes next."""
        if isinstance(event, Sources):
            self.sources = event.sources
            self.state = State.WRITING
        elif isinstance(event, Piece):
            self.text += event.text
        else:
            self.answer = event
            self.sources = tuple(event.sources)
            self.state = State.FAILED if event.error else State.DONE

    def _fail(self, error: LecternError) -> None:
        self.error = error
        self.state = State.FAILED


class Conversation:
    """Turns, oldest first; `owner` is whose they are."""

    def __init__(self, owner: str) -> None:
        # Part of a component's key, in which Streamlit does not take two underscores in a row.
        self.id = secrets.token_hex(16)
        self.owner = owner
        self.turns: list[Turn] = []

    @property
    def running(self) -> Turn | None:
        """The turn that is being answered."""
        return self.turns[-1] if self.turns and not self.turns[-1].is_finished else None

    def ask(self, client: LecternClient, asked: Asked) -> Turn:
        """Ask the next question, with what was said before about the same collection."""
        history = [
            message
            for turn in self.turns
            if turn.answer and not turn.answer.error and turn.asked.collection == asked.collection
            for message in (("user", turn.asked.question), ("assistant", turn.answer.answer))
        ]
        remembered = tuple(history[-MESSAGES_REMEMBERED:])
        turn = Turn(replace(asked, history=remembered))
        self.turns.append(turn)
        turn.start(client)
        return turn


class Conversations:
    """All conversations of the process, by ids that cannot be guessed."""

    def __init__(self, *, kept: int = CONVERSATIONS_KEPT, image_bytes: int = IMAGE_BYTES_KEPT) -> None:
        self._kept = kept
        self._image_bytes = image_bytes
        self._by_id: OrderedDict[str, Conversation] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, id_: str, owner: str) -> Conversation | None:
        """The conversation, if it is there and the owner's."""
        with self._lock:
            found = self._by_id.get(id_)
            if found is None or not secrets.compare_digest(found.owner.encode(), owner.encode()):
                return None
            self._by_id.move_to_end(id_)
            return found

    def open(self, owner: str) -> Conversation:
        """A new one."""
        conversation = Conversation(owner)
        with self._lock:
            self._by_id[conversation.id] = conversation
            while len(self._by_id) > self._kept:
                _, dropped = self._by_id.popitem(last=False)
                if dropped.running:
                    dropped.running.stop()
        return conversation

    def forget_old_images(self) -> None:
        """Forget the images of what was asked long ago, so that all that are kept fit."""
        with self._lock:
            conversations = list(reversed(self._by_id.values()))
        room = self._image_bytes
        for turn in (turn for conversation in conversations for turn in reversed(conversation.turns)):
            room -= sum(len(image.content) for image in turn.asked.images)
            if room < 0 and turn.is_finished:
                turn.forget_images()
