"""The command line as a program of its own, with an embedder that loads nothing and without the reader."""

from __future__ import annotations

from app.cli import main
from app.composition import models
from tests.fakes import HashEmbedder

models.build_embedder = lambda settings: HashEmbedder()
models.build_reader = lambda settings: None

if __name__ == "__main__":
    main()
