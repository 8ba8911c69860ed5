"""`lectern models`: models in files that run on this machine. Needs only their folder, also while a server runs."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table

from app.cli import output
from app.cli.common import Home, Json, print_json, reported
from app.service.local_models import LocalModel, LocalModels
from app.settings import read_settings
from rag.models.llm.known_models import KnownModel, find_known, known_as_of, known_models

models = typer.Typer(help="Models that run on this machine: list, get and remove them.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="A name from `lectern models list`.")]


@models.command("list")
def list_models(home: Home = None, as_json: Json = False) -> None:
    """List the models that are here, and those that can be fetched."""
    with reported(as_json):
        local = LocalModels(read_settings(home=home))
        here = local.all()
        offered = local.missing()
        if as_json:
            print_json(
                {
                    "folder": str(local.folder),
                    "is_supported": local.is_supported,
                    "models": [_plain(model) for model in here],
                    "as_of": known_as_of(),
                    "known": [_plain_known(known, local) for known in known_models()],
                }
            )
            return
        _print_here(local, here)
        if offered:
            _print_offered(offered)


@models.command("get")
def get_model(name: Name, home: Home = None, as_json: Json = False) -> None:
    """Fetch a model from the hub; where that broke off, the same again goes on."""
    with reported(as_json):
        local = LocalModels(read_settings(home=home))
        known = find_known(name)
        was_there = local.is_there(known)
        progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=output.messages,
            disable=as_json,
        )
        with progress:
            steps = local.fetch(known.name)
            bars: dict[str, Any] = {}
            for step in steps:
                if step.step not in bars:
                    bars[step.step] = progress.add_task(step.step, total=step.total or None)
                progress.update(bars[step.step], completed=step.completed)
        if as_json:
            print_json({"model": f"gguf:{known.name}", "folder": str(local.folder)})
            return
        word = "was here already" if was_there else "is here"
        output.output.print(f"{known.title} {word}. Ask it: lectern ask --llm gguf:{known.name} QUESTION")
        if not local.is_supported:
            output.messages.print("What runs it is not installed yet: pip install xllamacpp")


@models.command("remove")
def remove_model(name: Name, home: Home = None, as_json: Json = False) -> None:
    """Delete a model's files, or what came of one that was not fetched to its end."""
    with reported(as_json):
        removed = LocalModels(read_settings(home=home)).remove(name)
        if as_json:
            print_json({"removed": removed.name, "bytes": removed.size})
        else:
            output.output.print(f"{output.clean(removed.name)} is deleted.")


def _print_here(local: LocalModels, here: list[LocalModel]) -> None:
    if not local.is_supported:
        output.messages.print("What runs these models is not installed: pip install xllamacpp")
    if not here:
        output.output.print(f"No models in {local.folder}.", soft_wrap=True)
        return
    table = Table("Model", "GB", "Sees images", "What it is")
    for model in here:
        what = str(model.error) if model.error else ", ".join(filter(None, (model.title, model.licence)))
        table.add_row(
            output.clean(model.llm), f"{model.size / 1e9:.1f}", "yes" if model.sees_images else "no", output.clean(what)
        )
    output.output.print(table)


def _print_offered(offered: list[KnownModel]) -> None:
    table = Table("Name", "GB", "Memory, GB", "Licence", "Good for")
    for known in offered:
        memory = f"{known.memory_gigabytes:.1f}"
        table.add_row(known.name, f"{known.gigabytes:.1f}", memory, known.licence, known.good_for)
    output.output.print(f"\nTo be fetched with `lectern models get NAME` (list of {known_as_of()}):")
    output.output.print(table)


def _plain(model: LocalModel) -> dict[str, Any]:
    problem = {"problem": model.error.reason, "remedy": model.error.remedy} if model.error else {}
    return {
        "llm": model.llm,
        "path": str(model.path),
        "bytes": model.size,
        "sees_images": model.sees_images,
        "title": model.title,
        "licence": model.licence,
        **problem,
    }


def _plain_known(known: KnownModel, local: LocalModels) -> dict[str, Any]:
    return {
        "name": known.name,
        "title": known.title,
        "gigabytes": known.gigabytes,
        "memory_gigabytes": known.memory_gigabytes,
        "licence": known.licence,
        "good_for": known.good_for,
        "sees_images": bool(known.projector),
        "is_here": local.is_there(known),
    }
