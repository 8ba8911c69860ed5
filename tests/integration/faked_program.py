"""The command line as a program of its own, with an embedder that loads nothing and without the reader."""

from __future__ import annotations

from app.cli.main import main
from app.service import build_models
from tests.fakes import HashEmbedder

build_models.build_embedder = lambda settings: HashEmbedder()
build_models.build_reader = lambda settings: None

if __name__ == "__main__":
    main()
