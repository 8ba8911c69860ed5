"""Says where the parts of an index are: in the home, or on the servers that the settings name."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.settings import CATALOGUE_FILE, Settings
from app.state.database import SERVICE_FILE
from rag.errors import ConfigurationError
from rag.storage.catalogue.dialects.choice import Place, find_place
from rag.urls import without_credentials


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
    """Return the folder of what is uploaded. Raises ConfigurationError."""
    if not settings.uploads_url:
        # Imported here: it brings the parsers, which a search does without.
        from ingest.sources.uploads import UPLOADS

        return settings.home / UPLOADS
    parts = urlsplit(settings.uploads_url)
    folder = Path(unquote(parts.path) if parts.scheme == "file" else settings.uploads_url)
    if (parts.scheme and parts.scheme != "file") or parts.netloc or not folder.is_absolute():
        raise ConfigurationError(
            f"The setting `uploads_url` is not a folder: {without_credentials(settings.uploads_url)}.",
            "Write the whole path of a folder that all servers see, such as /srv/lectern/uploads; object storage is "
            "mounted as a folder first.",
        )
    return folder


def is_shared(settings: Settings) -> bool:
    """Tell whether all of the index is on servers, so that several of ours may answer from it."""
    return settings.catalogue_url is not None and bool(settings.chroma_url)


def _address(settings: Settings) -> str:
    return settings.catalogue_url.get_secret_value() if settings.catalogue_url else ""
