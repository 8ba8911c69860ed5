"""Follows an RTF file token by token and writes its text into stories: body, notes, headers, text boxes."""

from __future__ import annotations

import re

from ingest.cleanup import one_line
from ingest.parsers.flow import FlowItem, Item, comment_label, line_key, paragraph, trailing
from ingest.parsers.list_numbers import roman
from ingest.parsers.rtf.charsets import decode
from ingest.parsers.rtf.context import Context
from ingest.parsers.rtf.destinations import CHARACTERS, DESTINATIONS, SKIPPED, STORIES, TRANSPARENT
from ingest.parsers.rtf.state import Destination, GroupState
from ingest.parsers.rtf.story import Story
from ingest.parsers.rtf.tokens import Kind, Token, tokens
from ingest.parsers.rtf.words import control_words
from ingest.parsers.symbol_fonts import from_symbol_font, replace_private
from rag.errors import ParseError

MAX_GROUPS = 5_000
"""Groups within groups; no program writes a hundred."""

_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_SKIPS = (Destination.SKIP, Destination.UNKNOWN)
_TEXTLESS = (*_SKIPS, Destination.NOTHING)
_UNKNOWN_WORD = re.compile(rb"(?<![\w{}-])[A-Za-z\x80-\xff]{2,}(?![\w{}-])")
"""What looks like a word rather than like a name or an identifier in settings."""

_END_SKIPPING = ("par", "cell", "row")


class RtfReader:
    """Reads one file; afterwards `title`, `author` and `created` hold what it says of itself."""

    def __init__(self, source: bytes, file_name: str) -> None:
        self._source = source
        self._file_name = file_name
        self._context = Context()
        self._words = control_words(self._context)
        self._starred = False
        self._bytes = bytearray()
        self._to_skip = 0
        self._high_surrogate = 0
        self._notes = {"note": 0, "endnote": 0}
        self._repeated: dict[str, list[FlowItem]] = {"header": [], "footer": []}
        self._seen: set[str] = set()
        self.title = ""
        self.author = ""
        self.unread: list[str] = []
        """The words in groups that begin with a control word that is not known."""

    @property
    def created(self) -> str:
        """Return the day the file was made (ISO 8601), or ""."""
        year, month, day = self._context.date
        return f"{year}-{month}-{day}" if year and month and day else year

    def read(self) -> list[FlowItem]:
        """Return all items: headers first, footers last, each once. Raises ParseError."""
        context = self._context
        for token in tokens(self._source):
            if token.kind is Kind.OPEN:
                self._open()
            elif token.kind is Kind.CLOSE:
                self._close()
                if len(context.groups) < 2:
                    break  # what follows the document is not part of it
            elif token.kind is Kind.BYTES:
                self._take_bytes(token.data)
            else:
                self._take_word(token)
        self._flush()
        while len(context.stories) > 1:
            self._end_story("box")
        items = context.story.finish(context.heading)
        return [*self._repeated["header"], *items, *self._repeated["footer"]]

    # --- groups ---

    def _open(self) -> None:
        self._flush()
        self._to_skip = 0
        self._starred = False
        context = self._context
        if len(context.groups) >= MAX_GROUPS:
            raise ParseError(f"{self._file_name} is damaged: its groups have no end.", "Replace it with a good copy.")
        context.groups.append(context.state.copy())
        if context.state.destination is Destination.STYLES:
            context.take(Destination.STYLES)

    def _close(self) -> None:
        self._flush()
        self._to_skip = 0
        self._starred = False
        context = self._context
        if len(context.groups) < 2:
            return
        state = context.groups.pop()
        if state.closes:
            context.write(state.closes)
        if state.opens_story == "form":
            context.story.add(context.form.text)
        elif state.opens_story == "style":
            self._end_style(state)
        elif state.opens_story:
            self._end_story(state.opens_story)
        elif state.destination is not context.state.destination:
            if state.destination is Destination.LIST_TEXT:
                self._end_list_text()
            elif state.destination is Destination.SHAPE_VALUE:
                self._end_shape_value()

    def _begin_destination(self, word: str) -> None:
        """Have the rest of the group go where its first word says."""
        context, state = self._context, self._context.state
        if word in STORIES:
            state.opens_story = STORIES[word]
            state.destination = Destination.TEXT
            state.in_contents = False
            state.reset_paragraph()
            state.reset_characters()
            context.stories.append(Story())
        elif word in DESTINATIONS:
            state.destination = DESTINATIONS[word]
            context.take(state.destination)
        else:
            state.destination = Destination.SKIP

    def _end_story(self, kind: str) -> None:
        story = self._context.stories.pop()
        items = story.finish()
        outer = self._context.story
        if kind in ("title", "author"):
            text = one_line(" ".join(item.text for item in items if isinstance(item, Item)))
            setattr(self, kind, getattr(self, kind) or text)
        elif kind in ("header", "footer"):
            self._keep_once(kind, items)
        elif kind == "box":
            outer.anchored += items
        elif kind == "annotation":
            author = one_line(self._context.take(Destination.AUTHOR))
            outer.anchored += trailing(items, comment_label(author))
        else:
            name = "note" if kind == "footnote" else kind
            self._notes[name] += 1
            label = f"[{name} {self._notes[name] if name == 'note' else roman(self._notes[name])}]"
            outer.add_apart(label)
            outer.anchored += trailing(items, label)

    def _keep_once(self, kind: str, items: list[FlowItem]) -> None:
        for item in items:
            key = line_key(item) if isinstance(item, Item) else ""
            if key and key not in self._seen:
                self._seen.add(key)
                self._repeated[kind].append(item)

    def _end_list_text(self) -> None:
        """Write the number of a list before its paragraph; bullets say nothing."""
        label = one_line(self._context.take(Destination.LIST_TEXT))
        is_bullet = label == "o" or not any(character.isalnum() for character in label)
        if not is_bullet and self._context.in_text:
            self._context.story.add(f"{label} ")

    def _end_style(self, state: GroupState) -> None:
        name = self._context.take(Destination.STYLES).partition(";")[0].strip()
        match = _HEADING.match(name)
        if state.outline is not None and 0 <= state.outline < 9:
            self._context.outlines[state.style] = state.outline + 1
        elif match:
            self._context.outlines[state.style] = int(match[1])
        elif name.lower() == "title":
            self._context.outlines[state.style] = 1
        if name.lower().startswith("toc "):
            self._context.contents_styles.add(state.style)

    def _end_shape_value(self) -> None:
        """Keep what a shape says that it shows, and the words of word art."""
        name = self._context.captured[Destination.SHAPE_NAME].strip()
        text = one_line(self._context.take(Destination.SHAPE_VALUE))
        if name in ("wzDescription", "gtextUNICODE") and text:
            self._context.story.anchored.append(paragraph(f"Picture: {text}" if name == "wzDescription" else text))

    # --- text ---

    def _take_bytes(self, data: bytes) -> None:
        destination = self._context.state.destination
        if destination in _TEXTLESS:
            if destination is Destination.UNKNOWN:
                self.unread += [word.decode("cp1252", "replace") for word in _UNKNOWN_WORD.findall(data)]
            return
        if self._to_skip:
            skipped = min(self._to_skip, len(data))
            self._to_skip -= skipped
            data = data[skipped:]
        self._bytes += data

    def _flush(self) -> None:
        """Decode the bytes that have come in, in the encoding of their font."""
        if not self._bytes:
            return
        data = bytes(self._bytes)
        self._bytes.clear()
        context, font = self._context, self._context.font
        if context.fonts.is_symbol(font):
            name = context.fonts.name(font)
            context.write("".join(from_symbol_font(byte, name) for byte in data))
        else:
            is_name = context.state.destination is Destination.FONTS
            context.write(decode(data, "cp1252" if is_name else context.fonts.encoding(font)))

    def _take_unicode(self, number: int | None) -> None:
        self._flush()
        code = (number or 0) % 0x10000
        self._to_skip = self._context.state.skipped
        if 0xD800 <= code < 0xDC00:
            self._high_surrogate = code
            return
        if 0xDC00 <= code < 0xE000:
            high, self._high_surrogate = self._high_surrogate, 0
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
        self._context.write(replace_private(chr(code), self._context.fonts.name(self._context.font)))

    # --- control words ---

    def _take_word(self, token: Token) -> None:
        word, state = token.word, self._context.state
        if self._to_skip and word != "u":
            if word not in _END_SKIPPING:
                self._to_skip -= 1
                return
            self._to_skip = 0
        if word == "*":
            self._starred = True
            return
        starred, self._starred = self._starred, False
        if word == "ud" and state.before_choice is not None:
            state.destination = state.before_choice
        elif state.destination in _SKIPS:
            return
        elif word == "u":
            self._take_unicode(token.number)
        elif word in STORIES or word in DESTINATIONS or word in SKIPPED:
            self._flush()
            self._begin_destination(word)
        elif word in self._words:
            self._flush()
            self._words[word](token.number)
        elif word in CHARACTERS:
            self._flush()
            self._context.write(CHARACTERS[word])
        elif word.startswith("m") and word.endswith("Pr"):
            state.destination = Destination.SKIP
        elif starred and word not in TRANSPARENT:
            is_table = state.destination in (Destination.STYLES, Destination.FONTS)  # Names of styles are no text.
            state.destination = Destination.SKIP if is_table else Destination.UNKNOWN
