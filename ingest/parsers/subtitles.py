"""Turns subtitles and transcripts (SRT, WebVTT) into ParsedDocuments: what is said, by its time."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.cleanup import clean_text, one_line
from ingest.parsers.finishing import finish_document
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.text import read_text
from rag.errors import ParseError
from rag.types import BlockKind, ParsedDocument

SECONDS_TOGETHER = 300
"""Text within five minutes makes one part."""

SECONDS_OF_PARAGRAPH = 30
"""Cues within half a minute, or of one voice, make one paragraph: a cue alone is half a sentence."""

_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_TAG = re.compile(r"</?[a-zA-Z][^>]*>|<\d[\d:.]*>|\{\\[^}]*\}")


@dataclass(frozen=True, slots=True)
class _Cue:
    seconds: int
    voice: str
    text: str


def parse_subtitles(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse an SRT or WebVTT file. Raises ParseError when it has no times."""
    raw, warning = read_text(path)
    builder = TextBuilder(options.max_characters, path.name)
    cues = list(_read_cues(raw))
    if not cues:
        raise ParseError(f"{path.name} has no subtitles in it.", "Replace it with a good copy, or remove it.")
    part = cues[0].seconds // SECONDS_TOGETHER
    waiting: list[_Cue] = []
    for cue in cues:
        is_next_part = cue.seconds // SECONDS_TOGETHER != part
        far = bool(waiting) and cue.seconds - waiting[0].seconds >= SECONDS_OF_PARAGRAPH
        if is_next_part or far or (waiting and cue.voice and cue.voice != waiting[0].voice):
            _write(builder, waiting)
            waiting = []
        if is_next_part:
            builder.end_page(_label(part))
            part = cue.seconds // SECONDS_TOGETHER
        waiting.append(cue)
    _write(builder, waiting)
    builder.end_page(_label(part))
    return finish_document(builder, path, path.suffix.lower().lstrip("."), page_word="part", warnings=[warning])


def _read_cues(raw: str) -> Iterator[_Cue]:
    """Yield the cues in order; numbers, settings, comments and styles are left out, as is a line that is shown on."""
    last = ""
    for block in re.split(r"\n\s*\n", raw.replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.split("\n")
        place = next((number for number, line in enumerate(lines) if _TIMES.match(line)), None)
        if place is None:
            continue
        match = _TIMES.match(lines[place])
        assert match is not None
        hours, minutes, seconds = int(match[1] or 0), int(match[2]), int(match[3])
        body = "\n".join(lines[place + 1 :])
        voice = _VOICE.search(body)
        text = one_line(html.unescape(_TAG.sub("", body)))
        if text and text != last:
            yield _Cue(hours * 3600 + minutes * 60 + seconds, one_line(voice[1]) if voice else "", text)
        last = text


def _write(builder: TextBuilder, cues: list[_Cue]) -> None:
    if cues:
        voice = f"{cues[0].voice}: " if cues[0].voice else ""
        text = " ".join(cue.text for cue in cues)
        builder.add(BlockKind.PARAGRAPH, clean_text(f"[{_clock(cues[0].seconds)}] {voice}{text}"))


def _label(part: int) -> str:
    return f"{_clock(part * SECONDS_TOGETHER)}-{_clock((part + 1) * SECONDS_TOGETHER)}"


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
