"""Runs the reader's network over batches of tokens, by OpenVINO or by torch. Knows no text and no spans."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.adapters.model_files import stay_offline
from rag.adapters.openvino_runtime import ConvertedModel

if TYPE_CHECKING:
    import torch
    from openvino import InferRequest

    from rag.adapters.cross_encoder.network import ReaderNetwork

Inputs = Mapping[str, NDArray[np.int64]]
"""The network's inputs by name, each of shape (rows, tokens)."""

Collect = Callable[[int, NDArray[np.float32], NDArray[np.float32]], None]
"""Takes a batch's number, its relevance logits (rows,) and its span logits (rows, tokens, 2). The arrays are the
engine's own and change after the call; calls come from any thread, one for each batch."""


class Engine(Protocol):
    """What runs the network."""

    batch_size: int

    def run(self, batches: Iterable[Inputs], collect: Collect) -> None:
        """Run all batches; each one's logits are handed over once. Raises RuntimeError."""
        ...


class OpenVinoEngine:
    """Several batches at once, one a core."""

    batch_size = 8

    def __init__(self, model: ConvertedModel) -> None:
        self._model = model

    def run(self, batches: Iterable[Inputs], collect: Collect) -> None:
        """Run all batches; logits come in the order in which batches end."""
        queue = self._model.queue()
        if queue is None:
            raise RuntimeError("the model could not be loaded")

        def hand_over(request: InferRequest, number: int) -> None:
            collect(number, request.get_output_tensor(0).data, request.get_output_tensor(1).data)

        queue.set_callback(hand_over)
        try:
            for number, inputs in enumerate(batches):
                queue.start_async(dict(inputs), userdata=number)
        finally:
            queue.wait_all()


class TorchEngine:
    """One batch after the other, on a GPU in bf16 where there is one."""

    def __init__(self, base: Path, weights: Path) -> None:
        import torch

        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._network = open_network(base, weights).to(self._device)
        self.batch_size = 64 if self._device.type == "cuda" else 8

    def run(self, batches: Iterable[Inputs], collect: Collect) -> None:
        """Run all batches, in order."""
        import torch

        on_gpu = self._device.type == "cuda"
        with torch.inference_mode(), torch.autocast(self._device.type, torch.bfloat16, enabled=on_gpu):
            for number, inputs in enumerate(batches):
                tensors = {name: torch.from_numpy(array).to(self._device) for name, array in inputs.items()}
                relevance, spans = self._network(**tensors)
                collect(number, relevance.float().cpu().numpy(), spans.float().cpu().numpy())


def open_network(base: Path, weights: Path) -> ReaderNetwork:
    """The trained network, read without a look at any hub."""
    stay_offline()
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    from rag.adapters.cross_encoder.network import load_network

    return load_network(base, weights)


def network_to_convert(base: Path, weights: Path) -> tuple[ReaderNetwork, dict[str, torch.Tensor]]:
    """The trained network and an example of its inputs."""
    import torch

    network = open_network(base, weights)
    ones = torch.ones((2, 16), dtype=torch.long)
    return network, {"input_ids": ones, "attention_mask": ones.clone(), "token_type_ids": ones.clone()}
