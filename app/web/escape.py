"""Makes text from documents, models and services harmless where Streamlit would read it as Markdown."""

from __future__ import annotations

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_INVISIBLE = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_LINKED = re.compile(r"(?i)\b(https?|ftp|www|mailto)(?=[.:])|(?<=\w)(?=@\w)")

_LOUD = re.compile(r"(<|!(?=\[)|(?<=\])\(|(?<=\])\[(?!\d)|(?<=\]):)")


def plain(text: str) -> str:
    """Return `text` for a Markdown label or paragraph in which all shows as written: no link, image or mark-up."""
    visible = _INVISIBLE.sub("", text)
    # Addresses become links even when escaped: a word joiner, which is not seen, keeps them from it.
    unlinked = _LINKED.sub(lambda match: match.group() + "\u2060", visible)
    return _PUNCTUATION.sub(r"\\\1", unlinked)


def one_line(text: str, limit: int) -> str:
    """Return `text` on one line without invisible characters, cut at `limit`."""
    line = " ".join(_INVISIBLE.sub("", text).split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def quiet(text: str) -> str:
    """Return Markdown without working HTML, images and links; all else stays."""
    return _LOUD.sub(r"\\\1", _INVISIBLE.sub("", text))
