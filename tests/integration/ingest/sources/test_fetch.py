"""Documents are fetched from the open internet and nowhere else, whatever an address, a name or a redirect says."""

from __future__ import annotations

import datetime
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.client.connection import Connection
from app.client.http import HttpClient
from app.service.lock import announce_address
from app.state.tokens import Role
from app.web import admin_texts as texts
from app.web.admin.calls import Calls
from app.web.admin.uploading import Upload, UploadRuns
from ingest.sandbox.single_file import Sandbox
from ingest.sandbox.workers import WorkerPool
from ingest.sources.fetch import Fetcher
from ingest.sources.links import Links
from ingest.sources.upload_folder import UploadFolder
from ingest.sources.uploads import Uploads
from rag.errors import FetchError, ParseError
from rag.urls import is_public
from tests.fakes import HashEmbedder
from tests.integration.engines import AnotherIndex
from tests.integration.running import run_command
from tests.integration.serving import Served, serving

PAGE = b"<!doctype html><html><head><title>Tides</title></head><body><p>High water is at noon.</p></body></html>"


class Site(ThreadingHTTPServer):
    """A server on this machine that plays a host of the internet; what it was asked is in `asked`."""

    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        super().__init__(("127.0.0.1", 0), Answers)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def url(self, path: str, *, scheme: str = "http") -> str:
        return f"{scheme}://documents.example:{self.port}{path}"


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Site)
        server.asked.append((self.headers["Host"], self.path))
        target = self.path.partition("?to=")[2]
        path = self.path.partition("?")[0]
        if path == "/redirect":
            self._answer(b"", status=302, headers={"Location": target})
        elif path == "/large":
            self._answer(b"x" * 3_000_000)
        elif path == "/packed":
            self._answer(b"x", headers={"Content-Encoding": "gzip"})
        elif path == "/slow":
            self._drip()
        elif path == "/missing":
            self._answer(b"", status=404)
        elif path == "/program.pdf":
            self._answer(b"\x7fELF" + b"\0" * 100, headers={"Content-Type": "application/pdf"})
        elif path.endswith(".txt"):
            self._answer(f"High water of {path} is at noon.\n".encode(), headers={"Content-Type": "text/plain"})
        else:
            self._answer(PAGE, headers={"Content-Type": "text/html"})

    def _answer(self, body: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def _drip(self) -> None:
        """A body without a length that never ends, a byte at a time."""
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(600):
                self.wfile.write(b"x")
                time.sleep(0.05)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def running(site: Site) -> Iterator[Site]:
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        thread.join()
        site.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    with running(Site()) as opened:
        yield opened


def at_home(host: str, port: int) -> list[str]:
    """Every name is this machine."""
    return ["127.0.0.1"]


def fetcher(resolve: Callable[[str, int], Sequence[str]] = at_home, **settings: object) -> Fetcher:
    given = {"max_bytes": 1_000_000, "seconds": 60.0, "allows": lambda address: True, **settings}
    return Fetcher(resolve=resolve, **given)  # type: ignore[arg-type]


def test_a_document_is_fetched_by_its_name_from_the_address_that_was_checked(site: Site, tmp_path: Path) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    fetched = fetcher(resolve).fetch(site.url("/tides"), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == PAGE
    assert (fetched.url, fetched.media_type) == (site.url("/tides"), "text/html")
    assert asked == ["documents.example"], "a second look-up could give another address"
    assert site.asked == [(f"documents.example:{site.port}", "/tides")]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
     "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b::808:808",
     "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::", "2001:0:7f00:1::", "::ffff:0:127.0.0.1", "2001:db8::1",
     "2a00:1450::5efe:127.0.0.1", "2a00:1450::200:5efe:10.0.0.1", "no address"],
)  # fmt: skip
def test_only_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"])
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]",
             "[64:ff9b::7f00:1]", "localhost", "localhost.", "①②⑦.⓪.⓪.①"]
)  # fmt: skip
def test_no_spelling_of_this_machine_is_fetched_from(site: Site, tmp_path: Path, host: str) -> None:
    strict = Fetcher(max_bytes=1_000_000, seconds=60)
    with pytest.raises(FetchError):
        strict.fetch(f"http://{host}:{site.port}/tides", tmp_path / "file")
    assert site.asked == []


def test_one_private_address_among_public_ones_is_enough_to_refuse(site: Site, tmp_path: Path) -> None:
    mixed = Fetcher(max_bytes=1_000_000, seconds=60, resolve=lambda host, port: ["8.8.8.8", "127.0.0.1"])
    with pytest.raises(FetchError, match="not a server of the open internet"):
        mixed.fetch(site.url("/tides"), tmp_path / "file")
    assert site.asked == []


def test_every_redirect_is_checked_again(site: Site, tmp_path: Path) -> None:
    allowing = fetcher(lambda host, port: ["127.0.0.1" if host == "documents.example" else "10.0.0.1"],
                       allows=lambda address: address == "127.0.0.1")  # fmt: skip
    with pytest.raises(FetchError, match="internal is not a server of the open internet"):
        allowing.fetch(site.url("/redirect?to=http://internal/secret"), tmp_path / "file")
    assert allowing.fetch(site.url("/redirect?to=/tides"), tmp_path / "file").url == site.url("/tides")


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://documents.example/x", "gopher://x", "", "http://me:pw@x/"]
)
def test_a_redirect_to_anything_but_a_plain_address_is_refused(site: Site, tmp_path: Path, target: str) -> None:
    with pytest.raises(FetchError):
        fetcher().fetch(site.url(f"/redirect?to={target}"), tmp_path / "file")
    assert len(site.asked) == 1


def test_redirects_in_a_circle_end(site: Site, tmp_path: Path) -> None:
    circle = "/redirect?to=" * 20 + "/tides"
    with pytest.raises(FetchError, match="redirects too many times"):
        fetcher().fetch(site.url(circle), tmp_path / "file")
    assert len(site.asked) == 6


@pytest.mark.parametrize("url", ["file:///etc/passwd", "/etc/passwd", "ftp://x/y", "javascript:x", "http://[", ""])
def test_only_http_addresses_are_fetched(tmp_path: Path, url: str) -> None:
    with pytest.raises(FetchError, match="not an address of a document"):
        fetcher().fetch(url, tmp_path / "file")


def test_what_is_too_large_packed_or_missing_is_refused(site: Site, tmp_path: Path) -> None:
    for path, reason in {"/large": "larger than", "/packed": "packed", "/missing": "status 404"}.items():
        with pytest.raises(FetchError, match=reason):
            fetcher().fetch(site.url(path), tmp_path / "file")


def test_a_server_that_sends_a_byte_now_and_then_is_cut_off(site: Site, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="took too long"):
        fetcher(seconds=0.5).fetch(site.url("/slow"), tmp_path / "file")


def test_no_error_tells_a_key_in_an_address(site: Site, tmp_path: Path) -> None:
    for url in (site.url("/missing?key=SECRET"), f"http://me:SECRET@documents.example:{site.port}/", "x?SECRET"):
        with pytest.raises(FetchError) as caught:
            fetcher().fetch(url, tmp_path / "file")
        assert "SECRET" not in str(caught.value)


def test_the_environments_proxy_is_not_used(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetcher().fetch(site.url("/tides"), tmp_path / "file").url == site.url("/tides")


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for a name that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, key_file = folder / f"{name}.pem", folder / f"{name}.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key_file.write_bytes(key.private_bytes(*private))
    return pem, key_file


@pytest.mark.parametrize("name", ["documents.example", "other.example"])
def test_the_certificate_must_be_that_of_the_name_though_the_connection_goes_to_an_address(
    tmp_path: Path, name: str
) -> None:
    pem, key = certificate(tmp_path, name)
    site = Site()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    site.socket = context.wrap_socket(site.socket, server_side=True)
    trusting = ssl.create_default_context(cafile=str(pem))
    with running(site):
        if name == "documents.example":
            fetcher(tls=trusting).fetch(site.url("/tides", scheme="https"), tmp_path / "file")
            with pytest.raises(FetchError, match="without encryption"):
                fetcher(tls=trusting).fetch(site.url("/redirect?to=http://x/", scheme="https"), tmp_path / "file")
        else:
            with pytest.raises(FetchError, match="cannot be fetched"):
                fetcher(tls=trusting).fetch(site.url("/tides", scheme="https"), tmp_path / "file")


@pytest.fixture
def links(home: Path) -> Iterator[Links]:
    sandbox = Sandbox(lambda: WorkerPool(workers=1, seconds_per_file=60, memory_bytes=2 << 30))
    yield Links("default", Uploads(UploadFolder(home / "uploads"), sandbox), fetcher(), sandbox)
    sandbox.close()


def test_what_is_fetched_lands_with_the_uploads_under_a_name_of_its_content(site: Site, links: Links) -> None:
    name = links.add(site.url("/a/../tides.exe?page=1"))
    assert name == "documents.example tides.html"
    assert (links.folder / name).read_bytes() == PAGE
    assert links.add(site.url("/tides.exe?page=2")) == "documents.example tides (2).html"
    assert links.add(site.url("/a/../tides.exe?page=1")) == name, "the same address replaces its file"
    assert sorted(links.urls()) == sorted([site.url("/a/../tides.exe?page=1"), site.url("/tides.exe?page=2")])


def test_a_program_that_calls_itself_a_pdf_is_refused(site: Site, links: Links) -> None:
    with pytest.raises(ParseError, match="What was sent is a program"):
        links.add(site.url("/program.pdf"))
    assert not links.folder.exists()


def test_the_command_adds_documents_fetches_them_again_and_lists_what_failed(
    site: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.sources.fetch.resolve_name", at_home)
    refused = run_command("add", site.url("/tides"), "--home", home)
    assert refused.code == 1
    assert "is not a server of the open internet" in refused.text

    monkeypatch.setattr("app.service.build_ingest.build_fetcher", lambda settings: fetcher())
    added = run_command("add", site.url("/tides"), site.url("/missing"), "--home", home, "--json").json
    assert added["added"] == ["documents.example tides.html"]
    assert [failure["reason"].split()[-1] for failure in added["failed"]] == ["404."]
    assert added["sync"]["added"] == 1
    again = run_command("add", "--again", "--home", home, "--json").json
    assert (again["added"], again["sync"]["added"], again["sync"]["unchanged"]) == (added["added"], 0, 1)
    assert run_command("add", "--home", home).code == 2


# --- through a server ---


@pytest.fixture
def served(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A server for which every name is this machine."""
    monkeypatch.setattr("app.service.build_ingest.build_fetcher", lambda settings: fetcher())
    with serving(home) as running:
        announce_address(home, running.url)
        yield running


PLACE = "/collections/tides/links"


def test_a_document_is_fetched_and_indexed_over_http_and_replaced_by_the_same_address(
    site: Site, served: Served
) -> None:
    url = site.url("/tides.txt?key=SECRET")
    taken = served.client.post(PLACE, json={"url": url})
    assert (taken.status_code, taken.json()["documents"]) == (202, ["documents.example tides.txt"])
    assert served.wait_for(taken.json()["job"])["state"] == "done"
    found = served.client.post("/search", json={"question": "high water", "collection": "tides"}).json()["hits"]
    assert found[0]["document"] == "documents.example tides.txt"
    listed = served.client.get(PLACE)
    assert [(link["document"], link["address"]) for link in listed.json()["links"]] == [
        ("documents.example tides.txt", site.url("/tides.txt"))
    ]
    assert "SECRET" not in listed.text
    again = served.client.post(PLACE, json={"document": "documents.example tides.txt"})
    assert again.json()["documents"] == ["documents.example tides.txt"]
    assert served.wait_for(again.json()["job"])["report"]["unchanged"] == 1
    assert [path for _, path in site.asked] == ["/tides.txt?key=SECRET"] * 2


@pytest.mark.parametrize(
    ("asked", "status", "reason"),
    [
        ({"url": "file:///etc/passwd"}, 422, "is not an address of a document"),
        ({"url": "http://me:SECRET@documents.example/"}, 422, "holds a user name or password"),
        ({"url": "{site}/missing?SECRET"}, 502, "answers with status 404"),
        ({"url": "{site}/large"}, 502, "is larger than"),
        ({"url": "{site}/program.pdf"}, 415, "What was sent is a program"),
        ({"document": "nowhere.html"}, 404, "was not fetched from an address"),
        ({}, 400, "is needed, and not both"),
        ({"url": "http://documents.example/", "document": "a.html"}, 400, "is needed, and not both"),
    ],
)
def test_what_cannot_be_fetched_over_http_is_a_problem_and_leaves_nothing(
    site: Site, served: Served, home: Path, asked: dict[str, str], status: int, reason: str
) -> None:
    answer = served.client.post(PLACE, json={name: value.format(site=site.url("")) for name, value in asked.items()})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert reason in answer.json()["detail"]
    assert answer.json()["remedy"]
    assert "SECRET" not in answer.text
    assert [path for path in (home / "uploads").rglob("*") if path.is_file()] == []
    assert served.client.get("/collections").json() == {"collections": []}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254"])
def test_the_server_fetches_nothing_from_its_own_network(home: Path, site: Site, host: str) -> None:
    with serving(home) as served:
        answer = served.client.post(PLACE, json={"url": f"http://{host}:{site.port}/tides.txt"})
    assert (answer.status_code, site.asked) == (422, [])
    assert "is not a server of the open internet" in answer.json()["detail"]


def test_to_fetch_takes_the_right_to_write_into_the_collection(site: Site, served: Served) -> None:
    tokens = [
        served.tokens.add("reader", role=Role.READ),
        served.tokens.add("stranger", role=Role.WRITE, collections=["letters"]),
        served.tokens.add("writer", role=Role.WRITE, collections=["tides"]),
    ]
    answers = [
        served.client.post(PLACE, json={"url": site.url("/tides.txt")}, headers={"Authorization": f"Bearer {token}"})
        for token in tokens
    ]
    assert [answer.status_code for answer in answers] == [403, 404, 202]
    assert len(site.asked) == 1


def test_the_command_says_the_same_through_a_server_as_without_one(
    site: Site, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, another_index: AnotherIndex
) -> None:
    monkeypatch.setattr("app.service.build_ingest.build_fetcher", lambda settings: fetcher())
    monkeypatch.setattr("app.service.build_models.build_embedder", lambda settings: HashEmbedder())
    alone, server_home = tmp_path / "alone", served.service.answers.lectern.settings.home
    urls = [site.url("/tides.txt"), site.url("/missing"), site.url("/bakery.txt"), "file:///etc/passwd"]
    with another_index():
        here = run_command("add", *urls, "--home", alone, "--json")
    there = run_command("add", *urls, "--home", server_home, "--json")
    assert (there.code, comparable(there.json)) == (here.code, comparable(here.json))
    again = run_command("add", "--again", "--home", server_home, "--json").json
    assert (sorted(again["added"]), again["failed"]) == (sorted(here.json["added"]), [])
    assert (again["sync"]["added"], again["sync"]["unchanged"]) == (0, 2)
    nothing = run_command("add", "--again", "--home", server_home, "--collection", "letters")
    assert (nothing.code, "'letters'" in nothing.text) == (2, True)


def comparable(told: dict[str, Any]) -> dict[str, Any]:
    """What was told without what differs from one home and one moment to the next."""
    report = told["sync"]
    same = {
        name: report[name] for name in report if name not in ("folder", "seconds", "words_seconds", "stages", "files")
    }
    return {**told, "sync": same, "files": sorted(report["files"]["added"])}


def test_the_web_page_tells_what_became_of_an_address(site: Site, served: Served) -> None:
    with closing(HttpClient(Connection(served.url))) as client:

        def fetch(url: str) -> Upload:
            run = UploadRuns().fetch(("", ""), Calls(client, "tides"), url)
            while not run.is_done:
                time.sleep(0.02)
            return run.uploads[0]

        fetched = fetch(site.url("/tides.txt?key=SECRET"))
        refused = fetch(site.url("/missing?key=SECRET"))
    assert (fetched.name, fetched.result) == ("documents.example tides.txt", texts.ADD_INDEXED)
    assert (refused.name, refused.result) == (site.url("/missing"), texts.ADD_FAILED)
    assert "status 404" in refused.reason
