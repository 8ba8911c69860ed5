"""Keeps an embedder on each node of a Ray cluster, and hands it texts."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import ray
from ray.exceptions import RayActorError, RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from ingest.cluster.messages import EmbedTask
from ingest.cluster.node import NodeEmbedder, NodeReply
from rag.errors import LecternError, ModelError

TASKS_PER_EMBEDDER = 2
"""One that it works on, and one that has travelled meanwhile."""

MAX_LOSSES = 5
"""Times that texts are handed to another embedder after theirs was lost."""

IDLE_SECONDS = 60.0
"""After so long without texts the embedders end, with the memory that their models take."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A place for one embedder: a node, and the number of its GPU, or -1 for its processors."""

    node: str
    gpu: int


@dataclass(slots=True)
class _Actor:
    handle: Any
    running: dict[int, EmbedTask] = field(default_factory=dict)


class EmbedderActors:
    """Embedders of one kind at a time; all methods are called from one thread, to which `later` leads."""

    def __init__(
        self,
        *,
        later: Callable[[Callable[[], None]], None],
        done: Callable[[int, bytes], None],
        fail: Callable[[int, Exception], None],
    ) -> None:
        self._later = later
        self._done = done
        self._fail = fail
        self._opener = b""
        self._actors: dict[Seat, _Actor] = {}
        self._waiting: deque[EmbedTask] = deque()
        self._losses: dict[int, int] = {}
        self._used = time.monotonic()

    def add(self, task: EmbedTask) -> None:
        """Embed texts on the embedder that has least to do, or later."""
        self._used = time.monotonic()
        self._waiting.append(task)
        self._hand_out()

    def cancel(self, number: int) -> None:
        """Forget a task that nobody waits for; one that has begun is finished for nothing."""
        self._waiting = deque(task for task in self._waiting if task.number != number)
        self._losses.pop(number, None)

    def look_around(self) -> None:
        """Notice new nodes, and let go of embedders that have had nothing to do."""
        if self._waiting:
            self._hand_out()
        elif time.monotonic() - self._used > IDLE_SECONDS and not any(one.running for one in self._actors.values()):
            self._end_all()

    def _hand_out(self) -> None:
        if not self._waiting:
            return
        self._seat(self._waiting[0])
        while self._waiting and self._actors:
            actor = min(self._actors.values(), key=lambda one: len(one.running))
            if len(actor.running) >= TASKS_PER_EMBEDDER:
                return
            task = self._waiting.popleft()
            actor.running[task.number] = task
            future = actor.handle.embed.remote(task.texts).future()
            future.add_done_callback(
                lambda done, actor=actor, task=task: self._later(partial(self._take, actor, task, done))
            )

    def _seat(self, task: EmbedTask) -> None:
        """Start embedders in the places that have none, and forget those whose node is gone."""
        if task.opener != self._opener:
            self._end_all()
            self._opener = task.opener
        seats = find_seats()
        for gone in self._actors.keys() - set(seats):
            del self._actors[gone]
        for seat in seats:
            if seat not in self._actors:
                kind = ray.remote(num_cpus=0, num_gpus=0 if seat.gpu < 0 else 1, max_restarts=0)(NodeEmbedder)
                there = NodeAffinitySchedulingStrategy(seat.node, soft=False)
                self._actors[seat] = _Actor(kind.options(scheduling_strategy=there).remote(task.edition, task.opener))

    def _take(self, actor: _Actor, task: EmbedTask, future: Future[NodeReply]) -> None:
        """Pass on what an embedder made; texts whose embedder was lost are handed to another one."""
        actor.running.pop(task.number, None)
        self._used = time.monotonic()
        try:
            kind, value = future.result()
        except RayTaskError as error:
            self._fail(task.number, unloadable(error))
        except RayError as error:
            if isinstance(error, RayActorError):
                self._actors = {seat: one for seat, one in self._actors.items() if one is not actor}
            if isinstance(error, RayActorError) and error.actor_init_failed:
                self._fail(task.number, unloadable(error))
            else:
                self._lose(task)
        else:
            self._losses.pop(task.number, None)
            if kind == "done":
                self._done(task.number, value)
            else:
                self._fail(task.number, value)
        self._hand_out()

    def _lose(self, task: EmbedTask) -> None:
        self._losses[task.number] = losses = self._losses.get(task.number, 0) + 1
        if losses <= MAX_LOSSES:
            self._waiting.appendleft(task)
            return
        del self._losses[task.number]
        reason = f"The embedders of the Ray cluster were lost {losses} times while they embedded the same texts."
        self._fail(task.number, ModelError(reason, "Look at the memory of its nodes, and sync again."))

    def _end_all(self) -> None:
        for actor in self._actors.values():
            ray.kill(actor.handle)
        self._actors.clear()


def find_seats() -> list[Seat]:
    """Return the GPUs of the cluster; where it has none, the nodes whose processors may be used."""
    nodes = [node for node in ray.nodes() if node["Alive"]]
    gpus = [Seat(node["NodeID"], gpu) for node in nodes for gpu in range(int(node["Resources"].get("GPU", 0)))]
    return gpus or [Seat(node["NodeID"], -1) for node in nodes if node["Resources"].get("CPU", 0) >= 1]


def unloadable(error: RayError) -> LecternError:
    """Return the error of a node on which Lectern itself cannot be loaded."""
    # The text of Ray's own error is a traceback, whose last line says what happened.
    last = next(line.strip() for line in reversed([type(error).__name__, *str(error).splitlines()]) if line.strip())
    return ModelError(
        f"Lectern cannot be loaded on a node of the Ray cluster: {last[:200].rstrip('.')}.",
        "Start Ray there from an environment in which the same Lectern is installed.",
    )
