"""Makes the OpenVINO form of a network once, keeps it, and runs it.

Whatever fails is logged in one line, and the caller is told to do without.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import sys
import tempfile
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from rag.errors import ConfigurationError, LecternError, LibraryError, first_line, loading_library
from rag.models.files import hash_files
from rag.models.openvino_precision import PRECISIONS, Precision, choose_precision, compile_model, prepare_model

if TYPE_CHECKING:
    from openvino import AsyncInferQueue, CompiledModel, Core, Model

log = logging.getLogger(__name__)

CONVERTER_VERSION = 5
"""Raised when the same weights would be converted or kept differently: part of the cache's key."""

MODEL_FILE = "model.xml"
NUMBERS_FILE = "model.bin"
CHECKSUM_FILE = "sha256"
PRECISION_FILE = "precision"
"""The one chosen on this processor, where none is set."""

SLEEPING_TELEMETRY = "openvino_telemetry"

PROCESSOR_FILE = Path("/proc/cpuinfo")

_FIRST_TOUCH = threading.Lock()

Inputs = Mapping[str, NDArray[np.int64]]
"""A network's inputs by name, each of shape (rows, tokens)."""

RETIRED_SECONDS = 5.0
"""Far longer than a thread of OpenVINO needs to let go of its last batch."""

_RETIRED: deque[tuple[float, _Running]] = deque()
"""Compiled models that are no longer used, each with the time since when."""


class UnsupportedModelError(Exception):
    """This model, or this processor, is not for OpenVINO."""


class ConvertedModel:
    """A network as OpenVINO runs it: loaded at first use, converted before that if it never was."""

    def __init__(
        self,
        name: str,
        *,
        cache: Path,
        identify: Callable[[], str],
        load: Callable[[], tuple[Model, Inputs]],
        precision: Precision | None = None,
    ) -> None:
        """Take a `name` for log lines; keep converted models under `cache`.

        `identify` names the weights and what is made of them. `load` builds the network, once for each model, and
        gives an example of its inputs. Both may raise. Without a `precision` the example, which then has to be real
        text, decides which is the fastest that is good enough.
        """
        self.failure = ""
        """Why OpenVINO cannot run it, once that is known."""
        self._precision = precision
        self._name = name
        self._cache = cache
        self._identify = identify
        self._load = load
        # No cached_property: in Python 3.11 its lock is one for all instances, and models load side by side.
        self._loading = threading.Lock()
        self._is_loaded = False
        self._running = _Running()
        weakref.finalize(self, _retire, self._running).atexit = False

    def queue(self) -> AsyncInferQueue | None:
        """Return the calling thread's own queue, whose batches belong to it alone; None where OpenVINO cannot do it."""
        compiled = self.compiled
        if compiled is None:
            return None
        queues = self._running.queues
        if not hasattr(queues, "own"):
            import openvino

            queues.own = openvino.AsyncInferQueue(compiled)
        queue: AsyncInferQueue = queues.own
        return queue

    @property
    def compiled(self) -> CompiledModel | None:
        """Return the model, None where OpenVINO cannot do it: the reason is logged once."""
        with self._loading:
            if not self._is_loaded:
                self._running.compiled = self._try_to_compile()
                self._is_loaded = True
            return self._running.compiled

    def _try_to_compile(self) -> CompiledModel | None:
        try:
            return self._compile()
        except LecternError as error:
            if not isinstance(error, LibraryError):  # The weights are wrong, for torch just as much.
                raise
            self.give_up(error)
        except Exception as error:
            self.give_up(error)
        return None

    def give_up(self, error: Exception) -> None:
        """Remember why OpenVINO cannot run the model, and log, in one line, that torch takes over."""
        self.failure = first_line(error)
        log.warning("OpenVINO cannot run %s (%s): torch does, more slowly.", self._name, self.failure)

    def _compile(self) -> CompiledModel:
        _check_processor()
        identity = self._identify()
        wake_openvino()
        import openvino

        key = f"{identity}-openvino{version('openvino')}-{CONVERTER_VERSION}-{self._precision}"

        core = openvino.Core()
        # A home that moves to another processor chooses again.
        key += core.get_property("CPU", "FULL_DEVICE_NAME")
        model, precision = self._read_or_convert(core, self._cache / hashlib.sha256(key.encode()).hexdigest()[:16])
        return compile_model(core, model, precision)

    def _read_or_convert(self, core: Core, kept: Path) -> tuple[Model, Precision]:
        if kept.is_dir():
            try:
                return _read(core, kept)
            except (OSError, RuntimeError):
                log.warning("The converted model in %s is damaged: it is made anew.", kept)
                shutil.rmtree(kept, ignore_errors=True)
        model, example = self._load()
        precision = self._precision or choose_precision(core, model, example)
        model = prepare_model(model, precision)
        _keep(model, precision, kept)
        try:
            # Another process may have been first, and have chosen otherwise: both are to say the same.
            return _read(core, kept)
        except (OSError, RuntimeError):
            return model, precision


class _Running:
    """A compiled model, with a queue of requests for each thread."""

    def __init__(self) -> None:
        self.compiled: CompiledModel | None = None
        self.queues = threading.local()


def _retire(running: _Running) -> None:
    """Release a compiled model, though not at once.

    Its last reference gone, OpenVINO waits for its threads while Python's lock is held; one that is just letting go of
    a batch needs that lock for its callback, and both wait for ever.
    """
    now = time.monotonic()
    _RETIRED.append((now, running))
    while _RETIRED and _RETIRED[0][0] < now - RETIRED_SECONDS:
        _RETIRED.popleft()


def no_engine(name: str, failure: str, error: LibraryError) -> ConfigurationError:
    """Return the error that neither engine can run a model: OpenVINO for the reason `failure`, torch for that of
    `error`.
    """
    return ConfigurationError(
        f"OpenVINO cannot run {name} ({failure}), and torch cannot stand in for it. {error.reason}",
        f"Repair either of the two; `lectern doctor` looks at both. {error.remedy}",
    )


def wake_openvino() -> None:
    """Import OpenVINO without its telemetry, and past its first touch of NumPy.

    Two threads that make it touch NumPy for the first time wait for each other for ever, all of Python with them.
    Raises LibraryError.
    """
    # Set to None, an import of it fails, and OpenVINO falls back to its own stub that reports nothing.
    sys.modules[SLEEPING_TELEMETRY] = None  # type: ignore[assignment]
    with _FIRST_TOUCH, loading_library("openvino"):
        import openvino

        openvino.Tensor(np.zeros(1, dtype=np.float32))


def _check_processor() -> None:
    """Raise UnsupportedModelError for an x86 processor without AVX2, for which OpenVINO has no fast kernels."""
    try:
        lines = PROCESSOR_FILE.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    flags = next((line.split() for line in lines if line.startswith("flags")), None)
    if flags is not None and "avx2" not in flags:
        raise UnsupportedModelError("the processor has no AVX2")


def _read(core: Core, folder: Path) -> tuple[Model, Precision]:
    """Return a kept model, prepared for its precision. Raises OSError or RuntimeError where it is not what was kept."""
    expected = (folder / CHECKSUM_FILE).read_text(encoding="ascii", errors="replace")
    if hash_files([folder / MODEL_FILE, folder / NUMBERS_FILE]) != expected:
        raise RuntimeError("its SHA-256 has changed")
    precision = (folder / PRECISION_FILE).read_text(encoding="ascii", errors="replace")
    if precision not in PRECISIONS:
        raise RuntimeError("its precision is none")
    return core.read_model(folder / MODEL_FILE), cast(Precision, precision)


def _keep(model: Model, precision: Precision, folder: Path) -> None:
    """Save a converted model; do without where the folder cannot be written, or another process was first."""
    import openvino

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix="converting-"))
    except OSError as error:
        log.warning("The converted model cannot be kept in %s (%s): it is made anew each time.", folder, error.strerror)
        return
    try:
        openvino.save_model(model, scratch / MODEL_FILE, compress_to_fp16=False)
        digest = hash_files([scratch / MODEL_FILE, scratch / NUMBERS_FILE])
        (scratch / CHECKSUM_FILE).write_text(digest, encoding="ascii")
        (scratch / PRECISION_FILE).write_text(precision, encoding="ascii")
        scratch.replace(folder)  # In one step, so that no process reads half a model.
    except (OSError, RuntimeError) as error:
        log.info("The converted model was not kept: %s", error)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
