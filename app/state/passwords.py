"""Keeps the passwords of encrypted PDFs: those of the settings, and those that people give while it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.state.private_file import PrivateFile
from ingest.parsers.options import ParseOptions
from rag.errors import ConfigurationError, NotFoundError

PASSWORD_FILE = "passwords.json"
"""In the home folder. It is in no backup."""

MAX_PATTERN, MAX_PASSWORD = 1_000, 1_000
"""Characters; PDF takes at most 127 bytes of a password."""


@dataclass(frozen=True, slots=True)
class PasswordPattern:
    """A pattern of file names that has a password, without the password."""

    pattern: str
    is_setting: bool
    """It stands in the settings, where alone it can be changed."""


class PasswordStore:
    """Each password is tried on the files whose name, or the end of whose path, its pattern fits.

    Methods are for any thread and process, and raise StoreError.
    """

    def __init__(self, file: Path, settings: Mapping[str, str]) -> None:
        """Take the file for passwords that are given, and those that the settings name."""
        self._file = PrivateFile(file)
        self._settings = dict(settings)

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return all patterns with their passwords, those that were given first."""
        return (*self._file.read().items(), *self._settings.items())

    def passwords_for(self, path: Path) -> Sequence[str]:
        """Return the passwords to try on a file."""
        return ParseOptions(passwords=self.pairs()).passwords_for(path)

    def list_patterns(self) -> list[PasswordPattern]:
        """Return the patterns, without a password."""
        given = [PasswordPattern(pattern, False) for pattern in self._file.read()]
        return given + [PasswordPattern(pattern, True) for pattern in self._settings]

    def keep(self, pattern: str, password: str) -> None:
        """Keep the password of a file or pattern, from the next sync on. Raises ConfigurationError."""
        pattern = pattern.strip()
        if not pattern or len(pattern) > MAX_PATTERN or "\0" in pattern:
            raise ConfigurationError(
                "A password needs the name of a file, or a pattern such as `invoices/*.pdf`.",
                f"Give one of at most {MAX_PATTERN:,} characters.",
            )
        if not password or len(password) > MAX_PASSWORD or "\0" in password:
            raise ConfigurationError(
                f"The password for {pattern!r} is empty, too long or has characters that no password has.",
                f"Give one of at most {MAX_PASSWORD:,} characters.",
            )
        self._file.keep(pattern, password)

    def forget(self, pattern: str) -> None:
        """Delete the password of a pattern. Raises NotFoundError; ConfigurationError for one of the settings."""
        if self._file.forget(pattern):
            return
        if pattern in self._settings:
            raise ConfigurationError(
                f"The password for {pattern!r} stands in the settings.", "Take it out of the setting `passwords`."
            )
        raise NotFoundError(f"No password was given for {pattern!r}.", "`lectern passwords list` shows the patterns.")
