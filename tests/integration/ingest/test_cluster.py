"""A sync on a Ray cluster stores what one on this machine does, whatever of the cluster is lost meanwhile."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.settings import read_settings
from ingest.cluster.connection import RayCluster
from ingest.cluster.embedder import RayEmbedder
from ingest.cluster.pool import RayPool
from ingest.parsers.options import ParseOptions
from ingest.preparation import prepare_file
from ingest.protocols import ReadingPool
from ingest.report import SyncProgress
from rag.errors import ConfigurationError
from rag.protocols import Embedder
from rag.types import FileState, Vector
from tests.fakes import HashEmbedder, WordTokenizer
from tests.integration.engines import AnotherIndex
from tests.integration.ingest.sandbox.pool_contract import MEMORY, PoolContract
from tests.integration.inspection import index_content, opened_stores
from tests.integration.losing_nodes import EMBEDDING, READING, kill_node, kill_process, sync, write_texts
from tests.integration.opening import open_index_of
from tests.paths import CHECKOUT
from tests.ray_cluster import NOT_INSTALLED, ray_cluster

SAMPLE = CHECKOUT / "data" / "sample"

SHARED_ONLY_HERE = Path("/proc/self/cwd")
"""A folder in which every process sees another one: nodes work in another folder than Ray's driver."""


@pytest.fixture(scope="module")
def nodes() -> Iterator[Any]:
    """A head and two nodes."""
    with ray_cluster(2) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def cluster(nodes: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RayCluster]:
    """The cluster of a home, which other homes share: joining it takes seconds."""
    settings = read_settings(home=tmp_path_factory.mktemp("home"), ray_address=nodes.address)
    with open_index_of(settings) as lectern:
        assert lectern.cluster is not None
        yield lectern.cluster


@pytest.fixture(scope="module")
def pool(cluster: RayCluster) -> ReadingPool:
    return RayPool(cluster, memory_bytes=MEMORY)


in_the_full_set = pytest.mark.skipif(
    os.environ.get("LECTERN_TEST_CLUSTER") != "all", reason="takes minutes: LECTERN_TEST_CLUSTER=all tries it"
)


@in_the_full_set
class TestRayPool(PoolContract):
    """On the nodes of a cluster."""


def file_state(root: Path, path: str) -> FileState:
    status = (root / path).stat()
    return FileState(path, os.fsencode(path), status.st_size, status.st_mtime_ns)


@in_the_full_set
def test_a_file_that_a_node_does_not_see_is_sent_along(cluster: RayCluster) -> None:
    path = (SAMPLE / "harbour-handbook-2024.pdf").relative_to("/").as_posix()
    file = file_state(Path("/"), path)
    rest = ("", WordTokenizer(), ParseOptions(), 64)
    pool = RayPool(cluster, memory_bytes=1 << 30)
    sent = [pool.submit_file(60, prepare_file, SHARED_ONLY_HERE, file, *rest) for _ in range(3)]
    expected = prepare_file(Path("/"), file, *rest)
    assert [replace(one.result(timeout=60), seconds=0) for one in sent] == [replace(expected, seconds=0)] * 3


@in_the_full_set
def test_texts_are_embedded_in_their_order_and_anew_where_an_embedder_is_killed(cluster: RayCluster) -> None:
    texts = [f"number {number} of {number % 7}" for number in range(200)]
    embedder = RayEmbedder(cluster, HashEmbedder(), HashEmbedder)
    expected = HashEmbedder().embed_passages(texts)
    assert np.array_equal(embedder.embed_passages(texts), expected)
    kill_process(EMBEDDING)
    assert np.array_equal(embedder.embed_passages(texts), expected)
    assert embedder.embed_passages(texts, lambda: False).shape == (0, 0)


def test_a_node_with_another_lectern_is_refused_in_a_sentence(
    cluster: RayCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.cluster.edition import edition_here

    other = replace(edition_here(), version="9.9", code="of another")
    monkeypatch.setattr("ingest.cluster.pool.edition_here", lambda: other)
    with pytest.raises(ConfigurationError, match=r"node .* it has Lectern .* and this machine 9\.9 \(of another\)"):
        RayPool(cluster, memory_bytes=MEMORY).submit_within(20, os.getpid).result(timeout=60)


@pytest.mark.parametrize(
    ("address", "reason"), [("auto", "not HOST:PORT"), ("127.0.0.1:{port}", "does not answer: Connection refused")]
)
def test_a_wrong_address_is_told_at_the_sync(home: Path, folder: Path, address: str, reason: str) -> None:
    pytest.importorskip("ray", reason=NOT_INSTALLED)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = address.format(port=taken.getsockname()[1])
        (folder / "a.txt").write_text("herring")
        with pytest.raises(ConfigurationError, match=reason):
            sync(home, folder, HashEmbedder(), address)


def stored_vectors(home: Path) -> dict[tuple[str, int], Vector]:
    """The vectors of all chunks, by path and place."""
    query = """
        SELECT documents.path, chunks.ordinal, indexes.space, generations.vector_key || ':' || chunks.ordinal
        FROM chunks JOIN generations ON generations.id = chunks.generation_id
        JOIN indexes ON indexes.id = generations.index_id JOIN documents ON documents.id = generations.document_id
    """
    with opened_stores(home) as stores:
        rows = stores.query(query)
        return {(path, ordinal): stores.vectors.load(space, [id_])[id_] for path, ordinal, space, id_ in rows}


def test_a_sync_stores_what_one_on_this_machine_does(
    cluster: RayCluster, tmp_path: Path, folder: Path, embedder: Embedder, another_index: AnotherIndex
) -> None:
    for name in ("harbour-handbook-2024.pdf", "island-walks.txt", "council-minutes-2024-03.docx", "museum-guide.html"):
        (folder / name).symlink_to(SAMPLE / name)
    (folder / "empty.txt").write_text("")
    (folder / "damaged.pdf").write_bytes((SAMPLE / "tide-tables-2024.pdf").read_bytes()[:900])
    (folder / "bomb.docx").write_bytes(b"PK\x03\x04" + bytes(200))
    reports, contents, stored = [], [], []
    for home, joined in ((tmp_path / "here", None), (tmp_path / "there", cluster)):
        with another_index():
            reports.append(sync(home, folder, embedder, joined=joined))
            contents.append(index_content(home))
            stored.append(stored_vectors(home))
    failed = [sorted((one.path, one.reason, one.remedy) for one in report.failed) for report in reports]
    assert [path for path, _, _ in failed[0]] == ["bomb.docx", "damaged.pdf", "empty.txt"]
    assert failed[0] == failed[1]
    assert contents[0] == contents[1]
    vectors, others = stored
    assert vectors.keys() == others.keys()
    assert min(float(vectors[place] @ others[place]) for place in vectors) > 0.9999


def test_a_killed_worker_and_a_lost_node_lose_and_double_nothing(
    nodes: Any, cluster: RayCluster, tmp_path: Path, folder: Path, another_index: AnotherIndex
) -> None:
    write_texts(folder, 12)
    with another_index():
        sync(tmp_path / "here", folder, HashEmbedder())
        clean = index_content(tmp_path / "here")
    kills = {1: lambda: kill_process(READING), 4: lambda: kill_node(nodes)}

    def lose(progress: SyncProgress) -> None:
        if (kill := kills.pop(progress.files_done, None)) is not None:
            kill()

    with another_index():
        report = sync(tmp_path / "there", folder, HashEmbedder(), joined=cluster, on_progress=lose)
        assert (len(report.added), report.failed, kills) == (12, [], {})
        assert index_content(tmp_path / "there") == clean
