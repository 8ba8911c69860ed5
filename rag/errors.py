"""The errors Lectern raises. Each says what happened, to which file or setting, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class LecternError(Exception):
    """The root of all errors meant for the user: `reason` says what happened, `remedy` what to do."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(f"{reason} {remedy}".strip())
        self.reason = reason
        self.remedy = remedy

    def __reduce__(self) -> tuple[type[LecternError], tuple[str, str]]:
        """Pickle all parts of the error, so that it crosses process boundaries whole."""
        return type(self), (self.reason, self.remedy)


class ParseError(LecternError):
    """A file could not be turned into text."""


class ImageError(ParseError):
    """An attached file is not an image, or the image is of another type, damaged or too large."""


class UnsettledFileError(ParseError):
    """A file could not be read this time for a reason that may pass: permission, a change while it was read."""


class TimedOutError(ParseError):
    """Reading a file took longer than it may; another time, with more of it, it may be read."""


class ConfigurationError(LecternError):
    """A setting, a model or a path is wrong or missing."""


class LibraryError(ConfigurationError):
    """A library is missing or cannot be loaded."""


class StoreError(LecternError):
    """The index is locked, damaged, from another version, or the disk is full."""


class VectorsAwayError(StoreError):
    """The server of the vectors does not answer; words are found without it."""


class UploadsAwayError(StoreError):
    """The bucket of the uploads does not answer, or does not let us do what is needed."""


class IndexLockedError(StoreError):
    """Another process owns the index."""


class NotFoundError(LecternError):
    """An unknown collection or document."""


class SignInError(LecternError):
    """A service asks for a token, or does not know the one that was sent."""


class ForbiddenError(LecternError):
    """The caller is signed in, but has no right to do this."""


class FetchError(LecternError):
    """A document could not be fetched from its address, or the address is refused."""


class AddressError(FetchError):
    """A text is not a web address, or the address leads to a place from which nothing is fetched."""


class QuestionError(LecternError):
    """The question is empty, too long, or carries images that the LLM cannot see."""


class ModelError(LecternError):
    """An LLM, embedder or reranker failed."""


class OverloadedError(LecternError):
    """More is asked for at once than can be done; `retry_after` says in how many seconds to try again."""

    retry_after = 5


@contextmanager
def loading_library(package: str, *, remedy: str = "") -> Iterator[None]:
    """Turn a failure within the block, the import of a library that may be missing or broken, into a LibraryError.

    Without a `remedy` it is to install the package again.

    A library that is there still fails where a system library is not, or where it was built for another processor or
    for another version of what it needs: with ImportError and OSError for the most part, and with whatever its own
    start raises.
    """
    try:
        yield
    except LecternError:
        raise
    except Exception as error:
        raise LibraryError(
            f"The library {package} cannot be loaded: {first_line(error)}.",
            remedy or f"Install the package {package} again, and the system library that is named here if one is.",
        ) from error


def first_line(error: Exception) -> str:
    """Return the first line of an error's text without its full stop, cut to 200 characters; its class where it has
    none."""
    text = error.reason if isinstance(error, LecternError) else str(error)
    return next(iter(text.splitlines()), "")[:200].rstrip(".") or type(error).__name__
