"""Cuts a parsed document into chunks that fit the embedder."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from ingest.table_heads import TableWalk
from ingest.titles import folder_words, readable_name
from rag.page_layout import join_spans
from rag.protocols import Tokenizer
from rag.text import sentence_spans
from rag.types import CONTENTS_SECTION, BlockKind, Chunk, ParsedDocument, Section, Span

CHUNKING_VERSION = 4
"""Raised whenever the same document would be cut differently: part of an index's fingerprint."""

SPECIAL_TOKENS = 2
"""Special tokens that a BERT-like model puts around its input."""

MAX_HEADER_TOKENS = 56
"""A header longer than this would crowd out the text; the outermost sections are left out first."""

MIN_TOKENS_AT_BREAK = 64
"""A chunk ends early where a section or a page begins, but not when it is shorter than this: scraps of a heading or
the tail of a sentence would find nothing on their own."""

PAGES_OF_THEIR_OWN = frozenset({"sheet", "part", "message"})
"""Words for pages whose text does not run on to the next page: a chunk never crosses their ends."""

MAX_COLUMN_TOKENS = 40
"""Share of each further chunk of a table that its head may take."""

PATH_SEPARATOR = " > "


@dataclass(frozen=True, slots=True)
class _ChunkUnit:
    """A stretch of text that is not cut further, with its length in tokens."""

    span: Span
    tokens: int
    path: str
    columns: str
    """The head of the table that it is a further row of, or ""."""
    starts_section: bool

    @property
    def context(self) -> tuple[str, str]:
        """Return what the header of a chunk that begins here is made of."""
        return self.path, self.columns


@dataclass(slots=True)
class _Draft:
    """A chunk being filled."""

    units: list[_ChunkUnit] = field(default_factory=list)
    tokens: int = 0

    def add(self, unit: _ChunkUnit) -> None:
        self.units.append(unit)
        self.tokens += unit.tokens


def chunk_document(document: ParsedDocument, tokenizer: Tokenizer, *, limit: int, path: str = "") -> list[Chunk]:
    """Return chunks of at most `limit` tokens, header and special tokens included, in reading order.

    The file's name and the folders of its `path` go into the header where they say more than the title ("FORM 10-K" of
    whom? The manager of which town?). Cuts between blocks first, then sentences, then words; a table row stays whole
    unless it alone is too long.
    """
    headers = _Headers(_name_document(document.title, path), tokenizer)
    texts = {page.number: page.text for page in document.pages}
    chunks: list[Chunk] = []
    draft = _Draft()
    parted = document.page_word in PAGES_OF_THEIR_OWN
    for unit in _units(document, tokenizer, headers, limit):
        budget = limit - SPECIAL_TOKENS - headers.length(*draft.units[0].context) if draft.units else 0
        if draft.units and _must_close(draft, unit, budget, parted=parted):
            _append_chunk(chunks, draft, texts, headers)
            draft = _Draft()
        draft.add(unit)
    if draft.units:
        _append_chunk(chunks, draft, texts, headers)
    return chunks


def _name_document(title: str, path: str) -> str:
    """Put the words of the path that the title does not hold before it."""
    name = readable_name(PurePath(path).name)
    known = title.casefold()
    says_more = any(word not in known for word in name.casefold().split())
    named = f"{name}: {title}" if says_more else title
    folders = folder_words(path, named)
    return f"{folders} / {named}" if folders else named


def _must_close(draft: _Draft, unit: _ChunkUnit, budget: int, *, parted: bool) -> bool:
    if draft.tokens + unit.tokens > budget:
        return True
    if (unit.path == CONTENTS_SECTION) != (draft.units[-1].path == CONTENTS_SECTION):
        return True
    is_next_page = unit.span.page != draft.units[-1].span.page
    if parted and is_next_page:
        return True
    return (unit.starts_section or is_next_page) and draft.tokens >= MIN_TOKENS_AT_BREAK


def _append_chunk(chunks: list[Chunk], draft: _Draft, texts: Mapping[int, str], headers: _Headers) -> None:
    spans = join_spans((unit.span for unit in draft.units), texts)
    text = "\n".join(texts[span.page][span.start : span.end] for span in spans)
    if not any(character.isalnum() for character in text):
        return
    path, columns = draft.units[0].context
    header = headers.text(path, columns)
    chunks.append(Chunk(ordinal=len(chunks), text=text, header=header, section=path, spans=tuple(spans)))


def _units(document: ParsedDocument, tokenizer: Tokenizer, headers: _Headers, limit: int) -> Iterator[_ChunkUnit]:
    sections = _SectionWalk(document.sections)
    tables = TableWalk()
    for page in document.pages:
        counter = _TokenCounter(page.text, tokenizer)
        for block in page.blocks:
            if block.kind is BlockKind.FURNITURE:
                continue
            starts_section, path = sections.enter(page.number, block.start, block.end)
            if block.kind is BlockKind.CONTENTS:
                path = CONTENTS_SECTION
            columns = tables.enter(block.kind, page.text[block.start : block.end])
            budget = limit - SPECIAL_TOKENS - headers.length(path, columns)
            for start, end in _cut(page.text, block.start, block.end, counter, budget):
                yield _ChunkUnit(
                    Span(page.number, start, end), counter.count(start, end), path, columns, starts_section
                )
                starts_section = False


def _cut(text: str, start: int, end: int, counter: _TokenCounter, budget: int) -> Iterator[tuple[int, int]]:
    """Yield the block whole if it fits, else its sentences, else runs of words."""
    start, end = _strip(text, start, end)
    if start == end:
        return
    if counter.count(start, end) <= budget:
        yield start, end
        return
    for first, last in sentence_spans(text[start:end]):
        if counter.count(start + first, start + last) <= budget:
            yield start + first, start + last
        else:
            yield from counter.runs(start + first, start + last, budget)


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


class _TokenCounter:
    """Counts the tokens of stretches of one page; the page is tokenized once."""

    def __init__(self, text: str, tokenizer: Tokenizer) -> None:
        self._text = text
        self._starts = [start for start, _ in tokenizer.token_spans(text)]

    def count(self, start: int, end: int) -> int:
        return bisect_left(self._starts, end) - bisect_left(self._starts, start)

    def runs(self, start: int, end: int, budget: int) -> Iterator[tuple[int, int]]:
        """Yield the longest runs of words that fit; a single word that does not fit is cut between tokens."""
        while self.count(start, end) > budget:
            limit = self._starts[bisect_left(self._starts, start) + budget]
            cut = next((at for at in range(limit, start, -1) if self._text[at - 1].isspace()), limit)
            yield _strip(self._text, start, cut)
            start, _ = _strip(self._text, cut, end)
        if start < end:
            yield start, end


class _SectionWalk:
    """Follows the sections through the document and knows the path at each block."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._waiting = sorted(sections, key=lambda section: (section.page, section.start), reverse=True)
        self._open: list[Section] = []

    def enter(self, page: int, start: int, end: int) -> tuple[bool, str]:
        """Return whether a section begins before or in the block, and the section path from there on."""
        began = False
        while self._waiting and (self._waiting[-1].page, self._waiting[-1].start) < (page, max(end, start + 1)):
            section = self._waiting.pop()
            self._open = [*(outer for outer in self._open if outer.level < section.level), section]
            began = True
        return began, PATH_SEPARATOR.join(section.title for section in self._open)


class _Headers:
    """The context headers of one document: its title, then the section path, at most MAX_HEADER_TOKENS long."""

    def __init__(self, title: str, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._title = self._shorten(title, MAX_HEADER_TOKENS // 2)
        self._made: dict[tuple[str, str], tuple[str, int]] = {}

    def text(self, path: str, columns: str) -> str:
        return self._make(path, columns)[0]

    def length(self, path: str, columns: str) -> int:
        return self._make(path, columns)[1]

    def _make(self, path: str, columns: str) -> tuple[str, int]:
        key = (path, columns)
        if key not in self._made:
            parts = path.split(PATH_SEPARATOR) if path else []
            while parts:
                text = "\n".join((self._title, PATH_SEPARATOR.join(parts)))
                if (length := len(self._tokenizer.token_spans(text))) <= MAX_HEADER_TOKENS:
                    break
                parts = parts[1:]
            else:
                text, length = self._title, len(self._tokenizer.token_spans(self._title))
            if columns:
                text = f"{text}\n{self._shorten(columns, MAX_COLUMN_TOKENS)}"
                length = len(self._tokenizer.token_spans(text))
            self._made[key] = (text, length)
        return self._made[key]

    def _shorten(self, text: str, tokens: int) -> str:
        spans = self._tokenizer.token_spans(text)
        return text if len(spans) <= tokens else text[: spans[tokens - 1][1]]
