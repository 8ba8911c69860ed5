"""Opens the stores in `service.sqlite` that are used beside an open index: tokens and registered folders."""

from __future__ import annotations

from pathlib import Path

from app.backup.restore import finish_cut_off_restore, is_cut_off
from app.service.build_places import is_shared, service_place
from app.service.lock import own_index
from app.settings import Settings
from app.state.collections import CollectionStore
from app.state.folders import FolderStore
from app.state.passed_requests import PassedRequestStore
from app.state.rates import RateStore
from app.state.tokens import TokenStore

RESTORE_WAIT_SECONDS = 10.0
"""For a restore that is at work: it exchanges the index in a moment."""


def open_folder_store(settings: Settings) -> FolderStore:
    """Return the registered folders; also while another process owns the index. Raises StoreError."""
    _settle(settings.home)
    return FolderStore(service_place(settings), roots=settings.folder_roots)


def open_collection_store(settings: Settings) -> CollectionStore:
    """Return what is said of collections; also while another process owns the index. Raises StoreError."""
    _settle(settings.home)
    return CollectionStore(service_place(settings))


def open_token_store(settings: Settings) -> TokenStore:
    """Return the tokens; also while another process owns the index. Raises StoreError."""
    _settle(settings.home)
    return TokenStore(service_place(settings))


def open_passed_requests(settings: Settings) -> PassedRequestStore:
    """Return the requests that servers of an index pass on to its owner. Raises StoreError."""
    return PassedRequestStore(service_place(settings))


def open_rate_store(settings: Settings) -> RateStore | None:
    """Return what counts callers for all servers of an index; None where it has one server. Raises StoreError."""
    return RateStore(service_place(settings)) if is_shared(settings) else None


def _settle(home: Path) -> None:
    """Finish a restore that was cut off: what is written before would be thrown away by it."""
    if is_cut_off(home):
        with own_index(home, "restore", wait_seconds=RESTORE_WAIT_SECONDS):
            finish_cut_off_restore(home)
