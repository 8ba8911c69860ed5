"""Converting, keeping and loading a network: what is damaged is made anew, and what fails leaves the work to torch."""

from __future__ import annotations

import gc
import logging
import os
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openvino
import pytest
from numpy.typing import NDArray
from openvino import opset13

from rag.errors import ConfigurationError
from rag.models import openvino_runtime
from rag.models.openvino_runtime import MODEL_FILE, NUMBERS_FILE, ConvertedModel, Inputs, UnsupportedModelError

Load = Callable[[], tuple[openvino.Model, Inputs]]


def load() -> tuple[openvino.Model, Inputs]:
    """A network of one layer, which doubles a row of ones; its weight is large enough to be kept among the numbers."""
    numbers = opset13.parameter([-1, 4], openvino.Type.i64, name="numbers")
    numbers.output(0).set_names({"numbers"})
    weight = opset13.constant(np.full((4, 4), 0.5, dtype=np.float32))
    doubled = opset13.matmul(opset13.convert(numbers, "f32"), weight, False, True)
    return openvino.Model([opset13.result(doubled)], [numbers], "doubler"), {"numbers": ones(2)}


def ones(rows: int) -> NDArray[np.int64]:
    return np.ones((rows, 4), dtype=np.int64)


def never() -> tuple[openvino.Model, Inputs]:
    raise AssertionError("converted again")


def make(cache: Path, load: Load = load) -> ConvertedModel:
    return ConvertedModel("the doubler", cache=cache, identify=lambda: "doubler@1", load=load)


def run(model: ConvertedModel) -> float:
    compiled = model.compiled
    assert compiled is not None
    return float(compiled({"numbers": ones(1)})[0][0, 0])


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelno == logging.WARNING]


def test_a_kept_model_is_not_converted_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert run(make(tmp_path)) == 2.0
    assert run(make(tmp_path, never)) == 2.0
    assert warnings_in(caplog) == []


@pytest.mark.parametrize("file", [MODEL_FILE, NUMBERS_FILE])
def test_a_damaged_model_is_made_anew_with_one_warning(
    file: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run(make(tmp_path))
    (kept,) = tmp_path.iterdir()
    content = bytearray((kept / file).read_bytes())
    content[-1] ^= 0xFF
    (kept / file).write_bytes(content)
    assert run(make(tmp_path)) == 2.0
    assert len(warnings_in(caplog)) == 1
    assert "damaged" in warnings_in(caplog)[0]
    assert run(make(tmp_path, never)) == 2.0


@pytest.mark.parametrize("file", [MODEL_FILE, NUMBERS_FILE, "sha256"])
def test_a_model_kept_in_part_is_made_anew(file: str, tmp_path: Path) -> None:
    run(make(tmp_path))
    (kept,) = tmp_path.iterdir()
    (kept / file).unlink()
    assert run(make(tmp_path)) == 2.0
    assert run(make(tmp_path, never)) == 2.0


def test_what_a_dropped_model_held_outlives_it_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = make(tmp_path)
    held, queue = weakref.ref(model._running), model.queue()
    assert queue is not None
    queue.start_async({"numbers": ones(1)})
    queue.wait_all()
    del model, queue
    gc.collect()
    assert held() is not None
    monkeypatch.setattr(openvino_runtime, "RETIRED_SECONDS", -1.0)
    run(make(tmp_path))
    gc.collect()
    assert held() is None


def test_two_that_convert_at_once_both_work_and_leave_one_model(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    meeting = threading.Barrier(2, timeout=60)

    def load_together() -> tuple[openvino.Model, Inputs]:
        meeting.wait()
        return load()

    results: list[float] = []
    threads = [threading.Thread(target=lambda: results.append(run(make(tmp_path, load_together)))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [2.0, 2.0]
    assert len(list(tmp_path.iterdir())) == 1
    assert warnings_in(caplog) == []
    assert run(make(tmp_path, never)) == 2.0


def test_a_network_that_cannot_be_built_leaves_the_work_to_torch_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse() -> tuple[openvino.Model, Inputs]:
        raise UnsupportedModelError("its model_type is mpnet")

    model = make(tmp_path, refuse)
    assert model.queue() is None
    assert model.queue() is None
    assert model.failure == "its model_type is mpnet"
    assert warnings_in(caplog) == [
        "OpenVINO cannot run the doubler (its model_type is mpnet): torch does, more slowly."
    ]


def test_an_openvino_that_cannot_be_loaded_leaves_the_work_to_torch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    model = make(tmp_path)
    assert model.queue() is None
    assert model.failure.startswith("The library openvino cannot be loaded: ")
    assert len(warnings_in(caplog)) == 1


def test_a_home_that_cannot_be_written_costs_time_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(30, "Read-only file system")

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    assert run(make(tmp_path)) == 2.0
    assert len(warnings_in(caplog)) == 1
    assert "cannot be kept" in warnings_in(caplog)[0]
    assert list(tmp_path.iterdir()) == []


def test_a_processor_without_avx2_leaves_the_work_to_torch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    old = tmp_path / "cpuinfo"
    old.write_text("processor : 0\nflags : fpu sse sse2 ssse3 sse4_1 sse4_2 avx\n")
    monkeypatch.setattr(openvino_runtime, "PROCESSOR_FILE", old)
    model = make(tmp_path / "models")
    assert model.queue() is None
    assert model.queue() is None
    assert warnings_in(caplog) == [
        "OpenVINO cannot run the doubler (the processor has no AVX2): torch does, more slowly."
    ]


def test_wrong_weights_are_told_and_not_papered_over(tmp_path: Path) -> None:
    def refuse() -> tuple[openvino.Model, Inputs]:
        raise ConfigurationError("The weights are damaged.", "Install them again.")

    with pytest.raises(ConfigurationError, match="damaged"):
        _ = make(tmp_path, refuse).compiled


def test_each_thread_has_a_queue_of_its_own(tmp_path: Path) -> None:
    model = make(tmp_path)
    queues = [model.queue()]
    thread = threading.Thread(target=lambda: queues.append(model.queue()))
    thread.start()
    thread.join()
    assert queues[0] is model.queue()
    assert queues[0] is not queues[1]


FIRST_USES = 20
"""Of processes whose two threads both use OpenVINO for the first time: of 25, 3 stood still before that was mended."""


def use_from_two_threads() -> None:
    """In a process that has not used it yet, read the weights of a network from two threads at once."""
    meeting = threading.Barrier(2, timeout=60)

    def use() -> None:
        openvino_runtime.wake_openvino()
        import openvino

        model = openvino.Core().read_model(os.environ["LECTERN_TEST_MODEL"])
        constant = next(node for node in model.get_ops() if node.get_type_name() == "Constant")
        meeting.wait()
        constant.get_data()

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_threads_that_use_it_first_do_not_wait_for_each_other_for_ever(tmp_path: Path) -> None:
    run(make(tmp_path))
    (kept,) = tmp_path.iterdir()
    program = (
        "import os, signal\n"
        "from tests.integration.rag.models.test_openvino_runtime import use_from_two_threads\n"
        f"for _ in range({FIRST_USES}):\n"
        "    process = os.fork()\n"
        "    if not process:\n"
        "        signal.alarm(10)\n"
        "        use_from_two_threads()\n"
        "        os._exit(0)\n"
        "    assert os.waitpid(process, 0)[1] == 0, 'it stood still'\n"
    )
    environment = os.environ | {"LECTERN_TEST_MODEL": str(kept / MODEL_FILE)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr
