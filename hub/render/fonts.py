"""The fonts that each script needs, and the Debian packages that bring them."""

import shutil
import subprocess
from functools import cache

FAMILIES = ("Noto Sans", "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans Devanagari", "Noto Sans Arabic")
_NEEDS = {
    "ja": ("Noto Sans CJK JP", "fonts-noto-cjk"),
    "zh-Hans": ("Noto Sans CJK SC", "fonts-noto-cjk"),
    "hi": ("Noto Sans Devanagari", "fonts-noto-core"),
    "ar": ("Noto Sans Arabic", "fonts-noto-core"),
}
_LATIN = ("Noto Sans", "fonts-noto-core")


def family(locale: str) -> str:
    """Return the family that a document in *locale* is set in first."""
    return _NEEDS.get(locale, _LATIN)[0]


def missing_fonts(locale: str) -> list[str]:
    """Return the Debian packages to install before *locale* can be printed; none when its fonts are there."""
    wanted = {_LATIN, _NEEDS.get(locale, _LATIN)}
    return sorted({package for name, package in wanted if name not in _installed()})


@cache
def _installed() -> frozenset[str]:
    if shutil.which("fc-list") is None:
        return frozenset()
    done = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=False)
    return frozenset(name.strip() for line in done.stdout.splitlines() for name in line.split(","))
