"""Makes text from documents harmless inside a prompt.

What a reader of the page would see stays legible; what only a machine would obey stops being obeyed.
"""

from __future__ import annotations

import re
import unicodedata

_TAGS = (
    r"source|s|bos|eos|system|sys|user|human|assistant|instructions?|think|thinking|tool_call|tool_response|tools"
    r"|start_of_turn|end_of_turn|start_header_id|end_header_id|begin_of_text|eot_id|unk|pad"
)
_MARKER_STARTS = re.compile(
    rf"<(?=[|｜])|<(?=<+/?\s*(?:sys|source)\b)|<(?=\s*/?\s*(?:{_TAGS})\b)"
    r"|\[(?=\s*/?\s*(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS|TOOL_CALLS)\s*\])",
    re.IGNORECASE,
)
"""The first character of what chat templates, tool formats and our own delimiters begin with."""
_MARKER_ENDS = re.compile(r"(?<=[|｜])>")
_ROLE = re.compile(
    r"^(?=[ \t]*[#>*_]*[ \t]*(?:human|user|assistant|system|developer|ai|model|instruction|response|input)"
    r"[*_]*[ \t]*:)",
    re.IGNORECASE | re.MULTILINE,
)
"""Where a line reads as the next turn of a conversation."""
_ATTRIBUTE_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def clean(text: str) -> str:
    """Return `text` without invisible characters: zero-width, direction and control characters, odd spaces.

    Pages of filings that are set in non-breaking spaces took 1.5 to 1.9 times the tokens with them (SmolLM2's).
    """
    return "".join(map(_visible, text.replace("\r\n", "\n")))


def neutralise(text: str) -> str:
    """Return `text` cleaned, each marker that chat templates or our delimiters use broken by a space or a bar."""
    text = _MARKER_STARTS.sub(lambda match: match.group() + " ", clean(text))
    text = _MARKER_ENDS.sub(" >", text)
    return _ROLE.sub("| ", text)


def quote_attribute(text: str, *, limit: int = 120) -> str:
    """Return `text` on one line, at most `limit` characters, safe between double quotes."""
    line = " ".join(neutralise(text).split())
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    return line.translate(_ATTRIBUTE_ESCAPES)


def _visible(character: str) -> str:
    if character in "\n\t" or " " <= character <= "~":
        return character
    if character in "\r\x0b\x0c\x85":
        return "\n"
    match unicodedata.category(character):
        case "Zs":
            return " "
        case "Zl" | "Zp":
            return "\n"
        case "Cf" | "Cc" | "Cs" | "Co":
            return ""
        case _:
            return character
