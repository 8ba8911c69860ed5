"""Asks the service for tables, each as one call with a typed answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from app.api.schemas.admin import IdentityResponse
from app.api.schemas.tables import SuggestionResponse, TableDetail, TableList, TableResponse
from app.client.http import HttpClient


class TableCalls:
    """One caller and one collection; every method raises LecternError."""

    def __init__(self, client: HttpClient, collection: str) -> None:
        self._client = client
        self._connection = client.connection
        self.collection = collection
        self._at = f"/collections/{quote(collection, safe='')}"

    def may_write(self) -> bool:
        """Say whether tables may be made, filled and corrected."""
        return self._connection.get(IdentityResponse, "/me").role in ("write", "admin")

    def kinds(self) -> list[str]:
        """Return the kinds of the documents of the collection."""
        documents = self._client.list_documents(self.collection)
        return sorted({document.profile.kind for document in documents} - {""})

    def suggestion(self) -> SuggestionResponse:
        """Return columns that fit the documents."""
        return self._connection.get(SuggestionResponse, f"{self._at}/suggested-columns")

    def tables(self) -> list[TableResponse]:
        """Return the tables by name."""
        return self._connection.get(TableList, f"{self._at}/tables").tables

    def make(
        self, name: str, columns: Sequence[Mapping[str, str]], filters: Mapping[str, str], *, use_llm: bool
    ) -> TableResponse:
        """Make a table, or change the one of its name."""
        asked = {"name": name, "columns": list(columns), "filters": dict(filters), "use_llm": use_llm}
        return self._connection.post(TableResponse, f"{self._at}/tables", asked)

    def glance(self, table_id: int) -> TableResponse:
        """Return how far a table is filled."""
        return self._connection.get(TableDetail, f"{self._at}/tables/{table_id}", rows=False).table

    def detail(self, table_id: int, *, sort: str, descending: bool, conditions: Sequence[str]) -> TableDetail:
        """Return a table with its rows."""
        asked: dict[str, Any] = {"sort": sort, "descending": descending, "filter": list(conditions)}
        return self._connection.get(TableDetail, f"{self._at}/tables/{table_id}", **asked)

    def fill(self, table_id: int) -> None:
        """Have a table filled."""
        self._client.start_filling(self.collection, table_id)

    def stop(self, table_id: int) -> None:
        """Have the fill of a table stopped."""
        self._client.stop_filling(self.collection, table_id)

    def correct(self, table_id: int, document_id: int, column: str, value: str | None) -> None:
        """Say what a cell's value is; None takes that back."""
        self._client.correct_cell(self.collection, table_id, document_id, column, value)

    def export(self, table_id: int, format_: str) -> bytes:
        """Return a table as a file."""
        return self._client.export_table(self.collection, table_id, format_)

    def remove(self, table_id: int) -> None:
        """Delete a table."""
        self._client.remove_table(self.collection, table_id)
