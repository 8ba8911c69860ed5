"""What people are shown of pages: with marked words, in the browser that opens a citation, and first questions."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from tests.integration.serving import Served, serving

MARKED = [255, 225, 102]


@pytest.fixture
def served(home: Path, folder: Path) -> Iterator[Served]:
    canvas = Canvas(str(folder / "lamp.pdf"), pagesize=(300, 200), pageCompression=0)
    canvas.setTitle("The lamp")
    canvas.drawString(20, 150, "The lamp flashes three times.")
    canvas.drawString(20, 50, "It was lit in 1871.")
    canvas.save()
    beds = "The inn has twelve beds, and nobody has ever counted the cats that sleep in them. " * 20
    (folder / "inn.md").write_text(f"# The inn\n\n## Beds and board\n\n{beds}\n\n## Notes\n\n{beds}\n")
    with serving(home) as running:
        running.sync(folder)
        yield running


def test_the_words_of_a_citation_are_marked_on_its_page_and_no_others(served: Served) -> None:
    (document,) = served.client.get("/collections/default/documents", params={"contains": "lamp"}).json()["documents"]
    answer = served.client.post("/ask", json={"question": "How often does the lamp flash?", "use_llm": False}).json()
    citation = next(one for one in answer["citations"] if one["document"] == "lamp.pdf")
    boxes = [place["box"] for place in citation["rectangles"]]
    place = f"/collections/default/documents/{document['id']}/pages/0/image"
    marks = {"scale": 2, "mark": [",".join(map(str, box)) for box in boxes]}
    marked = np.asarray(Image.open(io.BytesIO(served.client.get(place, params=marks).content)))
    rows, columns = np.nonzero((marked == MARKED).all(axis=2))
    left, bottom, right, top = (f([box[edge] for box in boxes]) for edge, f in enumerate((min, min, max, max)))
    assert abs(int(columns.min()) - 2 * (left - 1)) <= 2
    assert abs(int(rows.min()) - 2 * (200 - top - 1)) <= 2
    assert abs(int(columns.max()) - 2 * (right + 1)) <= 2
    assert abs(int(rows.max()) - 2 * (200 - bottom + 1)) <= 2


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_the_places_of_words_are_where_the_picture_has_ink_however_the_page_is_turned(
    served: Served, folder: Path, turns: int
) -> None:
    turned = PdfWriter(clone_from=PdfReader(folder / "lamp.pdf"))
    turned.pages[0].rotate(90 * turns)
    with (folder / "turned.pdf").open("wb") as stream:
        turned.write(stream)
    served.sync(folder)
    (document,) = served.client.get("/collections/default/documents", params={"contains": "turned"}).json()["documents"]
    page = f"/collections/default/documents/{document['id']}/pages/0"
    told = served.client.get(f"{page}/words", params={"mark": "18,146,120,162"}).json()
    picture = Image.open(io.BytesIO(served.client.get(f"{page}/image", params={"scale": 2}).content)).convert("L")
    ink = np.asarray(picture) < 128
    height, width = ink.shape
    assert [told["text"][start:end] for start, end, *_ in told["words"]][:3] == ["The", "lamp", "flashes"]
    inked = 0
    for _, _, left, top, right, bottom in told["words"]:
        inside = ink[int(top * height) : int(bottom * height) + 1, int(left * width) : int(right * width) + 1]
        assert inside.any()
        inked += int(inside.sum())
    assert inked > 0.95 * ink.sum()
    (mark,), (_, _, *lamp) = told["marks"], told["words"][1]
    assert mark[0] <= lamp[0] <= lamp[2] <= mark[2]
    assert mark[1] <= lamp[1] <= lamp[3] <= mark[3]
    assert served.client.get(f"{page[:-1]}7/words").status_code == 404


def test_a_mark_that_is_no_box_is_refused(served: Served) -> None:
    place = "/collections/default/documents/1/pages/0/image"
    for mark in ("", "1,2,3", "1,2,3,nan", "1,2,3,inf", "a,b,c,d", "1,2,3,1e9"):
        assert served.client.get(place, params={"mark": mark}).status_code == 400


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def cited_address(served: Served, question: str) -> str:
    """Return the one address that an answer of `/v1` cites."""
    asked = {"model": "lectern/default", "messages": [{"role": "user", "content": question}]}
    message = served.client.post("/v1/chat/completions", json=asked).json()["choices"][0]["message"]
    (address,) = {one["url_citation"]["url"] for one in message["annotations"]}
    return str(address)


def test_a_browser_that_opens_a_citation_sees_the_picture_of_the_page_with_the_quote_marked(served: Served) -> None:
    address = cited_address(served, "How often does the lamp flash?")
    assert "three times" in served.client.get(address).json()["text"]
    shown = served.client.get(address, headers=BROWSER)
    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>The lamp · page 1</h1>" in shown.text
    (source,) = re.findall(r'<img src="([^"]+)"', shown.text)
    picture = Image.open(io.BytesIO(served.client.get(urljoin(address, html.unescape(source))).content))
    rows, _ = np.nonzero((np.asarray(picture) == MARKED).all(axis=2))
    # The quoted line stands in the upper half, the other one in the lower.
    assert 0 < rows.min() < rows.max() < picture.height / 2
    assert served.client.get(address.replace("/pages/0", "/pages/7"), headers=BROWSER).status_code == 404


def test_a_browser_that_opens_a_citation_of_a_text_is_told_the_words_to_mark_and_runs_nothing_of_it(
    served: Served, folder: Path
) -> None:
    hostile = '<script>document.title = "hacked"</script> <img src=x onerror=alert(1)>'
    (folder / "ferry.md").write_text(f"# The ferry\n\nThe last ferry leaves at 22:40.\n\n{hostile}\n")
    served.sync(folder)
    address = cited_address(served, "When does the last ferry leave?")
    words = urlsplit(address).fragment.removeprefix(":~:text=").split(",")
    shown = served.client.get(address, headers=BROWSER)
    assert all(unquote(part) in shown.text for part in words)
    assert "22:40" in shown.text
    assert re.findall("<script|<img", shown.text) == []
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert "script-src" not in shown.headers["content-security-policy"]


def test_first_questions_are_of_the_headings_of_the_collection(served: Served) -> None:
    asked = served.client.get("/collections/default/questions")
    assert asked.json() == {"questions": ["What does “The inn” say about “Beds and board”?"]}
    assert served.client.get("/collections/other/questions").status_code == 404
