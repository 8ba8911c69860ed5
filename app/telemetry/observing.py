"""Sets up what tells an operator how Lectern is doing: the form of the log, and telemetry where it is switched on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.settings import Settings
from app.telemetry.log_lines import set_up_log

if TYPE_CHECKING:
    from app.telemetry.sending import Telemetry


@contextmanager
def observing(settings: Settings) -> Iterator[Telemetry | None]:
    """Tell of this process within the block; gives what sends metrics, None where telemetry is off.

    Begin it before Chroma is imported. Raises ConfigurationError where OpenTelemetry's variables ask for what is not
    there.
    """
    set_up_log(settings.log_format)
    if settings.telemetry == "off":
        yield None
        return
    # Imported here: none of OpenTelemetry is loaded where nothing is sent.
    from app.telemetry.sending import sending

    with sending() as telemetry:
        yield telemetry
