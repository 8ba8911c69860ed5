"""Declares the form of a finding of the doctor."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One check of the doctor and its outcome, with what to do; `blocks` where Lectern cannot work without it."""

    what: str
    found: str
    remedy: str = ""
    blocks: bool = False

    @property
    def is_fine(self) -> bool:
        """Tell whether there is nothing to do."""
        return not self.remedy
