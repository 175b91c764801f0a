"""Archives whose bytes depend on what is in them and not on when they were made."""

import io
import zipfile

_WHEN = (1980, 1, 1, 0, 0, 0)
"""The earliest that a ZIP archive can say."""


def steady(archive: bytes) -> bytes:
    """Return a ZIP archive with the same members in the same order, each of the same early time."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            target.writestr(zipfile.ZipInfo(member.filename, _WHEN), source.read(member), zipfile.ZIP_DEFLATED)
    return out.getvalue()
