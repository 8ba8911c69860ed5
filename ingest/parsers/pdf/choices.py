"""Writes radio buttons and checkboxes as they are meant: what is chosen behind its question, the rest apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.parsers.pdf.words import Line, Word

CHOSEN = "[x]"
OPEN = "[_]"
NEAR = 2.0
"""An option begins or ends within so many line heights of its box."""

WORD_GAP = 1.1
"""The words of an option are nearer to each other than this."""

HEAD_WORDS = 4
"""A column's head has at most so many words."""

LABEL_WORDS = 10
"""A label above a row of options has at most so many words."""

FARTHEST_HEAD = 40
"""Lines are so many line heights below their column's head at most."""

UNTOLD = frozenset({"yes", "on", "off", "true", "x", "1", "0"})
"""Values of boxes that do not say what they stand for."""

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """A box that was put among the words of a page: what its field says it stands for, and the group that it is of."""

    value: str
    group: str
    """The name of a radio button's field, which it shares with the others of its group; "" for checkboxes."""


@dataclass(slots=True)
class _AskedChoice:
    """The words before some boxes, and the boxes with the words of their options."""

    label: list[Word] = field(default_factory=list)
    options: list[tuple[Word, list[Word]]] = field(default_factory=list)


def write_choices(lines: list[Line], marks: dict[Place, Mark], direction: int) -> tuple[list[Line], list[Line]]:
    """Return the lines with their boxes written out, and the lines of options that others were chosen before.

    `marks` are the boxes by their left and lower edges. "Fuel [_] Diesel [x] Petrol" becomes "Fuel: Petrol", and
    "[_] Diesel" apart.
    """
    decided = {
        marks[word[2:4]].group
        for line in lines
        for word in line.words
        if word.text == CHOSEN and word[2:4] in marks and marks[word[2:4]].group
    }
    written: list[Line] = []
    apart: list[Line] = []
    for line in lines:
        if line.turns != direction or not any(word[2:4] in marks for word in line.words):
            written.append(line)
            continue
        words: list[Word] = []
        for question in _questions(line.words, marks):
            if not words and _asks_for(question, written, marks, direction):
                question.label = written.pop().words
            _name_bare_options(question, lines, marks)
            shown, others = _write(question, marks, decided)
            words += shown
            apart += [Line(option, False, direction) for option in others]
        if words:
            written.append(line._replace(words=words, bold=False))
    return written, apart


def _asks_for(question: _AskedChoice, above: Sequence[Line], marks: dict[Place, Mark], direction: int) -> bool:
    """Return whether the line above asks for the options of one group, which stand in a line without a label of their
    own: "Diet" over "( ) vegetarian (x) vegan"."""
    groups = {marks[mark[2:4]].group for mark, _ in question.options}
    if question.label or len(question.options) < 2 or len(groups) != 1 or "" in groups or not above:
        return False
    label, first = above[-1], question.options[0][0]
    height = max(first.top - first.bottom, 1)
    return (
        label.turns == direction
        and 0 < len(label.words) <= LABEL_WORDS
        and label.words[-1].text[-1] not in ".!"
        and not any(word[2:4] in marks for word in label.words)
        and abs(label.words[0].left - first.left) <= 2 * height
        and 0 < label.words[0].bottom - first.top <= NEAR * height
    )


def _questions(words: Sequence[Word], marks: dict[Place, Mark]) -> list[_AskedChoice]:
    """Return the questions of a line; its options stand all behind their boxes or all before them."""
    if _stand_behind(words, marks):
        return list(_part(words, marks, behind=True))
    # Read from the end, each label comes after its options: the part that begins with it holds those of the one before.
    parts = list(_part(words[::-1], marks, behind=False))
    labels = [part.label[::-1] for part in parts] + [[]]
    questions = [
        _AskedChoice(label, [(mark, option[::-1]) for mark, option in part.options[::-1]])
        for part, label in zip(parts, labels[1:], strict=True)
    ]
    trailing = [_AskedChoice(labels[0])] if labels[0] else []
    return [question for question in questions[::-1] if question.label or question.options] + trailing


def _stand_behind(words: Sequence[Word], marks: dict[Place, Mark]) -> bool:
    """Return whether more boxes are nearer to the word behind them than to the one before."""
    votes = 0
    for index, word in enumerate(words):
        if word[2:4] not in marks:
            continue
        before = words[index - 1] if index and words[index - 1][2:4] not in marks else None
        after = words[index + 1] if index + 1 < len(words) and words[index + 1][2:4] not in marks else None
        if after is None:
            votes -= before is not None
        else:
            votes += 1 if before is None or after.left - word.right <= word.left - before.right else -1
    return votes >= 0


def _part(words: Sequence[Word], marks: dict[Place, Mark], *, behind: bool) -> Iterator[_AskedChoice]:
    """Yield the questions of words in the order in which an option follows its box."""
    question = _AskedChoice()
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if word[2:4] not in marks:
            if question.options:
                yield question
                question = _AskedChoice()
            question.label.append(word)
            continue
        option: list[Word] = []
        last = word
        while index < len(words) and words[index][2:4] not in marks:
            height = max(word.top - word.bottom, 1)
            if _gap(last, words[index], behind=behind) > (WORD_GAP if option else NEAR) * height:
                break
            last = words[index]
            option.append(last)
            index += 1
        question.options.append((word, option))
    if question.label or question.options:
        yield question


def _gap(word: Word, following: Word, *, behind: bool) -> int:
    return following.left - word.right if behind else word.left - following.right


def _name_bare_options(question: _AskedChoice, lines: Sequence[Line], marks: dict[Place, Mark]) -> None:
    """Give boxes without words beside them the name of their column, or what their field says."""
    if len(question.options) < 2:
        return
    for place, (mark, option) in enumerate(question.options):
        if not option:
            value = marks[mark[2:4]].value
            told = "" if value.casefold() in UNTOLD or value.isdigit() else value
            name = _head_above(lines, mark) or told
            question.options[place] = (mark, [mark._replace(text=part) for part in name.split()])


def _head_above(lines: Sequence[Line], mark: Word) -> str:
    """Return the few words that stand above a box, nearest first."""
    middle, height = (mark.left + mark.right) // 2, max(mark.top - mark.bottom, 1)
    best: tuple[int, str] | None = None
    for line in lines:
        cells: list[list[Word]] = []
        for word in line.words:
            if cells and word.left - cells[-1][-1].right <= WORD_GAP * height:
                cells[-1].append(word)
            else:
                cells.append([word])
        for cell in cells:
            over = cell[0].bottom - mark.top
            is_near = -height // 2 < over < FARTHEST_HEAD * height and (best is None or over < best[0])
            is_over = cell[0].left - height <= middle <= cell[-1].right + height
            if is_near and is_over and len(cell) <= HEAD_WORDS and cell[0].text not in (CHOSEN, OPEN):
                best = (over, " ".join(word.text for word in cell))
    return best[1] if best is not None else ""


def _write(question: _AskedChoice, marks: dict[Place, Mark], decided: set[str]) -> tuple[list[Word], list[list[Word]]]:
    """Return the words of a question with what is chosen, and the options that are not."""
    if not question.options:
        return question.label, []
    chosen = [(mark, option) for mark, option in question.options if mark.text == CHOSEN]
    others = [(mark, option) for mark, option in question.options if mark.text != CHOSEN]
    first = question.options[0][0]
    if not question.label:
        loose = [other for other in others if not chosen and marks[other[0][2:4]].group not in decided]
        shown = [word for mark, option in chosen for word in (mark, *option)]
        shown += [word for mark, option in loose if option for word in (*_words("Not chosen:", mark), *option)]
        return shown, [[mark, *option] for mark, option in others if option and (mark, option) not in loose]
    label = closed(question.label, ":")
    if len(question.options) == 1 and not question.options[0][1]:
        return [*label, *_words("chosen" if chosen else "not chosen", first)], []
    told = [closed(option, ",") if place + 1 < len(chosen) else option for place, (_, option) in enumerate(chosen)]
    answer = [word for option in told for word in option] if chosen else _words("nothing chosen", first)
    return [*label, *answer], [[mark, *option] for mark, option in others if option]


def _words(text: str, mark: Word) -> list[Word]:
    return [mark._replace(text=part) for part in text.split()]


def closed(words: list[Word], sign: str) -> list[Word]:
    """Return words with a sign behind the last, where that is a letter or digit."""
    if not words or not words[-1].text[-1].isalnum():
        return words
    return [*words[:-1], words[-1]._replace(text=words[-1].text + sign)]
