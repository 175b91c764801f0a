"""What a figure was measured on: printed at the head of every benchmark."""

import os
import platform
from importlib.metadata import version
from pathlib import Path


def machine(*packages: str) -> str:
    """Return processor, cores, memory, system, Python and the versions of *packages* in one line each."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    names = [line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")]
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    cores = len(os.sched_getaffinity(0))
    lines = [
        f"machine   {names[0] if names else platform.machine()}, {cores} cores, {memory_gb:.0f} GB",
        f"system    {platform.system()} {platform.release()}, Python {platform.python_version()}",
        "versions  " + ", ".join(f"{name} {version(name)}" for name in packages),
    ]
    return "\n".join(lines)
