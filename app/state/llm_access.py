"""Keeps the addresses and keys of LLMs that people give while the service runs, in a file that only its owner reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.state.private_file import PrivateFile
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
    """Every method may be called from any thread and process, and raises StoreError where the file cannot be used."""

    def __init__(self, home: Path) -> None:
        self._file = PrivateFile(home / ACCESS_FILE)

    @property
    def place(self) -> str:
        """Return the path of the file."""
        return str(self._file.file)

    def all(self) -> Mapping[str, LlmAccess]:
        """Return what is kept, by provider."""
        try:
            kept = {provider: json.loads(secret) for provider, secret in self._file.read().items()}
            return {provider: LlmAccess(str(one["base_url"]), str(one["key"])) for provider, one in kept.items()}
        except (ValueError, KeyError, TypeError):
            # Nothing of its content: there are keys in it.
            raise StoreError(
                f"{self._file.file} cannot be read: it is damaged.",
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
        before = self.find(provider)
        if key is None:
            key = before.key if before.base_url == base_url else ""
        self._file.keep(provider, json.dumps({"base_url": base_url, "key": _checked_key(key.strip())}))

    def forget(self, provider: str) -> None:
        """Forget the address and the key of a provider."""
        self._file.forget(provider)


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
