"""Zoom: cloud recordings and their transcripts, found by sweep; webhooks only say that it is time to look."""

from hub.connectors.zoom.platform import Zoom
from hub.connectors.zoom.signing import ZoomAccess

__all__ = ["Zoom", "ZoomAccess"]
