"""Images attached to a question: what is taken, what is made of it, what it costs and whom it is shown to."""

from __future__ import annotations

import pickle
import random
from pathlib import Path

import PIL.Image
import pytest

from app.service.attached_images import read_image_file
from ingest.question_image import MAX_EDGE_SHOWN, MAX_PIXELS_SHOWN, MAX_PNG, prepare_image
from rag.errors import ConfigurationError, ImageError, QuestionError
from rag.images import (
    MAX_IMAGE_BYTES,
    MAX_IMAGES,
    MIN_TOKENS,
    check_attached,
    check_vision,
    decode_image,
    estimate_image_tokens,
)
from rag.types import Image, ImageFile
from tests.fakes import ScriptedModel
from tests.pictures import GPS, bomb, encoded, opened, photo, picture


def prepare(content: bytes, name: str = "sign.png") -> Image:
    return prepare_image(ImageFile(name, content))


# --- reading ---


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("PNG", "image/png"), ("GIF", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/jpeg")],
)
def test_each_format_is_known_by_its_content_and_becomes_one_that_every_llm_takes(kind: str, media_type: str) -> None:
    made = prepare(picture(kind), "named.txt")
    assert (made.name, made.media_type, made.width, made.height) == ("named.txt", media_type, 40, 20)
    shown = opened(made.content)
    assert (shown.get_format_mimetype(), shown.size) == (media_type, (40, 20))
    red, green, blue = shown.getpixel((5, 5))
    assert red > 240
    assert max(green, blue) < 15


def test_a_photo_is_turned_upright_and_loses_the_place_where_it_was_taken() -> None:
    assert GPS in opened(photo()).getexif()
    made = prepare(photo())
    assert (made.width, made.height) == (20, 40)
    assert not opened(made.content).getexif()


def test_of_a_photo_with_several_pictures_and_of_a_moving_one_the_first_is_shown() -> None:
    first, second = PIL.Image.new("RGB", (40, 20), "red"), PIL.Image.new("RGB", (40, 20), "blue")
    for kind, media_type in (("MPO", "image/jpeg"), ("GIF", "image/png"), ("WEBP", "image/jpeg")):
        made = prepare(encoded(first, kind, save_all=True, append_images=[second]))
        assert made.media_type == media_type
        assert opened(made.content).getpixel((5, 5))[0] > 240


def test_a_large_image_is_scaled_to_what_llms_look_at() -> None:
    made = prepare(picture("JPEG", (4000, 3000)))
    assert MAX_PIXELS_SHOWN * 0.98 < made.width * made.height < MAX_PIXELS_SHOWN * 1.01
    assert made.width / made.height == pytest.approx(4 / 3, rel=0.01)
    strip = prepare(picture("PNG", (9000, 30)))
    assert (strip.width, strip.height) == (MAX_EDGE_SHOWN, 5)


def test_what_is_transparent_becomes_white_and_grey_of_16_bits_stays_grey() -> None:
    glass = encoded(PIL.Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "PNG")
    assert opened(prepare(glass).content).getpixel((4, 4)) == (255, 255, 255)
    grey = encoded(PIL.Image.new("I;16", (9, 9), 0x8000), "PNG")
    assert opened(prepare(grey).content).getpixel((4, 4)) == (128, 128, 128)


def test_a_noisy_png_is_sent_as_jpeg() -> None:
    noisy = PIL.Image.frombytes("RGB", (1200, 900), random.Random(1).randbytes(1200 * 900 * 3))
    made = prepare(encoded(noisy, "PNG", compress_level=1))
    assert made.media_type == "image/jpeg"
    assert len(made.content) < MAX_PNG


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", picture("BMP")]
)
def test_what_is_no_image_of_the_four_formats_is_refused(content: bytes) -> None:
    with pytest.raises(ImageError, match=r"'sign.png' is not a PNG, JPEG, WebP or GIF image") as refused:
        prepare(content)
    assert refused.value.remedy


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_an_image_that_is_cut_off_is_refused(kind: str) -> None:
    noise = encoded(PIL.Image.effect_noise((64, 64), 50).convert("RGB"), kind)
    with pytest.raises(ImageError, match=r"'sign.png'"):
        prepare(noise[: len(noise) // 2])


@pytest.mark.parametrize(
    ("width", "height"), [(8_000, 7_000), (9_500, 9_500), (60_000, 60_000), (2**31 - 1, 2**31 - 1)]
)
def test_a_decompression_bomb_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    assert len(bomb(width, height)) < 1_000
    with pytest.raises(ImageError, match="more than 50 million pixels"):
        prepare(bomb(width, height))


def test_an_error_of_an_image_crosses_processes_whole() -> None:
    error = pickle.loads(pickle.dumps(ImageError("The image is damaged.", "Save it.")))
    assert (type(error), error.reason, error.remedy) == (ImageError, "The image is damaged.", "Save it.")


# --- attaching ---


def test_too_many_images_and_too_large_ones_are_refused_unread() -> None:
    check_attached([ImageFile("a.png", b"x")] * MAX_IMAGES)
    with pytest.raises(ImageError, match="at most 4 images, and 5 are attached"):
        check_attached([ImageFile("a.png", b"x")] * (MAX_IMAGES + 1))
    half = ImageFile("half.png", bytes(MAX_IMAGE_BYTES // 2 + 1))
    check_attached([half])
    with pytest.raises(ImageError, match=r"'half.png', 'half.png' have together more than 10 MB"):
        check_attached([half, half])


def test_images_are_for_llms_that_see_only() -> None:
    model = ScriptedModel([])
    with pytest.raises(QuestionError, match="no LLM to look at it"):
        check_vision(None)
    with pytest.raises(QuestionError, match="scripted:one is not known to see images") as refused:
        check_vision(model)
    assert "llm_sees_images" in refused.value.remedy
    model.sees_images = True
    check_vision(model)


def test_an_image_takes_a_token_for_each_patch_begun_and_never_less_than_the_fixed_number() -> None:
    def tokens(width: int, height: int) -> int:
        return estimate_image_tokens(Image("a", "image/png", b"", width, height))

    assert tokens(1, 1) == MIN_TOKENS
    assert tokens(28 * 40, 28 * 30) == 1_200
    assert tokens(28 * 40 + 1, 28 * 30) == 41 * 30


def test_base64_is_read_strictly() -> None:
    assert decode_image("a.png", "aGVsbG8=").content == b"hello"
    for wrong in ("aGVsbG8", "a b", "ß", "data:image/png;base64,aGVsbG8="):
        with pytest.raises(ImageError, match=r"'a.png' is not in base64"):
            decode_image("a.png", wrong)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none.png' cannot be read: No such file"):
        read_image_file(tmp_path / "none.png")
