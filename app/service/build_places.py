"""Says where the parts of an index are: in the home, or on the servers that the settings name."""

from __future__ import annotations

from pathlib import Path

from app.settings import CATALOGUE_FILE, Settings
from app.state.database import SERVICE_FILE
from rag.errors import ConfigurationError
from rag.storage.catalogue.dialects.choice import Place, find_place


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


def _address(settings: Settings) -> str:
    return settings.catalogue_url.get_secret_value() if settings.catalogue_url else ""
