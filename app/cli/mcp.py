"""The command that lets MCP clients use an index. Reads arguments, starts the server."""

from __future__ import annotations

from app.cli.common import Collection, Home, reported
from app.settings import read_settings


def mcp(collection: Collection = None, home: Home = None) -> None:
    """Serve search, ask, list_documents and read_page to an MCP client over standard input and output."""
    with reported(as_json=False):
        # Imported here: the SDK takes a second, and no other command needs it.
        from app.integrations.mcp_index import McpIndex
        from app.integrations.mcp_server import build_server

        build_server(McpIndex(read_settings(home=home, collection=collection))).run()
