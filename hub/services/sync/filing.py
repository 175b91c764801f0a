"""Documents of the hub are filed in a connected system, under the study as that system knows it."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

from hub.domain.errors import UsageError
from hub.domain.papers import Paper
from hub.services.sync.alone import file_alone
from hub.services.sync.steps import Sync


def file_papers(sync: Sync, name: str, papers: Sequence[tuple[Paper, bytes]], protocol: str | None) -> str:
    """File *papers* in system *name* and return what came of it, each by its id and version there.

    The same ones again are filed no second time. UsageError where no connected system of that name keeps documents;
    else the errors of `Filing.file`.
    """
    system = sync.systems.get(name)
    if system is None or system.filing is None:
        able = ", ".join(one.name for one in sync.systems.values() if one.filing is not None) or "none"
        raise UsageError(f"{name}: no connected system of that name keeps documents; those that do: {able}")
    study = _study_there(sync, name, protocol)
    known = {"study_id": study} if study is not None else {}
    filed = []
    for paper, content in papers:
        paper = replace(paper, fields={**known, **paper.fields})
        one = file_alone(sync, name, system.filing, paper, BytesIO(content))
        filed.append(f"{one.external_id} version {one.version}{'' if one.new else ' (was there)'}")
    return f"filed in {name}: {', '.join(filed)}"


def _study_there(sync: Sync, name: str, protocol: str | None) -> str | None:
    """Return the system's own id of the study, None where it was not read from it."""
    if protocol is None:
        return None
    for record, bases in sync.ledger.everything("study"):
        if record.fields.get("protocol_number") == protocol and not record.deleted:
            return bases[name].external_id if name in bases else None
    return None
