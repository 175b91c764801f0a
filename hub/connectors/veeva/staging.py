"""Large files on a vault's file staging: sent in parts, taken up again where they were cut off."""

from collections.abc import Callable
from typing import Any, BinaryIO

from hub.connectors.veeva.client import Vault
from hub.domain.errors import RetryableError

PART = 16 * 2**20
"""Bytes of a part; a vault takes 5 to 50 MB, and no more than 2,000 parts."""
_JOB_S = 10.0
"""A job is asked for no more often."""
_LOOKS = 6


def stage(
    vault: Vault, path: str, content: BinaryIO, size: int, *, sleep: Callable[[float], None], part: int = PART
) -> None:
    """Put *content* at *path*; what an earlier call has sent is not sent again.

    RetryableError where the vault is still putting the parts together: call again, it goes on from there.
    """
    if _there(vault, path, size):
        return
    session = _session(vault, path, size)
    done = int(session.get("uploaded_parts") or 0)
    content.seek(done * part)
    number = done
    while piece := content.read(part):
        number += 1
        headers = {"Content-Type": "application/octet-stream", "X-VaultAPI-FilePartNumber": str(number)}
        vault.ask("PUT", f"services/file_staging/upload/{session['id']}", headers=headers, content=piece)
    headers = {"Content-Type": "application/json"}
    told = vault.ask("POST", f"services/file_staging/upload/{session['id']}", headers=headers).body.get("data")
    _wait(vault, told, sleep)


def _there(vault: Vault, path: str, size: int) -> bool:
    """Tell whether the whole file lies there already."""
    folder = path.rpartition("/")[0].strip("/")
    rows = vault.query_pages(f"services/file_staging/items/{folder}") if folder else []
    return any(isinstance(row, dict) and row.get("path") == path and row.get("size") == size for row in rows)


def _session(vault: Vault, path: str, size: int) -> dict[str, Any]:
    for one in vault.get("services/file_staging/upload").rows:
        if isinstance(one, dict) and one.get("path") == path and one.get("size") == size:
            return one
    form = {"path": path, "size": str(size), "overwrite": "true"}
    made = vault.ask("POST", "services/file_staging/upload", form=form).body.get("data")
    if not isinstance(made, dict) or not isinstance(made.get("id"), str):
        raise RetryableError("the vault opens an upload and names no id")
    return made


def _wait(vault: Vault, told: Any, sleep: Callable[[float], None]) -> None:
    job = told.get("job_id") if isinstance(told, dict) else None
    if job is None:
        raise RetryableError("the vault puts a file together and names no job")
    for _ in range(_LOOKS):
        state = vault.get(f"services/jobs/{job}").body.get("data")
        status = state.get("status") if isinstance(state, dict) else None
        if status == "SUCCESS":
            return
        if status in ("ERRORS_ENCOUNTERED", "CANCELLED", "TIMEOUT", "MISSED_SCHEDULE"):
            raise RetryableError(f"the vault could not put a file together: job {job} is {status}")
        sleep(_JOB_S)
    raise RetryableError(f"the vault is still putting a file together (job {job})", retry_after_s=_JOB_S)
