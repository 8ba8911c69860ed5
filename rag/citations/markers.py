"""Finds the citation markers an LLM writes, in whatever form, and makes them "[n]".

Text is scanned as it streams: what is released never depends on how the text was cut into pieces.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

_NOUNS = ("sources", "source", "documents", "document", "docs", "doc", "passages", "passage", "excerpts", "excerpt")
_SPACE = "[ \t\u00a0]"
_NOUN = rf"(?:{'|'.join(_NOUNS)})\.?:?{_SPACE}{{0,2}}#?"
_LIST = rf"\^?\d{{1,3}}(?:{_SPACE}{{0,2}}(?:,|;|&|\band\b|-|–){_SPACE}{{0,2}}(?:(?:{_NOUN})|\^)?\d{{1,3}}){{0,12}}\^?"
_TAIL = r"(?:[:†|,][^\]】］)\n]{0,60})?"
_MARKER = re.compile(
    rf"(?:[\[［]{_SPACE}?(?:(?P<plain>{_LIST})|{_NOUN}(?P<named>{_LIST}){_TAIL}){_SPACE}?[\]］]"
    rf"|【{_SPACE}?(?:{_NOUN})?(?P<lenticular>{_LIST}){_TAIL}{_SPACE}?】"
    rf"|\({_SPACE}?{_NOUN}(?P<round>{_LIST}){_SPACE}?\))",
    re.IGNORECASE,
)
_LONGEST = 400
"""More characters than any marker has; only text this close to the end can be an unfinished one."""
_MAX_RANGE = 20

_NOUN_STARTS = "|".join(sorted({noun[:size] for noun in _NOUNS for size in range(1, len(noun) + 1)}, reverse=True))
# Everything a marker can start with, so that nothing else is held back: (see the next page) streams at once.
_UNFINISHED = re.compile(
    rf"[\[［【(]{_SPACE}?(?:\^?|(?:{_NOUN_STARTS})\.?:?{_SPACE}{{0,2}}#?\^?)(?:\d[^\]】］)\n]*)?\Z", re.IGNORECASE
)

_SPACES = " \t\u00a0"
_BEFORE_CLOSING = ".,;:!?)]}\n…。，"
_STOP = re.compile(r"[ \t\u00a0]*+(?:[\[［【(`]|\Z)")
_CODE_REACH = 300
"""The end of `inline code` is looked for this far ahead: a stray backtick must not hold back the stream."""


@dataclass(frozen=True, slots=True)
class Marker:
    """One "[n]" in released text: its number and its character range."""

    number: int
    start: int
    end: int


class CitationFilter:
    """Releases streamed text with markers in the form "[n]" and without those that name no source.

    Holds back only what may be an unfinished marker or inline code, and the white space before it. Code blocks,
    inline code and Markdown links pass unchanged.
    """

    def __init__(self, known: Collection[int]) -> None:
        self._known = frozenset(known)
        self._buffer = ""
        self._gap = ""
        """White space whose release depends on what follows."""
        self._removed_after_gap = False
        self._in_fence = False
        self._length = 0
        self._last = "\n"
        self._markers: list[Marker] = []
        self._removed: list[int] = []

    @property
    def markers(self) -> tuple[Marker, ...]:
        """Return the markers released so far, located in the concatenation of what was released."""
        return tuple(self._markers)

    @property
    def removed_numbers(self) -> tuple[int, ...]:
        """Return the numbers left out so far because no source has them, each once, in order of appearance."""
        return tuple(dict.fromkeys(self._removed))

    def feed(self, delta: str) -> str:
        """Take the next piece of text; return what can be shown now."""
        self._buffer += delta
        return self._scan(final=False)

    def finish(self) -> str:
        """Return what was still held back: the text ends here."""
        return self._scan(final=True)

    def _scan(self, *, final: bool) -> str:
        out: list[str] = []
        at = 0
        while at < len(self._buffer) and (size := self._step(at, out, final=final)):
            at += size
        self._buffer = self._buffer[at:]
        if final and not self._removed_after_gap:
            out.append(self._gap)
        return "".join(out)

    def _step(self, at: int, out: list[str], *, final: bool) -> int:
        """Handle what begins at `at`; return how much was handled, 0 when more text must come first."""
        character = self._buffer[at]
        if character == "`":
            size = self._code_size(at, final=final)
        elif self._in_fence:
            size = (self._buffer.find("`", at) + 1 or len(self._buffer) + 1) - 1 - at
        elif character in _SPACES:
            self._hold(character)
            return 1
        elif character in "[［【(":
            return self._bracket(at, out, final=final)
        else:
            stop = _STOP.search(self._buffer, at)
            size = (stop.start() if stop else len(self._buffer)) - at
        self._release(self._buffer[at : at + size], out)
        return size

    def _hold(self, space: str) -> None:
        """Keep white space back; beside a removed marker only one side's is kept, at the start of a line the left's."""
        if not self._removed_after_gap:
            self._gap += space
        elif self._last != "\n":
            self._gap = space
            self._removed_after_gap = False

    def _release(self, text: str, out: list[str]) -> None:
        if not text:
            return
        if not (self._removed_after_gap and text[0] in _BEFORE_CLOSING):
            text = self._gap + text
        self._gap = ""
        self._removed_after_gap = False
        self._length += len(text)
        self._last = text[-1]
        out.append(text)

    def _code_size(self, at: int, *, final: bool) -> int:
        """Return how much from the backtick at `at` passes unchanged: a fence, inline code, or a stray run of
        backticks."""
        run = at
        while run < len(self._buffer) and self._buffer[run] == "`":
            run += 1
        if run == len(self._buffer) and not final:
            return 0
        if run - at >= 3:
            self._in_fence = not self._in_fence
        if run - at >= 3 or self._in_fence:
            return run - at
        window = self._buffer[run : run + _CODE_REACH]
        line, newline, _ = window.partition("\n")
        complete = bool(newline) or final or len(window) == _CODE_REACH
        close = re.search(rf"(?<!`)`{{{run - at}}}(?!`)", line)
        if close and (close.end() < len(window) or (final and len(window) < _CODE_REACH)):
            return run - at + close.end()
        return run - at if complete else 0

    def _bracket(self, at: int, out: list[str], *, final: bool) -> int:
        match = _MARKER.match(self._buffer, at)
        if match is None:
            near_end = len(self._buffer) - at < _LONGEST
            if not final and near_end and _UNFINISHED.match(self._buffer, at):
                return 0
            self._release(self._buffer[at], out)
            return 1
        if match.end() == len(self._buffer) and not final:
            return 0
        numbers = _listed_numbers(next(group for group in match.groups() if group))
        is_link = self._buffer[match.end() : match.end() + 1] == "("
        is_index = 0 in numbers and (len(numbers) > 1 or (not self._gap and self._last.isalnum()))
        if is_link or is_index:
            self._release(match.group(), out)
        else:
            self._cite(numbers, out)
        return match.end() - at

    def _cite(self, numbers: list[int], out: list[str]) -> None:
        self._removed += [number for number in numbers if number not in self._known]
        kept = [number for number in numbers if number in self._known]
        for number in kept:
            text = f"[{number}]"
            self._release(text, out)
            self._markers.append(Marker(number, self._length - len(text), self._length))
        if not kept:
            self._removed_after_gap = True


def _listed_numbers(listing: str) -> list[int]:
    """Return the numbers of "1, 3-5" in order, each once; a range that runs backwards or far is taken as its two
    ends."""
    found: list[int] = []
    ranged = False
    for part in re.findall(r"\d+|[-–]", listing):
        if not part.isdigit():
            ranged = True
            continue
        number = int(part)
        if ranged and 0 < number - found[-1] <= _MAX_RANGE:
            found.extend(range(found[-1] + 1, number))
        found.append(number)
        ranged = False
    return list(dict.fromkeys(found))
