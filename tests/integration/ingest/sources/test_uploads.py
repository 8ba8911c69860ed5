"""Uploading, taking out and drawing documents over HTTP, and everything that may be wrong with an upload."""

from __future__ import annotations

import io
import os
import socket
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from app.service.page_images import PageImages
from ingest.sandbox.single_file import Sandbox
from ingest.sources.uploads import safe_name
from rag.errors import ConfigurationError
from tests.integration.failing_disk import small_disk
from tests.integration.inspection import index_content
from tests.integration.serving import Served, serving

LIGHTHOUSE = b"The lamp of the lighthouse flashes three times every twenty seconds.\n"
PLACE = "/collections/letters/documents"


@pytest.fixture
def served(home: Path) -> Iterator[Served]:
    with serving(home) as running:
        yield running


def pdf(text: str) -> bytes:
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(200, 100))
    canvas.drawString(10, 50, text)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def upload(served: Served, name: str, content: bytes, place: str = PLACE) -> Any:
    return served.client.post(place, files={"file": (name, content)})


def take(served: Served, name: str, content: bytes) -> dict[str, Any]:
    """Upload a file and wait until it is indexed; its entry in the list."""
    answer = upload(served, name, content)
    assert answer.status_code == 202, answer.text
    assert answer.json()["documents"] == [name]
    assert served.wait_for(answer.json()["job"])["state"] == "done"
    listed = served.client.get(PLACE).json()["documents"]
    return next(dict(document) for document in listed if document["document"] == name)


def uploads_folder(home: Path) -> list[str]:
    root = home / "uploads"
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_an_uploaded_file_is_indexed_in_a_new_collection_and_found(served: Served, home: Path) -> None:
    document = take(served, "light.txt", LIGHTHOUSE)
    assert document["state"] == "indexed"
    found = served.client.post("/search", json={"question": "lamp lighthouse", "collection": "letters"}).json()
    assert found["hits"][0]["document"] == "light.txt"
    assert uploads_folder(home) == ["letters/light.txt"]
    assert [path.name for path in (home / "uploads").iterdir()] == ["letters"]


def test_an_upload_of_the_same_name_replaces_the_file(served: Served) -> None:
    first = take(served, "light.txt", LIGHTHOUSE)
    second = take(served, "light.txt", b"The lamp is dark now, and nobody knows why.\n")
    assert first["id"] == second["id"]
    assert "dark now" in served.client.get(f"{PLACE}/{first['id']}/pages/0").json()["text"]


def test_an_uploaded_document_that_is_removed_is_deleted_and_can_be_uploaded_again(served: Served, home: Path) -> None:
    document = take(served, "light.txt", LIGHTHOUSE)
    assert served.client.delete(f"{PLACE}/{document['id']}").status_code == 204
    assert uploads_folder(home) == []
    assert served.client.get(PLACE).json()["documents"] == []
    assert take(served, "light.txt", LIGHTHOUSE)["state"] == "indexed"


def test_a_document_of_a_synced_folder_that_is_removed_stays_on_disk_and_out_of_the_index(
    served: Served, folder: Path
) -> None:
    (folder / "light.txt").write_bytes(LIGHTHOUSE)
    served.sync(folder, "letters")
    (document,) = served.client.get(PLACE).json()["documents"]
    assert served.client.delete(f"{PLACE}/{document['id']}").status_code == 204
    served.sync(folder, "letters")
    (document,) = served.client.get(PLACE).json()["documents"]
    assert (document["state"], (folder / "light.txt").exists()) == ("removed", True)


def test_a_removed_collection_leaves_no_document_no_vector_and_no_upload(served: Served, home: Path) -> None:
    take(served, "light.txt", LIGHTHOUSE)
    assert served.client.delete("/collections/letters").status_code == 204
    assert served.client.get("/collections").json() == {"collections": []}
    assert uploads_folder(home) == []
    assert index_content(home) == {}
    assert take(served, "light.txt", LIGHTHOUSE)["state"] == "indexed"


def test_a_page_of_a_pdf_is_drawn_and_one_that_is_not_there_is_not(served: Served) -> None:
    document = take(served, "page.pdf", pdf("The lamp of the lighthouse"))
    image = served.client.get(f"{PLACE}/{document['id']}/pages/0/image", params={"scale": 2})
    assert image.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(image.content)).size == (400, 200)
    assert served.client.get(f"{PLACE}/{document['id']}/pages/1/image").status_code == 404
    assert served.client.get(f"{PLACE}/{document['id']}/pages/0/image", params={"scale": 99}).status_code == 422


def test_pictures_are_kept_up_to_a_size_and_drawn_anew_when_the_file_changes(tmp_path: Path) -> None:
    class CountingSandbox(Sandbox):
        drawn = 0

        def run(self, function: Any, *args: Any, **kwargs: Any) -> Any:
            self.drawn += 1
            return b"x" * 40

    sandbox = CountingSandbox(lambda: None)  # type: ignore[arg-type, return-value]
    pictures = PageImages(sandbox, cache_bytes=100)
    file = tmp_path / "a.pdf"
    file.write_bytes(b"one")
    for page in (0, 0, 1, 0):
        pictures.draw(file, page, scale=1.0)
    assert sandbox.drawn == 2
    pictures.draw(file, 2, scale=1.0)
    pictures.draw(file, 1, scale=1.0)
    assert sandbox.drawn == 4
    file.write_bytes(b"other")
    pictures.draw(file, 1, scale=1.0)
    assert sandbox.drawn == 5


# --- bad input ---


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.txt", "/etc/passwd.txt", "..\\..\\boot.txt", "C:boot.txt", "a/b.txt", ".hidden.txt", "..",
        "nul.txt", "CON", "a\u202etxt.txt", "bell\x07.txt", "~$open.docx", "half.part", "x" * 300 + ".txt", "   ", ".",
    ],
)  # fmt: skip
def test_a_name_that_is_no_plain_file_name_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="is refused"):
        safe_name(name)


def test_ordinary_names_are_kept() -> None:
    for name in ("report 2025.pdf", "Übersicht (v2).docx", "日本語.txt", "a.b.c.md"):
        assert safe_name(name) == name
    assert safe_name("e\u0301t\u00e9.txt ") == "été.txt"


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("../../evil.txt", LIGHTHOUSE, 400),
        ("light.pdf", LIGHTHOUSE, 415),
        ("light.txt", bytes(range(256)) * 20, 415),
        ("light.docx", LIGHTHOUSE, 415),
        ("light.exe", LIGHTHOUSE, 415),
        ("light", LIGHTHOUSE, 415),
        ("empty.txt", b"", 415),
    ],
)
def test_a_refused_upload_says_why_and_leaves_nothing(
    served: Served, home: Path, name: str, content: bytes, status: int
) -> None:
    answer = upload(served, name, content)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["detail"]
    assert answer.json()["remedy"]
    assert uploads_folder(home) == []
    assert served.client.get("/collections").json() == {"collections": []}


def test_a_zip_bomb_is_refused(served: Served) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * (100 << 20))
    answer = upload(served, "bomb.docx", bomb.getvalue())
    assert (answer.status_code, "more than is safe" in answer.json()["detail"]) == (415, True)


def test_of_several_files_all_are_taken_or_none(served: Served, home: Path) -> None:
    two = [("file", ("a.txt", LIGHTHOUSE)), ("file", ("b.txt", b"The bakery opens at six."))]
    assert served.client.post(PLACE, files=[*two, ("file", ("c.pdf", LIGHTHOUSE))]).status_code == 415
    assert uploads_folder(home) == []
    assert served.client.post(PLACE, files=[*two, ("file", ("A.txt", LIGHTHOUSE))]).status_code == 400
    assert served.client.post(PLACE, files=two).status_code == 202
    assert uploads_folder(home) == ["letters/a.txt", "letters/b.txt"]


@pytest.mark.parametrize("collection", ["..%5Cx", "%2E%2E", "a%0Ab", "x" * 65, "-"])
def test_a_new_collection_has_to_have_a_plain_name(served: Served, home: Path, collection: str) -> None:
    answer = upload(served, "light.txt", LIGHTHOUSE, f"/collections/{collection}/documents")
    assert answer.status_code in (400, 404, 405)
    assert uploads_folder(home) == []


def test_an_upload_over_the_limit_is_refused(home: Path) -> None:
    with serving(home, max_request_megabytes=1) as running:
        assert upload(running, "light.txt", b"a" * (2 << 20)).status_code == 413
        assert uploads_folder(home) == []


def test_an_upload_without_a_file_or_in_another_form_is_refused(served: Served) -> None:
    assert served.client.post(PLACE, data={"other": "x"}).status_code == 400
    assert served.client.post(PLACE, json={}).status_code in (400, 422)
    broken = {"content-type": "multipart/form-data"}
    assert served.client.post(PLACE, content=b"x", headers=broken).status_code == 400


def test_an_upload_cut_off_half_way_leaves_nothing(served: Served, home: Path) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(
            f"POST {PLACE} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
            '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nThe lamp'.encode()
        )
    assert served.client.get("/healthz").status_code == 200
    assert uploads_folder(home) == []
    assert served.client.get("/collections").json() == {"collections": []}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_an_upload_that_the_disk_has_no_room_for_says_so_and_leaves_nothing(home: Path) -> None:
    with small_disk(home / "uploads", "1m"), serving(home) as running:
        answer = upload(running, "long.txt", LIGHTHOUSE * 30_000)
        assert answer.status_code >= 500
        assert "No space left on device" in answer.json()["detail"]
        assert uploads_folder(home) == []
        assert take(running, "light.txt", LIGHTHOUSE)["state"] == "indexed"


def test_many_ask_while_files_come_in(served: Served) -> None:
    take(served, "light.txt", LIGHTHOUSE)
    failures: list[Any] = []

    def ask() -> None:
        for _ in range(5):
            answer = served.client.post(
                "/ask", json={"question": "How often does the lamp flash?", "collection": "letters"}
            )
            if answer.status_code != 200 or "three times" not in answer.json()["answer"]:
                failures.append(answer.text)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    runs = [upload(served, f"{number}.txt", b"The bakery opens at six.\n" * number) for number in range(1, 9)]
    for thread in threads:
        thread.join()
    assert failures == []
    for run in runs:
        assert served.wait_for(run.json()["job"])["state"] == "done"
    assert len(served.client.get(PLACE).json()["documents"]) == 9
