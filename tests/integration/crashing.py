"""A sync in its own process that dies at a chosen step: `python -m tests.integration.crashing HOME FOLDER STEP`.

Every call on the catalogue's writer and on the vector index is two steps: before it, and after it. At STEP the
process kills itself; with STEP 0 it runs through and prints how many steps there were.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.settings import read_settings
from ingest.idle import SpareCores
from rag.storage.catalogue.writer import CatalogueWriter
from rag.storage.vectors import ChromaVectors
from tests.integration.opening import open_index_of

WRITES = {
    CatalogueWriter: ["open_document", "announce_vectors", "commit_version", "mark_embedded", "mark_unembedded",
             "remove_documents", "rename", "touch", "record_failure", "clear_journal", "activate_index", "start_run",
             "finish_run"],
    ChromaVectors: ["add", "delete", "drop"],
}  # fmt: skip


class Counter:
    """Counts steps and kills this process at the chosen one."""

    def __init__(self, deadly: int) -> None:
        self.deadly = deadly
        self.count = 0

    def step(self) -> None:
        self.count += 1
        if self.count == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            self.step()
            result = method(*args, **kwargs)
            self.step()
            return result

        return counted


def main(home: Path, folder: Path, deadly: int) -> int:
    """Sync `folder`, dying at step `deadly`; returns the number of steps."""
    counter = Counter(deadly)
    for owner, names in WRITES.items():
        for name in names:
            setattr(owner, name, counter.around(getattr(owner, name)))
    # How much is embedded beside reading depends on time; stored is all of it after reading, in as many steps as here.
    setattr(SpareCores, "leave", lambda cores, count: None)  # noqa: B010
    settings = read_settings(home=home, workers=1)
    with open_index_of(settings) as lectern:
        lectern.ingest.sync(folder, collection="default")
    return counter.count


if __name__ == "__main__":
    sys.stdout.write(str(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
