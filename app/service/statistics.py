"""Counts the documents of a collection by what they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag.types import DocumentInfo

FAILURES_LISTED = 20
"""Reasons, those of most documents first."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why documents could not be read, what helps, and how many they are."""

    reason: str
    remedy: str
    documents: int


@dataclass(frozen=True, slots=True)
class CollectionStatistics:
    """Counts of the documents that answer; "" stands for what is not known of some. Sizes are in bytes."""

    documents: int
    failed: int
    removed: int
    pages: int
    chunks: int
    size: int
    types: Mapping[str, int]
    kinds: Mapping[str, int]
    languages: Mapping[str, int]
    years: Mapping[str, int]
    """By the date that the document gives for itself, else the one that its file gives."""
    failures: Sequence[Failure]


def count_documents(documents: Sequence[DocumentInfo]) -> CollectionStatistics:
    """Return what a collection's documents are."""
    answering = [document for document in documents if document.answers]
    # A reason names its file: without the name, equal ones are one.
    reasons = Counter(
        (document.reason.replace(document.path.rpartition("/")[2], "…"), document.remedy)
        for document in documents
        if document.has_failed
    )
    return CollectionStatistics(
        documents=len(answering),
        failed=sum(document.has_failed for document in documents),
        removed=sum(document.is_removed for document in documents),
        pages=sum(document.pages for document in answering),
        chunks=sum(document.chunks for document in answering),
        size=sum(document.size for document in answering),
        types=_counted(document.file_type for document in answering),
        kinds=_counted(document.profile.kind for document in answering),
        languages=_counted(document.profile.language for document in answering),
        years=_counted((document.profile.dated or document.created)[:4] for document in answering),
        failures=[Failure(*reason, count) for reason, count in reasons.most_common(FAILURES_LISTED)],
    )


def _counted(values: Iterable[str]) -> Mapping[str, int]:
    return dict(Counter(values).most_common())
