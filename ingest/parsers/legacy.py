"""Has LibreOffice convert old and macro-bearing Office files and parses what comes out."""

from __future__ import annotations

import os
import struct
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

import olefile  # type: ignore[import-untyped]

from ingest.parsers.options import ParseOptions
from ingest.sandbox.limits import die_with_parent, office_program
from rag.errors import ParseError
from rag.types import ParsedDocument

RESTART = 81
"""LibreOffice exits with this status when it has made its user folder and wants to be started again."""

STARTS = 3
STEM_CHARACTERS = 60

INSTALL = "Install LibreOffice (on Debian: apt install libreoffice-writer libreoffice-impress libreoffice-math)"

FLAGS_AT = 10
"""Where the flags of a Word file stand in its stream, two bytes ([MS-DOC], FibBase)."""

ENCRYPTED_FLAG = 0x0100
ENCRYPTED_HEADER = 0xF3D1C4DF
"""The mark of an encrypted PowerPoint file ([MS-PPT], CurrentUserAtom), at byte 12 of its stream "Current User"."""

_PARSERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "docx": ("ingest.parsers.docx.document", "parse_docx"),
        "pptx": ("ingest.parsers.pptx.document", "parse_pptx"),
    }
)


def parse_as(current: str, path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a file as the `current` format ("docx") it converts to. Raises ParseError, also without LibreOffice."""
    module, function = _PARSERS[current]
    parser: Callable[[Path, ParseOptions], ParsedDocument] = getattr(import_module(module), function)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        converted = _convert(path, current, Path(scratch))
        try:
            document = parser(converted, options)
        except ParseError as error:
            raise ParseError(error.reason.replace(converted.name, path.name), error.remedy) from error
    note = "Read after LibreOffice converted it: pages may differ from those you see."
    return replace(document, warnings=(*document.warnings, note))


parse_word = partial(parse_as, "docx")
parse_slides = partial(parse_as, "pptx")


def _convert(path: Path, current: str, scratch: Path) -> Path:
    program = office_program()
    if program is None:
        raise ParseError(
            f"{path.name} is in a format that LibreOffice has to convert, which is not installed.",
            f"{INSTALL}, or save the file as .{current}.",
        )
    if _is_encrypted(path):
        raise ParseError(f"{path.name} is encrypted and needs a password.", "Save a copy of it without a password.")
    # A plain name: no file name can be taken for an option or a URL.
    source = scratch / f"source.{current[:-1]}"
    source.symlink_to(path.absolute())
    made = scratch / f"source.{current}"
    command = [
        str(_binary(program)),
        f"-env:UserInstallation={(scratch / 'profile').as_uri()}",
        f"-env:OSL_SOCKET_PATH={os.environ.get('TMPDIR', tempfile.gettempdir())}",
        *("--headless", "--norestore", "--nolockcheck", "--convert-to", current, "--outdir", str(scratch), str(source)),
    ]
    for _ in range(STARTS):
        done = subprocess.run(
            command, cwd=scratch, stdin=subprocess.DEVNULL, capture_output=True, check=False, preexec_fn=die_with_parent
        )
        if done.returncode != RESTART:
            break
    if not made.is_file():
        raise ParseError(
            f"LibreOffice could not convert {path.name} (exit code {done.returncode}): it may be damaged.",
            f"Open it in its own program and save it as .{current}.",
        )
    return made.rename(scratch / f"{path.stem[:STEM_CHARACTERS]}.{current}")


def _is_encrypted(path: Path) -> bool:
    """Return whether an old Word or PowerPoint file says that it is encrypted: LibreOffice would ask for a password."""
    try:
        with olefile.OleFileIO(str(path)) as storage:
            if storage.exists("WordDocument"):
                flags = storage.openstream("WordDocument").read(FLAGS_AT + 2)[FLAGS_AT:]
                return bool(int.from_bytes(flags, "little") & ENCRYPTED_FLAG)
            if storage.exists("Current User"):
                return int.from_bytes(storage.openstream("Current User").read(16)[12:], "little") == ENCRYPTED_HEADER
            return bool(storage.exists("EncryptedPackage"))
    except (OSError, ValueError, IndexError, KeyError, TypeError, struct.error, RecursionError):
        return False


def _binary(program: str) -> Path:
    """Return the program itself where it is beside its starter, which insists on a socket in /tmp."""
    binary = Path(program).resolve().with_name("soffice.bin")
    return binary if binary.is_file() else Path(program)
