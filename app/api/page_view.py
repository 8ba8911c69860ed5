"""Shows a page of a document to a person whose browser opens its address, as citations in chat clients do."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from html import escape
from urllib.parse import quote, urlencode

from fastapi.responses import HTMLResponse

from ingest.page_image import Box
from rag.types import DRAWN_TYPES, Citation, DocumentInfo, Page, page_name

SCALE = 2.0
"""Pixels for each point: sharp on most screens."""

MAX_MARKS = 20
"""Lines that an address names: it stays shorter than what any client or proxy cuts off."""

MAX_WORDS = 8
"""Of a quote that a text fragment spells out; of a longer one it has half as many of its beginning and of its end."""

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 56rem; margin: 1.5rem auto; padding: 0 1rem }
h1 { font-size: 1.25rem; margin: 0 }
img { width: 100%; height: auto; border: 1px solid #8888 }
pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere }
"""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'; style-src "
    f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode('ascii')}'"
}
"""The page's own picture and style, and nothing that a document brings."""


def page_address(base_url: str, document_id: int, page: int, citations: Iterable[Citation] = ()) -> str:
    """Return the address of a page (0-based) of a collection at `base_url`, which marks what the citations quote.

    The query has the boxes of quotes that have them. Other quotes stand in a text fragment
    (https://wicg.github.io/scroll-to-text-fragment), which browsers mark and never send to a server.
    """
    quoted = [citation for citation in citations if citation.page == page]
    boxes = [astuple(place.rectangle) for one in quoted for place in one.rectangles if place.page == page]
    address = f"{base_url}/documents/{document_id}/pages/{page}"
    if boxes:
        return f"{address}?{_marks_query(boxes[:MAX_MARKS])}"
    return address + next((_text_fragment(one.quote) for one in quoted if one.quote.strip()), "")


def show_to_person(document: DocumentInfo, page: Page, marks: Sequence[Box]) -> HTMLResponse:
    """Return a page as HTML: its picture with `marks` (points) where the format has one, its text, and its file."""
    name = page_name(page.number, page.label, document.page_word)
    title = escape(" · ".join(filter(None, (document.title or document.path, name))))
    text = f"<pre>{escape(page.own_text)}</pre>"
    if page.described_at >= 0:
        text += f"<h2>What an LLM says of the figures</h2>\n<pre>{escape(page.text[page.described_at :].strip())}</pre>"
    if document.file_type in DRAWN_TYPES:
        query = urlencode({"scale": SCALE}) + (f"&{_marks_query(marks)}" if marks else "")
        picture = f'<img src="{page.number}/image?{escape(query)}" alt="{title}">'
        text = f"{picture}\n<details><summary>Text of the page</summary>{text}</details>"
    return HTMLResponse(
        f'<!doctype html>\n<html lang="{escape(document.profile.language or "en")}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{STYLE}</style></head>\n'
        f"<body><h1>{title}</h1>\n"
        f'<p lang="en">{escape(document.path)} · <a href="../file">Save the file</a></p>\n{text}\n</body></html>\n',
        headers=HEADERS,
    )


def _marks_query(boxes: Iterable[Sequence[float]]) -> str:
    named = dict.fromkeys(",".join(f"{edge:.1f}" for edge in box) for box in boxes)
    return urlencode([("mark", box) for box in named], safe=",")


def _text_fragment(words: str) -> str:
    spelled = words.split()
    if len(spelled) > MAX_WORDS:
        half = MAX_WORDS // 2
        parts = [" ".join(spelled[:half]), " ".join(spelled[-half:])]
    else:
        parts = [" ".join(spelled)]
    # A hyphen would set off what stands before or behind.
    return "#:~:text=" + ",".join(quote(part, safe="").replace("-", "%2D") for part in parts)
