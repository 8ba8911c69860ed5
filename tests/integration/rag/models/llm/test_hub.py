"""A model is fetched from a hub over a real socket: resumed, checked, and refused in words where it is not right."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from rag.errors import ModelError
from rag.models.llm import hub as hub_module
from rag.models.llm.hub import fetch_file
from tests.gguf_files import gguf_file
from tests.hub_server import Hub, hub_server

NAME = "owner/repo/tiny.gguf"
CONTENT = gguf_file(tensors=4000)
"""A megabyte."""


@pytest.fixture
def hub() -> Iterator[Hub]:
    with hub_server({NAME: CONTENT}) as running:
        yield running


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "llm" / "tiny.gguf"


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "CHUNK_BYTES", 1 << 16)


def fetch(hub: Hub, target: Path) -> list[int]:
    steps = list(fetch_file(hub.url, "owner/repo", "tiny.gguf", target))
    assert all(step.total == len(CONTENT) for step in steps)
    return [step.completed for step in steps]


def left_behind(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir() if not path.name.endswith(".lock"))


def test_a_file_arrives_whole_with_its_progress(hub: Hub, target: Path) -> None:
    done = fetch(hub, target)
    assert target.read_bytes() == CONTENT
    assert done == sorted(done)
    assert len(done) > 10
    assert done[-1] == len(CONTENT)
    assert left_behind(target) == ["tiny.gguf"]


def test_a_download_that_breaks_goes_on_where_it_broke(hub: Hub, target: Path) -> None:
    hub.breaks_after = 400_000
    with pytest.raises(ModelError, match="the same again goes on") as caught:
        fetch(hub, target)
    assert f"save {hub.url}/owner/repo/resolve/main/tiny.gguf as {target}" in caught.value.remedy
    assert not target.exists()
    come = target.with_name("tiny.gguf.part").stat().st_size
    assert 0 < come <= 400_000
    hub.breaks_after = None
    assert fetch(hub, target)[0] == come
    assert hub.ranges[-1] == f"bytes={come}-"
    assert target.read_bytes() == CONTENT


def test_a_server_that_knows_no_ranges_sends_all_again(hub: Hub, target: Path) -> None:
    hub.breaks_after, hub.takes_ranges = 400_000, False
    with pytest.raises(ModelError):
        fetch(hub, target)
    hub.breaks_after = None
    fetch(hub, target)
    assert target.read_bytes() == CONTENT


def test_a_file_that_was_changed_on_the_hub_begins_anew(hub: Hub, target: Path) -> None:
    hub.breaks_after = 400_000
    with pytest.raises(ModelError):
        fetch(hub, target)
    hub.breaks_after = None
    hub.files[NAME] = gguf_file({"general.name": "Late"}, tensors=4000)
    fetch(hub, target)
    assert target.read_bytes() == hub.files[NAME]


def test_without_a_checksum_nothing_is_added_to_what_may_be_of_another_file(hub: Hub, target: Path) -> None:
    hub.tells_checksums, hub.breaks_after = False, 400_000
    with pytest.raises(ModelError):
        fetch(hub, target)
    hub.breaks_after = None
    hub.files[NAME] = gguf_file({"general.name": "Late"}, tensors=4000)
    fetch(hub, target)
    assert target.read_bytes() == hub.files[NAME]


def test_a_swapped_file_is_thrown_away(hub: Hub, target: Path) -> None:
    hub.stored[NAME] = gguf_file({"general.name": "Evil"}, tensors=4000)
    with pytest.raises(ModelError, match="not the file that the hub has the checksum of"):
        fetch(hub, target)
    assert left_behind(target) == ["tiny.gguf.part.json"]


def test_what_is_no_model_is_thrown_away_although_its_checksum_fits(hub: Hub, target: Path) -> None:
    hub.files[NAME] = b"<html>Please accept the licence</html>" * 100
    with pytest.raises(ModelError, match="not a GGUF file"):
        list(fetch_file(hub.url, "owner/repo", "tiny.gguf", target))
    assert not target.exists()


@pytest.mark.parametrize(
    ("status", "said"), [(401, "signed in"), (403, "signed in"), (404, "does not have it"), (503, "HTTP 503")]
)
def test_a_refusal_is_said_with_the_way_by_hand(hub: Hub, target: Path, status: int, said: str) -> None:
    hub.status = status
    with pytest.raises(ModelError, match=said) as caught:
        fetch(hub, target)
    assert "By hand: save http" in caught.value.remedy


def test_a_machine_that_is_offline_is_told_where_to_put_the_file(target: Path) -> None:
    with pytest.raises(ModelError, match="ConnectError") as caught:
        list(fetch_file("http://127.0.0.1:9", "owner/repo", "tiny.gguf", target))
    assert str(target) in caught.value.remedy


def test_a_disk_without_room_is_said_before_anything_comes(
    hub: Hub, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(target.parent.parent)._replace(free=hub_module.SPARE_BYTES + 1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(ModelError, match="GB are free"):
        fetch(hub, target)
    assert hub.ranges == []


def test_a_disk_that_fills_up_meanwhile_keeps_what_has_come(
    hub: Hub, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Filling:
        """Stands in for the end of a disk: no disk of ours is small enough."""

        def __init__(self, file: IO[bytes]) -> None:
            self._file = file

        def __enter__(self) -> Filling:
            return self

        def __exit__(self, *_: object) -> None:
            self._file.close()

        def write(self, block: bytes) -> int:
            if self._file.tell() > 300_000:
                raise OSError(errno.ENOSPC, "No space left on device")
            return self._file.write(block)

    real = Path.open

    def opened(path: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
        file = real(path, mode, *rest, **more)
        return Filling(file) if mode == "ab" else file

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(ModelError, match=r"disk of .* is full"):
        fetch(hub, target)
    monkeypatch.undo()
    assert fetch(hub, target)[0] > 300_000
    assert target.read_bytes() == CONTENT


def test_two_that_fetch_one_file_do_not_mix(hub: Hub, target: Path) -> None:
    first = fetch_file(hub.url, "owner/repo", "tiny.gguf", target)
    next(first)
    with pytest.raises(ModelError, match="being fetched already"):
        fetch(hub, target)
    assert [step.completed for step in first][-1] == len(CONTENT)
    assert target.read_bytes() == CONTENT


def test_one_that_is_stopped_goes_on_later(hub: Hub, target: Path) -> None:
    first = fetch_file(hub.url, "owner/repo", "tiny.gguf", target)
    for _ in range(4):
        next(first)
    first.close()  # type: ignore[attr-defined]
    assert fetch(hub, target)[0] > 0
    assert target.read_bytes() == CONTENT
