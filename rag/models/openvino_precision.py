"""Chooses the arithmetic in which OpenVINO runs a network: the fastest that changes next to nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from openvino import CompiledModel, Core, Model

log = logging.getLogger(__name__)

Precision = Literal["f32", "bf16", "int8"]
"""int8: weights of most layers in int8 by row, what goes into them in int8 by groups, all else as in bf16 or f32."""

PRECISIONS = get_args(Precision)

MIN_COSINE = 0.999
"""Mean over the tokens of the probe, to float32: below it a faster precision is not chosen by itself."""

GROUP = 64
"""Inputs of a layer that share a scale in int8. On 83 passages, two cores with AVX512-BF16 and VNNI: groups of 64 have
a mean cosine of 0.9992 to float32 in 0.83 of bf16's time, groups of 384 0.9986 in 0.79."""

SENSITIVE = ".attention.self."
"""Queries, keys and values stay as they are: with them in int8 the cosine falls below MIN_COSINE."""

PROBE_ROUNDS = 4
PROBE_BATCHES = 2

PROBE_TEXTS = (
    "The committee met on 14 March 2019 in the town hall. Mrs Hargreaves reported that the bridge over the Lune had "
    "been inspected and that two of its nine arches needed new stone before the winter. The cost was put at £48,200, "
    "of which the county would bear a third. It was resolved to ask for three tenders by the end of May and to close "
    "the eastern footway until the work was done. The clerk was asked to write to the owners of the adjoining mill.",
    "Revenue | 2021 | 2020 | 2019\nProducts | 12,431 | 11,870 | 10,002\nServices | 4,118 | 3,904 | 3,377\n"
    "Total | 16,549 | 15,774 | 13,379\nOperating income rose by 6.2 percent, mainly because of lower freight costs and "
    "a better mix of products, partly offset by higher wages and the weaker pound.",
    "To reset the controller, hold the left button for ten seconds until the lamp blinks twice, then release it. Do "
    "not open the housing while the unit is connected to the mains. If the error E17 is shown again, replace the "
    "filter (part 40-2231) and check that both valves close.",
    "Why do whales sing? Biologists long thought that the songs of humpbacks serve to attract mates, because only "
    "the males sing and they do so mostly in winter. Recordings made over eleven years in the South Pacific show that "
    "a new song spreads from west to east within two seasons, which no other animal is known to do. The tenant shall "
    "keep the premises in good repair and shall not assign this lease without written consent, which may not be "
    "withheld without reason.",
)
"""Prose, a table, instructions: text of the kind that is indexed."""

PROBE_QUESTION = "What will the work on the bridge cost?"


def prepare_model(model: Model, precision: Precision) -> Model:
    """Return the network as it is to be compiled, and kept, for a precision."""
    return _with_int8_weights(model) if precision == "int8" else model


def compile_model(core: Core, prepared: Model, precision: Precision) -> CompiledModel:
    """Return the prepared network ready to run. Raises RuntimeError."""
    hint = "bf16" if precision != "f32" and _has_bf16(core) else "f32"
    settings = {"INFERENCE_PRECISION_HINT": hint, "PERFORMANCE_HINT": "THROUGHPUT"}
    if precision == "int8":
        settings["DYNAMIC_QUANTIZATION_GROUP_SIZE"] = str(GROUP)
    # One stream a core, each working on a batch of its own: 12 % faster here than all cores on one batch.
    return core.compile_model(prepared, "CPU", settings)


def choose_precision(core: Core, model: Model, probe: Mapping[str, NDArray[np.int64]]) -> Precision:
    """Return the fastest precision here whose token vectors for the probe stay near those of float32."""
    reference, fastest = _run(compile_model(core, model, "f32"), probe)
    chosen: Precision = "f32"
    candidates: list[Precision] = ["bf16", "int8"] if _has_bf16(core) else ["int8"]
    for precision in candidates:
        try:
            vectors, seconds = _run(compile_model(core, prepare_model(model, precision), precision), probe)
        except RuntimeError as error:
            log.info("OpenVINO cannot run %s here: %s", precision, error)
            continue
        cosine = _mean_cosine(vectors, reference, probe.get("attention_mask"))
        log.info("%s: %.4f s, mean cosine %.5f", precision, seconds, cosine)
        if cosine >= MIN_COSINE and seconds < fastest:
            chosen, fastest = precision, seconds
    return chosen


def _has_bf16(core: Core) -> bool:
    return "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _with_int8_weights(model: Model) -> Model:
    """Return a copy in which the constant weights of most matrix products are int8 with a scale for each output."""
    from openvino import opset13

    model = model.clone()
    for node in model.get_ordered_ops():
        if node.get_type_name() != "MatMul" or SENSITIVE in node.get_friendly_name():
            continue
        constant = node.input_value(1).get_node()
        if constant.get_type_name() != "Constant" or not node.get_attributes()["transpose_b"]:
            continue
        weights = constant.get_data()
        if weights.ndim != 2 or weights.shape[1] % GROUP:
            continue
        scales = np.maximum(np.abs(weights).max(axis=1, keepdims=True) / 127, 1e-12).astype(np.float32)
        steps = opset13.constant(np.round(weights / scales).astype(np.int8))
        scaled = opset13.multiply(opset13.convert(steps, "f32"), opset13.constant(scales))
        node.input(1).replace_source_output(scaled.output(0))
    model.validate_nodes_and_infer_types()
    return model


def _run(compiled: CompiledModel, probe: Mapping[str, NDArray[np.int64]]) -> tuple[NDArray[np.float32], float]:
    """Return the network's output for the probe, and the shortest time of PROBE_BATCHES such batches."""
    import openvino

    output = np.array(compiled(dict(probe), share_inputs=False)[0], dtype=np.float32)
    queue = openvino.AsyncInferQueue(compiled)
    seconds = []
    for _ in range(PROBE_ROUNDS):
        started = time.perf_counter()
        for _ in range(PROBE_BATCHES):
            queue.start_async(dict(probe))
        queue.wait_all()
        seconds.append(time.perf_counter() - started)
    return output, min(seconds)


def _mean_cosine(ours: NDArray[np.float32], theirs: NDArray[np.float32], mask: NDArray[np.int64] | None) -> float:
    """Return the mean cosine over vectors, which lie along the last axis; only over those of the mask where there is
    one.
    """
    if mask is not None:
        ours, theirs = ours[mask > 0], theirs[mask > 0]
    lengths = np.linalg.norm(ours, axis=-1) * np.linalg.norm(theirs, axis=-1)
    return float(np.mean((ours * theirs).sum(axis=-1) / np.maximum(lengths, 1e-12)))
