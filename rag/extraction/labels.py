"""Finds values that stand behind a label: in lines, in cells of forms and tables, and below a label on its own line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.extraction.fields import Search, known_labels, label_patterns, normal_label
from rag.text import content_words

MAX_LABEL_WORDS = 7
_MODIFIER_WORDS = """
due delivery order ship shipping start end issue birth payment expiry expiration effective print tax sub net
gross customer client supplier vendor account bank contact our your amount total invoice unit grand previous
next last first service billing return arrival departure reference project job tracking item product serial
model phone fax vat registration company
"""
_MODIFIERS = frozenset(_MODIFIER_WORDS.split())
"""Words that make another label of the one behind them."""

MAX_RUN = 16
"""Words of a line that may be a row of labels."""
MAX_VALUE = 300
"""Characters of what stands behind a label."""

_SIGNS = frozenset({"€", "$", "£", "eur", "usd", "gbp", "chf", "%"})
_SPLIT = re.compile(r"[ \t]*[|\t][ \t|]*|[ \u00a0]{3,}")
_LABELLED = re.compile(r"(?P<label>[^:：]{1,70}?)\s?[:：](?=\s|$|[^\d/])[ \t]*(?P<value>.*)", re.DOTALL)
_NEXT_LABEL = re.compile(r"(?<=[^\s:：])[ \t]+(?P<label>[A-ZÄÖÜ][\w.°#/'’-]*)\s?[:：](?:\s|$)")
_BARE = re.compile(r"[\s:.#°-]*")
_ENDS_LABEL = re.compile(r"[:#：]\s*$|\.\s*$")
_BLOCK_LABEL = re.compile(r"[^:：]{1,60}[:：]\s*$")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text: characters `start` to `end`, with the cells that it is set in."""

    start: int
    end: int
    cells: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label that fits a search, and what stands behind it: characters `start` to `end` of the text.

    `from_` is where the label begins. `tier` is 0 for the surest. `is_below` where the value is on the next line.
    """

    label: str
    tier: int
    from_: int
    start: int
    end: int
    is_below: bool = False


def find_labelled(text: str, search: Search) -> list[Labelled]:
    """Return what stands behind the labels of a search, in order."""
    lines = list(_lines(text))
    found: dict[tuple[int, int], Labelled] = {}
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else None
        for one in (*_in_cells(text, line, following, search), *_after_known_label(text, line, search)):
            key = (one.start, one.end)
            if one.end > one.start and (key not in found or one.tier < found[key].tier):
                found[key] = one
    for one in (*_in_columns(text, lines, search), *_in_run_on_columns(text, lines, search)):
        found.setdefault((one.start, one.end), one)
    return sorted(found.values(), key=lambda one: (one.start, one.tier))


def _lines(text: str) -> Iterator[Line]:
    at = 0
    for written in text.splitlines(keepends=True):
        line = written.rstrip()
        if line.strip():
            cells = []
            start = 0
            for gap in _SPLIT.finditer(line):
                cells.append((start, gap.start()))
                start = gap.end()
            cells.append((start, len(line)))
            kept: list[tuple[int, int]] = []
            for first, last in cells:
                if kept and line[first:last].strip().casefold() in _SIGNS:
                    # A currency in a cell of its own belongs to the amount before it.
                    kept[-1] = (kept[-1][0], at + last)
                elif line[first:last].strip():
                    kept.append((at + first, at + last))
            yield Line(at, at + len(line), tuple(kept))
        at += len(written)


def _in_cells(text: str, line: Line, following: Line | None, search: Search) -> Iterator[Labelled]:
    """Yield "Label: value" in a cell, "Label | value" in two, and a label alone with its value below."""
    for number, (start, end) in enumerate(line.cells):
        cell = text[start:end]
        match = _LABELLED.match(cell)
        label = match["label"] if match else cell
        tier = _tier_of(label, search)
        if tier is None:
            continue
        behind = match["value"].strip() if match else ""
        if match and behind:
            first = start + match.start("value")
            yield Labelled(label, tier, start, first, min(_next_label(text, first, end), first + MAX_VALUE))
        elif number + 1 < len(line.cells):
            others = line.cells[number + 1 :]
            is_total_row = number == 0 and len(others) > 1 and not match
            is_pair = len(line.cells) == 2 or match or (len(line.cells) % 2 == 0 and number % 2 == 0)
            if is_total_row and not is_pair:
                yield Labelled(label, tier, start, *others[-1])
            elif is_pair and not _is_label(text, others[0], search):
                yield Labelled(label, tier, start, *others[0])
        elif (
            following is not None and (match or tier == 0) and (number == 0 or len(following.cells) == len(line.cells))
        ):
            below = following.cells[min(number, len(following.cells) - 1)]
            # A label with a colon opens a block also where an empty line follows, one without only its next line.
            if (match or "\n\n" not in text[line.end : following.start]) and not _BLOCK_LABEL.fullmatch(
                text[slice(*below)]
            ):
                yield Labelled(label, tier, start, *below, is_below=True)


def _after_known_label(text: str, line: Line, search: Search) -> Iterator[Labelled]:
    """Yield what stands behind a label without a colon, or in the middle of a line: "Invoice No INV-7 Date 2 May"."""
    for tier, labels in enumerate(search.tiers):
        pattern = label_patterns(labels)
        if pattern is None:
            continue
        for start, end in line.cells:
            for match in pattern.finditer(text, start, end):
                bare = _BARE.match(text, match.end(), end)
                first = bare.end() if bare else match.end()
                mark = text[match.end() : first]
                is_marked = ":" in mark or "#" in mark
                if not _may_begin_label(text, start, match.start(), match.group(), is_marked=is_marked):
                    continue
                # Without a mark, only something with a figure or behind the line's own label is a value.
                if first >= end or not (
                    is_marked or ((match.start() == start and mark.isspace()) or mark.strip(" ") == ".")
                ):
                    continue
                if not is_marked and not re.match(r"[^\s]*\d|[$€£(@]|[A-Z]{2,3} ?\d|[A-Z][a-z]+ \d", text[first:end]):
                    continue
                last = min(_next_label(text, first, end), first + MAX_VALUE)
                yield Labelled(match.group(), tier, match.start(), first, last)


def _next_label(text: str, start: int, end: int) -> int:
    """Return where the next label of a line begins behind a value, the line's end where there is none.

    Labels of several words are those that are known; of others the one word before the colon.
    """
    match = _NEXT_LABEL.search(text, start, end)
    if match is None:
        return end
    words = list(re.finditer(r"\S+", text[start : match.end("label")]))
    for count in range(min(4, len(words) - 1), 1, -1):
        first = words[-count].start()
        if normal_label(text[start + first : match.end("label")]) in known_labels():
            return start + first
    return match.start()


def _may_begin_label(text: str, start: int, at: int, label: str, *, is_marked: bool) -> bool:
    """Return whether a label may begin there: at the start of a cell, or behind a value.

    In a line of several labels with colons, behind any word that does not make another label of it: "Due" of "Date".
    """
    before = text[start:at].rstrip()
    if not before:
        return True
    if before[-1] in ";,|•·–—(" or text[at - 1 : at] in "(":
        return True
    if not text[at - 1].isspace():
        return False
    last = before.split()[-1]
    if any(character.isdigit() for character in last):
        return True
    is_run_on = is_marked and ":" in before and not before.endswith(":")
    is_other = normal_label(f"{last} {label}") in known_labels() or normal_label(last) in _MODIFIERS
    return is_run_on and not is_other


def _in_columns(text: str, lines: Sequence[Line], search: Search) -> Iterator[Labelled]:
    """Yield the cell below a column's head, of tables with one row below their head."""
    for number, head in enumerate(lines[:-1]):
        if len(head.cells) < 2:
            continue
        row = lines[number + 1]
        if len(row.cells) != len(head.cells) or text[head.end : row.start].count("\n") > 1:
            continue
        if not _names_columns(text, head):
            continue
        after = lines[number + 2] if number + 2 < len(lines) else None
        before = lines[number - 1] if number else None
        is_followed = after is not None and len(after.cells) > 1 and text[row.end : after.start].count("\n") == 1
        if after is not None and is_followed and not _names_columns(text, after):
            continue
        if before and len(before.cells) > 1 and text[before.end : head.start].count("\n") == 1:
            continue
        for cell, value in zip(head.cells, row.cells, strict=True):
            tier = _tier_of(text[slice(*cell)], search)
            if tier is not None:
                yield Labelled(text[slice(*cell)], tier, cell[0], *value, is_below=True)


def _names_columns(text: str, line: Line) -> bool:
    return not any(re.search(r"\d", text[slice(*cell)]) for cell in line.cells)


def _in_run_on_columns(text: str, lines: Sequence[Line], search: Search) -> Iterator[Labelled]:
    """Yield values below labels that stand in one line with single spaces between them: as many words as labels."""
    for head, row in pairwise(lines):
        if len(head.cells) > 1 or len(row.cells) > 1 or text[head.end : row.start].count("\n") > 1:
            continue
        labels = _split_labels(text[head.start : head.end])
        words = list(re.finditer(r"\S+", text[row.start : row.end]))
        if len(labels) < 2 or len(labels) != len(words):
            continue
        for label, word in zip(labels, words, strict=True):
            tier = _tier_of(label, search)
            if tier is not None:
                yield Labelled(label, tier, head.start, row.start + word.start(), row.start + word.end(), is_below=True)


def _split_labels(line: str) -> list[str]:
    """Return the known labels that a line consists of; none where anything else stands in it."""
    words = line.split()
    found: list[str] = []
    while words and len(words) < MAX_RUN:
        count = next(
            (n for n in range(min(4, len(words)), 0, -1) if normal_label(" ".join(words[:n])) in known_labels()), 0
        )
        if not count:
            return []
        found.append(" ".join(words[:count]))
        words = words[count:]
    return found if not words else []


def _tier_of(label: str, search: Search) -> int | None:
    """Return how sure a label fits a search, 0 the surest; None where it does not."""
    words = label.split()
    if not words or len(words) > MAX_LABEL_WORDS:
        return None
    normal = normal_label(
        re.sub(r"^[\s\d.)(•*–-]+(?=[^\W\d])|\([^)]*\)|\[[^\]]*\]|@|(?<!\w)\d{1,2}(?:[.,]\d+)? ?%|\*", " ", label)
    )
    for tier, labels in enumerate(search.tiers):
        if normal in labels:
            return tier
    without_unit = re.sub(r"\s(?:in )?(?:eur|usd|gbp|chf|€|\$|£)$", "", normal)
    for tier, labels in enumerate(search.tiers):
        if without_unit in labels:
            return tier
    if search.field.name:
        return None
    held = frozenset(content_words(normal))
    # The same words in another order or inflection: "Customer's VAT number" for "VAT number of the customer".
    return 0 if held and held == search.words else None


def _is_label(text: str, cell: tuple[int, int], search: Search) -> bool:
    return bool(_BLOCK_LABEL.fullmatch(text[slice(*cell)])) or _tier_of(text[slice(*cell)], search) is not None
