"""Declares the training data: how many questions of each set, and the particulars of each set."""

from __future__ import annotations

import zlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SetRecipe:
    """The use of one set.

    `questions` are drawn at most; `uses` is how often each is seen. `spans` says that the answers are words of the
    passage. `sure` says that a passage without the answer's words is no answer; where it is False, passages nearly as
    close to the question as its own are left out too. `titled` says that titles tell something.
    """

    questions: int
    uses: float = 1.0
    negatives: int = 3
    spans: bool = False
    sure: bool = False
    titled: bool = True


RECIPES = {
    "squadshifts_newwiki": SetRecipe(7_600, uses=2.5, negatives=1, spans=True, sure=True),
    "squadshifts_amazon": SetRecipe(9_600, uses=1.0, negatives=1, spans=True, sure=True, titled=False),
    "squadshifts_reddit": SetRecipe(9_600, uses=1.0, negatives=1, spans=True, sure=True, titled=False),
    "nq_oracle": SetRecipe(2_700, uses=3.0, negatives=2, spans=True, sure=True),
    "uda_nq": SetRecipe(2_500, uses=3.0, negatives=2, spans=True, sure=True),
    "qed_nq": SetRecipe(1_400, uses=1.0, negatives=3, spans=True, sure=True),
    "hotpot500": SetRecipe(500, uses=2.0, negatives=4, spans=True, sure=True),
    "tatqa": SetRecipe(3_400, uses=1.0, negatives=3, spans=True, sure=True),
    "ohr_pages": SetRecipe(3_300, uses=1.5, negatives=4, spans=True, sure=True),
    "squad_nqg_test": SetRecipe(4_000, uses=0.7, negatives=3),
    "boolq": SetRecipe(2_000, uses=1.0, negatives=3),
    "lfrqa": SetRecipe(4_000, uses=1.0, negatives=4, titled=False),
    "medquad": SetRecipe(3_000, uses=0.6, negatives=4),
    "policyqa": SetRecipe(800, uses=1.0, negatives=2, spans=True),
    "selqa": SetRecipe(1_000, uses=1.0, negatives=4),
    "cuad_clauses": SetRecipe(500, uses=1.0, negatives=3, spans=True, sure=True),
}

MADE = {
    "swapped": SetRecipe(0, negatives=3, spans=True, sure=True),
    "facts": SetRecipe(0, negatives=2, spans=True, sure=True),
    "contents": SetRecipe(0, negatives=2, spans=True, sure=True),
    "sentences": SetRecipe(0, uses=2.0, negatives=3, spans=True, sure=True),
}
"""Holds how the groups are used that `training.contrast`, `training.facts` and `training.sentences` make."""

CLAIMS_SHARE = 0.12
"""Of the passages drawn for a set, how many are also asked for by one of their own sentences, which is taken out."""
KEYWORDS_SHARE = 0.12
"""Of the questions, how many are also asked as bare keywords."""

HELD_OUT_SHARE = 25
"""One question in this many is never trained on: weights and thresholds are fitted on these."""


def recipe_of(name: str) -> SetRecipe:
    """Return how the groups of a set are used, of a mined one or of a made one."""
    return RECIPES.get(name) or MADE[name]


def is_held_out(question: str) -> bool:
    """Return whether a question is kept for fitting what comes after training; by its words alone, so for good."""
    return zlib.crc32(question.casefold().encode()) % HELD_OUT_SHARE == 0
