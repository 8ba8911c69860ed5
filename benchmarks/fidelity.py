"""Measures what becomes of a document's words and numbers when it is read: by Lectern, LangChain and unstructured.

    python -m benchmarks.fidelity [--json]

The documents are made anew, one of each format, with a known text. "words": the share of the words that a reader of
the document sees which are read, in their order. "altered": numbers that were read and stand nowhere in the document,
as a share of its numbers; 0 is the goal. "hidden": words that nobody sees and that were read all the same.
LangChain's loaders are those that its documentation names first for a format, else its DirectoryLoader's own, which
hands the file to unstructured. A dash: the file was refused.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import unicodedata
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from pathlib import Path

from benchmarks.fidelity_documents import KnownDocument, make_documents
from ingest.parsing import ParseOptions, parse_file
from rag.types import BlockKind

_WORD = re.compile(r"\w+(?:[.,:/@-]\w+)*%?")
_DIGIT = re.compile(r"\d")

Read = Callable[[Path], str]


@dataclass(frozen=True, slots=True)
class Fidelity:
    """Shares from 0 to 1, as the module says; None where a file was refused."""

    words: float | None
    altered: float | None
    hidden: int = 0


def main() -> None:
    """Make the documents, read each in every way, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        documents = make_documents(Path(folder))
        table = {
            document.path.suffix[1:]: {name: measure(document, read) for name, read in READERS.items()}
            for document in documents
        }
    if options.json:
        print(json.dumps({kind: {name: asdict(it) for name, it in row.items()} for kind, row in table.items()}))
        return
    print("format  " + "  ".join(f"{name:>28}" for name in READERS))
    for kind, row in table.items():
        print(f"{kind:6}  " + "  ".join(f"{_cell(it):>28}" for it in row.values()))
    for name in READERS:
        read = [row[name] for row in table.values() if row[name].words is not None]
        mean = sum(it.words or 0 for it in read) / len(table)
        altered = sum((it.altered or 0) > 0 for it in read)
        print(f"{name}: {mean:.3f} of the words, {altered} documents with altered numbers")


def measure(document: KnownDocument, read: Read) -> Fidelity:
    """Compare what is read with what the document shows."""
    try:
        text = read(document.path)
    except Exception as error:
        print(f"{document.path.name}: {type(error).__name__}: {str(error)[:120]}", file=sys.stderr)
        return Fidelity(None, None)
    return compare(document, text)


def compare(document: KnownDocument, text: str) -> Fidelity:
    """Score a text that was read of a document."""
    found = words_of(text)
    ordered = words_of(" ".join(document.ordered))
    kept = _in_order(ordered, found)
    anywhere = [words_of(part) for part in document.anywhere]
    kept += sum(_in_order(part, found) for part in anywhere)
    shown = len(ordered) + sum(map(len, anywhere))
    known = {word for word in (*ordered, *(word for part in anywhere for word in part)) if _DIGIT.search(word)}
    hidden = [
        word for part in document.hidden for word in words_of(part) if word not in words_of(" ".join(document.ordered))
    ]
    strange = {word for word in found if _DIGIT.search(word)} - known - set(hidden)
    altered = {word for word in strange if any(_is_altered(word, number) for number in known)}
    return Fidelity(kept / shown, len(altered) / max(1, len(known)), sum(word in found for word in hidden))


def words_of(text: str) -> list[str]:
    """Cut a text into words and numbers, without regard to case and to whether raised digits are written as such."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _in_order(wanted: list[str], found: list[str]) -> int:
    matcher = SequenceMatcher(None, wanted, found, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks())


def _is_altered(word: str, number: str) -> bool:
    """Return whether a number that was read is one of the document's with digits more, less or elsewhere."""
    ours, theirs = re.sub(r"\D", "", word), re.sub(r"\D", "", number)
    return bool(ours) and ours != theirs and len(theirs) > 1 and (ours.startswith(theirs) or theirs.startswith(ours))


def _read_with_lectern(path: Path) -> str:
    document = parse_file(path, ParseOptions())
    return "\n".join(
        page.text[block.start : block.end]
        for page in document.pages
        for block in page.blocks
        if block.kind is not BlockKind.FURNITURE
    )


def _read_with_langchain(path: Path) -> str:
    from langchain_community import document_loaders as loaders

    import ingest.parsers.elements  # noqa: F401  (as below)

    kinds = {
        ".pdf": loaders.PyPDFLoader,
        ".csv": loaders.CSVLoader,
        ".txt": loaders.TextLoader,
        ".html": loaders.BSHTMLLoader,
    }
    loader = kinds[path.suffix](str(path)) if path.suffix in kinds else loaders.UnstructuredFileLoader(str(path))
    return "\n".join(document.page_content for document in loader.load())


def _read_with_unstructured(path: Path) -> str:
    from unstructured.partition.auto import partition

    import ingest.parsers.elements  # noqa: F401  (lets it classify text without the model that it would download)

    return "\n".join(element.text for element in partition(str(path)))


def _cell(fidelity: Fidelity) -> str:
    if fidelity.words is None:
        return "-"
    hidden = f", {fidelity.hidden} hidden" if fidelity.hidden else ""
    return f"{fidelity.words:.3f}, altered {fidelity.altered:.2f}{hidden}"


READERS: dict[str, Read] = {
    "Lectern": _read_with_lectern,
    "LangChain": _read_with_langchain,
    "unstructured": _read_with_unstructured,
}

if __name__ == "__main__":
    main()
