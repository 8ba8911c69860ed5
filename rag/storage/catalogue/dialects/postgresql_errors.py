"""Says of what PostgreSQL reports what happened and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, IntegrityError, NoSuchModuleError

from rag.errors import ConfigurationError, StoreError


def described(url: URL) -> str:
    """Name a database without its password."""
    host = url.host or url.query.get("host") or "this machine"
    return f"{url.database} on {host}{f':{url.port}' if url.port else ''}"


@contextmanager
def translated_errors(url: URL) -> Iterator[None]:
    """Raise what PostgreSQL reports as StoreError."""
    try:
        yield
    except IntegrityError:
        raise  # A constraint of ours: a defect, not the user's server.
    except NoSuchModuleError as error:
        raise ConfigurationError(f"{error}.", 'Install it: pip install "lectern[scale]".') from error
    except DBAPIError as error:
        raise StoreError(*_explain(error, url)) from error


CONNECTION_ADVICE = (
    "Check that the server runs, that its disks have room (it ends where its log finds none), and the address in the "
    "setting `catalogue_url`."
)

_BY_STATE = {
    "28P01": ("does not accept the password", "Correct user and password in the setting `catalogue_url`."),
    "28000": ("does not accept the user", "Correct user and password in the setting `catalogue_url`."),
    "3D000": ("has no such database", "Make it: createdb --encoding=UTF8 NAME."),
    "53300": ("has no connection left", "Raise max_connections of the server, or stop what else is connected to it."),
    "53100": (
        "cannot write, as its disk is full",
        "Make room on that server, and try again: what was stored until then is kept, and a sync goes on from there.",
    ),
    "53200": ("has no memory left", "Give the server more memory, and try again."),
    "25006": ("takes no changes: it is read-only", "Name the primary server, or a role that may write."),
    "42501": ("lets the user change too little", "Make the user the owner of the database's schema."),
    "3F000": ("has no schema for the user", "Make the user the owner of a schema in its search_path."),
    "57P01": ("was stopped", "Try again when it runs: what was committed is kept, and nothing half of it."),
    "57P03": ("is starting up", "Try again in a moment."),
    "42P01": ("lacks tables of the catalogue", "Restore them from a backup of the database."),
    "55P03": ("has locked what is needed", "Wait for the other process to finish and try again."),
}
"""What is said of errors by their SQLSTATE (PostgreSQL's documentation, appendix A)."""

_BY_WORDS = (
    ("password authentication failed", "28P01"),
    ("no password supplied", "28P01"),
    ('role "', "28000"),
    ("no pg_hba.conf entry", "28000"),
    ('database "', "3D000"),
    ("too many clients", "53300"),
    ("starting up", "57P03"),
)
"""The same of errors while connecting, which come without one."""


def _explain(error: DBAPIError, url: URL) -> tuple[str, str]:
    message = next(iter(str(error.orig).splitlines()), "").rstrip(".")
    state = getattr(error.orig, "sqlstate", None) or next((code for words, code in _BY_WORDS if words in message), "")
    place = described(url)
    if state in _BY_STATE:
        what, remedy = _BY_STATE[state]
        return f"The database server of {place} {what} ({message}).", remedy
    if error.connection_invalidated or state.startswith("08") or not state:
        return (
            f"The database {place} cannot be reached ({message}).",
            f"{CONNECTION_ADVICE} What was committed is kept, and nothing half of it.",
        )
    return f"The catalogue in {place} failed: {message}.", "Look into the log of the server."
