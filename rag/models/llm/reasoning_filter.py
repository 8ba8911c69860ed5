"""Leaves out what a model thinks aloud before and within its answer, for servers that do not."""

from __future__ import annotations

import re

_TAGS = r"(?:seed:)?think|thinking|thoughts?|reasoning|reflection|scratchpad"
_OPENING = re.compile(
    rf"<(?:{_TAGS})>|\[THINK\]|◁think▷|<\|START_THINKING\|>"
    r"|(?:<\|start\|>\s?assistant)?<\|channel\|?>\s?(?:analysis|commentary|thought)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    rf"</(?:{_TAGS})>|\[/THINK\]|◁/think▷|<\|END_THINKING\|>|<channel\|>"
    r"|<\|channel\|?>\s?final\s?(?:<\|constrain\|>\s?\w+)?<\|message\|>",
    re.IGNORECASE,
)
_BARE_OPENING = re.compile(r"analysis(?=[A-Z])")
_BARE_CLOSING = re.compile(r"assistantfinal")
"""The channels of gpt-oss from servers that drop the marks around their names."""
_TEMPLATE = re.compile(r"<\|(?:start|end|return|message|START_RESPONSE|END_RESPONSE)\|>(?:assistant)?", re.IGNORECASE)
"""Remains of chat templates around the channels of a model."""
_UNFINISHED = re.compile(r"(?:<[^>\s]*|<\|\w+\|?>[\s\w]*(?:<\|?\w*\|?>?\s?\w*)*|\[/?[A-Za-z]*|◁/?\w*)\Z")
_MAX_TAG = 64
"""More characters than any of these marks has."""
_THOUGHT_STARTS = (
    *("okay, so ", "okay, the user", "okay, let", "okay, i need", "alright, ", "hmm", "let me ", "let's "),
    *("we need to", "we are asked", "i need to", "first, i ", "so the user", "wait, "),
)
"""Begin a thought whose opening tag stood in the prompt; an answer that begins so is shown when it is whole."""


class ReasoningFilter:
    """Passes a streamed answer on without the blocks of thoughts that begin it or a line of it.

    A model whose template opens the block itself sends only its end: a text that begins as thoughts do, or any where
    `expects_end`, is held until that end comes. Where it comes too late, `was_retracted` says that what was passed on
    before were thoughts.
    """

    def __init__(self, *, expects_end: bool = False) -> None:
        self._buffer = ""
        self._expects_end = expects_end
        self._closing: re.Pattern[str] | None = None
        """Ends the block that is being left out."""
        self._has_begun = False
        self._has_channels = False
        self._skips_space = False
        self._last = ""
        self._shown_openings = 0
        self.was_retracted = False
        self.lacked_opening = False
        """Says whether a block ended that had not been opened."""

    def feed(self, text: str) -> str:
        """Take the next piece; return what belongs to the answer."""
        self._buffer += text
        return self._scan(final=False)

    def finish(self) -> str:
        """Return what was held back but is no thought: the text ends here."""
        return self._scan(final=True)

    def _scan(self, *, final: bool) -> str:
        out: list[str] = []
        while self._buffer and self._step(out, final=final):
            pass
        return "".join(out)

    def _step(self, out: list[str], *, final: bool) -> bool:
        """Handle what the buffer begins with; return whether there may be more to handle."""
        if self._closing is not None:
            return self._leave_block(self._closing, final=final)
        if self._skips_space:
            self._buffer = self._buffer.lstrip()
            self._skips_space = not self._buffer
            return bool(self._buffer)
        if not self._has_begun and self._skip_thought():
            return True
        if not self._has_begun and not final and self._waits():
            return False
        if mark := re.search(r"[<\[◁]", self._buffer):
            if mark.start() == 0:
                return self._handle_mark(out, final=final)
            self._release(out, mark.start())
            return True
        self._release(out, len(self._buffer))
        return False

    def _skip_thought(self) -> bool:
        """Leave out what the text begins with, where that is thought; return whether it was."""
        begun = self._buffer.lstrip()
        if _BARE_OPENING.match(begun):
            self._buffer, self._closing = begun, _BARE_CLOSING
        elif opening := _OPENING.match(begun):
            self._buffer = begun[opening.end() :]
            self._enter(opening)
        elif self._may_be_thought(begun) and (closing := _CLOSING.search(begun)):
            self.lacked_opening = not closing.group().casefold().startswith("<|channel")
            self._buffer = begun[closing.end() :]
            self._begin_answer(closing)
        else:
            return False
        return True

    def _waits(self) -> bool:
        """Return whether more must come to tell whether the text begins with a thought."""
        begun = self._buffer.lstrip()
        return self._may_be_thought(begun) or (len(begun) < _MAX_TAG and _UNFINISHED.match(begun) is not None)

    def _may_be_thought(self, begun: str) -> bool:
        said = begun.casefold()
        starts = any(said.startswith(start) or start.startswith(said) for start in _THOUGHT_STARTS)
        return self._expects_end or starts or "analysis".startswith(begun)

    def _enter(self, opening: re.Match[str]) -> None:
        self._has_channels = self._has_channels or "|" in opening.group()
        self._closing = _CLOSING

    def _leave_block(self, pattern: re.Pattern[str], *, final: bool) -> bool:
        closing = pattern.search(self._buffer)
        if closing is None:
            self._buffer = "" if final else self._buffer[-_MAX_TAG:]
            return False
        self._buffer = self._buffer[closing.end() :]
        self._begin_answer(closing)
        return True

    def _begin_answer(self, closing: re.Match[str]) -> None:
        self._has_channels = self._has_channels or "|" in closing.group()
        self._closing, self._skips_space, self._has_begun = None, True, True

    def _handle_mark(self, out: list[str], *, final: bool) -> bool:
        """Handle the bracket that the buffer begins with."""
        if not final and len(self._buffer) < _MAX_TAG and _UNFINISHED.match(self._buffer):
            return False
        if opening := _OPENING.match(self._buffer):
            if self._last.rstrip(" \t")[-1:] in ("", "\n") or "|" in opening.group():
                self._buffer = self._buffer[opening.end() :]
                self._enter(opening)
            else:
                self._shown_openings += 1
                self._release(out, opening.end())
        elif closing := _CLOSING.match(self._buffer):
            self._handle_closing(closing, out)
        elif self._has_channels and (template := _TEMPLATE.match(self._buffer)):
            self._buffer = self._buffer[template.end() :]
        else:
            self._release(out, 1)
        return True

    def _handle_closing(self, closing: re.Match[str], out: list[str]) -> None:
        """Take back what was said before the end of a block without a beginning, but leave a mark that is spoken of."""
        if self._shown_openings or self._last.endswith("`"):
            self._shown_openings = max(0, self._shown_openings - 1)
            self._release(out, closing.end())
            return
        self.was_retracted = self.was_retracted or bool(self._last.strip())
        self.lacked_opening = self.lacked_opening or self.was_retracted
        out.clear()
        self._last = ""
        self._buffer = self._buffer[closing.end() :]
        self._begin_answer(closing)

    def _release(self, out: list[str], size: int) -> None:
        released, self._buffer = self._buffer[:size], self._buffer[size:]
        self._has_begun = self._has_begun or bool(released.strip())
        self._last = (self._last + released)[-8:]
        out.append(released)
