"""Finds the citation markers an LLM writes, in whatever form, and makes them "[n]".

Text is scanned as it streams: what is released never depends on how the text was cut into pieces.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rag.citations.marker_forms import (
    SUPERSCRIPTS,
    Form,
    is_unfinished,
    may_go_on,
    read_form,
    read_raised,
    read_round,
)

_SPACES = " \t\u00a0"
_BEFORE_CLOSING = ".,;:!?)]}\n…。，"
_STOP = re.compile(rf"[ \t\u00a0]*+(?:[\[［【(`<{SUPERSCRIPTS}]|\Z)")
_REACH = 40
"""Characters before a marker that say whether it is one."""
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
        self._before = ""
        """The end of what was released."""
        self._style = ""
        """"square" or "round": an answer that cites as [1] counts with (1)."""
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
        elif character in "[［【(<" or character in SUPERSCRIPTS:
            return self._mark(at, out, final=final)
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
        self._before = (self._before + text)[-_REACH:]
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

    def _mark(self, at: int, out: list[str], *, final: bool) -> int:
        """Handle a character that a marker may begin with."""
        form = self._read_mark(at, final=final)
        if form is None:
            self._release(self._buffer[at], out)
            return 1
        if form.is_index:
            self._release(self._buffer[at : form.end], out)
        elif form.end > at:
            self._style = self._style or ("round" if self._is_round(at) else "square")
            self._cite(form.numbers, out)
        return form.end - at

    def _read_mark(self, at: int, *, final: bool) -> Form | None:
        """Return the marker at `at`, None for none, an empty one where more must come to tell."""
        gap = "" if self._removed_after_gap else self._gap
        follows_marker = bool(self._markers) and self._markers[-1].end == self._length
        before = " " if follows_marker else self._before + gap
        if self._buffer[at] in SUPERSCRIPTS:
            return read_raised(self._buffer, at, before, self._known, final=final)
        if (form := read_form(self._buffer, at, before)) is not None:
            return form if final or not may_go_on(self._buffer, form.end, before) else Form((), at)
        if self._is_round(at) and self._style != "square":
            round_form = read_round(self._buffer, at, before, self._known, final=final)
            if round_form is not None:
                return round_form
        return Form((), at) if not final and is_unfinished(self._buffer, at) else None

    def _is_round(self, at: int) -> bool:
        return re.match(r"\(\d|\(\Z", self._buffer[at : at + 2]) is not None

    def _cite(self, numbers: Sequence[int], out: list[str]) -> None:
        self._removed += [number for number in numbers if number not in self._known]
        kept = [number for number in numbers if number in self._known]
        for number in kept:
            text = f"[{number}]"
            self._release(text, out)
            self._markers.append(Marker(number, self._length - len(text), self._length))
        if not kept:
            self._removed_after_gap = True
