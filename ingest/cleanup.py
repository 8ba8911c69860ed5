"""Repairs characters and finds repeated page furniture."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
    "\u0132": "IJ",
    "\u0133": "ij",
}

INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff]"
)
"""Control characters, soft hyphens, zero-width marks, byte-order marks, non-characters and lone surrogates.

The joiners U+200C and U+200D stay: Persian, Indic scripts and emoji need them.
"""

ODD = re.compile("[^\x20-\x7e\xa1-\xac\xae-\u0131\u0134-\u1fff\u2010-\u2027\u2030-\u205e\u20a0-\u2e7f\u2fe0-\ud7ff]")
"""Characters outside the ones that are surely fine; a word without any is left alone."""

DRAWN_FORMS = re.compile("[\u2e80-\u2fdf\ufb1d-\ufdff\ufe70-\ufefc]+")
"""Letters as they are drawn at the start, middle or end of an Arabic word, and radicals that stand for Chinese ones:
PDFs hold these where everybody searches for the plain letters."""

_SPACES = re.compile(r"[^\S\n]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_PAGE_NUMBER = re.compile(r"(page|[a-z]{0,2}-|[\W_]*)\s?(\d{1,5})(?:\s?(?:of|/)\s?\d{1,5})?\W*", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_PAGE_DIGITS = re.compile(r"(?<!\d)\d{1,3}(?!\d)|\b[ivxl]+\b")
_PAGE_WORDS = re.compile(r"\b(?:page|seite|página|pagina|стр|of|von|sur|de)\b|\b[ivxl]+\b")


def clean_word(word: str) -> str:
    """Return a word without ligatures, control characters, soft hyphens and broken surrogates; may come out empty."""
    if word.isascii() and word.isprintable():
        return word
    if ODD.search(word) is None:
        return word
    if any("\ud800" <= character <= "\udfff" for character in word):
        word = word.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    word = INVISIBLE.sub("", word)
    for ligature, letters in LIGATURES.items():
        word = word.replace(ligature, letters)
    return DRAWN_FORMS.sub(lambda match: unicodedata.normalize("NFKC", match.group()), word)


def clean_text(text: str) -> str:
    """Return text with every word cleaned and runs of spaces made one; line breaks stay, at most two in a row."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n")
    lines = [clean_word(_SPACES.sub(" ", line)).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def one_line(text: str) -> str:
    """Clean text with every run of white space, line breaks included, made one space."""
    return " ".join(clean_text(text).split())


# --- furniture ---

EDGE_LINES = 3
"""Lines from the top or bottom of a page that may be furniture."""

FURNITURE_PAGES = 3
"""On fewer pages than this nothing counts as repeated."""

FURNITURE_SHARE = 0.4
"""The share of the pages between its first and last appearance that must carry a line (left and right pages differ)."""

SAME_HEIGHT = 40
"""A repeated line may move up or down by so many tenths of a point from page to page."""


COUNTING_SHARE = 0.5
"""The share of a header's lines in which a number stays the same or counts up with the pages."""

REPEATED = 3
"""A number that does neither, a chapter's say, is on so many pages on average."""

SAME_FURNITURE = 600
"""The lines of one header or footer may be so many tenths of a point apart."""


def mask(text: str) -> str:
    """Return the text as furniture is compared: lower case, digits and roman page numbers masked."""
    masked = _DIGITS.sub("#", text.lower())
    masked = re.sub(r"\b[ivxl]+\b", "#", masked)
    return " ".join(masked.split())


def find_furniture(pages: Sequence[Sequence[tuple[str, int]]]) -> list[set[int]]:
    """Return for each page the indexes of its repeated headers and footers.

    `pages` has the lines of each page from top to bottom as (text, vertical position in tenths of a point).
    """
    found: list[set[int]] = [set() for _ in pages]
    if len(pages) < FURNITURE_PAGES:
        return found
    _mark_page_numbers(pages, found)
    for from_top in (True, False):
        active = set(range(len(pages)))
        for depth in range(EDGE_LINES):
            active = _mark_depth(pages, found, active, depth if from_top else -1 - depth)
    _keep_bare_pages(pages, found)
    return found


def names_something(text: str) -> bool:
    """Return whether a header or footer says more than a page's number."""
    return sum(map(str.isalpha, _PAGE_WORDS.sub("", text.lower()))) >= 3


def furniture_key(text: str) -> str:
    """Return what headers that differ in their page's number only have in common; longer numbers tell documents
    apart."""
    return " ".join(_PAGE_DIGITS.sub("#", text.casefold()).split())


def _keep_bare_pages(pages: Sequence[Sequence[tuple[str, int]]], found: list[set[int]]) -> None:
    """Take back the marks where they would leave most pages with nothing: lines alone on a page are its text."""
    bare = sum(bool(lines) and len(marked) == len(lines) for lines, marked in zip(pages, found, strict=True))
    if bare * 2 <= sum(map(bool, pages)):
        return
    for lines, marked in zip(pages, found, strict=True):
        marked.intersection_update(index for index in tuple(marked) if _PAGE_NUMBER.fullmatch(lines[index][0]))


def _mark_page_numbers(pages: Sequence[Sequence[tuple[str, int]]], found: list[set[int]]) -> None:
    """Mark page numbers, alone in the first or last line, that count up with the pages wherever they stand."""
    for edge in (0, -1):
        groups: dict[tuple[str, int], list[int]] = {}
        for number, lines in enumerate(pages):
            match = _PAGE_NUMBER.fullmatch(lines[edge][0]) if lines else None
            if match:
                groups.setdefault((match[1].lower(), int(match[2]) - number), []).append(number)
        for members in groups.values():
            if len(members) >= FURNITURE_PAGES:
                for number in members:
                    found[number].add(len(pages[number]) - 1 if edge else 0)


def _far_from_edge(lines: Sequence[tuple[str, int]], index: int, depth: int) -> bool:
    """Return whether a line is too far from the one nearer the page's edge to belong to the same header or footer."""
    outer = index - 1 if depth > 0 else index + 1
    return abs(lines[outer][1] - lines[index][1]) > SAME_FURNITURE


def _mark_depth(
    pages: Sequence[Sequence[tuple[str, int]]], found: list[set[int]], active: set[int], depth: int
) -> set[int]:
    """Mark the repeated lines at one depth; returns the pages where it was one, so that the next may be too."""
    groups: dict[str, list[tuple[int, int]]] = {}
    marked = set()
    for number in sorted(active):
        lines = pages[number]
        index = depth if depth >= 0 else len(lines) + depth
        if not 0 <= index < len(lines):
            continue
        masked = mask(lines[index][0])
        if not masked or (depth not in (0, -1) and _far_from_edge(lines, index, depth)):
            continue
        if index in found[number]:
            marked.add(number)
            continue
        if masked.count("#") > 1 and not _LETTERS.search(masked):
            continue  # the years over a table's columns, not a page number
        groups.setdefault(masked, []).append((number, index))
    for members in groups.values():
        for run in _same_height(pages, members):
            span = run[-1][0] - run[0][0] + 1
            if len(run) >= FURNITURE_PAGES and len(run) >= FURNITURE_SHARE * span and _only_counts(pages, run):
                for number, index in run:
                    found[number].add(index)
                    marked.add(number)
    return marked


def _only_counts(pages: Sequence[Sequence[tuple[str, int]]], run: Sequence[tuple[int, int]]) -> bool:
    """Return whether the numbers of lines that are alike but for them are those of headers: the same on most pages,
    counting with them, or the same over several pages. Others are values."""
    numbers = [[int(digits) for digits in _DIGITS.findall(pages[page][index][0])] for page, index in run]
    if len({len(found) for found in numbers}) > 1:
        return True
    for values in zip(*numbers, strict=True):
        steady = Counter(values)
        counting = Counter(value - page for value, (page, _) in zip(values, run, strict=True))
        most = max(steady.most_common(1)[0][1], counting.most_common(1)[0][1])
        if most < COUNTING_SHARE * len(run) and min(len(steady), len(counting)) * REPEATED > len(run):
            return False
    return True


def _same_height(
    pages: Sequence[Sequence[tuple[str, int]]], members: list[tuple[int, int]]
) -> Iterable[list[tuple[int, int]]]:
    """Split the members into groups that sit at about the same height, each in page order."""
    by_height = sorted(members, key=lambda member: pages[member[0]][member[1]][1])
    group: list[tuple[int, int]] = []
    for member in by_height:
        height = pages[member[0]][member[1]][1]
        if group and height - pages[group[-1][0]][group[-1][1]][1] > SAME_HEIGHT:
            yield sorted(group)
            group = []
        group.append(member)
    if group:
        yield sorted(group)
