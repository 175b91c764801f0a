"""What every DAG has in common."""

import os
from datetime import datetime, timedelta
from typing import Any

START = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
_AGAIN_S = float(os.environ.get("LIAISON_RETRY_S", "60"))
TASK: dict[str, Any] = {
    "owner": "liaison-hub",
    "retries": 4,
    "retry_delay": timedelta(seconds=_AGAIN_S),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=30),
    "execution_timeout": timedelta(hours=6),
}
"""An outage of the hub is waited for up to an hour; the same job is met again."""
DAG: dict[str, Any] = {
    "start_date": START,
    "catchup": False,
    "max_active_runs": 1,
    "default_args": TASK,
    "tags": ["liaison-hub"],
}
