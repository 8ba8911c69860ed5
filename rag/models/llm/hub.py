"""Fetches a model's file from a hub of models (Hugging Face, or a mirror), when somebody asks for it.

A file grows under another name, goes on where it broke off, and is renamed only when its length and checksum are those
that the hub says and its header fits.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import httpx
from filelock import FileLock, Timeout

from rag.errors import ModelError
from rag.models.llm.gguf_file import GgufError, read_gguf
from rag.models.llm.ollama_models import DownloadProgress

SILENCE_SECONDS = 60.0
CHUNK_BYTES = 1 << 20
SPARE_BYTES = 200_000_000
"""Left free on the disk: a full one would stop the index as well."""
MAX_HOPS = 5
PARTIAL, NOTE = ".part", ".part.json"
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)

_SHA256 = re.compile(r'"?([0-9a-f]{64})"?', re.I)
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the hub describes it: its length in bytes, and its SHA-256 ("" where the hub does not tell it).

    `version` tells it from another one of the same name, "" where nothing does.
    """

    size: int | None
    sha256: str
    version: str


def fetch_file(hub: str, repository: str, file: str, target: Path) -> Iterator[DownloadProgress]:
    """Fetch a file of a repository to `target`; yield how far it is. Closing the iterator stops it, to go on later.

    Raises ModelError.
    """
    url = f"{hub.rstrip('/')}/{quote(repository)}/resolve/main/{quote(file)}"
    fetch = _Fetch(url, target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_name(f".{target.name}.lock"), timeout=0):
            yield from fetch.run()
    except Timeout:
        raise ModelError(f"{target.name} is being fetched already.", "Wait for that, or stop it.") from None
    except httpx.TimeoutException:
        raise fetch.failed(f"{fetch.host} was silent for {SILENCE_SECONDS:g} seconds") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise fetch.failed(f"the connection to {fetch.host} failed ({type(error).__name__})") from None
    except OSError as error:
        if error.errno in DISK_FULL:
            raise ModelError(
                f"The disk of {target.parent} is full.", "Make room, then get it again: what has come is kept."
            ) from None
        raise ModelError(
            f"{target.parent} cannot be written to: {error.strerror or error}.", "Check who may write there."
        ) from None


class _Fetch:
    """One file on its way."""

    def __init__(self, url: str, target: Path) -> None:
        self._url = url
        self._target = target
        self._partial = Path(f"{target}{PARTIAL}")
        self._note = Path(f"{target}{NOTE}")
        self._sha256 = hashlib.sha256()
        """Of what has come."""
        self._done = 0

    @property
    def host(self) -> str:
        """Return the name of the hub."""
        return urlsplit(self._url).netloc

    def failed(self, reason: str) -> ModelError:
        """Return the error for a download that did not come to its end, with the way by hand."""
        come = self._partial.stat().st_size if self._partial.is_file() else 0
        kept = f" {come:,} bytes are kept: the same again goes on from there." if come else ""
        return ModelError(
            f"{self._target.name} could not be fetched: {reason}.",
            f"Check the connection to the internet.{kept} By hand: save {self._url} as {self._target}.",
        )

    def run(self) -> Iterator[DownloadProgress]:
        """Fetch what is missing, check it and give it its name."""
        with httpx.Client(timeout=SILENCE_SECONDS, headers={"accept-encoding": "identity"}) as client:
            remote = self._ask(client)
            self._take_up(remote)
            yield self._progress(remote)
            if remote.size is None or self._done < remote.size:
                self._check_room(remote)
                for _ in self._receive(client):
                    yield self._progress(remote)
        self._check(remote)
        self._partial.replace(self._target)
        self._note.unlink(missing_ok=True)

    def _progress(self, remote: RemoteFile) -> DownloadProgress:
        return DownloadProgress(self._target.name, self._done, remote.size or 0)

    def _ask(self, client: httpx.Client) -> RemoteFile:
        """Return what the hub says of the file; the store that it leads to knows no checksum of the whole."""
        url, size, sha256, version = self._url, "", "", ""
        for _ in range(MAX_HOPS):
            answer = client.head(url)
            if found := _SHA256.fullmatch(answer.headers.get("x-linked-etag", "")):
                sha256 = sha256 or found[1].lower()
            size = size or answer.headers.get("x-linked-size", "")
            if not answer.has_redirect_location:
                self._refuse(answer)
                version = answer.headers.get("etag", "")
                size = size or answer.headers.get("content-length", "")
                break
            if sha256 and size:
                break
            url = urljoin(url, answer.headers["location"])
        return RemoteFile(int(size) if size.isdigit() else None, sha256, sha256 or version)

    def _take_up(self, remote: RemoteFile) -> None:
        """Go on with what came before, if it is of the same file; else begin anew."""
        note = json.dumps({"url": self._url, "size": remote.size, "version": remote.version})
        is_same = self._note.is_file() and self._note.read_text("utf-8") == note
        is_same = is_same and bool(remote.version) and remote.size is not None
        if not is_same or not self._partial.is_file() or self._partial.stat().st_size > (remote.size or 0):
            self._begin_anew()
            self._note.write_text(note, "utf-8")
            return
        with self._partial.open("rb") as opened:
            while block := opened.read(CHUNK_BYTES):
                self._sha256.update(block)
                self._done += len(block)

    def _begin_anew(self) -> None:
        self._partial.unlink(missing_ok=True)
        self._sha256, self._done = hashlib.sha256(), 0

    def _check_room(self, remote: RemoteFile) -> None:
        missing = (remote.size or 0) - self._done
        free = shutil.disk_usage(self._target.parent).free
        if missing + SPARE_BYTES > free:
            raise ModelError(
                f"{self._target.name} needs {missing / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free in "
                f"{self._target.parent}.",
                "Make room, or name another folder with the setting `model_cache`.",
            )

    def _receive(self, client: httpx.Client) -> Iterator[None]:
        """Add what comes to what is there."""
        headers = {"range": f"bytes={self._done}-"} if self._done else {}
        with client.stream("GET", self._url, headers=headers, follow_redirects=True) as answer:
            self._refuse(answer)
            begins = _RANGE.match(answer.headers.get("content-range", ""))
            if self._done and not (answer.status_code == 206 and begins and int(begins[1]) == self._done):
                # This server sends the whole file again.
                self._begin_anew()
            with self._partial.open("ab") as opened:
                for block in answer.iter_raw(CHUNK_BYTES):
                    opened.write(block)
                    self._sha256.update(block)
                    self._done += len(block)
                    yield
                opened.flush()
                os.fsync(opened.fileno())

    def _refuse(self, answer: httpx.Response) -> None:
        """Raise ModelError for an answer that is no file."""
        status = answer.status_code
        if status in (401, 403):
            raise self.failed(f"{self.host} gives it only to those who are signed in (HTTP {status})")
        if status == 404:
            raise self.failed(f"{self.host} does not have it under this name (HTTP 404)")
        if status not in (200, 206):
            raise self.failed(f"{self.host} answered with HTTP {status}")

    def _check(self, remote: RemoteFile) -> None:
        """Refuse a file that is not what the hub said. Raises ModelError."""
        if remote.size is not None and self._done < remote.size:
            raise self.failed(f"{self.host} ended it after {self._done:,} of {remote.size:,} bytes")
        if remote.size is not None and self._done > remote.size:
            self._begin_anew()
            raise self.failed(f"more came from {self.host} than the {remote.size:,} bytes that it told of")
        if remote.sha256 and self._sha256.hexdigest() != remote.sha256:
            self._begin_anew()
            raise self.failed("what came is not the file that the hub has the checksum of, and was thrown away")
        try:
            read_gguf(self._partial)
        except GgufError as error:
            self._begin_anew()
            raise self.failed(f"what came is no whole model ({error.reason.rstrip('.')}) and was thrown away") from None
