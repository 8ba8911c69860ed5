"""What chat clients ask in the background is told from questions, and answered in the form that they read."""

from __future__ import annotations

import json

import pytest

from app.api.client_tasks import answer_task, recognise_task
from rag.types import Message

HISTORY = """### Chat History:
<chat_history>
USER: How often does the "lamp" of the old lighthouse in Brennick flash at night?
ASSISTANT: Three times every twenty seconds [1].
USER: And in winter?
</chat_history>"""


def open_webui(task: str, form: str) -> list[Message]:
    return [Message("user", f"### Task:\n{task}\n### Output:\nJSON format: {form}\n{HISTORY}")]


def reply(messages: list[Message]) -> str:
    task = recognise_task(messages)
    assert task is not None
    return answer_task(task, kinds=lambda: ["contract", ""], suggest=lambda: ["And in winter?", "Who owns it?"])


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ('{ "title": "your concise title here" }', {"title": "How often does the lamp of the old…"}),
        ('{ "tags": ["tag1", "tag2", "tag3"] }', {"tags": ["Contract"]}),
        ('{ "follow_ups": ["Question 1?", "Question 2?"] }', {"follow_ups": ["Who owns it?"]}),
        ('{ "queries": ["query1", "query2"] }', {"queries": ["And in winter?"]}),
        ('{ "text": "<your_completion>" }', {"text": ""}),
        ('{ "prompt": "Your detailed description here." }', {"prompt": "And in winter?"}),
    ],
)
def test_tasks_of_open_webui_are_answered_as_the_json_that_it_reads(form: str, said: dict[str, object]) -> None:
    assert json.loads(reply(open_webui("Do what is described.", form))) == said


ASKED = [Message("user", "How high is the lighthouse?"), Message("assistant", "It is 31 metres high [1].")]


@pytest.mark.parametrize(
    "prompt",
    [
        "Provide a concise, 5-word-or-less title for the conversation, in its language. Only return the title itself.",
        "Please generate a four to five word title summarizing our conversation without any lead-in or punctuation.",
        "Based on the chat history, give this conversation a name. Keep it short.",
    ],
)
def test_titles_that_other_clients_ask_for_are_plain_text(prompt: str) -> None:
    assert reply([*ASKED, Message("user", prompt)]) == "How high is the lighthouse"


def test_a_title_is_made_of_a_conversation_that_stands_in_the_prompt() -> None:
    prompt = "Provide a concise, 5-word-or-less title for the conversation.\nUser: Who keeps the keys?\nAI: x"
    assert reply([Message("user", prompt)]) == "Who keeps the keys"


def test_a_summary_says_what_was_asked_and_answered() -> None:
    prompt = "Summarize the discussion briefly in 200 words or less to use as a prompt for future context."
    said = reply([*ASKED, Message("system", prompt)])
    assert said == "Asked: How high is the lighthouse?\nAnswered: It is 31 metres high [1]."


def test_what_open_webui_compacts_is_summarised_without_what_it_keeps() -> None:
    prompt = """### Task:
Summarize the conversation history that will be compacted out of the active chat context.

### Messages Being Compacted:
USER: How high is the lighthouse?
ASSISTANT: It is 31 metres high [1].

### Recent Messages Kept In Context:
USER: Who keeps the keys?"""
    said = reply([Message("user", prompt)])
    assert said == "Asked: How high is the lighthouse?\nAnswered: It is 31 metres high [1]."


@pytest.mark.parametrize(
    "question",
    [
        "How many titles does the list name?",
        "### Task: write a title",
        "What is the title of chapter 3, and which tags has it?",
        'What does { "title": "x" } in the manual mean?',
        "Give this conversation a name.",
    ],
)
def test_questions_of_people_are_none(question: str) -> None:
    assert recognise_task([*ASKED, Message("user", question)]) is None
