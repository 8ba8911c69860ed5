"""A hub of models over a real socket, as Hugging Face answers: it leads to a store, and tells size and SHA-256.

with hub_server({"owner/repo/file.gguf": content}) as hub:
    hub.url        # what the setting `model_hub` would hold
    hub.ranges     # the Range header of each GET to the store
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Hub:
    """A running hub; what it does wrong may be changed while it runs."""

    url: str
    files: dict[str, bytes]
    ranges: list[str] = field(default_factory=list)
    breaks_after: int | None = None
    """Bytes after which the store breaks the connection."""
    status: int = 0
    """Is answered in place of anything else."""
    takes_ranges: bool = True
    stored: dict[str, bytes] = field(default_factory=dict)
    """What the store sends in place of a file."""
    tells_checksums: bool = True


@contextmanager
def hub_server(files: dict[str, bytes]) -> Iterator[Hub]:
    """A hub with files, by OWNER/REPOSITORY/FILE."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def _answer(self, *, with_body: bool) -> None:
            if hub.status:
                return self._head(hub.status, {"content-length": "0"})
            if found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/main/(.+)", self.path):
                name = f"{found[1]}/{found[2]}"
                if name not in hub.files:
                    return self._head(404, {"content-length": "0"})
                told = {"location": f"/store/{name}", "content-length": "0"}
                if hub.tells_checksums:
                    content = hub.files[name]
                    told["x-linked-size"] = str(len(content))
                    told["x-linked-etag"] = f'"{hashlib.sha256(content).hexdigest()}"'
                return self._head(302, told)
            return self._send(self.path.removeprefix("/store/"), with_body=with_body)

        def _send(self, name: str, *, with_body: bool) -> None:
            content = hub.stored.get(name, hub.files[name])
            asked = self.headers.get("range", "")
            hub.ranges.append(asked)
            begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked and hub.takes_ranges else 0
            rest = content[begin:]
            told = {"content-length": str(len(rest))}
            if begin:
                told["content-range"] = f"bytes {begin}-{len(content) - 1}/{len(content)}"
            self._head(206 if begin else 200, told)
            if with_body:
                sent = rest[: hub.breaks_after] if hub.breaks_after is not None else rest
                self.wfile.write(sent)
                self.close_connection = len(sent) < len(rest)

        def _head(self, status: int, told: dict[str, str]) -> None:
            self.send_response(status)
            for header, value in told.items():
                self.send_header(header, value)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Keeps the test output quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that goes away is part of the tests."""

    server = Server(("127.0.0.1", 0), Handler)
    hub = Hub(f"http://127.0.0.1:{server.server_address[1]}", files)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
