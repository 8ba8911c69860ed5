"""The clock that notices when it is set."""

from __future__ import annotations

from app.schedule.clock import Clock


class Machine:
    """A wall clock and the time that passes, both set by hand."""

    def __init__(self) -> None:
        self.wall, self.passed = 1_800_000_000.0, 50.0

    def wait(self, seconds: float) -> None:
        self.wall += seconds
        self.passed += seconds


def test_a_jump_is_told_once_with_its_direction() -> None:
    machine = Machine()
    clock = Clock(now=lambda: machine.wall, passed=lambda: machine.passed)
    machine.wait(86_400)
    assert clock.jumped() == 0
    machine.wall -= 7200
    assert clock.jumped() == -7200
    machine.wait(60)
    assert clock.jumped() == 0
    machine.wall += 90  # The machine slept: its own time stood still.
    assert clock.jumped() == 90


def test_small_corrections_add_up_to_a_jump() -> None:
    machine = Machine()
    clock = Clock(now=lambda: machine.wall, passed=lambda: machine.passed)
    seen = []
    for _ in range(4):
        machine.wait(1)
        machine.wall -= 10
        seen.append(clock.jumped())
    assert seen == [0, 0, 0, -40]
