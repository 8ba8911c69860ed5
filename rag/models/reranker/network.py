"""The network of the built-in reader: a BERT with two heads."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoConfig, AutoModel, BertModel

from rag.models.openvino_bert import count_layers
from rag.models.packed_weights import read_packed

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
    """Return the trained network from a safetensors file, with as many layers as that has; the word embeddings are the
    base model's where the file has none.
    """
    arrays = read_packed(weights)
    layers = count_layers({name.removeprefix("transformer."): array for name, array in arrays.items()})
    network = ReaderNetwork(_open_transformer(base, layers))
    # A network of another depth than the base model's has no word embeddings but those of the file.
    missing, unexpected = network.load_state_dict(
        {name: torch.from_numpy(array).float() for name, array in arrays.items()}, strict=False
    )
    has_own_depth = layers == AutoConfig.from_pretrained(str(base), local_files_only=True).num_hidden_layers
    if unexpected or set(missing) - ({f"transformer.{FROZEN}"} if has_own_depth else set()):
        raise ValueError(f"{weights.name} holds other layers than the reader's: {[*missing, *unexpected][:3]}")
    return network.eval()


def trained_tensors(network: ReaderNetwork) -> dict[str, torch.Tensor]:
    """Return what a weights file holds: all but the frozen word embeddings."""
    return {name: tensor for name, tensor in network.state_dict().items() if not name.endswith(FROZEN)}


def _open_transformer(base: Path, layers: int | None = None) -> BertModel:
    """Return the base model's transformer; with another number of `layers` than it has, their weights are random."""
    config = AutoConfig.from_pretrained(str(base), local_files_only=True, trust_remote_code=False)
    if layers not in (None, config.num_hidden_layers):
        config.num_hidden_layers = layers
        deeper: BertModel = AutoModel.from_config(config, add_pooling_layer=False, attn_implementation="eager")
        return deeper
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
