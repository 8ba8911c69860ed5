"""Puts what is filled into a form, and notes, among the lines of the page where they stand."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from ingest.parsers.pdf.choices import CHOSEN, LABEL_WORDS, OPEN, Mark, closed, write_choices
from ingest.parsers.pdf.notes import Note, NoteKind
from ingest.parsers.pdf.words import Line, RawPage, Word, turn_box
from rag.page_layout import UNITS_PER_POINT

LINE_HEIGHT = 120
"""In tenths of a point: a field may be as tall as half a page, but its first line is no headline."""

ONE_LINE = 300
"""Taller fields hold several lines, the first at the top."""

LETTER = 0.5
"""The width of a letter in line heights, to share out a field among its words."""

FARTHEST = 1_000_000
Box = tuple[int, int, int, int]


def place_notes(raw: RawPage, notes: list[Note]) -> RawPage:
    """Return the page with its notes as lines: a field's value after the words before it at its height, else after its
    label above it; notes last."""
    if not notes:
        return raw
    lines = list(raw.lines)
    direction = _main_direction(raw)
    for note in notes:
        box = turn_box(_units(note.box), -direction)
        if note.kind is NoteKind.NOTE:
            lines.append(Line(_spread(note.text, box), False, direction))
        else:
            _insert(lines, note, _line_box(box), direction)
    boxes = [turn_box(_units(note.box), -direction) for note in notes]
    lines = _join_level(lines, boxes, direction)
    marks = {
        _line_box(box)[:2]: Mark(note.text, note.group)
        for note, box in zip(notes, boxes, strict=True)
        if note.kind in (NoteKind.CHOSEN, NoteKind.OPEN)
    }
    lines, apart = write_choices(lines, marks, direction) if marks else (lines, [])
    return raw._replace(lines=lines, apart=apart)


def _join_level(lines: list[Line], boxes: list[Box], direction: int) -> list[Line]:
    """Return the lines with those side by side at the height of a field made one, as programs write all labels
    first."""
    result: list[Line] = []
    for line in lines:
        host = next((place for place, other in enumerate(result) if _is_beside(other, line, boxes, direction)), None)
        if host is None:
            result.append(line)
        else:
            words = sorted(result[host].words + line.words, key=lambda word: word.left)
            result[host] = Line(words, False, direction)
    return result


def _is_beside(line: Line, other: Line, boxes: list[Box], direction: int) -> bool:
    """Return whether two lines stand at one height, with a field at it, and do not overlap."""
    if line.turns != direction or other.turns != direction or not line.words or not other.words:
        return False
    first, second = line.words[0], other.words[0]
    low, high = max(first.bottom, second.bottom), min(first.top, second.top)
    if (high - low) * 2 <= min(first.top - first.bottom, second.top - second.bottom):
        return False
    apart = line.words[-1].right <= second.left or other.words[-1].right <= first.left
    return apart and any(box[1] < high and box[3] > low and box[3] - box[1] <= ONE_LINE for box in boxes)


def _main_direction(raw: RawPage) -> int:
    """Return the direction in which most words of a page run."""
    votes: Counter[int] = Counter()
    for line in raw.lines:
        votes[line.turns] += len(line.words)
    return votes.most_common(1)[0][0] if votes else raw.upright


def _units(box: tuple[float, float, float, float]) -> Box:
    left, bottom, right, top = (max(-FARTHEST, min(FARTHEST, round(edge * UNITS_PER_POINT))) for edge in box)
    return left, bottom, max(left, right), max(bottom, top)


def _line_box(box: Box) -> Box:
    """Return the part of a field that its first line of words takes."""
    left, bottom, right, top = box
    spare = max(top - bottom - LINE_HEIGHT, 0)
    if top - bottom <= ONE_LINE:
        return left, bottom + spare // 2, right, top - spare // 2
    return left, bottom + spare, right, top


def _insert(lines: list[Line], note: Note, box: Box, direction: int) -> None:
    neighbour = _nearest_beside(lines, box, direction, before_first=note.kind is NoteKind.FIELD)
    above = _nearest_above(lines, box, direction) if neighbour is None else None
    near = neighbour[0] if neighbour is not None else above
    label = " ".join(word.text for word in lines[near].words) if near is not None else ""
    text = _words_of(note, label if neighbour is not None or note.kind is NoteKind.FIELD else "")
    if not text:
        return
    words = _spread(text, box)
    if above is not None and note.kind is NoteKind.FIELD and _labels(lines[above], box):
        lines[above] = lines[above]._replace(words=[*closed(lines[above].words, ":"), *words])
        return
    if neighbour is not None:
        place, at = neighbour
        lines[place] = lines[place]._replace(words=[*lines[place].words[:at], *words, *lines[place].words[at:]])
    else:
        lines.insert(len(lines) if above is None else above + 1, Line(words, False, direction))


def _labels(line: Line, box: Box) -> bool:
    """Return whether a line right above a field is the label of this field alone: a few words from its left edge on."""
    first, last = line.words[0], line.words[-1]
    gaps = (word.left - before.right for before, word in pairwise(line.words))
    return (
        len(line.words) <= LABEL_WORDS
        and last.text[-1] not in ".!"
        and abs(first.left - box[0]) <= LINE_HEIGHT // 2
        and first.bottom - box[3] <= LINE_HEIGHT
        and first.bottom > box[1]
        and all(gap <= LINE_HEIGHT for gap in gaps)
    )


def _words_of(note: Note, label: str) -> str:
    """Return what is written for a field: its value, after the question where the page does not ask it; whether a box
    with a label is chosen, else what it stands for."""
    known = label.casefold()
    asked = "" if note.asked and all(word in known for word in note.asked.casefold().split()) else note.asked
    if note.kind is NoteKind.FIELD:
        return f"{asked}: {note.text}" if asked else note.text
    if label:
        return CHOSEN if note.kind is NoteKind.CHOSEN else OPEN
    return f"{CHOSEN} {note.asked or note.text}" if note.kind is NoteKind.CHOSEN else ""


def _nearest_beside(lines: list[Line], box: Box, direction: int, *, before_first: bool) -> tuple[int, int] | None:
    """Return the line, and the place in it, of the words nearest to a field at its height; with `before_first` those
    before it where there are any."""
    left, bottom, right, top = box
    best: tuple[int, int, int] | None = None
    for number, line in enumerate(lines):
        if line.turns != direction or not line.words:
            continue
        for at, word in enumerate(line.words):
            if 2 * (min(top, word.top) - max(bottom, word.bottom)) <= min(top - bottom, word.top - word.bottom):
                continue
            if word.right <= left + LINE_HEIGHT // 4:
                candidate = (left - word.right, number, at + 1)
            elif word.left >= right - LINE_HEIGHT // 4:
                candidate = (word.left - right + (FARTHEST if before_first else 0), number, at)
            else:
                continue
            if best is None or candidate[0] < best[0]:
                best = candidate
    return best[1:] if best is not None else None


def _nearest_above(lines: list[Line], box: Box, direction: int) -> int | None:
    """Return the line nearest above a field over some of its width."""
    left, _, right, top = box
    best: tuple[int, int] | None = None
    for number, line in enumerate(lines):
        if line.turns != direction or not line.words:
            continue
        foot = min(word.bottom for word in line.words)
        if foot < top - LINE_HEIGHT // 3 or line.words[-1].right < left or line.words[0].left > right:
            continue
        if best is None or foot - top < best[0]:
            best = (foot - top, number)
    return best[1] if best is not None else None


def _spread(text: str, box: Box) -> list[Word]:
    """Return the words side by side from the box's left edge; each the whole box when they do not fit in its width."""
    left, bottom, right, top = box
    letter = LETTER * min(top - bottom, LINE_HEIGHT)
    if len(text) * letter > right - left:
        return [Word(word, False, left, bottom, right, top) for word in text.split()]
    words: list[Word] = []
    start = 0
    for word in text.split():
        at = text.index(word, start)
        start = at + len(word)
        words.append(Word(word, False, left + round(at * letter), bottom, left + round(start * letter), top))
    return words
