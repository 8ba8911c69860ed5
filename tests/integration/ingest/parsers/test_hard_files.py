"""A collection of awkward files, kept outside the repository: each is parsed or refused with a reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.parsing import ParseOptions, WorkerPool, parse_file
from rag.errors import ParseError

FOLDER = Path(os.environ.get("LECTERN_HARD_FILES", "/nowhere"))
SECONDS = 60


@pytest.mark.skipif(not FOLDER.is_dir(), reason="no folder of hard files (set LECTERN_HARD_FILES)")
def test_every_hard_file_ends_in_a_document_or_a_reason() -> None:
    files = sorted(path for path in FOLDER.iterdir() if path.name != "INDEX.csv")
    assert files
    with WorkerPool(workers=2, seconds_per_file=SECONDS, memory_bytes=2 * 1024**3) as pool:
        submitted = [(path, pool.submit(parse_file, path, ParseOptions(ocr_seconds=SECONDS / 3))) for path in files]
        refused: list[tuple[str, ParseError]] = []
        for path, future in submitted:
            try:
                document = future.result(timeout=4 * SECONDS)
            except ParseError as error:
                refused.append((path.name, error))
                continue
            assert document.title, path.name
            for page in document.pages:
                page.text.encode("utf-8")
                edges = [edge for block in page.blocks for edge in (block.start, block.end)]
                assert edges == sorted(edges), path.name
                assert not edges or edges[-1] <= len(page.text), path.name
    for name, refusal in refused:
        assert refusal.remedy, name
        assert name in refusal.reason, f"{name}: {refusal.reason}"
