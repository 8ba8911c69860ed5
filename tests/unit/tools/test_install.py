"""The installation's decisions: which torch, whether there is room, what a failure of pip means."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tools.installing.check import MODULES, WITH_TORCH, explain_failure
from tools.installing.errors import InstallationError, explain
from tools.installing.place import require_space, require_writable
from tools.installing.torch_choice import Build, Offer, choose
from tools.installing.uv_runner import options_of, read_settings, variables_of

CPU_INDEX = "https://cpu.example"
CPU = Offer("torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl", "2.13.0+cpu", ("filelock", "sympy>=1.13.3"))
CUDA = Offer("torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl", "2.13.0", ("filelock", "nvidia-cudnn-cu13==9.20"))
MAC = Offer("torch-2.13.0-cp311-cp311-macosx_14_0_arm64.whl", "2.13.0", ("filelock",))


def decide(offer: Offer | None, cpu: Offer | None, device: bool) -> tuple[Build, str, bool]:
    """The build, its version, and whether the CPU index was asked."""
    asked: list[tuple[str, ...]] = []

    def ask(requirement: str, options: tuple[str, ...]) -> Offer | None:
        asked.append(options)
        return cpu if CPU_INDEX in options else offer

    choice = choose("torch==2.13.0", ask, device, CPU_INDEX)
    return choice.build, choice.version, len(asked) > 1


@pytest.mark.parametrize("device", [False, True])
@pytest.mark.parametrize("offer", [CPU, MAC])
def test_a_build_without_gpu_libraries_is_taken_and_nothing_else_is_asked(offer: Offer, device: bool) -> None:
    assert decide(offer, None, device) == (Build.ALONE, offer.version, False)


def test_a_build_for_cuda_is_taken_with_its_libraries_where_there_is_a_device() -> None:
    assert decide(CUDA, CPU, True) == (Build.WITH_LIBRARIES, "2.13.0", False)


def test_a_build_for_cuda_is_replaced_where_there_is_no_device() -> None:
    assert decide(CUDA, CPU, False) == (Build.ALONE, "2.13.0+cpu", True)


@pytest.mark.parametrize("cpu", [None, CUDA])
@pytest.mark.parametrize("offer", [None, CUDA])
def test_torch_is_left_out_where_nothing_fits(offer: Offer | None, cpu: Offer | None) -> None:
    assert decide(offer, cpu, False)[0] is Build.NONE


def test_a_build_is_for_gpus_by_its_version_or_by_what_it_needs() -> None:
    assert Offer("torch-2.13.0+cu130-cp311.whl", "2.13.0+cu130", ()).needs_gpu_libraries
    assert Offer("torch-2.13.0+rocm7-cp311.whl", "2.13.0+rocm7", ()).needs_gpu_libraries
    assert Offer("t.whl", "2.13.0", ('cuda-toolkit[cublas]==13.0.3; platform_system == "Linux"',)).needs_gpu_libraries
    assert not CPU.needs_gpu_libraries


def test_too_little_room_is_refused_with_the_numbers() -> None:
    with pytest.raises(InstallationError, match="has 1,200 MB free and the installation needs 2,000 MB"):
        require_space(Path("/somewhere"), 2000, lambda _: 1200)
    require_space(Path("/somewhere"), 2000, lambda _: 2000)


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InstallationError, match=r"file cannot be written to \(.+\)\. Copy the checkout"):
        require_writable(tmp_path / "file")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "The disk is full"),
        ("ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 403'))", "The proxy does not let"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] ...'))", "a certificate that Python"),
        ("ERROR: Failed building wheel for langdetect", "no ready-made build of langdetect"),
        ("error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory", "there is no compiler"),
        ("error: command '/usr/bin/gcc' failed with exit code 1", "there is no compiler"),
        ("OSError: [Errno 30] Read-only file system: '/x'", "read-only"),
        ("PermissionError: [Errno 13] Permission denied: '/x/.venv/lib'", "may not be written"),
        ("NewConnectionError('<...>: Failed to establish a new connection')", "cannot be reached"),
        ("ERROR: No matching distribution found for openvino==2026.4.1", "has no openvino==2026.4.1 for this Python"),
        ("ERROR: something new", "ERROR: something new"),
    ],
)
def test_the_cause_of_a_failure_of_pip_is_said_in_a_sentence(line: str, expected: str) -> None:
    assert expected in explain(["Collecting a", line, ""])


def test_what_does_not_load_is_said_with_what_to_do() -> None:
    missing = "ImportError: libGL.so.1: cannot open shared object file: No such file or directory"
    assert "apt install libgl1" in explain_failure("cv2", missing, 1)
    assert "lacks instructions" in explain_failure("openvino", "", -4)
    assert "ends Python with SIGSEGV" in explain_failure("openvino", "", -11)


def test_what_the_check_loads_is_there() -> None:
    top_level = {module.split(".")[0] for module in (*MODULES, *WITH_TORCH)}
    assert [name for name in sorted(top_level) if find_spec(name) is None] == []


def test_uv_is_told_what_pip_is_configured_to() -> None:
    settings = read_settings(
        """:env:.cert='/etc/company.pem'
:env:.index-url='https://mirror.example/simple'
global.index-url='https://old.example/simple'
global.extra-index-url='file:///a\\nfile:///b'
install.no-cache-dir='true'
global.no-cache-dir='false'
list.format='columns'
global.constraint='/etc/constraints.txt'
"""
    )
    assert options_of(settings) == (
        "--default-index", "https://mirror.example/simple", "--extra-index-url", "file:///a",
        "--extra-index-url", "file:///b", "--no-cache",
    )  # fmt: skip
    assert variables_of(settings) == {"SSL_CERT_FILE": "/etc/company.pem"}
    assert options_of(read_settings("")) == ()
