"""Makes zip-based documents identical from run to run. Knows no document format but the zip around it."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

_ZIP_TIME = (2024, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
_FIXED_DATE = rb"\g<1>2024-01-01T00:00:00Z\g<2>"


def fix_archive(path: Path) -> None:
    """Rewrite the zip at `path` with fixed times, the members in their order (a leading `mimetype` stays stored)."""
    with zipfile.ZipFile(path) as archive:
        members = [(info.filename, archive.read(info), info.compress_type) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content, compression in members:
            info = zipfile.ZipInfo(name, date_time=_ZIP_TIME)
            info.compress_type = compression
            info.create_system = 3
            fixed = _MODIFIED.sub(_FIXED_DATE, content) if name == "docProps/core.xml" else content
            archive.writestr(info, fixed)
