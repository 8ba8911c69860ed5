"""Both clients of an index, the one that opens it and the one that asks a server, answer alike."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.errors import ConfigurationError, NotFoundError
from rag.types import Message, Question
from tests import llm_servers
from tests.integration.app.service.test_removal import Connect, through_server, without_server

LAMP = "How often does the lamp of the lighthouse flash?"
ANSWER = "The lamp flashes three times every twenty seconds [1]."


@pytest.mark.parametrize("connect", [without_server, through_server])
def test_a_follow_up_is_made_to_stand_alone_before_it_is_answered(connect: Connect, home: Path, folder: Path) -> None:
    (folder / "light.txt").write_text("The lamp of the lighthouse flashes three times every twenty seconds.\n")
    history = (Message("user", LAMP), Message("assistant", "Three times."))
    with (
        llm_servers.openai_server(answer=ANSWER) as llm,
        connect(
            home, llm="openai:gpt-4o", llm_base_url=llm.url, openai_api_key="k", reranker="off", refusal_threshold=0.0
        ) as client,
    ):
        client.sync(folder, collection="default", allow_empty=False, on_progress=lambda progress: None)
        with client.ask(Question("And in winter?", "default", history=history), explain=True) as answering:
            assert [source.document.path for source in answering.sources] == ["light.txt"]
            assert answering.answer.text == ANSWER
            assert [row.fate for row in answering.explanation.rows] == ["source [1]"]
    rewriting, answering_ = llm.chats
    assert "Rewrite the user's last question" in json.dumps(rewriting.body)
    assert LAMP in json.dumps(answering_.body)


@pytest.mark.parametrize("connect", [without_server, through_server])
def test_a_collection_is_made_described_renamed_and_deleted_with_what_was_uploaded(
    connect: Connect, home: Path, folder: Path
) -> None:
    with connect(home) as client:
        made = client.create_collection("letters", "What came by post")
        assert (made.name, made.description, made.documents) == ("letters", "What came by post", 0)
        with pytest.raises(ConfigurationError, match="already"):
            client.create_collection("letters", "")
        with pytest.raises(ConfigurationError):
            client.create_collection("no/name", "")
        (folder / "light.txt").write_text("The lamp flashes.")
        client.sync(folder, collection="letters", allow_empty=False, on_progress=lambda progress: None)
        assert client.describe_collection("letters", "Post").description == "Post"
        renamed = client.rename_collection("letters", "post")
        assert (renamed.name, renamed.description, renamed.documents) == ("post", "Post", 1)
        with pytest.raises(NotFoundError):
            client.rename_collection("letters", "other")
        uploads = home / "uploads" / "post"
        uploads.mkdir(parents=True)
        client.remove_collection("post")
        assert [collection.name for collection in client.list_collections()] == []
        assert not uploads.exists()
        assert (folder / "light.txt").exists()
        with pytest.raises(NotFoundError):
            client.remove_collection("post")
