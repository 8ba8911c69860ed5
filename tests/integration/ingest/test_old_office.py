"""Files of the Office before 2007 are read whole by way of LibreOffice, or refused with what is true of them.

A script stands in for it where it converts, hangs or fails; where it is installed, it makes files and reads them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import olefile  # type: ignore[import-untyped]
import pytest

from benchmarks.fidelity_documents import make_docx, make_pptx
from ingest.parsing import ParseOptions, WorkerPool, parse_file
from ingest.sandbox.limits import office_program
from rag.errors import ParseError
from rag.types import ParsedDocument
from tests.paths import CHECKOUT

OFFICE = office_program()
needs_office = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")

SYNCS = """
import sys
from pathlib import Path
from app.settings import read_settings
from tests.integration.opening import open_index_of

if __name__ == "__main__":
    folder, programs, made = map(Path, sys.argv[1:])
    (folder / "documents").mkdir()

    def sync(name, script):
        if script:
            (programs / "soffice").write_text("#!/bin/sh\\n" + script)
            (programs / "soffice").chmod(0o755)
        if name:
            (folder / "documents" / name).write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
        with open_index_of(read_settings(home=folder / "home", workers=1, seconds_per_file=4)) as lectern:
            report = lectern.ingest.sync(folder / "documents", collection="default")
        for path in report.added:
            print("read", path)
        for file in report.failed:
            print("refused", file.path, file.reason, file.remedy)
        print("--")

    sync("licence.doc", "")
    # It converts Word files only.
    is_word = '[ -e "$2"/source.doc ] && '
    sync("empty.ppt", f'while [ "$1" != --outdir ]; do shift; done; {is_word} cp {made} "$2"/source.docx')
    sync("slow.ppt", "sleep 600")
"""


def read(path: Path) -> ParsedDocument:
    with WorkerPool(workers=1, seconds_per_file=120, memory_bytes=2**31) as pool:
        return pool.submit(parse_file, path, ParseOptions()).result()


def test_what_libreoffice_does_decides_about_a_file_sync_by_sync(tmp_path: Path) -> None:
    made = make_docx(tmp_path)
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sh", "sleep", "cp"):
        (programs / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    (tmp_path / "syncs.py").write_text(SYNCS)
    command = [sys.executable, str(tmp_path / "syncs.py"), str(tmp_path), str(programs), str(made.path)]
    environment = {**os.environ, "PATH": str(programs), "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    without, cured, hanging = done.stdout.split("--\n")[:3]
    assert "refused licence.doc" in without
    assert "which is not installed. Install LibreOffice" in without
    assert "read licence.doc" in cured
    assert "refused empty.ppt LibreOffice could not convert empty.ppt" in cured
    assert "refused slow.ppt Reading it took longer than 4 seconds" in hanging


@pytest.fixture(scope="module")
def old_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Word and a PowerPoint file of the formats before 2007, made by LibreOffice."""
    folder = tmp_path_factory.mktemp("old")
    assert OFFICE is not None
    for made, old in ((make_docx(folder), "doc"), (make_pptx(folder), "ppt")):
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = [OFFICE, profile, "--headless", "--convert-to", old, "--outdir", str(folder), str(made.path)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
    return folder


@needs_office
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("licence.doc", ("Fees and duties", "A berth costs 32 ¹ crowns a night.", "Vessel: Margit Olsen, 14.20 m",
                         "Owner Tamsin Orde of Westport", "Deposit 450.00 crowns", "to 12 m | 27.75", "Petrel | Boyd",
                         "Comment by Ines: Since 1931?", "Shed C | 1,260.00", "Berth licence BL-2041")),
        ("catch.ppt", ("Catch by year", "2021 | 412.5", "Notes: Say that 2022 was stormy.", "Ada Brandt | 2014",
                       "Radio channel 12")),
    ],
)  # fmt: skip
def test_an_old_file_is_converted_and_read_whole(old_files: Path, name: str, words: tuple[str, ...]) -> None:
    document = read(old_files / name)
    text = "\n".join(page.text for page in document.pages)
    assert [part for part in words if part not in text] == []
    assert "31 May 2026" not in text
    assert "<number>" not in text
    assert document.file_type == name[-3:]
    assert "LibreOffice" in document.warnings[-1]


@needs_office
def test_an_old_file_is_refused_for_what_it_is(old_files: Path) -> None:
    content = (old_files / "licence.doc").read_bytes()
    (old_files / "cut.doc").write_bytes(content[: len(content) // 3])
    with pytest.raises(ParseError, match=r"could not convert cut\.doc .* damaged"):
        read(old_files / "cut.doc")
    shutil.copy(old_files / "licence.doc", old_files / "locked.doc")
    with olefile.OleFileIO(str(old_files / "locked.doc"), write_mode=True) as storage:
        stream = bytearray(storage.openstream("WordDocument").read())
        stream[11] |= 1  # It says that it is encrypted.
        storage.write_stream("WordDocument", bytes(stream))
    with pytest.raises(ParseError, match=r"locked\.doc is encrypted and needs a password"):
        read(old_files / "locked.doc")
