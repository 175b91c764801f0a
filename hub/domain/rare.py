"""Fields that most objects do not have, and that their JSON then leaves out."""

from collections.abc import Mapping
from types import MappingProxyType

RARE: Mapping[str, bool] = MappingProxyType({"rare": True})
"""Metadata of a dataclass field: `hub.domain.wire` writes it only where it is not empty."""
