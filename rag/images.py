"""Checks the images attached to a question: how many, how large, for which LLM, and how many tokens they take."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from rag.errors import ImageError, QuestionError
from rag.protocols import LanguageModel
from rag.types import Image, ImageFile

MAX_IMAGES = 4
"""Of one question. Each takes an LLM about as much room as five sources."""

MAX_IMAGE_BYTES = 10 << 20
"""Of all images of one question together: two photos of a telephone, or a screen several times."""

PATCH = 28
"""Edge in pixels of what Qwen-VL takes for one token; Claude takes one for each 750 pixels, which is a little less."""

MIN_TOKENS = 576
"""Tokens that LLaVA takes for every image, however small; of the models with a fixed number it takes the most."""


def decode_image(name: str, encoded: str) -> ImageFile:
    """Return an image that came as base64. Raises ImageError."""
    try:
        return ImageFile(name, base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        raise ImageError(f"The image {name!r} is not in base64.", "Send the bytes of its file in base64.") from None


def check_attached(files: Sequence[ImageFile]) -> None:
    """Refuse too many or too large images, unread. Raises ImageError."""
    if len(files) > MAX_IMAGES:
        raise ImageError(
            f"A question takes at most {MAX_IMAGES} images, and {len(files)} are attached.", "Attach fewer."
        )
    if sum(len(file.content) for file in files) > MAX_IMAGE_BYTES:
        names = ", ".join(repr(file.name) for file in files)
        what = f"The images {names} have together" if len(files) > 1 else f"The image {names} has"
        raise ImageError(f"{what} more than {MAX_IMAGE_BYTES >> 20} MB.", "Attach smaller ones, or fewer.")


def check_vision(model: LanguageModel | None) -> None:
    """Refuse images for an LLM that cannot see, or for none. Raises QuestionError."""
    if model is None:
        raise QuestionError(
            "An image is attached, and there is no LLM to look at it.",
            "Choose an LLM that sees images, or ask without the image.",
        )
    if not model.sees_images:
        raise QuestionError(
            f"An image is attached, and {model.name} is not known to see images.",
            "Choose an LLM that does, or ask without the image; if it does, set `llm_sees_images` to true.",
        )


def estimate_image_tokens(image: Image) -> int:
    """Return the tokens of an image: one for each 28 by 28 pixels begun, and at least 576.

    No server counts an image beforehand, and each model counts otherwise; this is about the most that the models in use
    take of their context for it.
    """
    return max(MIN_TOKENS, -(-image.width // PATCH) * -(-image.height // PATCH))
