"""Further texts that an LLM writes, over a real index and a scripted server."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.service.build_llm import choose_model
from rag.questions.query_expansion import Method
from rag.retrieval import EXPANDED
from tests import llm_servers
from tests.integration.conftest import OpenLectern

REPLIES = {
    "multi-query": "ferry timetable harbour\nboats across the bay",
    "hyde": "The ferry leaves.",
    "step-back": "ferry",
}


@pytest.mark.parametrize("method", list(REPLIES))
def test_what_the_llm_writes_is_looked_up_beside_the_question(
    method: Method, folder: Path, open_index: OpenLectern
) -> None:
    (folder / "lamp.txt").write_text("The lamp of the lighthouse flashes three times.")
    (folder / "ferry.txt").write_text("The ferry leaves the harbour at nine.")
    reply = llm_servers.Reply("search engine" if method == "multi-query" else "Write", REPLIES[method])
    with (
        llm_servers.openai_server(model="house", answer="Three times [1].", replies=[reply]) as server,
        open_index(
            llm="openai:house",
            llm_base_url=server.url,
            openai_api_key="k",
            query_expansion=method,
            refusal_threshold=0.0,
        ) as lectern,
    ):
        lectern.ingest.sync(folder, collection="default")
        stream = lectern.ask_pipeline(choose_model(lectern.settings)).ask("What flashes?", collection="default")
        answer = stream.answer
    ferry = next(hit for hit in stream.retrieval.hits if hit.document.path == "ferry.txt")
    assert ferry.stages[EXPANDED].rank == 0
    assert "Three times" in answer.text
    assert {"expand", "expanded"} <= answer.milliseconds.keys()
    assert len(server.chats) == 2
