"""Checks that every locked package may go with Lectern, which is Apache-2.0: a part of `make check`.

Permissive licences go with it, and weak copyleft ones too, since their packages are used as they are. Anything stricter
(GPL, AGPL, licences that forbid some use) fails, and so does a package that states no licence.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution

from tools.installing.pip_runner import read_pins
from tools.installing.place import ROOT
from tools.licences import PERMISSIVE, WEAK, find_family, find_licence

LOCKS = (
    "requirements.lock",
    "requirements-models.lock",
    "requirements-torch.lock",
    "requirements-dev.lock",
    "requirements-fuzz.lock",
)

PROGRAMS_OF_THEIR_OWN = {
    "pypandoc-binary": "carries pandoc (GPL-2.0-or-later), which is started as a program and exchanges files",
}
"""Packages that bring a stricter licence for a separate program, which nothing of Lectern is linked with."""


def main() -> int:
    """Print what does not go with Apache-2.0; returns the exit code."""
    installed = [name for lock in LOCKS for name in read_pins(ROOT / lock) if _is_installed(name)]
    refused = list(list_refused(installed))
    sys.stdout.write("".join(f"{line}\n" for line in refused))
    if not refused:
        sys.stdout.write(f"licences: all {len(installed)} locked packages that are installed go with Apache-2.0.\n")
    return 1 if refused else 0


def list_refused(names: Iterable[str]) -> Iterator[str]:
    """Yield one line for each package whose licence does not go with Apache-2.0 or is not known."""
    for name in names:
        family = find_family(licence := find_licence(name))
        if family in (PERMISSIVE, WEAK) or name in PROGRAMS_OF_THEIR_OWN:
            continue
        yield (
            f"{name}: its licence ({licence or 'none stated'}) is {family}. Choose another package, or look its "
            "licence up and say it in tools/licences.py."
        )


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
