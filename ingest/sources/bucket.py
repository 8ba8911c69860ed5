"""Reads and writes the objects of an S3-compatible store that lie below one prefix."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING

from rag.errors import UploadsAwayError, loading_library

# This module is imported where there is a bucket, only.
with loading_library("obstore", remedy='Install it: pip install "lectern[scale]".'):
    import obstore
    from obstore.exceptions import BaseError, InvalidPathError
    from obstore.store import S3Store

if TYPE_CHECKING:
    from obstore import GetResult, ObjectMeta

CONNECT_SECONDS, SILENCE_SECONDS, OBJECT_SECONDS = 5, 30, 3600
"""Longest time to connect, without a byte, and for one object."""

RETRIES, RETRY_SECONDS = 2, 10

BLOCK = 1 << 20

NANOSECONDS = 10**9
MICROSECOND = 1000

_CODE = re.compile(r"<Code>(\w+)</Code>|\(code: (\w+)\)")
_STATUS = re.compile(r"status code: (\d{3})")

ROLES = "://169.254."
"""In the address that is asked for a key of the machine's role where no key is given."""

NO_BUCKET = "NoSuchBucket"

UNKNOWN_KEY = frozenset(
    {
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "AuthFailure",
        "InvalidToken",
        "ExpiredToken",
        "InvalidClientTokenId",
    }
)


@dataclass(frozen=True, slots=True)
class ObjectState:
    """Tells one content of an object from another, as the size and time of a file do.

    The time is when it was put, in seconds, and behind them, in microseconds, a hash of its ETag: it is the same for
    whoever asks, and another one for contents that were put within one second.
    """

    size: int
    mtime_ns: int


class Bucket:
    """Methods may be called from any thread, and raise UploadsAwayError; keys are relative to the prefix.

    The keys to sign with, the region and the address of the store are those of the variables of AWS.
    """

    def __init__(self, bucket: str, prefix: str) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self.url = f"s3://{bucket}/{prefix}".rstrip("/")

    @cached_property
    def _store(self) -> S3Store:
        with self._explained("be used"):
            return S3Store(
                self._bucket,
                prefix=self._prefix or None,
                # A store that is named by an address of HTTP is wanted so.
                client_options={
                    "allow_http": True,
                    "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                    "read_timeout": timedelta(seconds=SILENCE_SECONDS),
                    "timeout": timedelta(seconds=OBJECT_SECONDS),
                },
                retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=RETRY_SECONDS)},
            )

    def list(self, folder: str = "") -> dict[str, ObjectState]:
        """Return all objects below a folder by their keys. It is raised where not all could be listed."""
        with self._explained("be listed"):
            return {
                found["path"]: _state_of(found)
                for page in obstore.list(self._store, folder or None, chunk_size=1000)
                for found in page
            }

    def list_folders(self) -> Sequence[str]:
        """Return the folders right below the prefix."""
        with self._explained("be listed"):
            return list(obstore.list_with_delimiter(self._store)["common_prefixes"])

    def find(self, key: str) -> ObjectState | None:
        """Return the state of an object, None where there is none."""
        with self._explained("be read"), suppress(FileNotFoundError):
            return _state_of(obstore.head(self._store, key))
        # That does not tell a bucket that is missing from an object that is.
        found = self._open(key)
        return _state_of(found.meta) if found else None

    def get(self, key: str, target: IO[bytes]) -> ObjectState | None:
        """Write an object into a file, and return the state of what was written; None where there is no object.

        Raises OSError for the file.
        """
        found = self._open(key)
        if found is None:
            return None
        blocks = iter(found.stream(BLOCK))
        written = 0
        while True:
            with self._explained("be read"):
                block = next(blocks, None)
            if block is None:
                break
            written += target.write(block)
        state = _state_of(found.meta)
        if written != state.size:
            raise self._is_away(f"broke off after {written:,} of {state.size:,} bytes of {key!r}")
        return state

    def put(self, file: Path, key: str) -> None:
        """Put a file in place of an object: others see the old one or the new one whole."""
        with self._explained("be written to"):
            obstore.put(self._store, key, file)

    def copy(self, keys: Mapping[str, str]) -> None:
        """Copy objects within the store, each to its new key."""
        with self._explained("be written to"):
            for key, new in keys.items():
                obstore.copy(self._store, key, new)

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; those that are gone already are none to raise for."""
        if keys:
            with self._explained("be written to"):
                obstore.delete(self._store, list(keys))

    def _open(self, key: str) -> GetResult | None:
        with self._explained("be read"):
            try:
                return obstore.get(self._store, key)
            except FileNotFoundError as error:
                if _code_of(str(error)) == NO_BUCKET:
                    raise
                return None

    @contextmanager
    def _explained(self, wanted: str) -> Iterator[None]:
        """Turn what the library raises into a sentence, without the address and the key that its texts may hold."""
        try:
            yield
        except InvalidPathError as error:
            raise UploadsAwayError(
                f"The bucket {self.url} holds an object that no file can be named like: {str(error).splitlines()[0]}.",
                "Delete it, or give it another name.",
            ) from None
        except (BaseError, FileNotFoundError, ValueError) as error:
            raise self._explain(str(error), wanted) from None

    def _explain(self, told: str, wanted: str) -> UploadsAwayError:
        code = _code_of(told)
        status = found.group(1) if (found := _STATUS.search(told)) else ""
        if code == NO_BUCKET or (status == "404" and not code):
            return UploadsAwayError(
                f"There is no bucket {self._bucket!r} in the store.", "Make it, or correct `uploads_url`."
            )
        if ROLES in told:
            return UploadsAwayError(
                f"There is no key for the bucket {self.url}.",
                "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment of the server.",
            )
        if code in UNKNOWN_KEY or status == "401":
            return UploadsAwayError(
                f"The store does not accept the key for the bucket {self.url} ({code or status}).",
                "Correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment of the server.",
            )
        if code == "AccessDenied" or status == "403":
            return UploadsAwayError(
                f"The bucket {self.url} may not {wanted} with this key.",
                "Give the key the right to list, read, write and delete objects below it.",
            )
        return self._is_away(f"answers with {code or status}" if code or status else "does not answer")

    def _is_away(self, what: str) -> UploadsAwayError:
        return UploadsAwayError(
            f"The bucket {self.url} {what}.",
            "Try again later. Where that lasts, check the store, AWS_ENDPOINT_URL and AWS_REGION.",
        )


def _code_of(told: str) -> str:
    """Return S3's code of an error."""
    found = _CODE.search(told)
    return (found.group(1) or found.group(2)) if found else ""


def _state_of(meta: ObjectMeta) -> ObjectState:
    e_tag = (meta["e_tag"] or "").strip('"').encode()
    digest = int.from_bytes(hashlib.sha256(e_tag).digest()[:8]) % (NANOSECONDS // MICROSECOND)
    # Lists tell milliseconds that heads do not.
    seconds = int(meta["last_modified"].timestamp())
    return ObjectState(meta["size"], seconds * NANOSECONDS + digest * MICROSECOND)
