"""Several syncs of one folder told as one."""

from __future__ import annotations

from ingest.report import FailedFile, SyncReport


def test_two_syncs_are_told_as_if_they_had_been_one() -> None:
    first = SyncReport("f", "c", added=["b"], changed=["x"], unchanged=1, pages=2, seconds=1.0, stages={"read": 1.0})
    failed = [FailedFile("broken", "It is empty.", "")]
    second = SyncReport("f", "c", added=["a"], changed=["b"], unchanged=2, failed=failed, pages=3, seconds=0.5)
    both = first.followed_by(second)
    assert (both.added, both.changed, both.unchanged) == (["a", "b"], ["x"], 1)
    assert (both.failed, both.pages, both.seconds, both.stages) == (failed, 5, 1.5, {"read": 1.0})
