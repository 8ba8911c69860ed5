"""What is found out about documents is told by the API, and filters by it hold."""

from __future__ import annotations

from pathlib import Path

from app.api.schemas.documents import DocumentResponse
from app.settings import read_settings
from rag.protocols import Embedder
from tests.integration.opening import open_index_of


def test_documents_are_told_with_their_profile_and_found_by_it(home: Path, folder: Path, embedder: Embedder) -> None:
    (folder / "re-118.txt").write_text(
        "Rechnung Nr. 2024-118\nHaldenweg Werft GmbH, Kiel\nRechnungsdatum: 14.03.2024\n"
        "Wir berechnen Ihnen für die Arbeiten an der Slipanlage den folgenden Betrag."
    )
    (folder / "minutes.txt").write_text(
        "Minutes of the meeting of the harbour committee held on 3 May 2023. All agreed."
    )
    with open_index_of(read_settings(home=home, workers=1), embedder=embedder) as lectern:
        lectern.ingest.sync(folder, collection="default")
        told = {it.path: DocumentResponse.from_domain(it) for it in lectern.catalogue.list_documents("default")}
        invoice = told["re-118.txt"]
        assert invoice.to_json()["profile"] == {
            "language": "de",
            "kind": "invoice",
            "dated": "2024-03-14",
            "period": "",
            "organisations": ["Haldenweg Werft GmbH"],
        }
        assert invoice.to_domain() == next(
            it for it in lectern.catalogue.list_documents("default") if it.path == "re-118.txt"
        )
        filters = ({"kind": "invoice"}, {"language": "de"}, {"dated": "2024*"}, {"organisation": "*werft*"})
        for wanted in filters:
            assert lectern.catalogue.find_documents("default", wanted) == [invoice.id]
