"""Whatever bytes a light format gets end in a document of well-formed text or in a reason with a remedy."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.parsers.sniffing import check_content
from ingest.parsing import SUPPORTED
from ingest.table_heads import head_of
from rag.errors import ParseError
from rag.words.bigrams import searchable_pairs
from tests.fuzz.corpus import kept_contents, kept_extensions
from tests.fuzz.targets import try_bytes

MAIL = b"From: a@b.example\r\nSubject: =?utf-8?q?=ff?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
PIECES = (
    MAIL, b"Content-Type: text/plain; charset=none\r\n\r\n", b"--b--\r\n", b"\xff\xfe", b"\xef\xbb\xbf", b"\x00", b"\r",
    b'"', b'";"', b";", b"\t", b"a,b\n", b"1,2\n", b"\xed\xa0\x80", b"words here\n", "Möwe\n".encode("cp1252"),
    "灯塔\n".encode(), "灯塔\n".encode("gb18030"), b"%PDF-1.7\n", b"{\\rtf1 ", b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
)  # fmt: skip
contents = st.lists(st.sampled_from(PIECES) | st.binary(max_size=40), max_size=12).map(b"".join)


@given(contents, st.sampled_from([".txt", ".csv", ".eml"]))
@example(MAIL * 3, ".eml")
@example(b'"' * 5000, ".csv")
@settings(max_examples=150, deadline=None, derandomize=True)
def test_light_formats_end_in_a_document_or_a_reason(content: bytes, extension: str) -> None:
    try_bytes(content, extension)


@given(contents, st.sampled_from(sorted(set(SUPPORTED.values()))))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_the_first_look_at_a_file_raises_nothing_but_a_reason(content: bytes, file_type: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        remedy = "none was needed"
        try:
            check_content(path, file_type)
        except ParseError as error:
            remedy = error.remedy
        assert remedy


@given(st.text(max_size=200))
@settings(deadline=None, derandomize=True)
def test_converters_of_text_take_anything(text: str) -> None:
    head = head_of(text)
    assert not head or " | " in head
    searchable_pairs(text)


@pytest.mark.parametrize("extension", kept_extensions())
def test_what_fuzzing_found_ends_in_a_document_or_a_reason(extension: str) -> None:
    for content in kept_contents(extension):
        try_bytes(content, extension)
