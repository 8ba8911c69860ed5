"""Finds the fonts that write a text: Open Sans, which comes along, and for other scripts those of this machine."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SEARCH_SECONDS = 5.0
"""For looking through the fonts of a machine, of which some have thousands."""

FONT_ENDINGS = (".ttf", ".otf", ".ttc", ".otc")

LIKELY_NAMES = (
    "noto",
    "dejavu",
    "arial",
    "segoe",
    "msyh",
    "yahei",
    "pingfang",
    "hiragino",
    "unifont",
    "wqy",
    "liberation",
)
"""Parts of the names of fonts that write many scripts: these are looked at first."""


@dataclass(frozen=True, slots=True)
class FontFile:
    """A font; `index` is its number in a file that holds several."""

    path: Path
    index: int = 0


def own_font(style: str) -> Path:
    """Return the file of a style of Open Sans (Apache-2.0): "Regular", "Bold", "Italic" or "BoldItalic"."""
    import ttf_opensans

    return Path(ttf_opensans.__file__).parent / "ttf" / f"OpenSans-{style}.ttf"


def find_fonts(text: str) -> tuple[list[FontFile], str]:
    """Return fonts of this machine for what Open Sans lacks, and the characters that none of them has."""
    wanted = {character for character in text if not character.isspace()}
    missing = wanted - _characters_of(FontFile(own_font("Regular")))
    chosen: list[FontFile] = []
    until = time.monotonic() + SEARCH_SECONDS
    for font in _fonts_here() if missing else ():
        if not missing or time.monotonic() > until:
            break
        if has := missing & _characters_of(font):
            chosen.append(font)
            missing -= has
    return chosen, "".join(sorted(missing))


@cache
def _characters_of(font: FontFile) -> frozenset[str]:
    """Return the characters that a font can write; none of one that cannot be read."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(font.path, lazy=True, fontNumber=font.index) as opened:
            if "glyf" not in opened and "CFF " not in opened:
                return frozenset()  # Pictures of characters, such as emoji in colour.
            return frozenset(map(chr, opened.getBestCmap() or ()))
    except (OSError, TTLibError, AssertionError, KeyError, ValueError):
        return frozenset()


@cache
def _fonts_here() -> tuple[FontFile, ...]:
    """Return the fonts of this machine, upright ones before others and those of many scripts first."""
    files = sorted({path for folder in _folders() for path in _files_below(folder)}, key=_rank)
    return tuple(FontFile(path) for path in files)


def _rank(path: Path) -> tuple[bool, bool, str]:
    name = path.stem.lower()
    is_odd = any(word in name for word in ("bold", "italic", "oblique", "mono", "condensed", "light", "emoji"))
    return is_odd, not any(word in name for word in LIKELY_NAMES), name


def _files_below(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place, name) for name in names if name.lower().endswith(FONT_ENDINGS))


def _folders() -> list[Path]:
    home = Path.home()
    if sys.platform == "win32":
        return [Path(os.environ.get("WINDIR", r"C:\Windows"), "Fonts"), home / "AppData/Local/Microsoft/Windows/Fonts"]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    return [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".local/share/fonts", home / ".fonts"]
