"""Vectors in a Chroma server, which several homes and machines may share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import httpx

from rag.errors import ConfigurationError, StoreError, VectorsAwayError
from rag.storage.vectors import ChromaVectors, import_chroma
from rag.types import Vector, Vectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

T = TypeVar("T")

CONNECT_SECONDS, ANSWER_SECONDS = 3.0, 60.0
"""How long is waited for a connection, and for an answer: storing a batch takes a server a second or two."""

PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Between two tries of what a sync asks for: a server that is restarted is back by then."""

AWAY_SECONDS = 5.0
"""So long a server that did not answer is not asked again by questions, which would each wait for it."""

BATCH = 1_000
"""Vectors in one request: some 4 MB, where servers and proxies take no more than 40."""

PAGE = 500
"""Collections that are listed by one request."""

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers of a server, or of a proxy before it, that may be others when it is asked again."""

HERE, REBUILDING = "here", "rebuilding"
"""Names of empty collections that mark a catalogue's vectors: that there are some, and that they are made again."""


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """Where a server is: http or https, a token where it or a proxy before it asks for one, tenant and database."""

    url: str
    token: str = ""
    tenant: str = "default_tenant"
    database: str = "default_database"

    @property
    def name(self) -> str:
        """Return the address for messages, without what may be a password in it."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}"

    def check(self) -> None:
        """Raises ConfigurationError when the address is none."""
        try:
            parts = urlsplit(self.url)
            is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            is_address = False
        if not is_address:
            raise ConfigurationError(
                "The setting `chroma_url` is not the address of a Chroma server.",
                "Write http://HOST:PORT or https://HOST, or leave it empty to keep vectors in the home.",
            )

    @property
    def headers(self) -> dict[str, str]:
        """Return what shows the token: proxies ask for the first, Chroma's own service for the second."""
        return {"Authorization": f"Bearer {self.token}", "X-Chroma-Token": self.token} if self.token else {}


class ServerVectors(ChromaVectors):
    """The vector index of `rag.protocols.VectorIndex` in a Chroma server; every call may raise VectorsAwayError."""

    def __init__(self, server: ChromaServer, owner: str) -> None:
        """`owner` names the catalogue whose vectors these are: its collections begin with it. Raises
        ConfigurationError.
        """
        server.check()
        self.server = server
        self._owner = owner
        self._collections: dict[str, Collection] = {}
        self._created: set[str] = set()
        self._away_until = 0.0

    @property
    def place(self) -> str:
        """Return what tells places of vectors apart."""
        server = self.server
        return f"{server.name} {server.tenant} {server.database} {self._owner}"

    def open(self) -> None:
        """Connect now rather than at first use. Raises StoreError."""
        with self._translated_errors():
            self._client  # noqa: B018

    def prepare(self) -> None:
        """Connect now. Raises StoreError, LibraryError."""
        self._patiently(self.open)

    def check(self) -> None:
        """Ask the server whether it lives. Raises StoreError."""
        with self._translated_errors():
            self._ask_for_life()

    def add(self, space: str, ids: Sequence[str], document_ids: Sequence[int], vectors: Vectors) -> None:
        """Store vectors under ids; tried again while the server does not answer. Raises StoreError."""
        self._patiently(lambda: super(ServerVectors, self).add(space, ids, document_ids, vectors), space)

    def delete(self, space: str, ids: Sequence[str]) -> None:
        """Delete ids; tried again while the server does not answer. Raises StoreError."""
        self._patiently(lambda: super(ServerVectors, self).delete(space, ids), space)

    def search(
        self, space: str, vector: Vector, *, limit: int, document_ids: Sequence[int] | None = None
    ) -> list[tuple[str, float]]:
        """Return (id, cosine), best first; for a question, which does not wait for a server that is away."""
        if time.monotonic() < self._away_until:
            raise self._is_away("it did not answer a moment ago")
        search = super().search
        return self._again_if_gone(
            lambda: search(space, vector, limit=limit, document_ids=document_ids), space, is_tried_twice=True
        )

    def load(self, space: str, ids: Sequence[str]) -> dict[str, Vector]:
        """Return the vectors that are stored under ids; tried again while the server does not answer."""
        return self._patiently(lambda: super(ServerVectors, self).load(space, ids), space)

    def known_ids(self, space: str, ids: Sequence[str]) -> set[str]:
        """Return those of the ids that a vector is stored under; tried again while the server does not answer."""
        return self._patiently(lambda: super(ServerVectors, self).known_ids(space, ids), space)

    def ids(self, space: str) -> list[str]:
        """Return every id in the space; tried again while the server does not answer."""
        return self._patiently(lambda: super(ServerVectors, self).ids(space), space)

    def spaces(self) -> list[str]:
        """Return every space of this catalogue that is there. Raises StoreError."""
        return self._patiently(self._list_spaces)

    def is_missing(self) -> bool:
        """Tell whether the server keeps nothing for this catalogue. Raises StoreError."""
        return not self._patiently(lambda: self._has_mark(HERE))

    def is_incomplete(self) -> bool:
        """Tell whether it is missing, or making it again was cut off. Raises StoreError."""
        return self.is_missing() or self._patiently(lambda: self._has_mark(REBUILDING))

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """Mark the index as incomplete while it is made again; the mark outlives a process that is killed."""
        self._patiently(lambda: self._mark(REBUILDING))
        yield
        self._patiently(lambda: self._unmark(REBUILDING))

    def drop(self, space: str) -> None:
        """Remove the whole space; an unknown one is ignored. Raises StoreError."""
        self._patiently(lambda: super(ServerVectors, self).drop(space), space)

    def close(self) -> None:
        """Close the connections. The index may not be used afterwards."""
        client = self.__dict__.get("_client")
        super().close()
        if client is not None:
            for session in _sessions_of(client):
                session.close()

    # --- what is other than in process ---

    def _find(self, space: str) -> Collection | None:
        return self._open(space)

    def _batch_size(self) -> int:
        return min(BATCH, max(1, super()._batch_size()))

    def _name_of(self, space: str) -> str:
        return f"{self._owner}.{space}"

    def _finish_creation(self) -> None:
        self._mark(HERE)

    def _delete_dropped_files(self) -> None:
        """Leave it to the server."""

    def _list_spaces(self) -> list[str]:
        with self._translated_errors():
            found: list[str] = []
            while page := self._client.list_collections(limit=PAGE, offset=len(found)):
                found += [collection.name for collection in page]
        own = [name.removeprefix(f"{self._owner}.") for name in found if name.startswith(f"{self._owner}.")]
        return [name for name in own if name not in (HERE, REBUILDING)]

    def _has_mark(self, name: str) -> bool:
        from chromadb.errors import NotFoundError

        with self._translated_errors():
            try:
                self._client.get_collection(self._name_of(name), embedding_function=None)
            except NotFoundError:
                return False
        return True

    def _mark(self, name: str) -> None:
        with self._translated_errors():
            self._client.get_or_create_collection(self._name_of(name), embedding_function=None)

    def _unmark(self, name: str) -> None:
        if self._has_mark(name):
            with self._translated_errors():
                self._client.delete_collection(self._name_of(name))

    # --- the connection ---

    @cached_property
    def _client(self) -> ClientAPI:
        import_chroma()
        # Chroma's client waits without end for what it asks first.
        self._ask_for_life()
        import chromadb
        from chromadb.config import Settings

        parts = urlsplit(self.server.url)
        client = chromadb.HttpClient(
            host=parts.hostname or "",
            port=parts.port or (443 if parts.scheme == "https" else 80),
            ssl=parts.scheme == "https",
            headers=self.server.headers,
            settings=Settings(anonymized_telemetry=False, chroma_otel_collection_endpoint=""),
            tenant=self.server.tenant,
            database=self.server.database,
        )
        for session in _sessions_of(client):
            session.timeout = _timeout()
        return client

    def _ask_for_life(self) -> None:
        url = f"{self.server.url.rstrip('/')}/api/v2/heartbeat"
        httpx.get(url, headers=self.server.headers, timeout=_timeout()).raise_for_status()

    def _patiently(self, act: Callable[[], T], space: str = "") -> T:
        """Do something, and do it again while the server does not answer. Everything here may be done twice."""
        for pause in PAUSES_SECONDS:
            try:
                return self._again_if_gone(act, space)
            except VectorsAwayError:
                time.sleep(pause)
        return self._again_if_gone(act, space)

    def _again_if_gone(self, act: Callable[[], T], space: str, *, is_tried_twice: bool = False) -> T:
        """Do something, and once more where the server was replaced by one without what this process knew of it."""
        try:
            return act()
        except _GoneError:
            self._collections.pop(space, None)
            return act()
        except VectorsAwayError:
            # A connection that was kept open may have been closed by the server meanwhile.
            if not is_tried_twice:
                raise
            try:
                return act()
            except VectorsAwayError:
                self._away_until = time.monotonic() + AWAY_SECONDS
                raise

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except (StoreError, ConfigurationError, AssertionError):
            raise
        except Exception as error:
            raise self._explain(error) from error

    def _explain(self, error: Exception) -> StoreError:
        for cause in _causes(error):
            match type(cause).__name__:
                case "NotFoundError":
                    return _GoneError(f"The vector server {self.server.name} has lost a collection.")
                case "AuthError" | "AuthorizationError" | "ChromaAuthError":
                    return self._refuses_token(_first_line(cause))
                case "RateLimitError":
                    return self._is_away("it is asked too much")
            if isinstance(cause, httpx.HTTPStatusError):
                return self._explain_status(cause.response)
            if isinstance(cause, httpx.TransportError):
                return self._is_away(_first_line(cause))
        return StoreError(
            f"The vector server {self.server.name} failed: {_first_line(error)}.", "Look into the log of the server."
        )

    def _explain_status(self, response: httpx.Response) -> StoreError:
        status = response.status_code
        if status in (401, 403):
            return self._refuses_token(f"HTTP {status}")
        if status in PASSING:
            return self._is_away(f"HTTP {status}")
        said = " ".join(response.text.split())[:200]
        return StoreError(
            f"The vector server {self.server.name} refused what was asked of it (HTTP {status}: {said}).",
            "Check that it is Chroma 1.0 or newer, and the address in the setting `chroma_url`.",
        )

    def _refuses_token(self, said: str) -> StoreError:
        return StoreError(
            f"The vector server {self.server.name} does not accept the token ({said}).",
            "Correct the setting `chroma_token`.",
        )

    def _is_away(self, said: str) -> VectorsAwayError:
        return VectorsAwayError(
            f"The vector server {self.server.name} does not answer ({said}).",
            "Check that it runs, and the address in the setting `chroma_url`. Nothing is lost: what has no vectors yet "
            "is found by its words, and the next sync goes on.",
        )


class _GoneError(StoreError):
    """A collection that this process knew is no longer there."""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it was raised for: Chroma's client puts plain errors in place of those of HTTP."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _sessions_of(client: ClientAPI) -> Iterator[httpx.Client]:
    """Yield what sends the requests of Chroma's client, which gives no other way to time-outs and to closing it."""
    parts: tuple[Any, Any] = (client, client._admin_client)  # type: ignore[attr-defined]
    for part in parts:
        session = part._server._session
        assert isinstance(session, httpx.Client)
        yield session


def _timeout() -> httpx.Timeout:
    return httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "").rstrip(".")[:200] or type(error).__name__
