"""Archives from Maven Central for the tests, one fetch at a time: two of Maven at once would harm its store."""

import fcntl
import os
import subprocess
from pathlib import Path


def fetched(artifact: str, folder: Path) -> None:
    """Copy *artifact* (group:name:version:kind) into *folder*; waits while another test run or `scripts/services` fetches."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "liaison-hub"
    cache.mkdir(parents=True, exist_ok=True)
    command = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={folder}"]
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(command, check=True, cwd=folder, capture_output=True)
