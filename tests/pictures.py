"""Small image files for the tests."""

from __future__ import annotations

import io
import struct
import zlib

import PIL.Image

ORIENTATION, GPS = 0x0112, 0x8825


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), colour: str = "red") -> bytes:
    """A file of one colour."""
    return encoded(PIL.Image.new("RGB", size, colour), kind)


def bars(colour: str = "blue") -> bytes:
    """A PNG with a bar of a colour on white, of 300 by 200 pixels."""
    drawn = PIL.Image.new("RGB", (300, 200), "white")
    drawn.paste(colour, (40, 40, 90, 180))
    return encoded(drawn, "PNG")


def photo(size: tuple[int, int] = (40, 20)) -> bytes:
    """A JPEG as a telephone held upright takes it: lying, with the place in it where it was taken."""
    made = PIL.Image.new("RGB", size, "red")
    exif = made.getexif()
    exif[ORIENTATION] = 6
    exif[GPS] = {1: "N", 2: (57.0, 9.0, 0.0)}
    return encoded(made, "JPEG", exif=exif)


def bomb(width: int, height: int) -> bytes:
    """A PNG of less than a kilobyte that says it is so large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1_000)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def encoded(made: PIL.Image.Image, kind: str, **options: object) -> bytes:
    """An image as a file."""
    written = io.BytesIO()
    made.save(written, kind, **options)
    return written.getvalue()


def opened(content: bytes) -> PIL.Image.Image:
    """A file as an image."""
    return PIL.Image.open(io.BytesIO(content))
