"""The MCP server as a client meets it: a process on pipes, driven by the SDK's own client."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult, TextContent

from app.client.local import LocalClient
from app.integrations.mcp_server import MAX_CHARACTERS, build_server
from app.service.build_index import Lectern
from app.service.lock import own_index
from rag.protocols import Embedder
from tests.fakes import HashEmbedder
from tests.integration.conftest import OpenLectern
from tests.integration.engines import engine_settings
from tests.paths import CHECKOUT

LIGHTHOUSE = "The lamp of the lighthouse flashes three times every twenty seconds."


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return HashEmbedder()


@pytest.fixture
def indexed(folder: Path, home: Path, open_index: OpenLectern) -> Path:
    (folder / "light.txt").write_text(LIGHTHOUSE + "\n")
    (folder / "empty.txt").write_text("")
    (folder / "long.txt").write_text("The keeper wrote about the weather of the day. " * 600)
    with open_index() as lectern:
        lectern.ingest.sync(folder, collection="default")
    return home


def talk(home: Path, conversation: Callable[[Client], Awaitable[None]]) -> None:
    """Start `lectern mcp` as a client would, and talk to it."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "app.cli", "mcp", "--home", str(home)],
        env={
            "PYTHONPATH": str(CHECKOUT),
            "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", ""),
            **engine_settings(),
        },
        cwd=home.parent,
    )

    async def run() -> None:
        async with Client(server, read_timeout_seconds=60) as client:
            await conversation(client)

    asyncio.run(run())


def structured(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, result.content
    assert result.structured_content is not None
    return result.structured_content


def complaint(result: CallToolResult) -> str:
    assert result.is_error
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def test_a_client_finds_and_counts_over_all_documents_and_reads_outlines(indexed: Path) -> None:
    async def conversation(client: Client) -> None:
        found = structured(await client.call_tool("find", {"words": "lamps"}))
        assert found == {
            "documents": [{"document": "light.txt", "page": 0, "words": LIGHTHOUSE}],
            "total": 1,
            "completeness": "complete",
        }  # fmt: skip
        counted = structured(await client.call_tool("count", {"question": "How many documents mention the keeper?"}))
        assert (counted["count"], counted["documents"]) == (1, ["long.txt"])
        refused = await client.call_tool("count", {"question": "Why does it flash?"})
        assert refused.is_error
        outline = structured(await client.call_tool("outline", {"document": "light.txt"}))
        assert outline == {"document": "light.txt", "sections": [], "total": 0}

    talk(indexed, conversation)


def test_a_client_finds_the_tools_lists_documents_and_reads_pages(indexed: Path) -> None:
    async def conversation(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {
            *("search", "ask", "list_documents", "read_page"),
            *("find", "count", "outline", "extract"),
        }
        for tool in tools.values():
            assert tool.description
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint or (tool.name == "extract" and not tool.annotations.destructive_hint)
        assert tools["search"].input_schema["required"] == ["question"]

        listed = structured(await client.call_tool("list_documents", {}))
        assert listed["total"] == 3
        states = {document["document"]: document["state"] for document in listed["documents"]}
        assert states == {"light.txt": "indexed", "long.txt": "indexed", "empty.txt": "failed"}

        page = structured(await client.call_tool("read_page", {"document": "light.txt"}))
        assert (page["page"], page["text"], page["left"]) == (0, LIGHTHOUSE, 0)

    talk(indexed, conversation)


def test_a_long_page_is_read_in_pieces(indexed: Path) -> None:
    async def conversation(client: Client) -> None:
        first = structured(await client.call_tool("read_page", {"document": "long.txt"}))
        assert len(first["text"]) == MAX_CHARACTERS
        rest = structured(await client.call_tool("read_page", {"document": "long.txt", "start": MAX_CHARACTERS}))
        assert len(rest["text"]) == first["left"]
        assert (first["text"] + rest["text"]).count("keeper") == 600

    talk(indexed, conversation)


def test_what_goes_wrong_is_told_with_what_to_do_and_the_server_goes_on(indexed: Path) -> None:
    async def conversation(client: Client) -> None:
        wrong = [
            ("read_page", {"document": "light.txt", "page": 7}, "light.txt has no page 7. It has 1, counted from 0."),
            ("read_page", {"document": "../../etc/passwd"}, "There is no document '../../etc/passwd' with text"),
            ("read_page", {"document": "empty.txt"}, "There is no document 'empty.txt' with text"),
            ("read_page", {"document": "light.txt", "page": -1}, "greater than or equal to 0"),
            ("list_documents", {"collection": "nowhere"}, "There is no collection 'nowhere'. There are: default."),
            ("search", {}, "question"),
        ]
        for tool, arguments, expected in wrong:
            assert expected in complaint(await client.call_tool(tool, arguments))
        assert structured(await client.call_tool("list_documents", {}))["total"] == 3

    talk(indexed, conversation)


def test_documents_are_listed_while_another_command_owns_the_index(indexed: Path) -> None:
    async def conversation(client: Client) -> None:
        with own_index(indexed, "sync", wait_seconds=0):
            assert structured(await client.call_tool("list_documents", {}))["total"] == 3

    talk(indexed, conversation)


@pytest.mark.embedded_only("an index that is not there is told by its file")
def test_a_home_without_an_index_is_said_to_be_one(tmp_path: Path) -> None:
    async def conversation(client: Client) -> None:
        assert "There is no index in" in complaint(await client.call_tool("list_documents", {}))

    talk(tmp_path / "home", conversation)


class OpenedClient(LocalClient):
    """A client over an index that is open already, with the tests' embedder."""

    def __init__(self, lectern: Lectern) -> None:
        super().__init__(lectern.settings, "test", wait_seconds=0)
        self._lectern = lectern


def test_search_and_ask_give_what_a_model_can_use(indexed: Path, open_index: OpenLectern) -> None:
    async def conversation(lectern: Lectern) -> None:
        server = build_server(lambda tool: OpenedClient(lectern), default_collection="default")
        async with Client(server) as client:
            found = structured(await client.call_tool("search", {"question": "lighthouse lamp", "limit": 1}))
            (hit,) = found["hits"]
            assert (hit["document"], hit["first_page"], hit["text"]) == ("light.txt", 0, LIGHTHOUSE)
            assert "stages" not in hit
            answer = structured(await client.call_tool("ask", {"question": "How often does the lamp flash?"}))
            assert set(answer) == {
                *("mode", "offer", "nearest"),
                *("answer", "refused", "notices", "error", "citations"),
                *("verdict", "verdict_notice", "probability", "sentences", "understood_filters"),
            }
            asked = {"question": "How often does the lamp flash in light.txt?", "limit": 9}
            found = structured(await client.call_tool("search", asked))
            assert {hit["document"] for hit in found["hits"]} == {"light.txt"}
            assert [one["label"] for one in found["understood_filters"]] == ["file light.txt"]
            found = structured(await client.call_tool("search", {**asked, "question_filters": False}))
            assert found["understood_filters"] == []
            assert {hit["document"] for hit in found["hits"]} == {"light.txt", "long.txt"}
            assert {sentence["verdict"] for sentence in answer["sentences"]} == {"supported"}

    with open_index(reranker="off", refusal_threshold=0.0, llm="off") as lectern:
        asyncio.run(conversation(lectern))
