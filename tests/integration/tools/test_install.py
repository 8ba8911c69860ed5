"""What the installation decides and how it fails, on an index of tiny wheels: a torch for CUDA and one without."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.tools.fake_index import pin, write_index, write_wheel
from tests.paths import CHECKOUT
from tools.installing.check import MODULES, WITH_TORCH
from tools.installing.place import make_environment
from tools.installing.torch_choice import has_nvidia_device

CUDA_TORCH = """
try:
    import nvidia_cudnn
except ImportError:
    raise OSError("libcudnn.so.9: cannot open shared object file: No such file or directory") from None
"""
"""As the real one: without its libraries it is installed and cannot be imported."""

needs_no_device = pytest.mark.skipif(has_nvidia_device(), reason="this machine has an NVIDIA device")


@dataclass(frozen=True)
class Checkout:
    """A copy of the installer with lock files of tiny wheels, and the addresses of two indexes."""

    folder: Path
    index: str
    cpu_index: str

    def install(self, *options: str, index: str = "", cpu_index: str = "", path: str = "") -> tuple[int, str]:
        """Run the installer; returns its exit code and all that it printed."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))},
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": index or self.index,
            "TORCH_INDEX": cpu_index or self.cpu_index,
            "PATH": f"{path}{os.pathsep}{os.environ['PATH']}" if path else os.environ["PATH"],
        }
        done = subprocess.run(
            [sys.executable, str(self.folder / "tools" / "install.py"), "--without-project", *options],
            capture_output=True, text=True, env=environment, check=False, timeout=240,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def imports(self, module: str) -> bool:
        """Tell whether the installed environment can import a module."""
        python = self.folder / ".venv" / "bin" / "python"
        return (
            subprocess.run([python, "-I", "-c", f"import {module}"], check=False, capture_output=True).returncode == 0
        )

    @property
    def stamp(self) -> Path:
        """The file that says that the installation is complete."""
        return self.folder / ".venv" / ".installed"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty virtual environment with pip, made once."""
    folder = tmp_path_factory.mktemp("environment") / ".venv"
    make_environment(folder)
    return folder


@pytest.fixture
def checkout(tmp_path: Path, environment: Path) -> Checkout:
    folder = tmp_path / "Lectern für alle"
    shutil.copytree(environment, folder / ".venv", symlinks=True)
    shutil.copytree(CHECKOUT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    wheels = tmp_path / "wheels"
    product = write_wheel(wheels, "product", "1.0", {f"{name.replace('.', '/')}/__init__.py": "" for name in MODULES})
    models = write_wheel(wheels, "models", "1.0", {f"{name}/__init__.py": "" for name in WITH_TORCH[1:]})
    cuda = write_wheel(wheels, "torch", "2.13.0", {"torch/__init__.py": CUDA_TORCH}, ["nvidia-cudnn-cu13==9.20"])
    cudnn = write_wheel(wheels, "nvidia-cudnn-cu13", "9.20", {"nvidia_cudnn.py": ""})
    plain = write_wheel(wheels, "torch", "2.13.0+cpu", {"torch/__init__.py": ""})
    (folder / "requirements.lock").write_text(pin("product", "1.0", product))
    (folder / "requirements-models.lock").write_text(pin("models", "1.0", models))
    (folder / "requirements-torch.lock").write_text("torch==2.13.0\n")
    (folder / "requirements-dev.lock").write_text("")
    (folder / "pyproject.toml").write_text("")
    return Checkout(
        folder,
        write_index(tmp_path / "index", [product, models, cuda, cudnn]),
        write_index(tmp_path / "cpu-index", [plain]),
    )


@needs_no_device
def test_without_a_device_the_build_for_cuda_is_not_installed_and_the_one_without_is_found(checkout: Checkout) -> None:
    shutil.rmtree(checkout.folder / ".venv")
    code, said = checkout.install("--dev")
    assert code == 0, said
    assert "torch-2.13.0+cpu" in said
    assert "no NVIDIA device" in said
    assert checkout.imports("torch")
    assert not checkout.imports("nvidia_cudnn")
    assert json.loads(checkout.stamp.read_text())["torch"] == "2.13.0+cpu"


@needs_no_device
def test_without_a_device_no_torch_is_asked_for_and_one_that_was_added_stays(checkout: Checkout) -> None:
    code, said = checkout.install()
    assert code == 0, said
    assert "torch is left out, as this machine has no NVIDIA device" in said
    assert not checkout.imports("torch")
    assert not checkout.imports("transformers")
    assert checkout.install("--torch", "yes")[0] == 0
    checkout.stamp.touch()
    assert checkout.install() == (0, "")
    (checkout.folder / "requirements-dev.lock").write_text("# another version\n")
    code, said = checkout.install()
    assert code == 0, said
    assert checkout.imports("torch")
    assert json.loads(checkout.stamp.read_text())["torch"] == "2.13.0+cpu"


@needs_no_device
def test_where_only_a_build_for_cuda_is_to_be_had_torch_is_left_out_and_can_be_added_later(checkout: Checkout) -> None:
    code, said = checkout.install("--dev", cpu_index="http://127.0.0.1:9/")
    assert code == 0, said
    assert "torch is left out: the package index serves only a build for CUDA" in said
    assert "`make torch` adds it later" in said
    assert checkout.imports("chromadb")
    assert not checkout.imports("torch")
    code, said = checkout.install("--torch", "yes", cpu_index="http://127.0.0.1:9/")
    assert code == 1
    assert "torch was asked for" in said
    code, said = checkout.install("--torch", "yes")
    assert code == 0, said
    assert checkout.imports("torch")


def test_with_a_device_torch_comes_with_its_libraries(checkout: Checkout, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "nvidia-smi"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'GPU 0: a device'\n")
    program.chmod(0o755)
    code, said = checkout.install(path=str(program.parent))
    assert code == 0, said
    assert "with its CUDA libraries" in said
    assert checkout.imports("torch")


def test_a_torch_that_cannot_be_imported_is_removed_and_said(checkout: Checkout, tmp_path: Path) -> None:
    wheels = [tmp_path / "wheels" / f"{name}-1.0-py3-none-any.whl" for name in ("product", "models")]
    broken = 'raise OSError("libgomp.so.1: cannot open shared object file: No such file or directory")\n'
    wheels.append(write_wheel(tmp_path / "broken", "torch", "2.13.0", {"torch/__init__.py": broken}))
    code, said = checkout.install("--torch", "yes", index=write_index(tmp_path / "broken-index", wheels))
    assert code == 0, said
    assert "torch is removed again: torch cannot be loaded, since the system library libgomp.so.1 is missing." in said
    assert "apt install libgomp1" in said
    assert not checkout.imports("torch")


def test_a_package_that_cannot_be_imported_fails_the_installation_with_its_name(
    checkout: Checkout, tmp_path: Path
) -> None:
    modules = {f"{module.replace('.', '/')}/__init__.py": "" for module in MODULES}
    wheel = write_wheel(tmp_path / "other", "product", "1.0", {**modules, "openvino/__init__.py": "import lost"})
    (checkout.folder / "requirements.lock").write_text(pin("product", "1.0", wheel))
    code, said = checkout.install("--torch", "no", index=write_index(tmp_path / "other-index", [wheel]))
    assert code == 1
    assert "The installation failed: openvino cannot be loaded (ModuleNotFoundError: No module named 'lost')" in said
    assert "Traceback" not in said
    assert not checkout.stamp.exists()


def test_uv_is_told_where_pip_looks_and_where_it_fails_pip_installs(checkout: Checkout, tmp_path: Path) -> None:
    fails = "#!/bin/sh\necho uv was told $*\nexit 2\n"
    uv = write_wheel(tmp_path / "uv", "uv", "1.0", {"uv-1.0.data/scripts/uv": fails})
    (checkout.folder / "requirements-uv.lock").write_text(pin("uv", "1.0", uv))
    index = write_index(tmp_path / "index", [*(tmp_path / "wheels").glob("product-*"), uv])
    code, said = checkout.install("--torch", "no", index=index)
    assert code == 0, said
    assert checkout.imports("chromadb")
    log = (checkout.folder / ".venv" / "install.log").read_text()
    assert f"--require-hashes --index-strategy unsafe-best-match --default-index {index} --requirement" in log
    assert not checkout.imports("uv")


def test_a_second_run_does_nothing_and_one_after_an_interruption_mends(checkout: Checkout) -> None:
    assert checkout.install("--torch", "no")[0] == 0
    assert checkout.install("--torch", "no") == (0, "")
    checkout.stamp.unlink()
    packages = next((checkout.folder / ".venv" / "lib").glob("python3*")) / "site-packages"
    (packages / "chromadb" / "__init__.py").unlink()
    (packages / "~hromadb").mkdir()
    code, said = checkout.install("--torch", "no")
    assert code == 0, said
    assert "what an interruption left half done: product-1.0." in said
    assert (packages / "chromadb" / "__init__.py").exists()
    assert not (packages / "~hromadb").exists()


def test_of_two_installations_at_once_one_waits_for_the_other(checkout: Checkout) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(checkout.folder / ".venv.lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        other.stdout.readline()
        command = [
            sys.executable,
            str(checkout.folder / "tools" / "install.py"),
            "--venv",
            str(checkout.folder / ".venv"),
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as waiting:
            assert waiting.stdout is not None
            said = waiting.stdout.readline()
            waiting.terminate()
            assert waiting.wait() == 130
        other.stdin.close()
    assert f"Another installation (process {other.pid}) works on" in said


HOLD = """
import fcntl, os, sys
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
file.write(str(os.getpid()))
file.flush()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_file_that_is_not_the_locked_one_is_refused_in_a_sentence(checkout: Checkout, tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path / "forged", "product", "1.0", {"product.py": "forged = True"})
    code, said = checkout.install("--torch", "no", index=write_index(tmp_path / "forged-index", [wheel]))
    assert code == 1
    assert "served another file for product==1.0" in said
    assert "Traceback" not in said


def test_an_index_that_cannot_be_reached_is_said(checkout: Checkout) -> None:
    environment_index = "http://127.0.0.1:9/simple"
    code, said = checkout.install("--torch", "no", index=environment_index)
    assert code == 1
    assert "The package index cannot be reached." in said
