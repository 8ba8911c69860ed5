"""The passwords of encrypted PDFs: given while the service runs, used by the next sync, and never told."""

from __future__ import annotations

import stat
from pathlib import Path

from pypdf import PdfReader, PdfWriter

from app.state.passwords import PASSWORD_FILE
from app.state.tokens import Role
from tests.e2e.world import write_lighthouse
from tests.integration.running import run_command
from tests.integration.serving import Served, serving, without_reader

PASSWORD, WRONG = "open-sesame-1", "open-barley-2"


def write_locked(file: Path) -> None:
    """A PDF that opens with `PASSWORD` alone."""
    write_lighthouse(file)
    writer = PdfWriter(clone_from=PdfReader(file))
    writer.encrypt(PASSWORD, algorithm="AES-256")
    with file.open("wb") as stream:
        writer.write(stream)


def problem(served: Served, folder: Path) -> str:
    """Why the only document cannot be read after another sync; "" where it was read."""
    served.sync(folder)
    (document,) = served.client.get("/collections/default/documents").json()["documents"]
    return str(document["reason"])


def test_a_password_is_kept_for_its_owner_alone_and_used_by_the_next_sync(home: Path, folder: Path) -> None:
    (folder / "plans").mkdir()
    write_locked(folder / "plans" / "lighthouse.pdf")
    with without_reader(), serving(home, passwords={"other.pdf": "of the settings"}) as served:
        told = []
        assert "needs a password" in problem(served, folder)
        told.append(served.client.put("/passwords", json={"pattern": "plans/*.pdf", "password": WRONG}).text)
        assert "none of the passwords given for it opens it" in problem(served, folder)
        assert stat.S_IMODE((home / PASSWORD_FILE).stat().st_mode) == 0o600
        told.append(served.client.put("/passwords", json={"pattern": "plans/*.pdf", "password": PASSWORD}).text)
        assert problem(served, folder) == ""
        (document,) = served.client.get("/collections/default/documents").json()["documents"]
        image = served.client.get(f"/collections/default/documents/{document['id']}/pages/0/image")
        assert image.content.startswith(b"\x89PNG")
        listed = served.client.get("/passwords").json()["patterns"]
        assert listed == [
            {"pattern": "plans/*.pdf", "is_setting": False},
            {"pattern": "other.pdf", "is_setting": True},
        ]
        assert served.client.delete("/passwords", params={"pattern": "other.pdf"}).status_code == 400
        assert served.client.delete("/passwords", params={"pattern": "nobody"}).status_code == 404
        assert served.client.put("/passwords", json={"pattern": "a", "password": ""}).status_code == 422
        wrong = served.client.put("/passwords", json={"pattern": "  ", "password": PASSWORD})
        told.append(wrong.text)
        assert wrong.status_code == 400
        assert served.client.delete("/passwords", params={"pattern": "plans/*.pdf"}).status_code == 204
        writer = served.tokens.add("writer", role=Role.WRITE)
        headers = {"Authorization": f"Bearer {writer}"}
        assert served.client.get("/passwords", headers=headers).status_code == 403
    assert not any(secret in text for secret in (PASSWORD, WRONG) for text in told)
    kept = [path for path in home.rglob("*") if path.is_file() and PASSWORD.encode() in path.read_bytes()]
    assert kept == []


def test_the_command_keeps_lists_and_deletes_a_password_without_showing_it(home: Path) -> None:
    added = run_command("passwords", "add", "a.pdf", "--stdin", "--home", home, typed=f"{PASSWORD}\n")
    assert (added.code, PASSWORD in added.text) == (0, False)
    listed = run_command("passwords", "list", "--json", "--home", home)
    assert listed.json == {"patterns": [{"pattern": "a.pdf", "is_setting": False}]}
    assert run_command("passwords", "remove", "a.pdf", "--home", home).code == 0
    assert run_command("passwords", "remove", "a.pdf", "--home", home).code == 2
