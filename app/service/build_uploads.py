"""Builds what keeps uploads: a folder, or the mirror of a bucket."""

from __future__ import annotations

from app.service.build_places import uploads_bucket, uploads_folder
from app.settings import Settings
from ingest.sources.upload_folder import UploadFolder


def build_upload_folder(settings: Settings) -> UploadFolder:
    """Return where uploads are kept; nothing is asked for yet. Raises ConfigurationError, LibraryError."""
    root = uploads_folder(settings)
    if (place := uploads_bucket(settings)) is None:
        return UploadFolder(root)
    # Imported here: only who has a bucket needs it.
    from ingest.sources.bucket import Bucket
    from ingest.sources.bucket_folder import BucketFolder

    return BucketFolder(root, Bucket(*place), max_file_bytes=settings.max_file_megabytes << 20)
