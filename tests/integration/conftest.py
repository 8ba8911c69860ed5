"""The real parts, put together as the product puts them together; the embedder is loaded once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path

import pytest

from app.service.build_embedders import BUILTIN_EMBEDDER
from app.service.build_index import Lectern
from app.service.build_models import build_embedder
from app.settings import Settings, read_settings
from app.state.folders import FolderStore
from rag.protocols import Embedder
from tests.chroma import Server as ChromaServer
from tests.chroma import running_chroma
from tests.integration.engines import IS_ON, AnotherIndex, Engines, Places
from tests.integration.opening import open_index_of, state_place
from tests.postgresql import Server, running_server

OpenLectern = Callable[..., AbstractContextManager[Lectern]]


def pytest_configure(config: pytest.Config) -> None:
    if IS_ON:
        config.pluginmanager.register(Engines(), "engines")


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return build_embedder(Settings(embedder=""))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL of the tests' own; a test that asks for it is skipped where none is installed."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    """A Chroma server of the tests' own."""
    with running_chroma(tmp_path_factory.mktemp("chroma")) as server:
        yield server


@pytest.fixture(scope="session")
def engine_places(postgresql: Server, chroma: ChromaServer) -> Iterator[Places]:
    """Where indexes are while the tests run on both servers."""
    with closing(Places(postgresql, chroma)) as opened:
        yield opened


@pytest.fixture
def another_index(request: pytest.FixtureRequest) -> AnotherIndex:
    if not IS_ON:
        return nullcontext
    places: Places = request.getfixturevalue("engine_places")
    return lambda: places.named(places.new())


@pytest.fixture(autouse=True)
def kept_main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit's test runner puts a page in the place of the main module, which worker processes would then run."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "documents"
    path.mkdir()
    return path


@pytest.fixture
def open_index(home: Path, embedder: Embedder) -> OpenLectern:
    """`with open_index() as lectern:` opens the test's own index; settings may be given by name."""

    def open_it(**settings: object) -> AbstractContextManager[Lectern]:
        given = {"home": home, "workers": 1, "embedder": BUILTIN_EMBEDDER, **settings}
        return open_index_of(read_settings(**given), embedder=embedder)

    return open_it


@pytest.fixture
def lectern(open_index: OpenLectern) -> Iterator[Lectern]:
    with open_index() as opened:
        yield opened


@pytest.fixture
def folder_store(home: Path) -> Iterator[FolderStore]:
    """The test's own book of registered folders."""
    with closing(FolderStore(state_place(home))) as opened:
        yield opened
