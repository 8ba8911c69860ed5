"""An S3-compatible store on a real socket: the server of moto, a process of its own that keeps objects in memory."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import quote
from xml.etree import ElementTree

import httpx

from tests.starting import wait_until_it_answers

PATIENCE_SECONDS = 60.0
KEY, SECRET = "key-of-tests", "secret/of+tests"
BLOCK = 1 << 16
XML = "{http://s3.amazonaws.com/doc/2006-03-01/}"


class Store:
    """A store that is running; it may be killed, and then starts empty at the same address."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._client = httpx.Client(base_url=self.url, timeout=PATIENCE_SECONDS, trust_env=False)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """AWS's own variables for a client of it."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
        }

    def start(self) -> None:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until_it_answers(lambda: self._client.get("/moto-api/"), "the store", PATIENCE_SECONDS)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def make_bucket(self, name: str) -> None:
        self._client.put(f"/{name}").raise_for_status()

    def put(self, bucket: str, key: str, content: bytes) -> None:
        """Put an object as another program would, whatever its name."""
        self._client.put(f"/{bucket}/{quote(key, safe='')}", content=content).raise_for_status()

    def keys(self, bucket: str) -> list[str]:
        listed = self._client.get(f"/{bucket}", params={"list-type": "2"}).raise_for_status()
        return sorted(str(key.text) for key in ElementTree.fromstring(listed.content).iter(f"{XML}Key"))

    @contextmanager
    def asking_for_keys(self) -> Iterator[dict[str, str]]:
        """Have it check keys within the block, in which it knows one that may do nothing: its variables."""
        user = {"UserName": f"user-{uuid.uuid4().hex}", "Version": "2010-05-08"}
        asked = {"Authorization": "AWS4-HMAC-SHA256 Credential=key/20200101/us-east-1/iam/aws4_request"}
        self._client.post("/", data={"Action": "CreateUser", **user}, headers=asked).raise_for_status()
        made = self._client.post("/", data={"Action": "CreateAccessKey", **user}, headers=asked).raise_for_status()
        found = {
            element.tag.rpartition("}")[2]: element.text for element in ElementTree.fromstring(made.content).iter()
        }
        self._client.post("/moto-api/reset-auth", content=b"0").raise_for_status()
        try:
            yield {
                "AWS_ACCESS_KEY_ID": str(found["AccessKeyId"]),
                "AWS_SECRET_ACCESS_KEY": str(found["SecretAccessKey"]),
            }
        finally:
            self._client.post("/moto-api/reset-auth", content=b"inf").raise_for_status()

    @contextmanager
    def cut_off(self, after: int) -> Iterator[str]:
        """Give an address of it where a connection ends once so many bytes were sent to it."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            threading.Thread(target=self._accept, args=(listening, after), daemon=True).start()
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"

    def _accept(self, listening: socket.socket, after: int) -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                server = socket.create_connection(("127.0.0.1", self.port))
                threading.Thread(target=_pass_on, args=(client, server, after), daemon=True).start()
                threading.Thread(target=_pass_on, args=(server, client, 1 << 40), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, most: int) -> None:
    with suppress(OSError):
        while most > 0 and (block := source.recv(min(BLOCK, most))):
            target.sendall(block)
            most -= len(block)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextmanager
def running_store() -> Iterator[Store]:
    """Run a store for as long as the block lasts."""
    store = Store()
    store.start()
    try:
        yield store
    finally:
        store.kill()


def without_aws() -> dict[str, str]:
    """The environment without anything that names another store, or keys."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
