"""Processes that outlive the command which started them, known by a file with their id."""

import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path

# below the range the kernel gives to outgoing connections, so that a port is still free when its server comes back
_PORTS = range(20_000, 32_000)


class ServiceError(Exception):
    """A service could not be had; the text is one line for the reader."""


def free_ports(count: int) -> list[int]:
    """Return ports of 127.0.0.1 on which nothing listens."""
    found: list[int] = []
    for port in random.sample(_PORTS, 500):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise ServiceError("no free ports on this machine")


def spawn(command: list[str], *, log: Path, pid: Path) -> None:
    """Start *command* in a session of its own, its output added to *log*, its id kept in *pid*."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    pid.write_text(f"{process.pid}\n")
    # for a moment after its start a process shows no command line, by which `running` knows it
    until = time.monotonic() + 2
    while running(pid) is None and process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)


def running(pid: Path) -> int | None:
    """Return the id of the process in *pid* if it is still the one we started, None otherwise."""
    try:
        number = int(pid.read_text().split()[0])
        os.waitpid(number, os.WNOHANG)
    except ChildProcessError:
        pass
    except (FileNotFoundError, ValueError, IndexError):
        return None
    try:
        command = Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return None
    # ids are used again: ours has its own folder on its command line
    return number if os.fsencode(pid.parent) in command else None


def end(pid: Path, *, patience_s: float) -> None:
    """Ask the process to end, then make it; returns when it is gone."""
    number = running(pid)
    if number is None:
        return
    if patience_s:
        os.kill(number, signal.SIGTERM)
        if _gone(pid, patience_s):
            return
    os.kill(number, signal.SIGKILL)
    if not _gone(pid, 10):
        raise ServiceError(f"process {number} does not end")


def _gone(pid: Path, wait_s: float) -> bool:
    until = time.monotonic() + wait_s
    while time.monotonic() < until:
        if running(pid) is None:
            return True
        time.sleep(0.02)
    return False


def last_lines(log: Path, count: int = 5) -> str:
    """Return the end of a log, for an error message."""
    try:
        return " / ".join(log.read_text(errors="replace").splitlines()[-count:])[-1000:]
    except OSError:
        return "(no log)"
