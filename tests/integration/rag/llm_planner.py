"""Opens a planner over an index with an LLM behind a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

from app.service.build_index import Lectern
from rag.models.llm import open_chat_model
from rag.planning.planner import Planner
from tests.llm_servers import ModelServer, openai_server


@contextmanager
def planner_of(shelf: Lectern, *, most_calls: int = 20, **script: Any) -> Iterator[tuple[Planner, ModelServer]]:
    """Return the planner, and the server that plays a script; more than `most_calls` have to be agreed to."""
    lectern = replace(shelf, settings=shelf.settings.model_copy(update={"most_calls_unasked": most_calls}))
    with (
        openai_server(**script) as server,
        closing(open_chat_model("openai:scripted", base_url=server.url, context_tokens=8192, retries=0)) as model,
    ):
        yield lectern.planner(model), server
