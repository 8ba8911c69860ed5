"""A server that answers beside the owner of an index leaves its work to it, and takes over when it is gone."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.service.build_places import folder_names, uploads_bucket, uploads_folder
from app.service.build_uploads import build_upload_folder
from app.service.succession import Succession, role_of
from app.service.sync_queue import SyncQueue
from app.settings import read_settings
from app.state.passed_requests import PassedAnswer, PassedRequest, PassedRequestStore
from app.state.sync_jobs import SyncJobStore
from app.state.tokens import Identity, Role
from ingest.report import SyncReport
from ingest.sources.bucket import Bucket
from rag.errors import ConfigurationError, IndexLockedError, LibraryError, StoreError

FOLDER = Path("/papers")


class Heir:
    """The ownership of a process that may be told that the owner is gone."""

    is_shared = True
    owner_host = "harbour"

    def __init__(self) -> None:
        self.is_held = False
        self.is_free = threading.Event()

    @property
    def owner(self) -> str:
        return "" if self.is_held else "`lectern serve` (process 7 on harbour)"

    def try_to_take(self) -> bool:
        self.is_held = self.is_free.is_set()
        return self.is_held

    def on_loss(self, act: Callable[[], None]) -> None: ...


class QuickIngest:
    def sync(self, folder: Path, *, collection: str, **options: Any) -> SyncReport:
        return SyncReport(str(folder), collection)

    def has_to_embed(self) -> bool:
        return False


def test_a_queue_beside_the_owner_only_writes_down_and_the_next_owner_does_it(tmp_path: Path) -> None:
    heir = Heir()
    with closing(SyncJobStore(tmp_path / "service.sqlite")) as store:
        queue = SyncQueue(QuickIngest(), store, ownership=heir)  # type: ignore[arg-type]
        promised = queue.submit(FOLDER, "letters")
        assert queue.submit(FOLDER, "letters").id == promised.id
        assert [(job.id, job.state) for job in queue.unfinished()] == [(promised.id, "queued")]
        with pytest.raises(IndexLockedError, match=r"by its owner alone: `lectern serve` \(process 7 on harbour\)"):
            queue.run(lambda: None)
        heir.is_held = True
        queue.take_over()
        # What another server writes down from now on is found by looking.
        later = store.add("default", FOLDER, allow_empty=False)
        # So is one whose end could not be written down.
        unrecorded = store.add("default", FOLDER.with_name("more"), allow_empty=False)
        store.begin(unrecorded)
        for id_ in (promised.id, later.id, unrecorded.id):
            while (job := store.find(id_)) is None or job.state != "done":
                pass
        assert queue.unfinished() == []
        assert queue.close(10)


def test_who_follows_takes_over_once_also_where_that_fails_at_first() -> None:
    heir, begun, looks = Heir(), [], threading.Semaphore(0)

    def take_over() -> None:
        begun.append(heir.is_held)
        if len(begun) == 1:
            raise StoreError("The database cannot be reached.")

    succession = Succession(heir, take_over=take_over, look=looks.release, look_seconds=0.005)
    assert role_of(heir) == "replica of harbour"
    succession.start()
    looks.acquire()
    assert begun == []
    heir.is_free.set()
    while len(begun) < 2:
        pass
    for _ in range(5):
        looks.acquire()
    succession.stop(10)
    assert begun == [True, True]
    assert role_of(heir) == "owner"


def test_a_request_is_answered_once_and_one_that_nobody_took_can_be_withdrawn(tmp_path: Path) -> None:
    caller = Identity("laptop", Role.WRITE, frozenset({"letters"}))
    asked = PassedRequest("POST", "/verify", b"a=1", "application/json", b"{}", caller)
    with closing(PassedRequestStore(tmp_path / "service.sqlite")) as store:
        first, second = store.add(asked), store.add(asked)
        assert store.withdraw(second)
        (taken,) = store.take()
        assert (taken.id, taken.identity, taken.query, taken.body) == (first, caller, b"a=1", b"{}")
        assert store.take() == []
        assert not store.withdraw(first)
        said = PassedAnswer("answered", 200, [("content-type", "text/plain")], b"done")
        store.answer(first, said)
        assert store.answer_to(first) == said
        # A new owner does what waits, and does not know how far a former one came.
        half, waiting = store.add(asked), store.add(asked)
        store.take()
        third = store.add(asked)
        store.forget_taken()
        assert [store.answer_to(id_).state for id_ in (half, waiting, third)] == ["lost", "lost", "waiting"]


@pytest.mark.parametrize("given", ["/srv/up loads", "file:///srv/up%20loads"])
def test_uploads_may_lie_in_a_folder_that_all_servers_see(tmp_path: Path, given: str) -> None:
    assert uploads_folder(read_settings(home=tmp_path, uploads_url=given)) == Path("/srv/up loads")
    assert uploads_folder(read_settings(home=tmp_path)) == tmp_path / "uploads"


@pytest.mark.parametrize("given", ["gs://bucket/uploads", "uploads", "file://host/uploads", "https://a:b@c/d"])
def test_uploads_elsewhere_are_refused_in_words_that_tell_no_password(tmp_path: Path, given: str) -> None:
    with pytest.raises(ConfigurationError, match="`uploads_url` is not a folder") as refused:
        uploads_folder(read_settings(home=tmp_path, uploads_url=given))
    assert "a:b" not in str(refused.value)


def test_folders_of_a_bucket_are_called_alike_on_every_server(tmp_path: Path) -> None:
    roots = []
    for name in ("first", "second"):
        settings = read_settings(home=tmp_path / name, uploads_url="s3://a-bucket/lectern/up/")
        assert uploads_bucket(settings) == ("a-bucket", "lectern/up")
        folder, names = uploads_folder(settings) / "default", folder_names(settings)
        assert folder.is_relative_to(tmp_path / name)
        roots.append(names.to_catalogue(folder))
        assert names.to_machine(roots[-1]) == folder
        assert names.to_catalogue(tmp_path) == names.to_machine(tmp_path) == tmp_path
    assert [str(root) for root in roots] == ["s3:/a-bucket/lectern/up/default"] * 2
    assert uploads_bucket(read_settings(home=tmp_path, uploads_url="s3://a-bucket")) == ("a-bucket", "")


@pytest.mark.parametrize(
    "given", ["s3://", "s3://KEY:se/cret@bucket/x", "s3://b/a/../c", "s3://b//c", "s3://b/x?secret=1"]
)
def test_a_bucket_that_is_named_wrongly_is_refused_without_repeating_a_key(tmp_path: Path, given: str) -> None:
    with pytest.raises(ConfigurationError, match="not of the form s3://BUCKET/PREFIX") as refused:
        uploads_folder(read_settings(home=tmp_path, uploads_url=given))
    assert not re.search("KEY:|se/cret|secret=", str(refused.value))


def test_a_bucket_without_its_library_or_without_a_key_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Bucket("b", "x")._explain("Error performing PUT http://169.254.169.254/latest/api/token", "be listed")
    assert told.reason == "There is no key for the bucket s3://b/x."
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    for module in ("ingest.sources.bucket", "ingest.sources.bucket_folder"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.raises(LibraryError, match="obstore cannot be loaded") as refused:
        build_upload_folder(read_settings(home=tmp_path, uploads_url="s3://b/x"))
    assert 'pip install "lectern[scale]"' in refused.value.remedy
