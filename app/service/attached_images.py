"""Reads images to attach to a question from files, and has those of a question checked in a sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingest.question_image import prepare_image
from ingest.sandbox.single_file import Sandbox
from rag.errors import ConfigurationError, ImageError, ParseError
from rag.images import MAX_IMAGE_BYTES, check_attached, check_vision
from rag.protocols import LanguageModel
from rag.types import Image, ImageFile


def read_image_file(path: Path) -> ImageFile:
    """Return a file to attach; of one that is too large only as much as shows it. Raises ConfigurationError."""
    try:
        with path.open("rb") as file:
            return ImageFile(path.name, file.read(MAX_IMAGE_BYTES + 1))
    except OSError as error:
        raise ConfigurationError(
            f"The image {str(path)!r} cannot be read: {error.strerror}.", "Name a file that is there."
        ) from None


def prepare_images(files: Sequence[ImageFile], model: LanguageModel | None, sandbox: Sandbox) -> tuple[Image, ...]:
    """Return the images for an LLM, which is asked first whether it sees any. Raises QuestionError, ImageError."""
    if not files:
        return ()
    check_attached(files)
    check_vision(model)
    return tuple(_prepare(file, sandbox) for file in files)


def _prepare(file: ImageFile, sandbox: Sandbox) -> Image:
    try:
        return sandbox.run(prepare_image, file)
    except ImageError:
        raise
    except ParseError as error:
        # What happened to the sandbox is told of "it"; here it has a name.
        raise ImageError(f"The image {file.name!r} cannot be used. {error.reason}", error.remedy) from None
