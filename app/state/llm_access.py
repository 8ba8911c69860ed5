"""Keeps the addresses and keys of LLMs that people give while the service runs, in a file that only its owner reads."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rag.errors import ConfigurationError, StoreError
from rag.models.llm.providers import PROVIDERS
from rag.urls import is_usable, without_credentials

ACCESS_FILE = "llm-access.json"
"""In the home folder. No backup takes it along."""

MAX_ADDRESS, MAX_KEY = 2_000, 4_000


@dataclass(frozen=True, slots=True)
class LlmAccess:
    """The address and key for the LLMs of a provider; "" where none was given."""

    base_url: str = ""
    key: str = field(default="", repr=False)


class LlmAccessFile:
    """Every method may be called from any thread, and raises StoreError when the file cannot be read or written."""

    def __init__(self, home: Path) -> None:
        self._file = home / ACCESS_FILE
        self._lock = threading.Lock()

    @property
    def place(self) -> str:
        """Return the path of the file."""
        return str(self._file)

    def all(self) -> Mapping[str, LlmAccess]:
        """Return what is kept, by provider."""
        try:
            kept = json.loads(self._file.read_text("utf-8"))
            return {provider: LlmAccess(str(one["base_url"]), str(one["key"])) for provider, one in kept.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            # Nothing of its content: there are keys in it.
            raise StoreError(
                f"{self._file} cannot be read ({type(error).__name__}).",
                "Delete it, and give the addresses and keys of LLMs again.",
            ) from None

    def find(self, provider: str) -> LlmAccess:
        """Return what is kept for a provider; nothing is in it where nothing is."""
        return self.all().get(provider, LlmAccess())

    def keep(self, provider: str, base_url: str, key: str | None) -> None:
        """Keep an address and a key; without a key the one that is kept for the same address stays.

        A key is never kept for another address than the one that it was given with. Raises ConfigurationError.
        """
        base_url = _checked_address(provider, base_url.strip().rstrip("/"))
        with self._lock:
            kept = dict(self.all())
            before = kept.get(provider, LlmAccess())
            if key is None:
                key = before.key if before.base_url == base_url else ""
            kept[provider] = LlmAccess(base_url, _checked_key(key.strip()))
            self._write(kept)

    def forget(self, provider: str) -> None:
        """Forget the address and the key of a provider."""
        with self._lock:
            kept = dict(self.all())
            if kept.pop(provider, None) is not None:
                self._write(kept)

    def _write(self, kept: Mapping[str, LlmAccess]) -> None:
        told = {provider: {"base_url": one.base_url, "key": one.key} for provider, one in kept.items()}
        new = self._file.with_name(f".{self._file.name}.new")
        try:
            new.unlink(missing_ok=True)
            # Nobody else can read it at any moment, whatever the process's mask is.
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                json.dump(told, stream)
                stream.flush()
                os.fsync(stream.fileno())
            new.replace(self._file)
        except OSError as error:
            raise StoreError(
                f"{self._file} cannot be written ({error.strerror}).", "Make the home folder writable, or free space."
            ) from None


def _checked_address(provider: str, base_url: str) -> str:
    if provider not in PROVIDERS:
        raise ConfigurationError(
            f"{provider!r} is not a provider of LLMs.", f"The providers are: {', '.join(PROVIDERS)}."
        )
    if not base_url:
        return ""
    shown = without_credentials(base_url)
    if not is_usable(base_url) or len(base_url) > MAX_ADDRESS or any(one.isspace() for one in base_url):
        raise ConfigurationError(
            f"{shown[:200]!r} is not the address of a server.", "Write it as http://HOST:PORT/v1, without spaces."
        )
    if shown != base_url:
        raise ConfigurationError("The address has a password in it.", "Leave it out, and give it as the key.")
    return base_url


def _checked_key(key: str) -> str:
    if len(key) > MAX_KEY or not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigurationError(
            "The key has characters that no key has, such as a space or a line break in the middle.",
            "Copy it again, and nothing else with it.",
        )
    return key
