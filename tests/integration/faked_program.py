"""The command line as a program of its own, with an embedder that loads nothing and without the reader."""

from __future__ import annotations

import app.build
from app.cli import main
from tests.fakes import HashEmbedder

app.build.build_embedder = lambda settings: HashEmbedder()
app.build.build_reader = lambda settings: None

if __name__ == "__main__":
    main()
