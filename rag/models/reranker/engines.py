"""Turns batches of tokens into token vectors, by OpenVINO or by torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.models.files import loading_with_torch
from rag.models.openvino_runtime import ConvertedModel, Inputs

if TYPE_CHECKING:
    import torch
    from openvino import InferRequest

Collect = Callable[[int, NDArray[np.float32]], None]
"""Takes a batch's number and its token vectors, shape (rows, tokens, size). They are the engine's own and change after
the call; calls come from any thread, one for each batch."""


class Engine(Protocol):
    """Runs the transformer over batches of tokens."""

    batch_size: int

    def run(self, batches: Iterable[Inputs], collect: Collect) -> None:
        """Run all batches; each one's vectors are handed over once. Raises RuntimeError."""
        ...


class OpenVinoEngine:
    """Several batches at once, one a core."""

    batch_size = 2
    """So few passages are read for a question that larger batches leave cores idle at the end: on two cores 24 passages
    take 472 ms in batches of 8, 371 in batches of 4 and 365 in batches of 2; from 50 on all are alike."""

    def __init__(self, model: ConvertedModel) -> None:
        self._model = model

    def run(self, batches: Iterable[Inputs], collect: Collect) -> None:
        """Run all batches; vectors come in the order in which batches end."""
        queue = self._model.queue()
        if queue is None:
            raise RuntimeError("the model could not be loaded")

        def hand_over(request: InferRequest, number: int) -> None:
            collect(number, request.get_output_tensor().data)

        queue.set_callback(hand_over)
        try:
            for number, inputs in enumerate(batches):
                queue.start_async(dict(inputs), userdata=number)
        finally:
            queue.wait_all()


class TorchEngine:
    """One batch after the other, on a GPU in bf16 where there is one."""

    def __init__(self, base: Path, weights: Path) -> None:
        # First: it says in one sentence what is wrong where torch cannot be loaded.
        self._transformer = _open_transformer(base, weights)
        import torch

        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._transformer.to(self._device)
        self.batch_size = 64 if self._device.type == "cuda" else 8

    def run(self, batches: Iterable[Inputs], collect: Collect) -> None:
        """Run all batches, in order."""
        import torch

        on_gpu = self._device.type == "cuda"
        with torch.inference_mode(), torch.autocast(self._device.type, torch.bfloat16, enabled=on_gpu):
            for number, inputs in enumerate(batches):
                tensors = {name: torch.from_numpy(array).to(self._device) for name, array in inputs.items()}
                vectors = self._transformer(**tensors).last_hidden_state
                collect(number, vectors.float().cpu().numpy())


def _open_transformer(base: Path, weights: Path) -> torch.nn.Module:
    """Return the trained transformer, read without a look at any hub. Raises LibraryError."""
    with loading_with_torch():
        from rag.models.reranker.network import load_network

        transformer: torch.nn.Module = load_network(base, weights).transformer
    return transformer
