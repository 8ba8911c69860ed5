"""Turns training groups into padded batches of tokens with their targets."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from tokenizers import Encoding, Tokenizer

from rag.models.tokenizer import pad_encodings
from training.mine import TrainingGroup
from training.mixture import SetRecipe, is_held_out, recipe_of

MAX_TOKENS = 256
"""Question, title and passage; the passage is cut."""
MICRO_BATCH_TOKENS = 3_072
"""Padded tokens in one pass."""
NO_TITLE_SHARE = 0.15
"""Titles are dropped this often, so that the reader also does without."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One sequence: its tokens and where its answer stands.

    `starts` and `ends` are token positions that are right: (0,) means "no answer here", () that it is not known.
    `taught` is the logit that a teacher gives it, None without one.
    """

    encoding: Encoding
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    taught: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """The sequences of one optimiser step. Each group's are consecutive, the positive first; `sizes` counts them."""

    pairs: tuple[Pair, ...]
    sizes: tuple[int, ...]


def draw_steps(
    groups: Sequence[TrainingGroup],
    tokenizer: Tokenizer,
    *,
    per_step: int,
    seed: int,
    recipe: Callable[[str], SetRecipe] = recipe_of,
) -> Iterator[Step]:
    """Yield steps without end, in an order that the seed fixes: every group in turn, as often as the `recipe` of its
    set says."""
    draw = random.Random(seed)
    trained_on = [group for group in groups if not is_held_out(group.question)]
    while True:
        turn = [group for group in trained_on for _ in range(_uses(recipe(group.set), draw))]
        draw.shuffle(turn)
        for start in range(0, len(turn) - per_step + 1, per_step):
            drawn = [_draw_group(group, recipe(group.set), draw) for group in turn[start : start + per_step]]
            yield _step(drawn, tokenizer)


def micro_batches(pairs: Sequence[Pair]) -> Iterator[list[int]]:
    """Yield positions of the pairs in batches of like length."""
    batch: list[int] = []
    for position in sorted(range(len(pairs)), key=lambda at: len(pairs[at].encoding.ids)):
        if batch and (len(batch) + 1) * len(pairs[position].encoding.ids) > MICRO_BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def pad(pairs: Sequence[Pair]) -> dict[str, torch.Tensor]:
    """Return the network's inputs, each of shape (batch, tokens)."""
    return {name: torch.tensor(rows) for name, rows in pad_encodings([pair.encoding for pair in pairs]).items()}


def open_tokenizer(file: str, max_tokens: int = MAX_TOKENS) -> Tokenizer:
    """Return the base model's tokenizer, cutting the passage where a pair is too long."""
    tokenizer = Tokenizer.from_file(file)
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    tokenizer.enable_truncation(max_tokens, strategy="only_second")
    return tokenizer


def _uses(recipe: SetRecipe, draw: random.Random) -> int:
    return int(recipe.uses) + (draw.random() < recipe.uses % 1)


def _draw_group(group: TrainingGroup, recipe: SetRecipe, draw: random.Random) -> tuple[TrainingGroup, bool]:
    """Return the group with as many negatives as its recipe says, and whether its titles are kept."""
    wanted = min(recipe.negatives, len(group.negatives))
    places = draw.sample(range(len(group.negatives)), wanted)
    chosen = replace(
        group,
        negatives=tuple(group.negatives[at] for at in places),
        scores=tuple(group.scores[at] for at in (0, *(1 + at for at in places))) if group.scores else (),
    )
    return chosen, draw.random() > NO_TITLE_SHARE


def _step(drawn: Sequence[tuple[TrainingGroup, bool]], tokenizer: Tokenizer) -> Step:
    texts, sizes, shifts = [], [], []
    for group, titled in drawn:
        for title, text in (group.positive, *group.negatives):
            header = f"{title}\n" if title and titled else ""
            texts.append((group.question[:1_000], header + text))
            shifts.append(len(header))
        sizes.append(1 + len(group.negatives))
    encodings = tokenizer.encode_batch(texts)
    pairs: list[Pair] = []
    for group, _ in drawn:
        spans = recipe_of(group.set).spans
        for place in range(1 + len(group.negatives)):
            encoding, shift = encodings[len(pairs)], shifts[len(pairs)]
            taught = group.scores[place] if group.scores else None
            if place == 0:
                pairs.append(replace(_mark(encoding, shift, group.answers or ()), taught=taught))
            else:
                empty = (0,) if spans and recipe_of(group.set).sure else ()
                pairs.append(Pair(encoding, empty, empty, taught))
    return Step(tuple(pairs), tuple(sizes))


def _mark(encoding: Encoding, shift: int, answers: Sequence[tuple[int, int]]) -> Pair:
    starts, ends = [], []
    for start, end in answers:
        first = encoding.char_to_token(start + shift, 1)
        last = encoding.char_to_token(end - 1 + shift, 1)
        if first is not None and last is not None:
            starts.append(first)
            ends.append(last)
    return Pair(encoding, tuple(starts), tuple(ends))
