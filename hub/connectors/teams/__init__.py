"""Teams: recordings and transcripts of an organizer's meetings, through Microsoft Graph."""

from hub.connectors.teams.platform import Teams, TeamsAccess

__all__ = ["Teams", "TeamsAccess"]
