"""Zoom: cloud recordings and their transcripts, found by sweep; webhooks only say that it is time to look."""

from hub.connectors.zoom.client import ZoomAccess
from hub.connectors.zoom.platform import Zoom

__all__ = ["Zoom", "ZoomAccess"]
