"""The canonical records of a trial, each a frozen dataclass; systems map their own names and codes to these."""

from hub.domain.records.checks import check
from hub.domain.records.kinds import KINDS, kinds_with

__all__ = ["KINDS", "check", "kinds_with"]
