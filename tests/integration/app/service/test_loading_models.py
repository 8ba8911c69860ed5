"""Models that load side by side, in a process that has loaded nothing before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.paths import CHECKOUT

LOAD_BOTH = """
import sys
from pathlib import Path

from app.service.build_models import build_models
from app.settings import Settings

models = build_models(Settings(home=Path(sys.argv[1]), model_cache=None, engine=sys.argv[2]))
with models.loading():
    pass
print(len(models.embedder.embed_question("lighthouse")), len(models.reranker.score("light", ["lamp", "bread"])))
"""


def load_both(home: Path, engine: str) -> tuple[str, str]:
    """What the process says, and what it logs."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LECTERN_")}
    command = [sys.executable, "-c", LOAD_BOTH, str(home), engine]
    ran = subprocess.run(
        command, capture_output=True, text=True, timeout=300, cwd=CHECKOUT, env=environment, check=False
    )
    return ran.stdout, ran.stderr


def test_models_are_converted_side_by_side_at_the_first_start(tmp_path: Path) -> None:
    assert load_both(tmp_path, "openvino") == ("384 2\n", "")
    assert len(list((tmp_path / "models").iterdir())) == 2


def test_models_load_side_by_side_through_torch(tmp_path: Path) -> None:
    assert load_both(tmp_path, "torch") == ("384 2\n", "")
    assert not (tmp_path / "models").exists()
