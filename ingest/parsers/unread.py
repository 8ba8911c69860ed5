"""Finds the words of a file that were not read, so that a warning can tell of them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from ingest.cleanup import INVISIBLE
from ingest.parsers.open_xml import XmlElement
from rag.types import Page

SHOWN_WORDS = 8
"""The first words that a warning quotes: enough to find the place."""

MIN_MISSING = 3
"""Fewer words that a comparison of texts misses are signs that a reader wrote in another form."""

MAX_COMPARED = 2_000
"""Words that are looked for within others."""

_WORD = re.compile(r"[^\W_]+")


class UnreadText:
    """Starts with all text of the parts it is told of; what is read, or left out for a reason, is taken off."""

    def __init__(self, tag: str) -> None:
        """Count elements of the name `tag`, which holds text: `w:t` or `a:t`."""
        self._tag = tag
        self._waiting: dict[int, XmlElement] = {}

    def expect(self, root: XmlElement) -> None:
        """Expect all text below an element to be read. The elements are kept, so that their ids stay theirs."""
        for element in root.iter(self._tag):
            self._waiting[id(element)] = element

    def leave_out(self, element: XmlElement) -> None:
        """Take off the text at or below an element: it was read, or has no place in the document."""
        if element.tag == self._tag:
            self._waiting.pop(id(element), None)
            return
        for text in element.iter(self._tag):
            self._waiting.pop(id(text), None)

    def warnings(self) -> tuple[str, ...]:
        """Return a warning that names the words that were not read, where there are any."""
        return unread_warning([word for element in self._waiting.values() for word in (element.text or "").split()])


def unread_warning(words: Sequence[str]) -> tuple[str, ...]:
    """Return a warning with the number of words that were not read and the first of them; none where there are none."""
    if not words:
        return ()
    subject = "1 word of the file stands" if len(words) == 1 else f"{len(words)} words of the file stand"
    more = " …" if len(words) > SHOWN_WORDS else ""
    return (f"{subject} in parts that Lectern does not read: “{' '.join(words[:SHOWN_WORDS])}{more}”.",)


def find_missing(source: Iterable[str], pages: Iterable[Page]) -> list[str]:
    """Return the words of a file's own text that its pages hold less often, in order.

    Words that stand within others count as read: programs cut words into runs wherever they like.
    """
    text = _plain("\n".join(page.text for page in pages)).casefold()
    read = Counter(_WORD.findall(text))
    wanted: Counter[str] = Counter()
    missing: list[str] = []
    for piece in source:
        for match in _WORD.finditer(_plain(piece)):
            word = match.group().casefold()
            wanted[word] += 1
            if read[word] > 0:
                read[word] -= 1
            else:
                missing.append(match.group())
    if not missing or len(missing) > MAX_COMPARED:
        return missing
    squeezed = "".join(text.split())
    left = {word: squeezed.count(word) for word in {word.casefold() for word in missing}}
    lost = [word for word in missing if left[word.casefold()] < wanted[word.casefold()]]
    return lost if len(lost) >= MIN_MISSING else []


def visible_text(
    element: XmlElement, skipped: Collection[str], is_hidden: Callable[[XmlElement], bool] = lambda _: False
) -> Iterator[str]:
    """Yield the pieces of text at and below an element, but for those in elements of the `skipped` names and hidden
    ones."""
    if not isinstance(element.tag, str) or element.tag in skipped or is_hidden(element):
        return
    if element.text:
        yield element.text
    for child in element:
        yield from visible_text(child, skipped, is_hidden)
        if child.tail:
            yield child.tail


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", INVISIBLE.sub("", text))
