"""Leaves out what a model thinks aloud before its answer, for servers that do not."""

from __future__ import annotations

OPENING = "<think>"
CLOSING = "</think>"


class ReasoningFilter:
    """Passes a streamed answer on from the end of a <think> block that it begins with, if it does."""

    def __init__(self) -> None:
        self._held = ""
        self._is_decided = False

    def feed(self, text: str) -> str:
        """Take the next piece; return what belongs to the answer."""
        if self._is_decided:
            return text
        self._held += text
        begun = self._held.lstrip()
        if begun.startswith(OPENING):
            return self._pass_from(begun.find(CLOSING), begun)
        if OPENING.startswith(begun):
            return ""
        self._is_decided = True
        return self._held

    def _pass_from(self, end: int, begun: str) -> str:
        if end < 0:
            return ""
        answer = begun[end + len(CLOSING) :].lstrip()
        # White space after the block can arrive in a piece of its own.
        self._is_decided = bool(answer)
        return answer

    def finish(self) -> str:
        """Return what was held back but is no thought: the text ends here."""
        is_thought = self._held.lstrip().startswith(OPENING)
        return "" if self._is_decided or is_thought else self._held
