"""Builds what has figures described, for a server and for commands in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from pathlib import Path

from app.service.build_index import Lectern
from app.service.build_ingest import build_passwords, build_reading_sandbox
from app.service.build_llm import choose_model
from app.service.build_places import has_service, service_place
from app.service.figures import FigureService
from app.settings import Settings
from app.state.collections import CollectionStore
from ingest.describing import FigureReading
from ingest.figures import Figure, draw_figure, find_figures
from ingest.sandbox.single_file import Sandbox
from rag.protocols import LanguageModel
from rag.types import Image


def build_figures(
    lectern: Lectern,
    store: CollectionStore,
    sandbox: Sandbox,
    *,
    run: Callable[[Callable[[], None]], Future[None]],
    embed_soon: Callable[[], None],
    settings: Callable[[], Settings],
) -> FigureService:
    """Return what has figures described; `settings` are those by which questions are answered now."""
    passwords = build_passwords(lectern.settings)

    def find(file: Path) -> list[Figure]:
        lectern.upload_folder.fetch(file)
        return sandbox.run(find_figures, file, tuple(passwords.passwords_for(file)))

    def draw(file: Path, figure: Figure) -> Image:
        return sandbox.run(draw_figure, file, figure, tuple(passwords.passwords_for(file)))

    def open_model(llm: str) -> LanguageModel | None:
        return choose_model(settings().for_llm(llm) if llm else settings())

    return FigureService(
        lectern,
        store=store,
        reading=FigureReading(find, draw),
        open_model=open_model,
        run=run,
        embed_soon=embed_soon,
    )


@contextmanager
def figures_here(lectern: Lectern) -> Iterator[FigureService]:
    """Give the service of figures for an index that this process owns. Raises StoreError."""

    def run_at_once(task: Callable[[], None]) -> Future[None]:
        done: Future[None] = Future()
        task()
        done.set_result(None)
        return done

    def leave_embedding_to_the_caller() -> None: ...

    with (
        closing(CollectionStore(service_place(lectern.settings))) as store,
        closing(build_reading_sandbox(lectern.settings)) as sandbox,
    ):
        yield build_figures(
            lectern,
            store,
            sandbox,
            run=run_at_once,
            embed_soon=leave_embedding_to_the_caller,
            settings=lambda: lectern.settings,
        )


def describe_here(lectern: Lectern, collection: str, on_document: Callable[[int, int, str], None]) -> None:
    """Describe what is to be described of a collection in this process, and embed it. Raises LecternError."""
    if not has_service(lectern.settings):
        return
    with figures_here(lectern) as figures:
        figures.describe_all(collection, on_document=on_document)
    if lectern.ingest.has_to_embed():
        lectern.ingest.embed(first=collection)
