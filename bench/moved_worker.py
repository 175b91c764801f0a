"""`hub worker` on a machine whose clock is wrong by so many seconds: for the crash test."""

import sys
from datetime import UTC, datetime, timedelta

from hub import bootstrap
from hub.cli.main import main

MOVED = timedelta(seconds=float(sys.argv.pop(1)))
bootstrap._now = lambda: datetime.now(UTC) + MOVED  # noqa: SLF001  # what the composition root takes for the time
sys.argv.append("worker")
main()
