"""Fuzzes one parser with atheris: `python -m tests.fuzz .pdf --seconds 60`.

Begins with the sample documents, the kept corpus and what earlier runs found in build/fuzz. An input that breaks a
rule, hangs or takes too much memory ends the run with an exit code that is not 0, and lies in build/fuzz/found: mend
what it broke, and keep it with --keep, which packs all that the runs have found into tests/fuzz/corpora.
"""

from __future__ import annotations

import argparse
import io
import logging
import random
import shutil
import sys
import warnings
import zipfile
from pathlib import Path

import atheris

from tests.fuzz.corpus import keep_corpus, kept_contents

ROOT = Path(__file__).resolve().parents[2]
FOLLOWED = ["ingest", "rag", "docx", "pptx", "openpyxl", "email", "pypdf", "unstructured"]
"""Packages whose branches tell atheris which inputs are new."""
SHARE_OF_PLAIN_MUTATIONS = 0.05
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
SLOWEST_SECONDS = 30
MAX_MEGABYTES = 4096


def mutate_archive(content: bytes, max_size: int, seed: int) -> bytes:
    """Change what is in one member of a zip file, of which a checksum would betray any other change; or the bytes."""
    draw = random.Random(seed)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist()}
    except Exception:  # It may have been changed before.
        members = {}
    texts = sorted(name for name in members if name.endswith((".xml", ".rels", ".html", ".xhtml", ".opf", ".ncx")))
    if not texts or draw.random() < SHARE_OF_PLAIN_MUTATIONS:
        return bytes(atheris.Mutate(content, max_size))
    name = draw.choice(texts)
    members[name] = bytes(atheris.Mutate(members[name], max(2 * len(members[name]), 64)))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, held in members.items():
            archive.writestr(zipfile.ZipInfo(member, ZIP_EPOCH), held)
    return made.getvalue()[:max_size]


def main() -> None:
    """Fuzz until the time is up; atheris ends the process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extension", help="with its dot")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="fuzz nothing, pack what was found")
    options = parser.parse_args()
    kept, found = ROOT / "build" / "fuzz" / options.extension[1:], ROOT / "build" / "fuzz" / "found"
    for folder in (kept, found):
        folder.mkdir(parents=True, exist_ok=True)
    logging.disable()
    warnings.simplefilter("ignore")
    if options.keep:
        keep_corpus(options.extension, [*kept.iterdir(), *found.glob(f"{options.extension[1:]}-*")])
        return
    seeds = [file for file in (ROOT / "data" / "sample").iterdir() if file.suffix == options.extension]
    for number, content in enumerate(kept_contents(options.extension)):
        (kept / f"kept-{number}").write_bytes(content)
    with atheris.instrument_imports(include=FOLLOWED):
        from tests.fuzz.targets import try_bytes

        for file in seeds:  # Which loads the parser, and that what it needs.
            shutil.copyfile(file, kept / file.name)
            try_bytes(file.read_bytes(), options.extension)
    limits = [
        f"-max_total_time={options.seconds}",
        f"-seed={options.seed}",
        f"-timeout={SLOWEST_SECONDS}",
        f"-rss_limit_mb={MAX_MEGABYTES}",
        f"-artifact_prefix={found}/{options.extension[1:]}-",
        "-max_len=200000",
        "-print_final_stats=1",
    ]
    archives = {"custom_mutator": mutate_archive} if any(map(zipfile.is_zipfile, seeds)) else {}
    atheris.Setup([sys.argv[0], *limits, str(kept)], lambda content: try_bytes(content, options.extension), **archives)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
