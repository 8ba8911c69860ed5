"""A package index in a folder, of wheels of a few bytes: what an installation decides shows without the network."""

from __future__ import annotations

import base64
import hashlib
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path


def write_wheel(folder: Path, name: str, version: str, files: Mapping[str, str], requires: Iterable[str] = ()) -> Path:
    """A wheel of pure Python with these files; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    distribution = f"{name.replace('-', '_')}-{version}"
    headers = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    metadata = "\n".join([*headers, *(f"Requires-Dist: {each}" for each in requires), ""])
    contents = {
        **files,
        f"{distribution}.dist-info/METADATA": metadata,
        f"{distribution}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = f"{distribution}.dist-info/RECORD"
    lines = [f"{path},sha256={_digest(text)},{len(text.encode())}" for path, text in contents.items()]
    wheel = folder / f"{distribution}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in contents.items():
            member = zipfile.ZipInfo(path)
            member.external_attr = (0o100755 if "/scripts/" in path else 0o100644) << 16
            archive.writestr(member, text)
        archive.writestr(record, "\n".join([*lines, f"{record},,"]) + "\n")
    return wheel


def write_index(folder: Path, wheels: Iterable[Path]) -> str:
    """The pages of an index with these wheels (PEP 503); returns its address."""
    by_name: dict[str, list[Path]] = {}
    for wheel in wheels:
        by_name.setdefault(re.sub(r"[-_.]+", "-", wheel.name.split("-")[0]).lower(), []).append(wheel)
    for name, files in by_name.items():
        page = folder / name / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("".join(f'<a href="{file.as_uri()}">{file.name}</a>\n' for file in files))
    return folder.as_uri()


def pin(name: str, version: str, wheel: Path) -> str:
    """The line of a lock file for this wheel."""
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
