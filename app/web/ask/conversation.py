"""Keeps conversations in the page's process, so that a reload finds them again.

Each answer is read in a thread of its own: clicks and reloads do not touch it, stopping does.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from app.client.connection import Interrupt
from app.client.http import HttpClient
from rag.errors import LecternError
from rag.types import Answer, AnswerTable, FoundSources, JudgedSentence, Message, PlanStep, Question, Source

log = logging.getLogger(__name__)

CONVERSATIONS_KEPT = 500
"""The longest unused one is forgotten first."""

IMAGE_BYTES_KEPT = 256 << 20
"""Of all conversations together; of older images only the names are left."""

MESSAGES_REMEMBERED = 20
"""Sent along with a question; the service reads the last few."""


class TurnState(StrEnum):
    """The state of an answer."""

    WAITING = "waiting"
    """For the answer before it."""
    SEARCHING = "searching"
    WRITING = "writing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    ERASED = "erased"
    """With a document that it quoted."""


class Turn:
    """A question and its answer as far as it has come. Written by one thread, read by any."""

    def __init__(self, asked: Question, again_of: Turn | None = None) -> None:
        self.asked = asked
        self.again_of = again_of
        """The turn in whose place it stands for the questions behind it: the same one asked again, or mended."""
        self.image_names = tuple(image.name for image in asked.images)
        self.state = TurnState.SEARCHING
        self.sources: Sequence[Source] = ()
        self.text = ""
        self.sentences: list[JudgedSentence] = []
        """Those that were judged so far."""
        self.steps: list[PlanStep] = []
        """Those that were taken so far; of one that goes on, how it stands."""
        self.table: AnswerTable | None = None
        """As far as it has come; what is in it stays where the answer is stopped."""
        self.stage = ""
        """What is done before the sources are known: "rewriting", "searching"."""
        self.asked_as = ""
        """The question that is looked up, where it was rewritten."""
        self.begun = time.time()
        """Seconds since 1970; 0 where that is not known."""
        self.note = ""
        """What people noted about the answer."""
        self.answer: Answer | None = None
        self.error: LecternError | None = None
        self.rating = ""
        self._interrupt = Interrupt()
        self._ended = threading.Event()

    @property
    def is_finished(self) -> bool:
        """Say whether nothing more will come."""
        return self.state in (TurnState.DONE, TurnState.STOPPED, TurnState.FAILED, TurnState.ERASED)

    @property
    def said(self) -> str:
        """Return the text of the answer, as far as it has come."""
        return self.answer.text if self.answer else self.text

    def forget_images(self) -> None:
        """Forget the images of the question but for their names."""
        self.asked = replace(self.asked, images=())

    def start(self, client: HttpClient, conversation: Conversation, after: Turn | None) -> None:
        """Begin to ask once the turn before has ended, and return at once."""
        if after is not None:
            self.state = TurnState.WAITING
        threading.Thread(target=self._run, args=(client, conversation, after), name="answer", daemon=True).start()

    def stop(self) -> None:
        """Close the connection to the service, which stops the LLM; the text so far stays."""
        self._interrupt.set()
        if self.state is TurnState.WAITING:
            self.state = TurnState.STOPPED

    @property
    def has_ended(self) -> bool:
        """Say whether its thread has ended too, and with it all that is kept of the turn."""
        return self._ended.is_set()

    def end(self, state: TurnState) -> None:
        """Let a turn that was kept stand as it ended."""
        self.state = state
        self._ended.set()

    def wait(self) -> None:
        """Wait for the end of the turn."""
        self._ended.wait()

    def note_progress(self, stage: str, question: str) -> None:
        """Keep what is being done before the sources are known."""
        self.stage, self.asked_as = stage, question

    def note_step(self, step: PlanStep) -> None:
        """Keep a step, in the place of how it stood before."""
        steps = list(self.steps)
        at = next((at for at, known in enumerate(steps) if known.text == step.text), len(steps))
        steps[at : at + 1] = [step]
        self.steps = steps

    def finish(self, answer: Answer) -> None:
        """Keep the whole answer."""
        self.answer = answer
        self.sources = answer.sources
        self.state = TurnState.FAILED if answer.error else TurnState.DONE

    # --- in the turn's own thread ---

    def _run(self, client: HttpClient, conversation: Conversation, after: Turn | None) -> None:
        try:
            if after is not None:
                after.wait()
            if self.state is TurnState.STOPPED:
                return
            conversation.save(self)
            self.state = TurnState.SEARCHING
            self.asked = replace(self.asked, history=conversation.history_for(self))
            self._read(client)
        except LecternError as error:
            self._fail(error)
        except Exception:
            log.exception("An answer could not be read.")
            self._fail(LecternError("The answer could not be read.", "The log of `lectern web` says why."))
        finally:
            conversation.save(self)
            self._ended.set()

    def _read(self, client: HttpClient) -> None:
        with client.ask(self.asked, interrupt=self._interrupt, on_progress=self.note_progress) as answering:
            self.sources = answering.sources
            self.state = TurnState.WRITING
            for event in answering.events():
                if isinstance(event, str):
                    self.text += event
                elif isinstance(event, FoundSources):
                    self.sources = event.sources
                elif isinstance(event, PlanStep):
                    self.note_step(event)
                elif isinstance(event, AnswerTable):
                    self.table = event
                else:
                    self.sentences.append(event)
            self.finish(answering.answer)

    def _fail(self, error: LecternError) -> None:
        if self._interrupt.is_set:
            self.state = TurnState.STOPPED
            return
        self.error = error
        self.state = TurnState.FAILED


Save = Callable[["Conversation", Turn], None]
"""Has a turn kept; called in the turn's own thread."""


class Conversation:
    """Turns of a conversation, oldest first; only its `owner` sees them."""

    def __init__(self, owner: str, id_: str = "", *, save: Save | None = None) -> None:
        # Part of a component's key, in which Streamlit does not take two underscores in a row.
        self.id = id_ or secrets.token_hex(16)
        self.owner = owner
        self.turns: list[Turn] = []
        self.title = self.collection = ""
        self.settings: Mapping[str, Any] = {}
        """The filters, mode and LLM of its last question, where it was kept."""
        self.version = 0
        """The last change of what is kept that is known here."""
        self.unsaved: LecternError | None = None
        """Why the last turn could not be kept."""
        self.is_deleted = False
        self.saving = save

    def save(self, turn: Turn) -> None:
        """Have a turn kept as it stands."""
        if self.saving is not None:
            self.saving(self, turn)

    @property
    def running(self) -> Turn | None:
        """Return the last turn that is not answered yet."""
        return self.turns[-1] if self.turns and not self.turns[-1].is_finished else None

    def ask(self, client: HttpClient, asked: Question, *, again_of: Turn | None = None) -> Turn:
        """Ask the next question; one that is asked during an answer waits for the end of that.

        `again_of` is the turn whose question this is once more: it is asked as if what came since had not been.
        """
        turn, before = Turn(asked, again_of), self.running
        self.turns.append(turn)
        turn.start(client, self, before)
        return turn

    def history_for(self, asking: Turn) -> tuple[Message, ...]:
        """Return what was said before a turn about the same collection."""
        before = self._turns_before(asking)
        history = [
            message
            for turn in before
            if turn.answer and not turn.answer.error and turn.asked.collection == asking.asked.collection
            for message in (Message("user", turn.asked.text), Message("assistant", turn.answer.text))
        ]
        return tuple(history[-MESSAGES_REMEMBERED:])

    def _turns_before(self, asking: Turn) -> list[Turn]:
        """Return the turns that a question is asked behind: the last one of each that was asked again."""
        first = asking
        while first.again_of is not None and first.again_of in self.turns:
            first = first.again_of
        before = self.turns[: self.turns.index(first)]
        replaced = [turn.again_of for turn in before]
        return [turn for turn in before if turn not in replaced]

    def stop(self) -> None:
        """Stop the answer that is being made, and those that wait for it."""
        for turn in self.turns:
            if not turn.is_finished:
                turn.stop()


class Conversations:
    """All conversations of the process, by ids that cannot be guessed."""

    def __init__(self, *, kept: int = CONVERSATIONS_KEPT, image_bytes: int = IMAGE_BYTES_KEPT) -> None:
        self._kept = kept
        self._image_bytes = image_bytes
        self._by_id: OrderedDict[str, Conversation] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, id_: str, owner: str) -> Conversation | None:
        """Return the conversation, if it is there and the owner's."""
        with self._lock:
            found = self._by_id.get(id_)
            if found is None or not secrets.compare_digest(found.owner.encode(), owner.encode()):
                return None
            self._by_id.move_to_end(id_)
            return found

    def open(self, owner: str, *, save: Save | None = None) -> Conversation:
        """Begin a new conversation; `save` has its turns kept."""
        return self.add(Conversation(owner, save=save))

    def add(self, conversation: Conversation) -> Conversation:
        """Take in a conversation that was kept."""
        with self._lock:
            self._by_id[conversation.id] = conversation
            while len(self._by_id) > self._kept:
                _, dropped = self._by_id.popitem(last=False)
                dropped.stop()
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
