"""Reads attached images with Pillow and makes them ready for any LLM; meant to run in a sandbox.

An image is drawn anew from its pixels: what else was in the file, such as where a photo was taken, stays here.
"""

from __future__ import annotations

import io
import warnings

import PIL.Image
import PIL.ImageOps

from rag.errors import ImageError
from rag.types import Image, ImageFile

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
LOSSLESS = ("PNG", "GIF")
"""Formats without loss, which stay so. All others become JPEG, whose variants have several names in Pillow."""

MAX_PIXELS = 50_000_000
"""Of a file, before it is decoded: the largest sensors of most telephones. Four bytes each are held in memory."""

MAX_PIXELS_SHOWN = 1_150_000
"""Claude scales larger images down itself, and others take more room for them than a local LLM has."""

MAX_EDGE_SHOWN = 1_568
"""Claude's limit; that of OpenAI's and Google's models is larger."""

MAX_PNG = 3 << 20
"""Bytes. Claude takes 5 MB in base64; what is larger as PNG is a photo, which JPEG suits."""

JPEG_QUALITY = 90

SAVE_AS_REMEDY = "Save it as PNG or JPEG in its own program, and attach that."


def prepare_image(file: ImageFile) -> Image:
    """Return the first frame, upright, at most 1.15 million pixels large, as PNG or JPEG. Raises ImageError.

    What kind of file it is, is seen by its content. Nothing is decoded of an image that says it has more than 50
    million pixels, however small its file.
    """
    try:
        with (
            # Pillow warns of fewer pixels than it refuses; both are over our own limit.
            warnings.catch_warnings(action="ignore", category=PIL.Image.DecompressionBombWarning),
            PIL.Image.open(io.BytesIO(file.content), formats=FORMATS) as opened,
        ):
            _check_pixels(file.name, opened)
            kind = opened.format
            picture = _scale(opened)
    except ImageError:
        raise
    except PIL.Image.DecompressionBombError:
        raise _too_many_pixels(file.name) from None
    except PIL.UnidentifiedImageError:
        raise ImageError(f"{file.name!r} is not a PNG, JPEG, WebP or GIF image.", SAVE_AS_REMEDY) from None
    except MemoryError:
        raise
    except Exception as error:  # Pillow's decoders raise nearly anything on a broken file.
        raise ImageError(f"The image {file.name!r} is damaged ({type(error).__name__}).", SAVE_AS_REMEDY) from None
    return _encode(file.name, picture, is_photo=kind not in LOSSLESS)


def _check_pixels(name: str, opened: PIL.Image.Image) -> None:
    if opened.width * opened.height > MAX_PIXELS:
        raise _too_many_pixels(name)


def _too_many_pixels(name: str) -> ImageError:
    return ImageError(
        f"The image {name!r} has more than {MAX_PIXELS // 1_000_000} million pixels.",
        "Scale it down, and attach that.",
    )


def _scale(opened: PIL.Image.Image) -> PIL.Image.Image:
    """Return the pixels as they are to be seen, on white where they are transparent."""
    share = min(1.0, (MAX_PIXELS_SHOWN / (opened.width * opened.height)) ** 0.5)
    longest = min(MAX_EDGE_SHOWN, max(1, int(max(opened.size) * share)))
    # A JPEG can be decoded smaller than it is.
    opened.draft("RGB", (longest, longest))
    seen = _in_colour(opened)
    seen.thumbnail((longest, longest))
    PIL.ImageOps.exif_transpose(seen, in_place=True)
    if seen.mode == "RGB":
        return seen
    picture = PIL.Image.new("RGB", seen.size, "white")
    picture.paste(seen, mask=seen.getchannel("A"))
    return picture


def _in_colour(opened: PIL.Image.Image) -> PIL.Image.Image:
    if opened.has_transparency_data:
        return opened.convert("RGBA")
    if opened.mode.startswith("I"):
        # Grey in 16 bits, of which Pillow would cut off all that does not fit into eight.
        return opened.convert("I").point(lambda value: value / 256).convert("RGB")
    return opened.convert("RGB")


def _encode(name: str, picture: PIL.Image.Image, *, is_photo: bool) -> Image:
    """Encode without loss where the file was so, for letters to stay sharp, unless that takes too many bytes."""
    if not is_photo:
        content = _save(picture, "PNG")
        if len(content) <= MAX_PNG:
            return Image(name, "image/png", content, picture.width, picture.height)
    return Image(name, "image/jpeg", _save(picture, "JPEG", quality=JPEG_QUALITY), picture.width, picture.height)


def _save(picture: PIL.Image.Image, kind: str, **options: int) -> bytes:
    encoded = io.BytesIO()
    picture.save(encoded, kind, **options)
    return encoded.getvalue()
