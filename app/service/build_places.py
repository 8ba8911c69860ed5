"""Says where the parts of an index are: in the home, or on the servers that the settings name."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.settings import CATALOGUE_FILE, Settings
from app.state.database import SERVICE_FILE
from rag.errors import ConfigurationError
from rag.storage.catalogue.dialects.choice import Place, find_place
from rag.storage.catalogue.folder_names import AS_THEY_ARE, FolderNames
from rag.urls import without_credentials

BUCKET_SCHEME = "s3://"

BUCKET = re.compile(r"[a-zA-Z0-9][\w.-]*", re.ASCII)
PREFIX = re.compile(r"[\w-][\w.-]*(?:/[\w-][\w.-]*)*", re.ASCII)

MIRROR = "mirror"
"""The folder in a home for what is fetched from the bucket of uploads: not to be backed up."""


def catalogue_place(settings: Settings) -> Place:
    """Return where the catalogue is: its file, or its database. Raises ConfigurationError, LibraryError."""
    return find_place(settings.home / CATALOGUE_FILE, _address(settings))


def existing_catalogue(settings: Settings) -> Place:
    """Return where the catalogue is. Raises ConfigurationError where there is no index yet."""
    place = catalogue_place(settings)
    if isinstance(place, Path) and not place.exists():
        raise ConfigurationError(f"There is no index in {settings.home} yet.", "Make one: `lectern sync FOLDER`.")
    return place


def service_place(settings: Settings) -> Place:
    """Return where the service keeps what it remembers: its file, or the catalogue's database."""
    return find_place(settings.home / SERVICE_FILE, _address(settings))


def has_service(settings: Settings) -> bool:
    """Tell whether a service may have remembered something: looking makes nothing in a home."""
    place = service_place(settings)
    return not isinstance(place, Path) or place.exists()


def uploads_folder(settings: Settings) -> Path:
    """Return the folder of what is uploaded, or of the mirror of its bucket. Raises ConfigurationError."""
    if uploads_bucket(settings) is not None:
        return settings.home / MIRROR
    if not settings.uploads_url:
        # Imported here: it brings the parsers, which a search does without.
        from ingest.sources.uploads import UPLOADS

        return settings.home / UPLOADS
    parts = urlsplit(settings.uploads_url)
    folder = Path(unquote(parts.path) if parts.scheme == "file" else settings.uploads_url)
    if (parts.scheme and parts.scheme != "file") or parts.netloc or not folder.is_absolute():
        raise ConfigurationError(
            f"The setting `uploads_url` is not a folder: {without_credentials(settings.uploads_url)}.",
            "Write the whole path of a folder that all servers see, such as /srv/lectern/uploads, or s3://BUCKET/PREFIX.",
        )
    return folder


def uploads_bucket(settings: Settings) -> tuple[str, str] | None:
    """Return the bucket of what is uploaded and the prefix in it; None where it is in a folder. Raises
    ConfigurationError.
    """
    if not settings.uploads_url.startswith(BUCKET_SCHEME):
        return None
    bucket, _, prefix = settings.uploads_url.removeprefix(BUCKET_SCHEME).rstrip("/").partition("/")
    if not BUCKET.fullmatch(bucket) or (prefix and not PREFIX.fullmatch(prefix)):
        raise ConfigurationError(
            # Without what it says: a key that was written into it is no key to be shown.
            "The setting `uploads_url` begins with s3:// and is not of the form s3://BUCKET/PREFIX.",
            "The names may have letters, digits, dots, hyphens and underscores. Keys and the address of the store are "
            "given by AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_ENDPOINT_URL.",
        )
    return bucket, prefix


def folder_names(settings: Settings) -> FolderNames:
    """Return what folders are called in the catalogue: those of a bucket alike on every server, which each have its
    mirror in another place. Raises ConfigurationError.
    """
    if (place := uploads_bucket(settings)) is None:
        return AS_THEY_ARE
    return FolderNames(uploads_folder(settings).resolve(), Path("s3:", *place))


def is_shared(settings: Settings) -> bool:
    """Tell whether all of the index is on servers, so that several of ours may answer from it."""
    return settings.catalogue_url is not None and bool(settings.chroma_url)


def _address(settings: Settings) -> str:
    return settings.catalogue_url.get_secret_value() if settings.catalogue_url else ""
