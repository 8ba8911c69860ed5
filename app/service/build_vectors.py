"""Builds the vector index: in the home, or in a Chroma server that other homes may use too."""

from __future__ import annotations

import json
import os
import socket
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from app.settings import Settings
from rag.errors import StoreError
from rag.storage.catalogue.dialects.choice import Engine, Place, bind_home, identity_of
from rag.storage.vectors import ChromaVectors

if TYPE_CHECKING:
    from rag.storage.vectors_server import ServerVectors

NAME_FILE = "chroma-server.json"
"""In the home: under which name its vectors are kept in a server."""


def build_vectors(settings: Settings, engine: Engine, place: Place) -> ChromaVectors:
    """Return the vector index of a catalogue; nothing is opened yet. Raises ConfigurationError, StoreError."""
    if not settings.chroma_url:
        bind_home(engine, place, f"{socket.gethostname()}:{settings.home}")
        return ChromaVectors(settings.home / "chroma")
    return _in_server(settings, f"lectern-{identity_of(engine, place) or _name_of(settings.home)}")


def check_vector_server(settings: Settings) -> str:
    """Ask the server of the settings whether it answers; returns its address. Raises ConfigurationError, StoreError."""
    vectors = _in_server(settings, "doctor")
    vectors.check()
    return vectors.server.name


def _in_server(settings: Settings, owner: str) -> ServerVectors:
    # Imported here: a home that keeps its vectors needs no HTTP.
    from rag.storage.vectors_server import ChromaServer, ServerVectors

    token = settings.chroma_token.get_secret_value() if settings.chroma_token else ""
    server = ChromaServer(settings.chroma_url, token, settings.chroma_tenant, settings.chroma_database)
    return ServerVectors(server, owner)


def _name_of(home: Path) -> str:
    """Return what names a home in a server. A copy of a home in another place gets a name of its own, as both would
    delete each other's vectors.
    """
    file, place = home / NAME_FILE, os.path.realpath(home)
    try:
        known = json.loads(file.read_text())
        if known["home"] == place:
            return str(known["name"])
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{file} cannot be read: {error}.", "Delete it: the next sync embeds the documents again."
        ) from error
    name = uuid.uuid4().hex[:12]
    new = file.with_suffix(".new")
    new.write_text(json.dumps({"home": place, "name": name}))
    new.replace(file)
    return name
