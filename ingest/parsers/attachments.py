"""Words for the files inside a file that are not read."""

from __future__ import annotations

from collections.abc import Sequence

MAX_NAMED = 10


def attachment_warning(names: Sequence[str], what: str = "Attachments") -> tuple[str, ...]:
    """Return one warning that names the first of them; none where there are none."""
    if not names:
        return ()
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return (f"{what} were not read: {', '.join(names[:MAX_NAMED])}{more}.",)
