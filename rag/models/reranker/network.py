"""The network of the built-in reader: a BERT with two heads."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModel, BertModel

FROZEN = "embeddings.word_embeddings.weight"
"""Not trained and not shipped: the base model's, which is installed anyway, so that the weights take half the space."""


class ReaderNetwork(torch.nn.Module):
    """Scores a passage and marks the answer in it, in one pass over question and passage."""

    def __init__(self, transformer: BertModel) -> None:
        super().__init__()
        self.transformer = transformer
        size = transformer.config.hidden_size
        self.relevance = torch.nn.Linear(size, 1)
        self.span = torch.nn.Linear(size, 2)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return relevance logits of shape (batch,), start and end logits of shape (batch, tokens, 2).

        The first token stands for "no answer here".
        """
        tokens = self.transformer(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        return self.relevance(tokens[:, 0]).squeeze(-1), self.span(tokens)


def start_network(base: Path) -> ReaderNetwork:
    """Return an untrained network over the transformer in the folder `base`."""
    return ReaderNetwork(_open_transformer(base))


def load_network(base: Path, weights: Path) -> ReaderNetwork:
    """Return the trained network: the base model's word embeddings, everything else from a safetensors file."""
    network = start_network(base)
    missing, unexpected = network.load_state_dict(
        {name: tensor.float() for name, tensor in load_file(weights).items()}, strict=False
    )
    if unexpected or missing != [f"transformer.{FROZEN}"]:
        raise ValueError(f"{weights.name} holds other layers than the reader's: {[*missing, *unexpected][:3]}")
    return network.eval()


def trained_tensors(network: ReaderNetwork) -> dict[str, torch.Tensor]:
    """Return what a weights file holds: all but the frozen word embeddings."""
    return {name: tensor for name, tensor in network.state_dict().items() if not name.endswith(FROZEN)}


def _open_transformer(base: Path) -> BertModel:
    config = AutoConfig.from_pretrained(str(base), local_files_only=True, trust_remote_code=False)
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    # Eager attention: faster than sdpa in training, and what converts to OpenVINO.
    transformer: BertModel = AutoModel.from_pretrained(
        str(base),
        config=config,
        add_pooling_layer=False,
        attn_implementation="eager",
        dtype=torch.float32,
        local_files_only=True,
        trust_remote_code=False,
    )
    return transformer
