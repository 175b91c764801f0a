"""Prism (Apache 2.0) from npm between a connector and our server of its vendor: what breaks the vendor's file is an error."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGE = "@stoplight/prism-cli@5.14.2"
_START_S, _FETCH_S = 300, 300
_LISTENS = re.compile(r"listening on (http://\S+)")


def fetched(folder: Path) -> Path:
    """Return the command, installed under *folder* where it is not yet."""
    command = folder / "node_modules" / ".bin" / "prism"
    if not command.exists():
        folder.mkdir(parents=True, exist_ok=True)
        told = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), PACKAGE]
        subprocess.run(told, check=True, capture_output=True, timeout=_FETCH_S)
    return command


@contextmanager
def prism(command: Path, contract: Path, upstream: str, folder: Path) -> Iterator["Between"]:
    """Run Prism before *upstream* and give what stands between; requests and answers are held to *contract*."""
    log = folder / "prism.log"
    told = [command, "proxy", "-h", "127.0.0.1", "-p", "0", contract, upstream]
    with log.open("wb") as out:
        process = subprocess.Popen(told, stdout=out, stderr=subprocess.STDOUT, env=os.environ | {"NO_COLOR": "1"})
        try:
            yield Between(_ready(process, log), log)
        finally:
            process.kill()
            process.wait()


class Between:
    """A Prism at *address*."""

    def __init__(self, address: str, log: Path) -> None:
        self.address = address
        self._log = log

    def broken(self) -> list[str]:
        """Return the lines that say which request or answer is not as the contract has it."""
        text = self._log.read_text()
        return [line for line in text.splitlines() if "Violation" in line or "UNPROCESSABLE" in line]


def _ready(process: "subprocess.Popen[bytes]", log: Path) -> str:
    """Return the address that it says it listens on."""
    until = time.monotonic() + _START_S
    while not (found := _LISTENS.search(log.read_text())):
        assert process.poll() is None, log.read_text()[-2000:]
        assert time.monotonic() < until, log.read_text()[-2000:]
        time.sleep(0.1)
    return found[1]
