"""The command that lets MCP clients use an index. Reads arguments, starts the server."""

from __future__ import annotations

from app.cli.common import Collection, Home, reported
from app.settings import read_settings

LOCK_WAIT_SECONDS = 30.0
"""How long a question waits while another command owns the index."""


def mcp(collection: Collection = None, home: Home = None) -> None:
    """Serve search, ask, list_documents and read_page to an MCP client over standard input and output."""
    with reported(as_json=False):
        # Imported here: the SDK takes a second, and no other command needs it.
        from app.client.connect import connect
        from app.integrations.mcp_server import build_server
        from app.service.build_models import build_models

        settings = read_settings(home=home, collection=collection)
        # Kept from question to question: loading them takes longer than searching.
        models = build_models(settings)
        server = build_server(
            lambda tool: connect(settings, f"mcp ({tool})", wait_seconds=LOCK_WAIT_SECONDS, models=models),
            default_collection=settings.collection,
        )
        server.run()
