"""Webex: transcripts with names and recordings of the hosts' meetings."""

from hub.connectors.webex.platform import Webex, WebexAccess

__all__ = ["Webex", "WebexAccess"]
