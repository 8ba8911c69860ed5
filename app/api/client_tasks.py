"""Recognises what chat clients ask for in the background, titles and the like, and answers it by rules.

A client sends these to the same model as the questions. They are no questions about documents: nothing is looked up
for them, and they are not counted. Each is known by words of the client's own prompt that no question holds together
(Open WebUI 0.6 to 0.12, LibreChat, NextChat, Chatbox).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.types import Message

TaskKind = Literal["title", "tags", "follow-ups", "queries", "completion", "image", "emoji", "summary"]

MAX_TITLE_WORDS = 8
MAX_TAGS = 3
MAX_FOLLOW_UPS = 3
MAX_SUMMARY = 1_200
"""Characters."""

NO_TITLE = "New conversation"
NO_TAG = "General"
EMOJI = "📄"

_HISTORY = re.compile(
    r"<chat_history>(?P<history>.*?)</chat_history>"
    r"|^### Messages Being Compacted:\n(?P<compacted>.*?)(?=^### Recent Messages Kept In Context:|\Z)",
    re.DOTALL | re.MULTILINE,
)
_TURN = re.compile(r"^(USER|ASSISTANT): ?", re.MULTILINE)
_ASKED_KEY = re.compile(r'\{\s*"(title|tags|follow_ups|queries|text|prompt)"\s*:')
_KINDS: dict[str, TaskKind] = {
    "title": "title",
    "tags": "tags",
    "follow_ups": "follow-ups",
    "queries": "queries",
    "text": "completion",
    "prompt": "image",
}
_WORDED: Sequence[tuple[TaskKind, tuple[str, ...]]] = (
    ("emoji", ("likely facial expression", "fitting emoji")),
    ("title", ("concise, 5-word-or-less title for the conversation",)),
    ("title", ("analyze this conversation and provide", "detected language", "concise title")),
    ("title", ("concise title", "conversation that starts with")),
    ("title", ("four to five word title summarizing our conversation", "without any lead-in")),
    ("title", ("based on the chat history, give this conversation a name",)),
    ("summary", ("summarize the conversation history that will be compacted out of the active chat context",)),
    ("summary", ("summarize the discussion briefly in 200 words or less", "prompt for future context")),
    ("summary", ("summarize our discussion briefly in 200 words or less", "prompt for future context")),
)
"""Phrases that stand together in a client's prompt."""
_WHOLE_ANSWER = re.compile(r"\n\n(?:\[1\] |Note: |Only searched, ).*", re.DOTALL)
_NOT_TITLE = "\"'“”„«»`*_#<>[]{}|"


@dataclass(frozen=True, slots=True)
class ClientTask:
    """What a client asks for, and the conversation it is about."""

    kind: TaskKind
    history: tuple[Message, ...]
    as_json: bool
    """Whether the answer is read as JSON."""


def recognise_task(messages: Sequence[Message]) -> ClientTask | None:
    """Return what a client asks for in the background; None for a question of a person.

    The order is that of the conversation; the client's own prompt is its last message, or a system message.
    """
    prompts = [message.text for message in messages[-1:]]
    prompts += [message.text for message in messages if message.role == "system"]
    for prompt in prompts:
        if kind := _kind_of(prompt):
            in_prompt = _HISTORY.search(prompt)
            history = _read_history(in_prompt[in_prompt.lastgroup or 0]) if in_prompt else _without(messages, prompt)
            return ClientTask(kind, history, as_json=_ASKED_KEY.search(prompt) is not None)
    return None


def _kind_of(prompt: str) -> TaskKind | None:
    lowered = " ".join(prompt.lower().split())
    is_task = lowered.startswith("### task:") and _HISTORY.search(prompt) is not None
    if is_task and (keys := _ASKED_KEY.findall(prompt)):
        return _KINDS[keys[0]]
    return next((kind for kind, phrases in _WORDED if all(phrase in lowered for phrase in phrases)), None)


def _read_history(written: str) -> tuple[Message, ...]:
    parts = _TURN.split(written)[1:]
    return tuple(
        Message("user" if name == "USER" else "assistant", text.strip())
        for name, text in zip(parts[::2], parts[1::2], strict=True)
    )


def _without(messages: Sequence[Message], prompt: str) -> tuple[Message, ...]:
    kept = tuple(message for message in messages if message.text != prompt and message.role != "system")
    if kept:
        return kept
    # The conversation stands in the prompt itself, behind its own labels.
    said = re.findall(r"^\s*(?:User|Human): ?(.+)$", prompt, re.MULTILINE)
    return tuple(Message("user", text.strip()) for text in said)


def answer_task(task: ClientTask, *, kinds: Callable[[], Sequence[str]], suggest: Callable[[], Sequence[str]]) -> str:
    """Return the reply to a task, in the form that its client reads.

    `kinds` gives the kinds of the collection's documents, the most frequent first, and `suggest` questions that its
    documents answer; each is called only where it is needed.
    """
    asked = [message.text for message in task.history if message.role == "user" and message.text.strip()]
    last = " ".join(asked[-1].split()) if asked else ""
    match task.kind:
        case "title":
            return _said(task, "title", _title(asked))
        case "tags":
            return _said(task, "tags", [kind.capitalize() for kind in kinds() if kind][:MAX_TAGS] or [NO_TAG])
        case "follow-ups":
            known = {" ".join(text.split()) for text in asked}
            return _said(task, "follow_ups", [text for text in suggest() if text not in known][:MAX_FOLLOW_UPS])
        case "queries":
            return _said(task, "queries", [last] if last else [])
        case "completion":
            return _said(task, "text", "")
        case "image":
            return _said(task, "prompt", last)
        case "emoji":
            return EMOJI
        case "summary":
            return _summary(task.history)


def _said(task: ClientTask, key: str, value: str | Sequence[str]) -> str:
    if task.as_json:
        return json.dumps({key: value}, ensure_ascii=False)
    return value if isinstance(value, str) else "\n".join(value)


def _title(asked: Sequence[str]) -> str:
    """Return the first words of the first question."""
    words = asked[0].translate({ord(character): " " for character in _NOT_TITLE}).split() if asked else []
    shown = " ".join(words[:MAX_TITLE_WORDS]).rstrip("?!.,;: ")
    return (shown + ("…" if len(words) > MAX_TITLE_WORDS else "")) or NO_TITLE


def _summary(history: Sequence[Message]) -> str:
    """Return what was asked and how the answers began, the newest turns where not all have room."""
    lines: list[str] = []
    for message in reversed(history):
        text = " ".join(_WHOLE_ANSWER.sub("", message.text).split())
        line = f"{'Asked' if message.role == 'user' else 'Answered'}: {text[:300]}"
        if sum(map(len, lines)) + len(line) > MAX_SUMMARY:
            break
        lines.append(line)
    return "\n".join(reversed(lines))
