"""Trains the reader's network on mined groups, on a CPU or a GPU, resumably.

The loss of a group is listwise (its answering passage against the others), plus a pointwise one that gives the score
an absolute meaning, plus that of the answer's first and last token.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn import functional

from rag.models.reranker.network import FROZEN, ReaderNetwork, load_network, start_network, trained_tensors
from training.batches import MAX_TOKENS, Pair, Step, draw_steps, micro_batches, open_tokenizer, pad
from training.mine import TrainingGroup
from training.mixture import SetRecipe, recipe_of

log = logging.getLogger(__name__)

CHECKPOINT = "checkpoint.pt"
WEIGHTS = "reader.safetensors"
LOG_EVERY = 20


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Length and speed of the training; the defaults are those of the weights that ship."""

    steps: int = 2_200
    groups_per_step: int = 16
    rate: float = 1.5e-4
    heads_rate: float = 1e-3
    warm_up: float = 0.06
    pointwise_weight: float = 0.2
    span_weight: float = 1.0
    empty_weight: float = 0.1
    taught_share: float = 0.6
    """How much of what is aimed at is the teacher's judgement, where there is one; the rest is the label."""
    average_decay: float = 0.99
    checkpoint_every: int = 200
    frozen_layers: int = 0
    max_tokens: int = MAX_TOKENS
    minutes: float = math.inf
    seed: int = 0


REFINING = TrainingSettings(
    steps=600,
    groups_per_step=10,
    frozen_layers=2,
    max_tokens=192,
    rate=4e-5,
    heads_rate=1e-4,
    pointwise_weight=1.0,
    span_weight=0.7,
    empty_weight=0.3,
    checkpoint_every=40,
)
"""For weights that are trained further: slower, and with more weight on what does not answer."""


def train(
    base: Path,
    groups: list[TrainingGroup],
    folder: Path,
    settings: TrainingSettings,
    start: Path | None = None,
    recipe: Callable[[str], SetRecipe] = recipe_of,
) -> Path:
    """Train to the end, from the checkpoint in `folder` if there is one; the weights file it wrote.

    Without a checkpoint the network begins with the weights `start`, or with the base model's. It ends after
    `settings.steps`, or after `settings.minutes` of this run: the rate falls to nothing by whichever comes first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(settings.seed)
    network = (load_network(base, start) if start else start_network(base)).to(device).train()
    for name, parameter in network.named_parameters():
        parameter.requires_grad = not name.endswith(FROZEN) and not name.startswith(_lowest(settings.frozen_layers))
    optimiser = _optimiser(network, settings)
    averaged = {name: tensor.clone() for name, tensor in trained_tensors(network).items()}
    first = _resume(folder / CHECKPOINT, network, optimiser, averaged)
    tokenizer = open_tokenizer(str(base / "tokenizer.json"), settings.max_tokens)
    steps = draw_steps(groups, tokenizer, per_step=settings.groups_per_step, seed=settings.seed, recipe=recipe)
    (folder / "settings.json").write_text(json.dumps(asdict(settings), indent=1))
    started, sequences = time.perf_counter(), 0
    sums: dict[str, float] = {}
    for number in range(settings.steps):
        step = next(steps)
        if number < first:
            continue
        done = (time.perf_counter() - started) / max(60 * settings.minutes, 1e-9)
        if done >= 1:
            break
        _set_rate(optimiser, number, done, settings)
        losses = _losses(network, step, settings, device)
        total = torch.stack(list(losses.values())).sum()
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        _average(averaged, network, settings.average_decay)
        sequences += len(step.pairs)
        for name, loss in losses.items():
            sums[name] = sums.get(name, 0.0) + float(loss.detach()) / LOG_EVERY
        if (number + 1) % LOG_EVERY == 0:
            speed = sequences / (time.perf_counter() - started)
            shown = " ".join(f"{name} {value:.3f}" for name, value in sums.items())
            log.info("step %d of %d, %s, %.1f sequences/s", number + 1, settings.steps, shown, speed)
            sums = {}
        if (number + 1) % settings.checkpoint_every == 0:
            _keep(folder / CHECKPOINT, number + 1, network, optimiser, averaged)
            _write_weights(averaged, folder / WEIGHTS)
    return _write_weights(averaged, folder / WEIGHTS)


def _lowest(layers: int) -> tuple[str, ...]:
    """Return how the parameters of the embeddings and of so many layers begin; nothing for none."""
    if not layers:
        return ()
    return ("transformer.embeddings.", *(f"transformer.encoder.layer.{number}." for number in range(layers)))


def _losses(
    network: ReaderNetwork, step: Step, settings: TrainingSettings, device: torch.device
) -> dict[str, torch.Tensor]:
    scores: list[torch.Tensor | None] = [None] * len(step.pairs)
    marked: list[torch.Tensor] = []
    empty: list[torch.Tensor] = []
    for positions in micro_batches(step.pairs):
        pairs = [step.pairs[position] for position in positions]
        inputs = {name: tensor.to(device) for name, tensor in pad(pairs).items()}
        with torch.autocast(device.type, torch.bfloat16):
            relevance, spans = network(**inputs)
        for position, score in zip(positions, relevance.float(), strict=True):
            scores[position] = score
        # An answer stands in the passage or, for "none", at the first token.
        allowed = (inputs["token_type_ids"] == 1) & (inputs["attention_mask"] == 1)
        allowed[:, 0] = True
        logits = spans.float().masked_fill(~allowed.unsqueeze(-1), -1e4).log_softmax(dim=1)
        for row, pair in enumerate(pairs):
            if pair.starts:
                (empty if pair.starts == (0,) else marked).append(_span_loss(logits[row], pair))
    flat = torch.stack([score for score in scores if score is not None])
    zero = flat.sum() * 0
    targets = torch.zeros_like(flat)
    listwise, at = [], 0
    for size in step.sizes:
        of_group = slice(at, at + size)
        targets[at] = 1
        shares = targets[of_group].clone()
        logits = [pair.taught for pair in step.pairs[of_group]]
        if None not in logits:
            taught = torch.tensor(logits, dtype=flat.dtype, device=device)
            share = settings.taught_share
            shares = share * taught.softmax(0) + (1 - share) * shares
            targets[of_group] = share * taught.sigmoid() + (1 - share) * targets[of_group]
        listwise.append(-(shares * flat[of_group].log_softmax(0)).sum())
        at += size
    return {
        "listwise": torch.stack(listwise).mean(),
        "pointwise": settings.pointwise_weight * functional.binary_cross_entropy_with_logits(flat, targets),
        "span": settings.span_weight * (torch.stack(marked).mean() if marked else zero),
        "empty": settings.empty_weight * (torch.stack(empty).mean() if empty else zero),
    }


def _span_loss(logits: torch.Tensor, pair: Pair) -> torch.Tensor:
    """Return the mean of both ends' losses; any of the places where the answer stands is right."""
    start = -logits[list(pair.starts), 0].logsumexp(0)
    end = -logits[list(pair.ends), 1].logsumexp(0)
    return (start + end) / 2


def _optimiser(network: ReaderNetwork, settings: TrainingSettings) -> torch.optim.AdamW:
    trained = [(name, parameter) for name, parameter in network.named_parameters() if parameter.requires_grad]
    body = [parameter for name, parameter in trained if name.startswith("transformer.")]
    heads = [parameter for name, parameter in trained if not name.startswith("transformer.")]
    return torch.optim.AdamW(
        [{"params": body, "peak": settings.rate}, {"params": heads, "peak": settings.heads_rate}],
        lr=settings.rate,
        weight_decay=0.01,
        fused=True,
    )


def _set_rate(optimiser: torch.optim.AdamW, number: int, done: float, settings: TrainingSettings) -> None:
    """Set the learning rate: a line up to the peak, then a line down to zero."""
    share = (number + 1) / settings.steps
    rising, falling = share / settings.warm_up, (1 - max(share, done)) / (1 - settings.warm_up)
    factor = min(rising, falling, 1.0)
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * max(factor, 0.0)


def _average(averaged: dict[str, torch.Tensor], network: ReaderNetwork, decay: float) -> None:
    with torch.no_grad():
        for name, tensor in trained_tensors(network).items():
            if tensor.is_floating_point():
                averaged[name].lerp_(tensor, 1 - decay)


def _keep(
    file: Path, number: int, network: ReaderNetwork, optimiser: torch.optim.AdamW, averaged: dict[str, torch.Tensor]
) -> None:
    scratch = file.with_suffix(".part")
    state = {
        "number": number,
        "network": network.state_dict(),
        "optimiser": optimiser.state_dict(),
        "averaged": averaged,
    }
    torch.save(state, scratch)
    scratch.replace(file)


def _resume(file: Path, network: ReaderNetwork, optimiser: torch.optim.AdamW, averaged: dict[str, torch.Tensor]) -> int:
    """Return the step to go on with."""
    if not file.exists():
        return 0
    state = torch.load(file, weights_only=True)
    network.load_state_dict(state["network"])
    optimiser.load_state_dict(state["optimiser"])
    for name, tensor in state["averaged"].items():
        averaged[name].copy_(tensor)
    log.info("goes on at step %d", state["number"])
    return int(state["number"])


def _write_weights(averaged: dict[str, torch.Tensor], file: Path) -> Path:
    """Return the averaged weights in half precision."""
    save_file({name: tensor.half().contiguous().cpu() for name, tensor in averaged.items()}, file)
    return file
