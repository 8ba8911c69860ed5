"""The one wire form of the HTTP API, of `--json` and of every client: pydantic models, pages 0-based."""
