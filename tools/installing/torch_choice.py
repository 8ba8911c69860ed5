"""Decides which build of torch fits this machine, before anything of it is downloaded.

By default Lectern embeds and reads with OpenVINO on the processor, so torch is only needed for a GPU, for embedding
models and rerankers that the user names, for training and for tests. The index serves Linux a build for CUDA, whose
libraries are 15 further packages of several GB and without which it cannot be imported.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from tools.installing.errors import InstallationError
from tools.installing.pip_runner import Pip

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
"""PyTorch's own index of builds without CUDA. TORCH_INDEX names another, such as a mirror."""

OFFER = Path(__file__).with_name("offer.py")
OFFER_SECONDS = 1800
"""Where pip's finder cannot be asked, the file is downloaded to read it."""

DRIVER_FILES = ("/dev/nvidiactl", "/dev/nvidia0")

_CUDA_PACKAGE = re.compile(r"^(?:nvidia|cuda|rocm|pytorch-triton)[-_]", re.IGNORECASE)
_GPU_BUILD = re.compile(r"\+(?:cu|rocm|xpu)")


@dataclass(frozen=True, slots=True)
class Offer:
    """The file of torch that pip would install, and the packages that it needs on this machine."""

    file: str
    version: str
    requires: tuple[str, ...]

    @property
    def needs_gpu_libraries(self) -> bool:
        """Tell whether this build loads CUDA (or ROCm) at its import."""
        return bool(_GPU_BUILD.search(self.version)) or any(map(_CUDA_PACKAGE.match, self.requires))


class Build(Enum):
    """The torch that is installed."""

    ALONE = auto()
    WITH_LIBRARIES = auto()
    NONE = auto()


@dataclass(frozen=True, slots=True)
class Choice:
    """A build, the version and options with which pip finds it again, and a sentence that says why."""

    build: Build
    reason: str
    version: str = ""
    options: tuple[str, ...] = ()


def choose(
    requirement: str, ask: Callable[[str, tuple[str, ...]], Offer | None], has_device: bool, cpu_index: str
) -> Choice:
    """Choose a build; `ask` says what pip would install under some options, None where it finds nothing.

    The configured index is asked first and taken where what it serves can run here; only then the index `cpu_index`.
    """
    offer = ask(requirement, ())
    if offer and not offer.needs_gpu_libraries:
        return Choice(Build.ALONE, f"torch: {offer.file}, a build that needs no GPU libraries.", offer.version)
    if offer and has_device:
        reason = f"torch: {offer.file} with its CUDA libraries, since this machine has an NVIDIA device."
        return Choice(Build.WITH_LIBRARIES, reason, offer.version)
    options = ("--index-url", cpu_index, "--retries", "1", "--timeout", "20")
    plain = ask(requirement, options)
    if plain and not plain.needs_gpu_libraries:
        reason = f"torch: {plain.file} from {cpu_index}, since this machine has no NVIDIA device."
        return Choice(Build.ALONE, reason, plain.version, options)
    served = "serves only a build for CUDA" if offer else "has none for this Python and machine"
    return Choice(
        Build.NONE,
        f"torch is left out: the package index {served}, this machine has no NVIDIA device, and {cpu_index} cannot be "
        "reached. Only a GPU, embedding models and rerankers that you name yourself, training and some tests need it. "
        "`make torch` adds it later.",
    )


def ask_pip(pip: Pip, requirement: str, options: tuple[str, ...]) -> Offer | None:
    """Ask an environment's pip what it would install. Raises InstallationError where it cannot be asked."""
    done = pip.run_python(str(OFFER), requirement, *options, timeout=OFFER_SECONDS)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise InstallationError(f"pip does not say what it would install as {requirement}: {(said or ['nothing'])[-1]}")
    answer = json.loads(done.stdout)
    return answer and Offer(answer["file"], answer["version"], tuple(answer["requires"]))


def has_nvidia_device() -> bool:
    """Tell whether an NVIDIA device and its driver are there, also in WSL 2 and containers."""
    if any(Path(file).exists() for file in DRIVER_FILES):
        return True
    program = shutil.which("nvidia-smi") or shutil.which("/usr/lib/wsl/lib/nvidia-smi")
    if program is None:
        return False
    try:
        done = subprocess.run([program, "--list-gpus"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and "GPU" in done.stdout
