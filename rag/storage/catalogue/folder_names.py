"""Names folders in the catalogue: as they lie on the machine, or alike on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FolderNames:
    """Folders at or below `here` stand in the catalogue as folders at or below `name`; all others as they are."""

    here: Path | None = None
    name: Path = Path()
    """Not an absolute path, so that no other folder has it."""

    def to_catalogue(self, folder: Path) -> Path:
        """Return what a folder of this machine is called in the catalogue."""
        if self.here is None or not folder.is_relative_to(self.here):
            return folder
        return self.name / folder.relative_to(self.here)

    def to_machine(self, name: Path) -> Path:
        """Return where a folder of the catalogue lies on this machine."""
        if self.here is None or not name.is_relative_to(self.name):
            return name
        return self.here / name.relative_to(self.name)


AS_THEY_ARE = FolderNames()
