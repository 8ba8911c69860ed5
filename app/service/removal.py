"""Takes documents out of an index for good; an upload goes with its file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.service.build_index import Lectern


@dataclass(frozen=True, slots=True)
class Removal:
    """Lists what is to be taken out, looked up once, so that it can be done again after a sync that ran meanwhile."""

    lectern: Lectern
    uploaded: Sequence[int]
    """Documents whose files are ours: they are deleted, and may be uploaded again."""
    others: Sequence[int]
    """Documents of synced folders: their files are not touched, and later syncs leave them out."""
    files: Sequence[Path]
    """The files of those documents that were uploaded."""

    @classmethod
    def of(cls, lectern: Lectern, collection: str, document_ids: Sequence[int]) -> Removal:
        """Return the removal of these documents of a collection; nothing is done yet. Raises NotFoundError."""
        found = {id_: lectern.catalogue.load_document(collection, id_)[1] for id_ in document_ids}
        uploads = {id_: file for id_, file in found.items() if lectern.upload_folder.holds(file)}
        others = [id_ for id_ in found if id_ not in uploads]
        return cls(lectern, list(uploads), others, list(uploads.values()))

    def delete_files(self) -> None:
        """Delete the uploaded files, so that no sync reads them any more. Raises StoreError."""
        for file in self.files:
            self.lectern.upload_folder.remove(file)

    def run(self) -> None:
        """Do it; for the one that writes to the index. Raises StoreError."""
        self.delete_files()
        if self.others:
            self.lectern.ingest.remove(self.others)
        if self.uploaded:
            self.lectern.ingest.remove(self.uploaded, keep_out=False)
