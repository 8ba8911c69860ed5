"""Vectors in a Chroma server outlive its restarts; one that is away, foreign or empty is told as what it is."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ConfigurationError, StoreError, VectorsAwayError
from rag.storage import vectors_server
from rag.storage.vectors_server import ChromaServer, ServerVectors
from tests.chroma import Server, running_chroma

AXES = np.eye(8, dtype=np.float32)
SPACE = "collection-1-index-1"


@pytest.fixture
def own_chroma(tmp_path: Path) -> Iterator[Server]:
    """A server that the test may kill."""
    with running_chroma(tmp_path / "served") as server:
        yield server


def owner() -> str:
    return f"lectern-{uuid.uuid4().hex[:12]}"


def test_homes_on_one_server_do_not_see_each_other(chroma: Server) -> None:
    server = ChromaServer(chroma.url)
    with closing(ServerVectors(server, owner())) as ours, closing(ServerVectors(server, owner())) as theirs:
        ours.add(SPACE, ["1:0"], [1], AXES[:1])
        theirs.add(SPACE, ["2:0"], [2], AXES[1:2])
        theirs.drop(SPACE)
        assert ours.spaces() == [SPACE]
        assert ours.ids(SPACE) == ["1:0"]
        assert theirs.spaces() == []


def test_a_server_that_is_restarted_is_waited_for_and_nothing_is_lost(own_chroma: Server) -> None:
    with closing(ServerVectors(ChromaServer(own_chroma.url), owner())) as vectors:
        vectors.add(SPACE, ["1:0"], [1], AXES[:1])
        own_chroma.kill()
        starting = threading.Timer(1.0, own_chroma.start)
        starting.start()
        vectors.add(SPACE, ["1:1"], [1], AXES[1:2])
        starting.join()
        assert sorted(vectors.ids(SPACE)) == ["1:0", "1:1"]


def test_a_question_does_not_wait_for_a_server_that_is_away(
    own_chroma: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(ServerVectors(ChromaServer(own_chroma.url), owner())) as vectors:
        vectors.add(SPACE, ["1:0"], [1], AXES[:1])
        monkeypatch.setattr(vectors_server, "AWAY_SECONDS", 600)
        own_chroma.kill()
        with pytest.raises(VectorsAwayError, match=f"{own_chroma.url} does not answer"):
            vectors.search(SPACE, AXES[0], limit=1)
        own_chroma.start()
        with pytest.raises(VectorsAwayError, match="a moment ago"):
            vectors.search(SPACE, AXES[0], limit=1)
        vectors._away_until = 0.0
        assert [id_ for id_, _ in vectors.search(SPACE, AXES[0], limit=1)] == ["1:0"]
        # What does not question waits, and then says the same.
        own_chroma.kill()
        monkeypatch.setattr(vectors_server, "PAUSES_SECONDS", (0.01, 0.01))
        with pytest.raises(VectorsAwayError, match="does not answer") as raised:
            vectors.add(SPACE, ["1:1"], [1], AXES[1:2])
        assert "`chroma_url`" in raised.value.remedy


def test_a_server_that_was_emptied_is_noticed_and_filled_again(chroma: Server) -> None:
    name, server = owner(), ChromaServer(chroma.url)
    with closing(ServerVectors(server, name)) as vectors, closing(ServerVectors(server, name)) as another:
        vectors.add(SPACE, ["1:0"], [1], AXES[:1])
        another.drop(SPACE)
        assert vectors.search(SPACE, AXES[0], limit=1) == []
        vectors.add(SPACE, ["1:1"], [1], AXES[:1])
        assert vectors.ids(SPACE) == ["1:1"]


class _Refusing(BaseHTTPRequestHandler):
    """Stands before a server and asks for a token."""

    def do_GET(self) -> None:
        is_known = self.headers["Authorization"] == "Bearer right"
        self.send_response(502 if is_known else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing."""


@contextmanager
def refusing() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Refusing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_a_token_is_shown_and_a_wrong_one_told_without_repeating_it() -> None:
    with refusing() as url:
        with closing(ServerVectors(ChromaServer(url, token="wrong-word"), owner())) as vectors:
            with pytest.raises(StoreError, match="does not accept the token") as raised:
                vectors.check()
            assert "wrong-word" not in str(raised.value)
        vectors = ServerVectors(ChromaServer(url, token="right"), owner())
        with closing(vectors), pytest.raises(VectorsAwayError, match="HTTP 502"):
            vectors.check()


@pytest.mark.parametrize("address", ["chroma", "ftp://host", "http://", "http://host:x"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(ConfigurationError, match="chroma_url"):
        ServerVectors(ChromaServer(address), owner())


def test_what_is_no_chroma_is_told(tmp_path: Path) -> None:
    class Other(_Refusing):
        def do_GET(self) -> None:
            self.send_error(404)

    with ThreadingHTTPServer(("127.0.0.1", 0), Other) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            address = f"http://user:secret-word@127.0.0.1:{server.server_address[1]}"
            with closing(ServerVectors(ChromaServer(address), owner())) as vectors:
                with pytest.raises(StoreError, match="refused what was asked of it") as raised:
                    vectors.check()
                assert "secret-word" not in str(raised.value)
        finally:
            server.shutdown()
            thread.join()
