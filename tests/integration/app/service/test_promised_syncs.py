"""What a server that was killed still owes is done by the next one, under the settings of that one."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.state.sync_jobs import SyncJob, SyncJobStore, now
from tests.integration.opening import state_place
from tests.integration.serving import serving

LIGHTHOUSE = "The lamp flashes three times every twenty seconds."


def leave_unfinished(home: Path, folder: Path) -> SyncJob:
    """A sync that a server had promised and begun when it was killed."""
    home.mkdir(exist_ok=True)
    with closing(SyncJobStore(state_place(home))) as job_store:
        job = job_store.add("default", Path(os.path.realpath(folder)), allow_empty=False)
        job_store.begin(replace(job, state="running", started_at=now()))
    return job


@pytest.fixture
def allowed(tmp_path: Path) -> Path:
    path = tmp_path / "allowed"
    path.mkdir()
    return path


def test_a_folder_that_is_allowed_no_more_is_not_synced_and_the_run_says_why(
    home: Path, folder: Path, allowed: Path
) -> None:
    (folder / "light.txt").write_text(LIGHTHOUSE)
    with serving(home) as served:
        assert served.sync(folder)["state"] == "done"
    (folder / "bakery.txt").write_text("The bakery opens at six.")
    owed = leave_unfinished(home, folder)
    with serving(home, folder_roots=[allowed]) as served:
        ended = served.wait_for(owed.id)
        listed = served.client.get("/collections/default/documents").json()["documents"]
        newest = served.client.get("/runs").json()["runs"][0]
    assert ended["state"] == "failed"
    assert f"{folder} lies outside the folders that may be indexed here." in ended["error"]["detail"]
    assert "folder_roots" in ended["error"]["remedy"]
    assert [document["document"] for document in listed] == ["light.txt"]
    assert (newest["outcome"], newest["reason"]) == ("failed", ended["error"]["detail"])


def test_a_promised_folder_that_became_a_link_to_outside_is_not_synced(home: Path, folder: Path, allowed: Path) -> None:
    (folder / "light.txt").write_text(LIGHTHOUSE)
    promised = allowed / "papers"
    promised.mkdir()
    owed = leave_unfinished(home, promised)
    promised.rmdir()
    promised.symlink_to(folder)
    with serving(home, folder_roots=[allowed]) as served:
        assert served.wait_for(owed.id)["state"] == "failed"
        assert served.client.get("/collections").json()["collections"] == []


def test_what_is_still_allowed_and_what_was_uploaded_is_done(home: Path, allowed: Path) -> None:
    (allowed / "light.txt").write_text(LIGHTHOUSE)
    uploaded = home / "uploads" / "default"
    uploaded.mkdir(parents=True)
    (uploaded / "bakery.txt").write_text("The bakery opens at six.")
    owed = [leave_unfinished(home, allowed), leave_unfinished(home, uploaded)]
    with serving(home, folder_roots=[allowed]) as served:
        assert [served.wait_for(job.id)["state"] for job in owed] == ["done", "done"]
