"""Uploads in a bucket of an S3-compatible store: mirrors of it, everything that may be wrong with it, two servers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from app.settings import read_settings
from app.state.owner_settings import OwnerSettingsStore
from ingest.sources.bucket import Bucket
from ingest.sources.bucket_folder import BucketFolder
from ingest.sources.links import LINKS_FILE, Link, Links
from ingest.sources.uploads import Uploads
from rag.errors import ConfigurationError, UploadsAwayError
from tests.chroma import Server as ChromaServer
from tests.drawn_pdf import words, write_pdf
from tests.integration.running import run_command
from tests.integration.serving import Served, serving
from tests.postgresql import Server
from tests.replicas import Replica, wait_for
from tests.s3 import KEY, SECRET, Store, running_store, without_aws

MAX_BYTES = 1 << 20
"""Of the mirrors that are not a server's."""


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with running_store() as running:
        yield running


@pytest.fixture
def bucket(store: Store, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket of the test's own, and the variables that lead to it."""
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)
    name = f"b{abs(hash(request.node.name))}"
    store.make_bucket(name)
    return name


@pytest.fixture
def mirror(bucket: str, tmp_path: Path) -> Callable[[str], BucketFolder]:
    """Makes mirrors of the bucket, as servers have them."""
    return lambda name: BucketFolder(tmp_path / name, Bucket(bucket, "up/loads"), max_file_bytes=MAX_BYTES)


def content(folder: Path) -> dict[str, tuple[bytes, int]]:
    """What the files of a folder hold, and their times."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def received(kept_in: BucketFolder, files: dict[str, bytes]) -> list[Path]:
    """Files as they lie when they have come in."""
    scratch = kept_in.root / ".incoming-test"
    scratch.mkdir(parents=True, exist_ok=True)
    for name, written in files.items():
        (scratch / name).write_bytes(written)
    return [scratch / name for name in files]


# --- mirrors ---


def test_mirrors_follow_the_bucket_and_are_the_same_on_every_machine(
    store: Store, bucket: str, mirror: Callable[[str], BucketFolder]
) -> None:
    first, second = mirror("first"), mirror("second")
    odd = "Übersicht 100% [a] #1 + ~'&.txt"
    first.put(received(first, {"a.txt": b"one", odd: b"odd"}), first.root / "default")
    assert store.keys(bucket) == ["up/loads/default/a.txt", f"up/loads/default/{odd}"]
    for one in (first, second):
        assert one.refresh(one.root / "default") == []
    assert {name: written for name, (written, _) in content(first.root / "default").items()} == {
        "a.txt": b"one",
        odd: b"odd",
    }
    assert content(first.root / "default") == content(second.root / "default")
    kept = (first.root / "default" / odd).stat()
    # Of the same size, and maybe within the same second.
    second.put(received(second, {"a.txt": b"two"}), second.root / "default")
    store.put(bucket, "up/loads/default/sub/b.txt", b"below")
    store.put(bucket, "up/loads/default/", b"")
    before = content(first.root / "default")
    first.refresh(first.root / "default")
    after = content(first.root / "default")
    assert (after["a.txt"][0], after["sub/b.txt"][0]) == (b"two", b"below")
    assert after["a.txt"][1] != before["a.txt"][1]
    assert (first.root / "default" / odd).stat() == kept, "what is the same is not fetched again"
    second.fetch(second.root / "default" / "a.txt")
    assert content(second.root / "default")["a.txt"] == after["a.txt"]
    first.remove(first.root / "default" / "a.txt")
    second.fetch(second.root / "default" / "a.txt")
    second.refresh(second.root / "default")
    assert sorted(content(second.root / "default")) == sorted([odd, "sub/b.txt"])


def test_two_servers_that_put_one_name_at_once_leave_one_of_the_two_whole(
    mirror: Callable[[str], BucketFolder],
) -> None:
    servers = [mirror("first"), mirror("second")]
    written = [bytes([number]) * 300_000 for number in (1, 2)]
    files = [received(server, {"a.txt": each}) for server, each in zip(servers, written, strict=True)]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda server, given: server.put(given, server.root / "x"), servers, files))
    for server in servers:
        server.refresh(server.root / "x")
    found = [(server.root / "x" / "a.txt").read_bytes() for server in servers]
    assert found[0] == found[1]
    assert found[0] in written


def test_a_batch_that_is_cut_off_leaves_what_was_there(
    store: Store, bucket: str, mirror: Callable[[str], BucketFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = mirror("first")
    whole.put(received(whole, {"a.txt": b"old"}), whole.root / "default")
    with store.cut_off(after=200_000) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        cut = mirror("second")
        files = received(cut, {"a.txt": b"new", "b.txt": b"x" * 500_000})
        with pytest.raises(UploadsAwayError, match="does not answer"):
            cut.put(files, cut.root / "default")
        with pytest.raises(UploadsAwayError, match="does not answer"):
            cut.put(files[1:], cut.root / "default")
    assert store.keys(bucket) == ["up/loads/default/a.txt"]
    whole.refresh(whole.root / "default")
    assert [written for written, _ in content(whole.root / "default").values()] == [b"old"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("no bucket", "There is no bucket 'other' in the store"),
        ("away", "does not answer"),
        ("unknown key", "does not accept the key"),
        ("wrong secret", "does not accept the key"),
        ("no right", "may not be [a-z ]+ with this key"),
    ],
)
def test_a_bucket_that_cannot_be_used_is_never_taken_for_an_empty_one(
    store: Store,
    bucket: str,
    mirror: Callable[[str], BucketFolder],
    monkeypatch: pytest.MonkeyPatch,
    wrong: str,
    told: str,
) -> None:
    whole = mirror("first")
    folder = whole.root / "default"
    whole.put(received(whole, {"a.txt": b"one"}), folder)
    whole.refresh(folder)
    before = content(folder)
    with ExitStack() as stack:
        variables = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"} if wrong == "away" else {}
        if wrong in ("unknown key", "wrong secret", "no right"):
            powerless = stack.enter_context(store.asking_for_keys())
            variables = {"no right": powerless, "wrong secret": {**powerless, "AWS_SECRET_ACCESS_KEY": SECRET}}.get(
                wrong, {}
            )
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        named = "other" if wrong == "no bucket" else bucket
        broken = BucketFolder(whole.root, Bucket(named, "up/loads"), max_file_bytes=MAX_BYTES)
        files = received(broken, {"b.txt": b"two"})
        for attempt in (
            lambda: broken.refresh(folder),
            lambda: broken.list_names(folder),
            lambda: broken.put(files, folder),
            lambda: broken.remove(folder / "a.txt"),
            lambda: broken.move(folder, broken.root / "new"),
            lambda: broken.delete(folder),
        ):
            with pytest.raises(UploadsAwayError, match=told) as refused:
                attempt()
            for secret in (KEY, SECRET, "127.0.0.1", *variables.values()):
                assert secret not in str(refused.value)
        broken.fetch(folder / "a.txt")
    assert content(folder) == before
    whole.refresh(folder)
    assert content(folder) == before


def test_objects_that_are_no_files_or_too_large_are_told_and_what_is_here_stays(
    store: Store, bucket: str, mirror: Callable[[str], BucketFolder]
) -> None:
    kept_in = mirror("first")
    folder = kept_in.root / "default"
    store.put(bucket, "up/loads/default/a.txt", b"one")
    store.put(bucket, "up/loads/default/large.txt", b"x" * (MAX_BYTES + 1))
    refused = kept_in.refresh(folder)
    assert [(one.path, one.reason) for one in refused] == [
        ("large.txt", "It has 1 MB, more than the 1 MB that are read.")
    ]
    assert sorted(content(folder)) == ["a.txt"]
    for number, odd in enumerate(("../../evil.txt", "/two.txt", "a\x01b.txt")):
        store.put(bucket, f"up/loads/odd{number}/{odd}", b"odd")
        with pytest.raises(UploadsAwayError, match="an object that no file can be named like"):
            kept_in.refresh(kept_in.root / f"odd{number}")
    assert sorted(content(kept_in.root.parent)) == ["first/default/a.txt"]


def test_what_was_fetched_from_addresses_is_known_to_every_server(mirror: Callable[[str], BucketFolder]) -> None:
    def links(kept_in: BucketFolder) -> Links:
        return Links("default", Uploads(kept_in, None), None, None)  # type: ignore[arg-type]

    first, second = mirror("first"), mirror("second")
    first.put(received(first, {"tides.html": b"<p>High water"}), first.root / "default")
    link = Link("https://a.example/tides?key=1", "2026-11-30T12:00:00+00:00")
    with Uploads(first, None).receive() as scratch:  # type: ignore[arg-type]
        links(first)._write({"tides.html": link, "gone.html": link}, scratch)
    assert links(second).load() == {"tides.html": link}
    assert (second.root / "default" / LINKS_FILE).stat().st_mode & 0o777 == 0o600
    second.move(second.root / "default", second.root / "other")
    assert first.list_names(first.root / "default") == set()
    assert first.list_names(first.root / "other") == {"tides.html", LINKS_FILE}
    second.delete(second.root / "other")
    assert first.list_names(first.root / "other") == set()


# --- two servers ---


@dataclass
class Pair:
    """Two servers on one index, whose uploads are in a bucket; the first is its owner."""

    owner: Replica
    replica: Replica
    address: URL
    folder: Path

    def mirrored(self) -> list[list[str]]:
        """The files that each has in its mirror."""
        return [sorted(content(server.home / "mirror")) for server in (self.owner, self.replica)]


@pytest.fixture(scope="module")
def pair(
    postgresql: Server, chroma: ChromaServer, store: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    base = tmp_path_factory.mktemp("bucket")
    (folder := base / "documents").mkdir()
    (folder / "light.txt").write_text("The lamp of the lighthouse flashes three times every twenty seconds.\n")
    store.make_bucket("shared")
    address = postgresql.new_schema()
    environment = {
        **{name: value for name, value in without_aws().items() if not name.startswith("LECTERN_")},
        **store.environment,
        "LECTERN_MODEL_CACHE": os.environ["LECTERN_MODEL_CACHE"],
        "LECTERN_CATALOGUE_URL": address.render_as_string(hide_password=False),
        "LECTERN_CHROMA_URL": chroma.url,
        "LECTERN_UPLOADS_URL": "s3://shared/lectern",
        "LECTERN_LLM": "off",
        "LECTERN_RERANKER": "off",
        "LECTERN_WORKERS": "1",
        "PYTHONPATH": str(Path(__file__).resolve().parents[3]),
    }
    owner, replica = (Replica(base / name, environment) for name in ("first", "second"))
    try:
        for server in (owner, replica):
            server.start()
        yield Pair(owner, replica, address, folder)
    finally:
        for server in (owner, replica):
            server.kill()


def upload(server: Replica, files: list[Path], collection: str = "default") -> str:
    """Send files to a server; returns the job that indexes them."""
    sent = server.client.post(
        f"/collections/{collection}/documents", files=[("file", (file.name, file.read_bytes())) for file in files]
    )
    assert sent.status_code == 202, sent.text
    return str(sent.json()["job"])


def search(server: Replica, question: str, collection: str = "default") -> list[str]:
    asked = server.client.post("/search", json={"question": question, "collection": collection})
    return [hit["document"] for hit in asked.json()["hits"]]


def test_what_a_replica_takes_in_is_answered_and_drawn_by_both(pair: Pair, store: Store, tmp_path: Path) -> None:
    files = [write_pdf(tmp_path / "pier.pdf", [words("The pier is 120 metres long.")]), tmp_path / "tide.txt"]
    files[1].write_text("High water is at noon.\n")
    job = upload(pair.replica, files)
    assert pair.replica.follow(job)["state"] == "done"
    assert store.keys("shared") == ["lectern/default/pier.pdf", "lectern/default/tide.txt"]
    assert pair.mirrored() == [["default/pier.pdf", "default/tide.txt"], []]
    assert [search(server, "How long is the pier?")[0] for server in (pair.owner, pair.replica)] == ["pier.pdf"] * 2
    listed = pair.replica.documents()["pier.pdf"]
    assert listed == pair.owner.documents()["pier.pdf"]
    for server in (pair.owner, pair.replica):
        picture = server.client.get(f"/collections/default/documents/{listed['id']}/pages/0/image")
        assert (picture.status_code, picture.content[:4]) == (200, b"\x89PNG")
        sent = server.client.get(f"/collections/default/documents/{listed['id']}/file")
        assert sent.content == files[0].read_bytes()
    assert pair.mirrored()[1] == ["default/pier.pdf"]


def test_a_server_with_another_place_for_uploads_is_refused(pair: Pair, home: Path) -> None:
    with closing(OwnerSettingsStore(pair.address)) as kept:
        kept.check(read_settings(home=home, uploads_url="s3://shared/lectern/"), "`lectern serve`")
        for other in ("s3://shared/other", "", "/srv/uploads"):
            with pytest.raises(ConfigurationError, match=r"`uploads_url` is .* and 's3://shared/lectern' at the owner"):
                kept.check(read_settings(home=home, uploads_url=other), "`lectern serve`")


def test_what_is_removed_is_gone_from_the_bucket_and_from_both_servers(pair: Pair, store: Store) -> None:
    id_ = pair.replica.documents()["pier.pdf"]["id"]
    assert pair.replica.client.delete(f"/collections/default/documents/{id_}").status_code == 204
    assert store.keys("shared") == ["lectern/default/tide.txt"]
    wait_for(lambda: pair.mirrored() == [["default/tide.txt"], []])
    for server in (pair.owner, pair.replica):
        assert server.client.get(f"/collections/default/documents/{id_}/file").status_code == 404


def test_the_objects_of_a_collection_go_where_it_goes(pair: Pair, store: Store, tmp_path: Path) -> None:
    (file := tmp_path / "bakery.txt").write_text("The bakery opens at six.\n")
    assert pair.replica.follow(upload(pair.replica, [file], "post"))["report"]["added"] == 1
    client = pair.replica.client
    assert client.patch("/collections/post", json={"name": "Letters"}).status_code == 200
    assert "lectern/Letters/bakery.txt" in store.keys("shared")
    assert "lectern/post/bakery.txt" not in store.keys("shared")
    id_ = pair.replica.documents("Letters")["bakery.txt"]["id"]
    assert client.get(f"/collections/Letters/documents/{id_}/file").content == file.read_bytes()
    assert client.delete("/collections/Letters").status_code == 204
    assert store.keys("shared") == ["lectern/default/tide.txt"]


def test_who_takes_over_has_the_files_of_the_one_before(pair: Pair, tmp_path: Path) -> None:
    pair.owner.kill()
    shutil.rmtree(pair.owner.home / "mirror")
    (file := tmp_path / "gulls.txt").write_text("The gulls nest on the north cliff.\n")
    assert pair.replica.follow(upload(pair.replica, [file]))["report"] == {
        **pair.replica.client.get("/runs").json()["runs"][0]["report"],
        "added": 1,
        "unchanged": 1,
        "removed": 0,
    }
    assert pair.replica.role == "owner"
    assert pair.mirrored()[1] == ["default/gulls.txt", "default/tide.txt"]
    pair.owner.start()
    id_ = pair.owner.documents()["gulls.txt"]["id"]
    assert pair.owner.client.get(f"/collections/default/documents/{id_}/file").content == file.read_bytes()


def test_while_the_bucket_is_away_or_lost_nothing_is_removed_and_the_rest_goes_on(
    pair: Pair, store: Store, tmp_path: Path
) -> None:
    (file := tmp_path / "late.txt").write_text("The ferry was late.\n")
    owner = pair.replica
    store.kill()
    for server in (owner, pair.owner):
        refused = server.client.post("/collections/default/documents", files={"file": ("late.txt", file.read_bytes())})
        assert (refused.status_code, "does not answer" in refused.json()["detail"]) == (503, True), refused.text
        assert search(server, "Where do the gulls nest?")[0] == "gulls.txt"
    synced = owner.client.post("/sync", json={"folder": str(pair.folder), "collection": "lights"})
    assert owner.follow(synced.json()["id"])["state"] == "done"
    id_ = owner.documents()["gulls.txt"]["id"]
    for told in ("does not answer", "There is no bucket 'shared'", "is empty, but 2 of its files are indexed"):
        if told.startswith("There"):
            store.start()
        elif told.startswith("is empty"):
            store.make_bucket("shared")
        again = owner.client.post(f"/collections/default/documents/{id_}/reindex")
        assert again.status_code == 202, again.text
        job = owner.follow(again.json()["id"])
        assert (job["state"], told in job["error"]["detail"]) == ("failed", True), job
        assert sorted(owner.documents()) == ["gulls.txt", "tide.txt"]


# --- a home without servers ---


def test_uploads_of_a_home_are_moved_into_a_bucket_and_commands_work_on_them(
    store: Store, bucket: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_in(served: Served, name: str) -> dict[str, Any]:
        sent = served.client.post("/collections/default/documents", files={"file": (name, f"About {name}.".encode())})
        assert sent.status_code == 202, sent.text
        return served.wait_for(sent.json()["job"])

    with serving(home) as served:
        take_in(served, "tide.txt")
        before = served.client.get("/collections/default/documents").json()["documents"][0]
    file = home / "uploads" / "default" / "tide.txt"
    store.put(bucket, "up/default/tide.txt", file.read_bytes())
    shutil.rmtree(home / "uploads")
    monkeypatch.setenv("LECTERN_UPLOADS_URL", f"s3://{bucket}/up")
    with serving(home) as served:
        report = take_in(served, "gulls.txt")["report"]
        assert (report["added"], report["unchanged"], report["removed"]) == (1, 1, 0)
        after = {
            one["document"]: one for one in served.client.get("/collections/default/documents").json()["documents"]
        }
        assert after["tide.txt"]["id"] == before["id"]
        assert {one["folder"] for one in after.values()} == {f"s3:/{bucket}/up/default"}
    assert run_command("verify", "--home", home).code == 0
    assert f"s3://{bucket}/up answers" in run_command("doctor", "--home", home).text
    assert run_command("remove", "tide.txt", "--home", home).code == 0
    assert store.keys(bucket) == ["up/default/gulls.txt"]
    assert sorted(content(home / "mirror")) == ["default/gulls.txt"]
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    refused = run_command("remove", "gulls.txt", "--home", home)
    assert (refused.code, "does not answer" in refused.text) == (2, True), refused.text
    assert "gulls.txt" in run_command("documents", "--home", home).text
