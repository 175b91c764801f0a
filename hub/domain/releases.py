"""Which version of the hub a study may use: approved by a named person after its checks (ICH E6(R3) 4.3.4, 4.3.5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Release:
    """A version of the hub approved for a study ("": for all). It is never changed, only withdrawn.

    *evidence* says where the validation lies; *report* is the SHA-256 of the report of `hub validate`, where given.
    """

    id: str
    study: str
    version: str
    evidence: str
    report: str
    approved_by: str
    name: str
    """Of the person, as printed with the signature."""
    method: str
    """How the person proved who they are."""
    approved_at: datetime
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None
    why_withdrawn: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseRule:
    """Whether duties in a study ("": in every one) wait for the running version to be approved."""

    study: str
    required: bool
    revision: int = 1


def unreleased(rules: Iterable[ReleaseRule], releases: Iterable[Release], version: str) -> frozenset[str]:
    """Return the studies ("": all of them) that ask for an approval of *version* and do not have it."""
    approved = {one.study for one in releases if one.version == version and one.withdrawn_at is None}
    if "" in approved:
        return frozenset()
    return frozenset(one.study for one in rules if one.required and one.study not in approved)
