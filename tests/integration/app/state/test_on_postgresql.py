"""What the service remembers is kept on PostgreSQL as it is in a file: the suites of the stores run on both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import URL

from app.evaluation.evaluate import GoldQuestion
from app.state.collections import CollectionStore
from app.state.conversations import ConversationStore
from app.state.evaluations import EvaluationStore
from app.state.feedback import CitedPage, Feedback, FeedbackStore
from app.state.folders import FolderStore
from app.state.overrides import OverrideStore
from app.state.replies import ReplyStore
from app.state.sync_jobs import SyncJobStore
from app.state.tokens import TokenStore
from rag.errors import ConfigurationError, StoreError
from rag.storage.catalogue.dialects.postgresql_database import read_url
from tests.postgresql import Server
from tests.unit.app.state.test_conversations import (
    test_a_conversation_is_called_after_its_first_question_until_it_is_renamed,
    test_a_turn_takes_the_place_of_the_one_at_its_position_and_is_counted,
    test_nobody_sees_changes_or_overwrites_the_conversation_of_another,
    test_pinned_conversations_come_first_and_are_found_by_words_of_questions_and_answers,
)

__all__ = [
    "test_a_conversation_is_called_after_its_first_question_until_it_is_renamed",
    "test_a_turn_takes_the_place_of_the_one_at_its_position_and_is_counted",
    "test_nobody_sees_changes_or_overwrites_the_conversation_of_another",
    "test_pinned_conversations_come_first_and_are_found_by_words_of_questions_and_answers",
]


@pytest.fixture
def place(postgresql: Server) -> URL:
    return postgresql.new_schema()


@pytest.fixture
def store(place: URL) -> Iterator[ConversationStore]:
    with closing(ConversationStore(place)) as opened:
        yield opened


def test_tokens_are_found_by_their_secret_and_a_name_is_taken_once(place: URL) -> None:
    with closing(TokenStore(place)) as tokens, closing(TokenStore(place)) as another:
        secret = tokens.add("laptop", collections=["letters"])
        found = another.find(secret)
        assert found is not None
        assert (found.name, another.find("other")) == ("laptop", None)
        with pytest.raises(ConfigurationError, match="a token 'laptop' already"):
            another.add("laptop")
        assert [token.name for token in tokens.list_tokens()] == ["laptop"]


def test_syncs_that_one_process_was_asked_for_are_done_by_the_next(place: URL, tmp_path: Path) -> None:
    with closing(SyncJobStore(place)) as jobs:
        first = jobs.add("letters", tmp_path, allow_empty=True)
        jobs.begin(first)
        jobs.add("letters", tmp_path / "b", allow_empty=False)
    with closing(SyncJobStore(place)) as jobs:
        owed = jobs.take_over()
        assert [(job.folder, job.allow_empty) for job in owed] == [(tmp_path, True), (tmp_path / "b", False)]
        jobs.finish(replace(owed[0], state="done", finished_at="2026-01-01T00:00:00+00:00"))
        assert [job.folder for job in jobs.take_over()] == [tmp_path / "b"]


def test_folders_are_registered_paused_and_watched(place: URL, folder: Path) -> None:
    with closing(FolderStore(place)) as folders:
        added = folders.add(folder, "letters", every="30m", watch=True)
        assert (added.watch, added.paused, added.path) == (True, False, folder.resolve())
        assert folders.pause(added.id).paused
        assert not folders.set_watch(added.id, False).watch
        assert not folders.resume(added.id).paused
        with pytest.raises(ConfigurationError):
            folders.add(folder, "letters")
        folders.remove(added.id)
        assert folders.list_folders() == []


def test_the_rest_is_kept_changed_and_deleted(place: URL) -> None:
    with closing(FeedbackStore(place)) as feedback:
        given = Feedback("letters", "When?", "At six.", "up", citations=(CitedPage("a.pdf", 0),))
        number = feedback.add(given)
        assert feedback.load("letters")[number].citations == given.citations
        feedback.delete([number])
        assert feedback.newest("letters", limit=5) == []
    with closing(EvaluationStore(place)) as evaluations:
        gold = GoldQuestion("When?", "a.pdf", (0,))
        assert [evaluations.add_questions("letters", [gold]) for _ in range(2)] == [1, 0]
        evaluations.add_questions("letters", [replace(gold, pages=(1,))])
        assert [kept.gold.pages for kept in evaluations.questions("letters")] == [(1,)]
    with closing(ReplyStore(place)) as replies:
        replies.keep("key", "reply", [1, 2])
        replies.keep("key", "reply", [1, 2])
        assert replies.load("key") == "reply"
        replies.erase([2])
        assert replies.load("key") is None
    with closing(OverrideStore(place)) as choices:
        choices.keep("llm", "off")
        choices.keep("llm", "ollama:a")
        assert choices.all() == {"llm": "ollama:a"}
    with closing(CollectionStore(place)) as collections:
        collections.describe("letters", "All letters")
        collections.rename("letters", "mail")


def test_a_server_that_is_away_is_told() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError, match="cannot be reached"):
        TokenStore(read_url("postgresql://tests@127.0.0.1:1/lectern"))
