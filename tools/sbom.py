"""Writes what Lectern is made of as CycloneDX 1.6 JSON, from the lock files and what is installed: `make sbom`."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from app import __version__
from tools.licences import find_licence

ROOT = Path(__file__).resolve().parents[1]

LOCKS = ("requirements.lock", "requirements-models.lock", "requirements-torch.lock")

MODELS = ("rag/models/reranker/judge.safetensors", "rag/models/reranker/reader.safetensors")
"""Weights that ship with Lectern."""

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s\\;]+)")


def main(target: Path) -> None:
    """Write the file; the same lock files make the same bytes."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    components = [*libraries(), *models()]
    content = json.dumps(components, sort_keys=True)
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "lectern",
                "name": "lectern",
                "version": __version__,
                "description": project["description"],
            }
        },
        "components": components,
        "dependencies": [{"ref": "lectern", "dependsOn": [component["bom-ref"] for component in components]}],
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(bill, indent=2) + "\n")
    sys.stdout.write(f"{target}: {len(components)} components\n")


def libraries() -> Iterator[dict[str, Any]]:
    """Yield the packages of the lock files, with the licences that they state."""
    pinned = sorted({match.groups() for name in LOCKS for match in _read(ROOT / name)})
    for name, version in pinned:
        purl = f"pkg:pypi/{name}@{version}"
        component: dict[str, Any] = {
            "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "scope": "required",
        }  # fmt: skip
        if licence := find_licence(name):
            component["licenses"] = [{"license": {"name": licence}}]
        yield component


def models() -> Iterator[dict[str, Any]]:
    """Yield the weights that ship, with their SHA-256."""
    for name in MODELS:
        sha256 = hashlib.sha256((ROOT / name).read_bytes()).hexdigest()
        yield {
            "type": "machine-learning-model", "bom-ref": name, "name": Path(name).name,
            "hashes": [{"alg": "SHA-256", "content": sha256}],
        }  # fmt: skip


def _read(lock: Path) -> Iterator[re.Match[str]]:
    for line in lock.read_text().splitlines() if lock.exists() else ():
        if match := _PINNED.match(line):
            yield match


if __name__ == "__main__":
    main(Path(sys.argv[1]))
