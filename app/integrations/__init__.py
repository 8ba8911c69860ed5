"""Lectern inside other programs: MCP clients and LangChain."""
