"""The errors Lectern raises. Each says what happened, to which file or setting, and what to do."""

from __future__ import annotations


class LecternError(Exception):
    """The root of all errors meant for the user: `reason` says what happened, `remedy` what to do."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(f"{reason} {remedy}".strip())
        self.reason = reason
        self.remedy = remedy

    def __reduce__(self) -> tuple[type[LecternError], tuple[str, str]]:
        """Errors cross process boundaries whole."""
        return type(self), (self.reason, self.remedy)


class ParseError(LecternError):
    """A file could not be turned into text."""


class ImageError(ParseError):
    """An attached image is none, of another type, damaged or too large."""


class UnsettledFileError(ParseError):
    """A file could not be read this time for a reason that may pass: permission, a change while it was read."""


class TimedOutError(ParseError):
    """Reading a file took longer than it may; another time, with more of it, it may be read."""


class ConfigurationError(LecternError):
    """A setting, a model or a path is wrong or missing."""


class StoreError(LecternError):
    """The index is locked, damaged, from another version, or the disk is full."""


class IndexLockedError(StoreError):
    """Another process owns the index."""


class NotFoundError(LecternError):
    """An unknown collection or document."""


class FetchError(LecternError):
    """A document could not be fetched from its address, or the address is refused."""


class AddressError(FetchError):
    """An address is none, or leads to where nothing is fetched from."""


class QuestionError(LecternError):
    """The question is empty, too long, or carries images that the LLM cannot see."""


class ModelError(LecternError):
    """An LLM, embedder or reranker failed."""


class OverloadedError(LecternError):
    """More is asked for at once than can be done; `retry_after` says in how many seconds to try again."""

    retry_after = 5
