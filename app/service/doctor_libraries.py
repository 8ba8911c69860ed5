"""Tries the libraries that run models, parse and search: each in a process of its own, which may crash alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from app.service.build_embedders import choose_engine, embedder_folder
from app.service.build_models import NO_RERANKER
from app.service.finding import Finding
from app.settings import Settings
from rag.errors import LecternError
from rag.models.files import TORCH_REMEDY
from rag.models.openvino_bert import read_config
from rag.models.openvino_runtime import UnsupportedModelError
from rag.models.sentence_config import read_sentence_config

MAX_SECONDS = 120.0
"""Far longer than any of them takes to load, from a slow disk too."""

TRIALS: Mapping[str, str] = {
    # Without the package that reports its usage.
    "openvino": "import sys; sys.modules['openvino_telemetry'] = None; import openvino; openvino.Core()",
    "torch": "import torch; torch.ones(1, 1) @ torch.ones(1, 1)",
    "sentence-transformers": "import sentence_transformers",
    "chromadb": "import chromadb, chromadb_rust_bindings",
    "unstructured": "import unstructured.documents.elements",
    "rapidocr": "import rapidocr, onnxruntime",
}
"""Programs that show that a package can be used, by its name."""

TORCH_PACKAGES = ("torch", "sentence-transformers")

OCR = "rapidocr"

NOT_INSTALLED = "not installed"


@dataclass(frozen=True, slots=True)
class Trial:
    """A package as it is installed, and why it cannot be loaded; `failure` is empty where it can be."""

    version: str
    failure: str

    @property
    def found(self) -> str:
        """Return the version, and what is wrong with it."""
        return f"{self.version}, which cannot be loaded: {self.failure}" if self.version else NOT_INSTALLED


def examine_libraries(settings: Settings) -> Iterator[Finding]:
    """Say of each library whether it can be loaded, the ones that run models first."""
    needs_torch = _needs_torch(settings)
    # Loading sentence-transformers takes seven seconds of a processor: only where it is used.
    names = [name for name in TRIALS if name != "sentence-transformers" or needs_torch]
    if not settings.ocr:
        names.remove(OCR)
    with ThreadPoolExecutor(max_workers=min(len(names), os.cpu_count() or 1)) as threads:
        trials = dict(zip(names, threads.map(try_package, names), strict=True))
    for name, trial in trials.items():
        if not trial.failure:
            yield Finding("OCR", f"{name} {trial.version}") if name == OCR else Finding(name, trial.version)
        else:
            yield _judge(name, trial, trials, needs_torch=needs_torch)
    if not settings.ocr:
        yield Finding("OCR", "switched off", "Set `ocr` to true to read scanned pages.")


def try_package(name: str) -> Trial:
    """Load a package in a process of its own."""
    try:
        installed = version(name)
    except PackageNotFoundError:
        return Trial("", NOT_INSTALLED)
    return Trial(installed, run_trial(TRIALS[name]))


def run_trial(program: str, *, seconds: float = MAX_SECONDS) -> str:
    """Run a Python program in a process of its own, and return in a line why it failed; empty where it did not."""
    # -P: without the current folder, where anything may have the name of a library.
    command = [sys.executable, "-P", "-c", program]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "PYTHONUNBUFFERED": "1"}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, errors="replace", timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return f"it takes longer than {seconds:g} seconds"
    except OSError as error:
        return f"Python could not be started ({error.strerror})"
    if done.returncode < 0:
        return f"it ends the process ({signal.Signals(-done.returncode).name})"
    if done.returncode == 0:
        return ""
    said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return said[-1][:300].rstrip(".") if said else f"it ends the process (exit code {done.returncode})"


def _judge(name: str, trial: Trial, trials: Mapping[str, Trial], *, needs_torch: bool) -> Finding:
    """Judge what a library that cannot be loaded means for Lectern, as it is set up here."""
    again = f"Install the package {name} again, and the system library that is named here if one is."
    if name in TORCH_PACKAGES:
        again = TORCH_REMEDY
    has_openvino = not trials["openvino"].failure
    if name in TORCH_PACKAGES and has_openvino and not needs_torch:
        if not trial.version:
            return Finding(name, f"{NOT_INSTALLED}, and not needed: OpenVINO runs the models")
        return Finding(name, trial.found, f"Not needed here, as OpenVINO runs the models. {again}")
    if name in TORCH_PACKAGES and has_openvino:
        without = "Without it, leave the settings `engine`, `embedder` and `reranker` as they come."
        return Finding(name, trial.found, f"{again} {without}", blocks=True)
    if name == "openvino" and not trials["torch"].failure:
        return Finding(name, trial.found, f"torch runs the models meanwhile, more slowly. {again}")
    if name == "openvino" or name in TORCH_PACKAGES:
        return Finding(name, trial.found, f"One of openvino and torch has to run the models. {again}", blocks=True)
    if name == "chromadb":
        return Finding(name, trial.found, again, blocks=True)
    if name == OCR:
        return Finding("OCR", f"{name}: {trial.found}", f"Scanned pages are not read. {again}")
    lost = "Some formats are not read." if name == "unstructured" else "Not needed here."
    return Finding(name, trial.found, f"{lost} {again}")


def _needs_torch(settings: Settings) -> bool:
    """Tell whether a model that the settings name is run by torch."""
    if choose_engine(settings) == "torch" or settings.reranker not in ("", NO_RERANKER):
        return True
    try:
        read_config(read_sentence_config(embedder_folder(settings)).transformer / "config.json")
    except (UnsupportedModelError, OSError, KeyError, TypeError, ValueError):
        return True
    except LecternError:  # Told of the embedder itself.
        return False
    return False
