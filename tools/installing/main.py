"""The installation from top to bottom: place, environment, locked packages, torch, Lectern itself, check, stamp."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.installing import check, stamp
from tools.installing.errors import InstallationError
from tools.installing.pip_runner import Pip, read_pins
from tools.installing.place import NEEDED_MB, ROOT, make_environment, one_at_a_time, require_space, require_writable
from tools.installing.torch_choice import CPU_INDEX, Build, Choice, ask_pip, choose, has_nvidia_device
from tools.installing.uv_runner import uv_of
from tools.left_out import CAME_ALONG, LEFT_OUT

PRODUCT_LOCK = ROOT / "requirements.lock"
MODELS_LOCK = ROOT / "requirements-models.lock"
TORCH_LOCK = ROOT / "requirements-torch.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
UV_LOCK = ROOT / "requirements-uv.lock"

MEND = Path(__file__).with_name("mend.py")
CHECK = Path(__file__).with_name("check.py")
CHECK_SECONDS = 600

NOT_NEEDED = (
    "torch is left out, as this machine has no NVIDIA device: Lectern embeds and reads without it. `make torch` adds "
    "it for embedding models and rerankers that you name yourself, and for training."
)

INTERRUPTED = 130
"""The exit code of a program that Ctrl-C ended."""

PAST_UNSTRUCTURED = (3, 14)
"""unstructured declares itself for older Pythons, for the sake of what is left out; pip can pass over it, uv cannot."""


def main(arguments: Sequence[str]) -> int:
    """Install; returns the exit code. Every failure is a sentence on stderr."""
    options = _parse(arguments)
    # Ending this process ends pip as well, which must not go on without the lock.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        require_writable(options.venv.parent)
        if options.editable:
            require_writable(ROOT)
        with one_at_a_time(options.venv, say):
            install(options)
    except InstallationError as error:
        sys.stderr.write(f"\nThe installation failed: {error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"\nThe installation failed: {error.strerror} ({error.filename or options.venv}).\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. Run it again to go on: what is there already is kept.\n")
        return INTERRUPTED
    return 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/install.py", description="Installs Lectern with its locked versions.")
    parser.add_argument("--venv", type=lambda text: Path(text).absolute(), default=ROOT / ".venv", help="where to")
    parser.add_argument("--dev", action="store_true", help="also what tests, checks and benchmarks need")
    parser.add_argument(
        "--torch",
        choices=("auto", "yes", "no"),
        default="auto",
        help="auto: where there is an NVIDIA device, or with --dev; yes: the build that fits; no: without",
    )
    parser.add_argument("--without-project", action="store_true", help="only what Lectern needs, not itself")
    parser.add_argument("--copy", dest="editable", action="store_false", help="copy Lectern instead of linking to here")
    return parser.parse_args(arguments)


def say(sentence: str) -> None:
    """Print a line about what happens."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def install(options: argparse.Namespace) -> None:
    """Bring the environment to what the lock files say. Raises InstallationError."""
    wanted = stamp.describe(options)
    before = stamp.read(options.venv)
    if before.covers(wanted, options):
        stamp.touch(options.venv, dev=options.dev)
        return
    fresh = not before.locked
    if fresh:
        require_space(options.venv.parent, NEEDED_MB["product"] + (NEEDED_MB["tests"] if options.dev else 0))
    stamp.remove(options.venv)
    say(f"Installing into {options.venv}.")
    pip = Pip(options.venv)
    make_environment(options.venv)
    if broken := pip.run_python(str(MEND)).stdout.split():
        say(f"Installing again what an interruption left half done: {', '.join(broken)}.")
    choice = _choose_torch(pip, options, before.torch)
    _remove_what_is_dropped(pip, before.locked)
    _install_locked(pip, _locks(options, with_models=choice.build is not Build.NONE))
    _install_torch(pip, choice)
    if not options.without_project:
        pip.install("Lectern itself", "--no-deps", *(["--editable"] if options.editable else []), str(ROOT))
    say("Loading what was installed ...")
    version = _check(pip, choice)
    if not options.without_project:
        _require_loaded(pip, check.PROJECT)
    stamp.write(options.venv, wanted, torch=version, torch_asked=options.torch, dev=options.dev)
    say("Done. `make run` shows it on sample documents; `. .venv/bin/activate` gives you `lectern`.")


def _install_locked(pip: Pip, locks: Sequence[Path]) -> None:
    narrow = ["--ignore-requires-python"] if sys.version_info >= PAST_UNSTRUCTURED else []
    with uv_of(pip, UV_LOCK) as uv:
        for lock in locks:
            say(f"{len(read_pins(lock))} packages of {lock.name} ...")
            if uv is not None and not narrow and uv.install(lock):
                continue
            pip.install(lock.name, "--no-deps", "--require-hashes", *narrow, "--requirement", str(lock))


def _locks(options: argparse.Namespace, *, with_models: bool) -> list[Path]:
    """Return the lock files of what is installed; sentence-transformers is of use with torch only."""
    return [PRODUCT_LOCK, *([MODELS_LOCK] if with_models else []), *([DEV_LOCK] if options.dev else [])]


def _choose_torch(pip: Pip, options: argparse.Namespace, installed: str) -> Choice:
    if options.torch == "no":
        return Choice(Build.NONE, "torch is left out, as asked.")
    version = read_pins(TORCH_LOCK)["torch"]
    if installed.split("+")[0] == version and _loads(pip, "torch"):
        return Choice(Build.ALONE, f"torch {installed} is there already.", installed)
    has_device = has_nvidia_device()
    if not (has_device or installed or options.dev or options.torch == "yes"):
        say(NOT_NEEDED)
        return Choice(Build.NONE, NOT_NEEDED)
    cpu_index = os.environ.get("TORCH_INDEX", CPU_INDEX)
    choice = choose(
        f"torch=={version}",
        lambda requirement, further: ask_pip(pip, requirement, further),
        has_device,
        cpu_index,
    )
    say(choice.reason)
    if choice.build is Build.NONE and options.torch == "yes":
        raise InstallationError(f"torch was asked for, and {cpu_index} and the configured index have none that fits.")
    return choice


def _install_torch(pip: Pip, choice: Choice) -> None:
    if choice.build is Build.NONE:
        return
    requirement = f"torch=={choice.version}"
    if choice.build is Build.ALONE:
        pip.install("torch", "--no-deps", *choice.options, requirement)
        return
    require_space(pip.venv, NEEDED_MB["CUDA"])
    locked = pip.venv / "constraints.txt"
    locked.write_text("".join(f"{name}=={version}\n" for name, version in _pinned().items()))
    pip.install("torch with its CUDA libraries", *choice.options, "--constraint", str(locked), requirement)


def _pinned() -> dict[str, str]:
    return read_pins(PRODUCT_LOCK) | read_pins(MODELS_LOCK)


def _remove_what_is_dropped(pip: Pip, before: Sequence[str]) -> None:
    """Uninstall what an earlier version installed here and this one does not need."""
    kept = {name for lock in (PRODUCT_LOCK, MODELS_LOCK, TORCH_LOCK, DEV_LOCK) for name in read_pins(lock)}
    present = set(stamp.list_installed(pip.venv))
    dropped = sorted((set(before) | set(LEFT_OUT) | CAME_ALONG) & present - kept)
    if dropped:
        say(f"Removing what is no longer needed: {', '.join(dropped)}.")
        pip.uninstall(*dropped)


def _check(pip: Pip, choice: Choice) -> str:
    """Load everything; returns torch's version, "" without it. A torch that does not load is removed again."""
    _require_loaded(pip, check.MODULES)
    if choice.build is Build.NONE:
        return ""
    try:
        _require_loaded(pip, check.WITH_TORCH)
    except InstallationError as error:
        pip.uninstall("torch")
        say(f"torch is removed again: {error} Lectern works without it; `make torch` tries it again.")
        return ""
    return choice.version


def _loads(pip: Pip, module: str) -> bool:
    return pip.run_python(str(CHECK), module, timeout=CHECK_SECONDS).returncode == 0


def _require_loaded(pip: Pip, modules: Sequence[str]) -> None:
    done = pip.run_python(str(CHECK), *modules, timeout=CHECK_SECONDS)
    if done.returncode == 0:
        return
    loaded = set(done.stdout.splitlines())
    broken = next(module for module in modules if module not in loaded)
    said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    raise InstallationError(check.explain_failure(broken, said[-1] if said else "", done.returncode))
