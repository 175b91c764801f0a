"""Microsoft Graph: one client for drives, meetings, channels, mail and calendars."""
