"""Running ahead in a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from ingest.read_ahead import run_ahead


def test_items_arrive_in_order_to_the_last() -> None:
    with run_ahead(lambda stop: iter(range(50)), buffer=2) as items:
        assert list(items) == list(range(50))


def test_nothing_produced_is_nothing_taken() -> None:
    with run_ahead(lambda stop: iter(()), buffer=1) as items:
        assert list(items) == []


@pytest.mark.parametrize("error", [ValueError("broken"), KeyboardInterrupt()])
def test_an_error_of_the_producer_is_raised_after_the_items_before_it(error: BaseException) -> None:
    def produce(stop: threading.Event) -> Iterator[int]:
        yield 1
        yield 2
        raise error

    taken: list[int] = []

    def consume() -> None:
        with run_ahead(produce, buffer=4) as items:
            for item in items:
                taken.append(item)

    with pytest.raises(type(error)) as caught:
        consume()
    assert caught.value is error
    assert taken == [1, 2]


def test_an_error_before_the_first_item_is_raised_too() -> None:
    def produce(stop: threading.Event) -> Iterator[int]:
        raise ValueError("at once")

    with run_ahead(produce, buffer=1) as items, pytest.raises(ValueError, match="at once"):
        next(items)


def test_a_consumer_that_leaves_early_stops_the_producer_and_waits_for_it() -> None:
    ended = threading.Event()

    def produce(stop: threading.Event) -> Iterator[int]:
        number = 0
        try:
            while not stop.is_set():
                yield (number := number + 1)
        finally:
            ended.set()

    with run_ahead(produce, buffer=2) as items:
        assert next(items) == 1
    assert ended.is_set()


def test_an_error_of_the_consumer_stops_the_producer_and_is_the_one_seen() -> None:
    stopped = threading.Event()

    def produce(stop: threading.Event) -> Iterator[int]:
        yield 1
        stop.wait()
        stopped.set()
        raise ValueError("nobody listens any more")

    def consume() -> None:
        with run_ahead(produce, buffer=2) as items:
            next(items)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        consume()
    assert stopped.is_set()


def test_the_producer_runs_no_further_ahead_than_its_buffer() -> None:
    made: list[int] = []
    full = threading.Event()

    def produce(stop: threading.Event) -> Iterator[int]:
        for number in range(20):
            made.append(number)
            if number == 4:
                full.set()
            yield number

    with run_ahead(produce, buffer=3) as items:
        assert next(items) == 0
        # One is taken, three wait in the buffer, the fifth waits for room.
        assert full.wait(60)
        assert len(made) == 5
        assert list(items) == list(range(1, 20))


def test_a_consumer_that_waits_is_interrupted() -> None:
    interrupt = threading.Event()

    def produce(stop: threading.Event) -> Iterator[int]:
        yield 1
        stop.wait()

    with run_ahead(produce, buffer=1, interrupt=interrupt) as items:
        assert next(items) == 1
        interrupt.set()
        with pytest.raises(KeyboardInterrupt):
            next(items)
