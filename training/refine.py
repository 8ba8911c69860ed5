"""Mixes mined groups with made ones, for a reader that is trained further on what it gets wrong."""

from __future__ import annotations

import random
from collections.abc import Sequence

from training.contrast import contrast
from training.facts import contents, facts
from training.mine import TrainingGroup

MINED, SWAPPED = 7_500, 7_500
"""Groups as they were mined, so that ranking is not unlearnt, and groups with swapped words, at most."""
FACTS, CONTENTS = 3_000, 700
"""Groups about made-up things, and groups with contents pages."""


FEWER = 3
"""How much less of what is made there is beside what a teacher has judged."""


def mix_groups(
    mined: Sequence[TrainingGroup], *, seed: int, judged: Sequence[TrainingGroup] = ()
) -> list[TrainingGroup]:
    """Return the groups to train on further, in an order that the seed fixes; what a teacher has judged in place of
    groups as they were mined, and then fewer made ones, which their labels tell apart better."""
    draw = random.Random(seed)
    share = FEWER if judged else 1
    swapped = list(contrast(mined, draw))
    mixed = [
        *facts(FACTS // share, draw),
        *contents(mined, CONTENTS // share, draw),
        *(judged or draw.sample(mined, min(MINED, len(mined)))),
        *draw.sample(swapped, min(SWAPPED // share, len(swapped))),
    ]
    draw.shuffle(mixed)
    return mixed
