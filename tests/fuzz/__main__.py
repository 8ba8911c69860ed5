"""Fuzzes one parser with atheris: `python -m tests.fuzz .pdf --seconds 60`.

Begins with the sample documents, the kept corpus and what earlier runs found in build/fuzz. An input that breaks a
rule, hangs or takes too much memory ends the run with an exit code that is not 0, and lies in build/fuzz/found: mend
what it broke, and keep it in tests/fuzz/corpus.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
import warnings
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(__file__).with_name("corpus")
FOLLOWED = ["ingest", "rag", "docx", "pptx", "openpyxl", "email", "pypdf", "unstructured"]
"""Packages whose branches tell atheris which inputs are new."""
SLOWEST_SECONDS = 30
MOST_MEGABYTES = 4096


def main() -> None:
    """Fuzz until the time is up; atheris ends the process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extension", help="with its dot")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    kept, found = ROOT / "build" / "fuzz" / options.extension[1:], ROOT / "build" / "fuzz" / "found"
    for folder in (kept, found):
        folder.mkdir(parents=True, exist_ok=True)
    logging.disable()
    warnings.simplefilter("ignore")
    seeds = [
        file for file in (*(ROOT / "data" / "sample").iterdir(), *CORPUS.iterdir()) if file.suffix == options.extension
    ]
    with atheris.instrument_imports(include=FOLLOWED):
        from tests.fuzz.targets import try_bytes

        for file in seeds:  # Which loads the parser, and that what it needs.
            shutil.copyfile(file, kept / file.name)
            try_bytes(file.read_bytes(), options.extension)
    limits = [
        f"-max_total_time={options.seconds}",
        f"-seed={options.seed}",
        f"-timeout={SLOWEST_SECONDS}",
        f"-rss_limit_mb={MOST_MEGABYTES}",
        f"-artifact_prefix={found}/{options.extension[1:]}-",
        "-max_len=200000",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *limits, str(kept)], lambda content: try_bytes(content, options.extension))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
