"""The real application on a real socket, in a thread of the test's process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from app.api.app import create_app
from app.api.metrics import Metrics
from app.api.security.policy import AccessPolicy
from app.api.server import configuration
from app.service import build_models
from app.service.build_places import service_place
from app.service.build_service import build_service
from app.service.build_stores import open_folder_store
from app.service.service import Service
from app.settings import read_settings
from app.state.tokens import TokenStore
from tests.integration.engines import IS_ON
from tests.integration.opening import open_index_of

NO_OLLAMA = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Served:
    """A running server with a client for it."""

    url: str
    client: httpx.Client
    service: Service
    tokens: TokenStore
    metrics: Metrics

    def sync(self, folder: Path, collection: str = "default") -> dict[str, Any]:
        """Sync a folder over HTTP and wait for its end."""
        asked = self.client.post("/sync", json={"folder": str(folder), "collection": collection})
        assert asked.status_code == 202, asked.text
        return self.wait_for(asked.json()["id"])

    def wait_for(self, run: str) -> dict[str, Any]:
        """A run once it has ended."""
        while not (job := self.client.get(f"/jobs/{run}").json())["finished_at"]:
            time.sleep(0.02)
        return dict(job)


@contextmanager
def without_reader() -> Iterator[None]:
    """Within it, Lectern is a copy without the reader's weights: for tests to which the ranking is not the point."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build_models, "SHIPPED_WEIGHTS", Path("no weights"))
        yield


@contextmanager
def serving(home: Path, **settings: Any) -> Iterator[Served]:
    """A server whose index lies in `home`; without an LLM unless the settings name one."""
    given = {"home": home, "workers": 1, "ollama_url": NO_OLLAMA, "refusal_threshold": 0.0, **settings}
    read = read_settings(**given)
    metrics = Metrics()
    with (
        open_index_of(read) as lectern,
        closing(TokenStore(service_place(read))) as tokens,
        closing(open_folder_store(read)) as folder_store,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        service = build_service(lectern, folder_store, on_sync=metrics.count_sync)
        app = create_app(
            service,
            access=AccessPolicy.of(read, tokens, host="127.0.0.1"),
            metrics=metrics,
        )
        service.start()
        server = uvicorn.Server(configuration(app))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            with httpx.Client(base_url=url, timeout=60) as client:
                while not server.started:
                    time.sleep(0.01)
                yield Served(url, client, service, tokens, metrics)
        finally:
            server.should_exit = True
            thread.join()
            assert service.close(30)
            if IS_ON:  # A search that is not waited for would leave its connection open.
                service.answers._searches._executor.shutdown()
